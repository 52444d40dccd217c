"""One person of whom there is something in every part."""

from datetime import timedelta

from bot.domain.access import Role
from bot.domain.audit import Action, AuditEntry
from bot.domain.broadcast import (
    Broadcast,
    BroadcastState,
    DeliveryException,
    ExceptionKind,
    Occurrence,
    OccurrenceState,
)
from bot.domain.consent import Approval, ApprovalState, Consent, Who
from bot.domain.incident import Incident
from bot.domain.lists import (
    ContactNews,
    ContactState,
    JoinRequest,
    SubscriptionOrigin,
)
from bot.domain.maintenance import Maintenance
from bot.domain.message import Text
from bot.domain.people import Person
from bot.domain.roles import HeldRole, RoleName
from bot.domain.schedule import (
    Origin,
    PersonAudience,
    Schedule,
    TemplateContent,
    TextContent,
)
from bot.domain.verdict import Score
from bot.service.ports.notices import Notice
from bot.service.ports.unit_of_work import UnitOfWork

MINUTE = timedelta(minutes=1)


def fill(uow: UnitOfWork, jid: str, other: str) -> None:
    """Of a configuration with the lists `maintenance` and `news`."""
    now = uow.now()
    lists = {entry.name: entry.id for entry in uow.lists.all()}
    news = lists["news"]
    uow.forgotten.add(jid, now)
    person = Person(jid, "de", "Europe/Warsaw", "en")
    uow.people.put(lists["maintenance"], [person], SubscriptionOrigin.ADMIN, now)
    subscriber = uow.subscribers.ensure(jid, now)
    uow.subscribers.set_score(jid, Score(1, now))
    uow.subscriptions.welcome(news, subscriber.id, now)
    request = JoinRequest(list_id=news, jid=jid, by_presence=True, asked_at=now)
    uow.join_requests.add(request)
    heard = ContactNews(list_id=news, jid=jid, state=ContactState.LEFT, created_at=now)
    uow.contact_news.put(heard)
    blocked = frozenset({"evil.example"})
    uow.consents.put(jid, Consent(who=Who.ASK, blocked=blocked, max_per_day=3), now)
    uow.roles.put(
        HeldRole(jid=jid, role=RoleName.PUBLISHER, list_name="news", by=other, at=now)
    )
    sent = broadcast(uow, jid, other)
    received = broadcast(uow, other, jid)
    uow.suspensions.add(subscriber.id, "gone", received.id, now)
    uow.exceptions.put(
        [
            DeliveryException(
                broadcast_id=received.id,
                jid=jid,
                kind=ExceptionKind.FAILED,
                condition="gone",
                text="moved",
                first_at=now,
            )
        ]
    )
    uow.approvals.add(
        Approval(
            id=407_193,
            schedule_id=received.schedule_id,
            recipient=jid,
            state=ApprovalState.APPROVED,
            preview=False,
            created_at=now,
            told_at=now,
            decided_at=now,
        )
    )
    said = Text(language="en", body="It was sent.")
    _keep(uow, jid)
    uow.notices.add(
        Notice(to=jid, said=said, created_at=now, announcement=sent.schedule_id)
    )
    uow.audit.add(
        AuditEntry(
            at=now,
            caller=jid,
            role=Role.USER,
            door=Origin.IQ,
            action=Action.QUERY,
            about="all",
            reference=None,
            result="done",
        )
    )
    uow.requests.add(jid, now, MINUTE)


def _keep(uow: UnitOfWork, jid: str) -> None:
    """A maintenance, and an incident."""
    now = uow.now()
    uow.maintenances.add(
        Maintenance(
            owner=jid,
            client_id="disks",
            origin=Origin.IQ,
            fingerprint="f00d",
            list_name="news",
            template="maintenance",
            values={"summary": {"": "New disks"}},
            timezone="Europe/Warsaw",
            start=now.replace(tzinfo=None, microsecond=0),
            lasts=None,
            through=now.replace(tzinfo=None, microsecond=0),
            created_at=now,
        )
    )
    slow = {"summary": {"": "It is slow"}}
    uow.incidents.add(
        Incident(
            owner=jid,
            client_id="slow",
            fingerprint="f00d",
            list_name="news",
            content=TemplateContent(template="incident", values=slow),
            timezone="Europe/Warsaw",
            created_at=now,
            changed_at=now,
        )
    )


def broadcast(uow: UnitOfWork, sender: str, recipient: str) -> Broadcast:
    """One that is over, of a message that goes on."""
    now = uow.now()
    schedule = uow.schedules.add(
        Schedule(
            owner=sender,
            client_id="birthday",
            origin=Origin.IQ,
            fingerprint="f00d",
            audience=PersonAudience(jid=recipient),
            content=TextContent(texts=(Text(language="en", body="All the best!"),)),
            timezone="Europe/Warsaw",
            recurrence="FREQ=YEARLY",
            deliver_at=now,
            start=now.replace(tzinfo=None, microsecond=0),
            next_at=now + timedelta(days=365),
            created_at=now,
        )
    )
    occurrence = uow.occurrences.add(
        Occurrence(schedule_id=schedule.id, due_at=now, state=OccurrenceState.SENT)
    )
    assert occurrence is not None
    one = Broadcast(
        occurrence_id=occurrence.id,
        schedule_id=schedule.id,
        key=f"key{schedule.id}",
        list_id=None,
        in_owners_name=True,
        message_id="m-1",
        frozen_at=now,
        total=1,
        state=BroadcastState.SENT,
        created_at=now,
        finished_at=now,
    )
    return uow.broadcasts.add(one, [(0, 1, 1)], (recipient,))
