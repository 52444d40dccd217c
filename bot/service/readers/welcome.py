"""The welcome: what a list says to whoever joins it, once for each person and list."""

import secrets
from datetime import datetime

from bot.domain.access import OPERATOR
from bot.domain.lateness import Late, LatePolicy
from bot.domain.lists import AnnouncementList, Subscriber
from bot.domain.schedule import Origin, PeopleAudience, Schedule, TemplateContent
from bot.service.ports.unit_of_work import UnitOfWork

#: seconds after which a welcome that could not be sent is none any more
WELCOME_WITHIN = 24 * 3600


def schedule_welcome(
    uow: UnitOfWork, entry: AnnouncementList, subscriber: Subscriber, now: datetime
) -> None:
    """Schedule the list's welcome, unless it has none or the person had it before.

    It passes no intake: nobody asks for it, so nobody's rights and limits apply, and
    whether its template can be rendered is found out by the planner when it is due.
    """
    if entry.welcome is None:
        return
    now = now.replace(microsecond=0)
    if not uow.subscriptions.welcome(entry.id, subscriber.id, now):
        return
    uow.schedules.add(
        Schedule(
            owner=OPERATOR,
            # drawn, for joining waits for nobody; no count, which readers would see
            client_id=f"welcome-{entry.name}-{secrets.token_hex(8)}",
            origin=Origin.WELCOME,
            fingerprint="",
            audience=PeopleAudience(jids=(subscriber.jid,), list_name=entry.name),
            content=TemplateContent(template=entry.welcome, values={}),
            timezone=entry.timezone,
            deliver_at=now,
            next_at=now,
            late=Late(LatePolicy.RUN, WELCOME_WITHIN),
            updates=False,
            created_at=now,
        )
    )
    uow.nudge()
