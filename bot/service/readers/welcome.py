"""The welcome: what a list says to whoever joins it, once for each person and list.

By a template, which the configuration names, or in words of its own, which an admin
has given it (`welcomes.py`) and which stand above the template while they are there.
"""

import secrets
from datetime import datetime

from bot.domain.access import OPERATOR
from bot.domain.lateness import Late, LatePolicy
from bot.domain.lists import AnnouncementList, Subscriber
from bot.domain.message import Text
from bot.domain.schedule import (
    Content,
    Origin,
    PeopleAudience,
    Schedule,
    TemplateContent,
    TextContent,
)
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
    content = _content(uow, entry)
    if content is None:
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
            content=content,
            timezone=entry.timezone,
            deliver_at=now,
            next_at=now,
            late=Late(LatePolicy.RUN, WELCOME_WITHIN),
            updates=False,
            created_at=now,
        )
    )
    uow.nudge()


def _content(uow: UnitOfWork, entry: AnnouncementList) -> Content | None:
    own = uow.greetings.get(entry.id)
    if own is not None:
        return TextContent(texts=(Text(language=entry.language, body=own),))
    if entry.welcome is not None:
        return TemplateContent(template=entry.welcome, values={})
    return None
