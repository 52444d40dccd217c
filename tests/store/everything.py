"""One of everything of one service."""

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.access import Role
from bot.domain.amendment import Amendment
from bot.domain.audit import Action, AuditEntry
from bot.domain.broadcast import (
    Broadcast,
    BroadcastState,
    Chunk,
    DeliveryException,
    ExceptionKind,
    Occurrence,
    OccurrenceState,
)
from bot.domain.consent import Approval, ApprovalState, Consent, Who
from bot.domain.incident import Incident, IncidentState, Update, UpdateKind
from bot.domain.lateness import Shift
from bot.domain.lists import (
    ContactNews,
    ContactState,
    EndReason,
    JoinRequest,
    Subscriber,
    SubscriptionOrigin,
)
from bot.domain.maintenance import Maintenance, Phase, Window
from bot.domain.message import Text
from bot.domain.people import Person
from bot.domain.roles import HeldRole, RoleName
from bot.domain.schedule import Origin, Schedule, ScheduleState, ToldAudience
from bot.domain.standstill import Standstill
from bot.domain.verdict import Score
from bot.service.ports.maintenance import NoticeMade
from bot.service.ports.notices import Notice
from bot.service.ports.pulses import Pulse
from bot.service.ports.sights import Sight
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store.sealing import Vault
from bot.store.tables import schedule as schedule_table
from tests.store.samples import (
    MINUTE,
    NOON,
    SERVICE,
    a_broadcast,
    a_maintenance,
    a_schedule,
    a_window,
    an_incident,
    declare,
)

LATER = NOON + timedelta(days=1)
WALL = LATER.replace(tzinfo=None)
WORKER, OWNER, READER = "w", "admin@example.org", "reader@example.org"
LATE_READER = "late@example.org"
REPEATED_READER = "repeated@example.org"
#: of a notice
TOPIC = "incident/1"
#: the id that the owner chose for a message
MESSAGE = "m-1"
#: who asked to be forgotten
GONE = "gone@example.org"
ADMIN = SubscriptionOrigin.ADMIN
PERSON = Person(READER, "fr", "Europe/Paris", "fr")
TEXT = Text(language="en", body="Hello")
PULSE = Pulse(
    worker=WORKER, service=SERVICE, version="1", connected=True,
    started_at=NOON, seen_at=NOON,
)  # fmt: skip
SHIFT = Shift(began_at=NOON, seen_at=NOON)
SIGHT = Sight(
    server="example.org", version="0.2.0", serves=SERVICE, privilege="urn:p",
    parts=frozenset({"divert", "deliver"}), delegated=frozenset({"urn:a", "urn:b"}),
    rosters=True, uploads={"https://a.example/": 60},
    seen_at=NOON, open_since=LATER,
)  # fmt: skip
CONSENT = Consent(
    who=Who.ASK,
    allowed=frozenset({OWNER}),
    blocked=frozenset({"evil.example"}),
    max_per_day=3,
    max_ahead=86_400,
    preview=True,
)
ENTRY = AuditEntry(
    at=NOON, caller=OWNER, role=Role.ADMIN, door=Origin.IQ, action=Action.QUERY,
    about="s1", reference=None, result="done",
)  # fmt: skip
ROLE = HeldRole(
    jid=READER, role=RoleName.PUBLISHER, list_name="news", by=OWNER, at=NOON
)
STANDSTILL = Standstill(by=OWNER, since=NOON)
#: by a key that nobody has
SEALED = Vault([b"k" * 32]).seal(schedule_table.c.metadata, "<metadata/>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """One of everything, of one service."""

    list_id: int
    #: of which the reader is suspended
    club_id: int
    subscriber: Subscriber
    schedule: Schedule
    occurrence: Occurrence
    #: to the list, and to people
    listed: Broadcast
    copied: Broadcast
    chunk: Chunk
    exception: DeliveryException
    #: who hears it later
    later: DeliveryException
    notice: Notice
    maintenance: Maintenance
    window: Window
    approval: Approval
    #: the digest of who asked to be forgotten
    gone: str
    key: bytes
    incident: Incident


def amend(unit: UnitOfWork, over: Schedule, original: Broadcast) -> None:
    """The original is corrected, and is to be once more, beside another broadcast, a
    notice of a topic and one that waits for a send window.
    """
    told = ToldAudience(broadcast_id=original.id, list_name="news")
    correct = Amendment.CORRECT
    unit.schedules.add(a_schedule("again", audience=told, amendment=correct))
    finished = a_broadcast(
        an_occurrence(unit, over),
        list_id=original.list_id,
        highest=original.highest,
        state=BroadcastState.SENT,
        finished_at=NOON,
    )
    unit.broadcasts.add(finished, ())
    for minute, amendment in ((1, None), (2, correct)):
        amending = a_broadcast(
            an_occurrence(unit, over, minute),
            topic=TOPIC,
            amendment=amendment,
            told_by=original.id if amendment else None,
            state=BroadcastState.SENT,
            finished_at=NOON,
        )
        unit.broadcasts.add(amending, ())
    waits = a_broadcast(
        an_occurrence(unit, over, 3), begins_at=LATER, told_by=original.id
    )
    unit.broadcasts.add(waits, ())


def fill(unit: UnitOfWork) -> Theirs:
    lists = declare(unit, "news", "club")
    unit.greetings.put(lists["news"], "Hello and welcome")
    subscriber = unit.subscribers.ensure(READER, NOON)
    unit.subscribers.set_score(READER, Score(2, NOON))
    for name in ("news", "club"):
        unit.subscriptions.open(lists[name], subscriber, ADMIN, NOON)
        unit.subscriptions.welcome(lists[name], subscriber.id, NOON)
    unit.subscriptions.end(
        subscriber.id, EndReason.SUSPENDED, LATER, list_id=lists["club"]
    )
    told, untold = (
        unit.subscribers.ensure(jid, NOON)
        for jid in ("told@example.org", "untold@example.org")
    )
    for bounced in (told, untold):
        unit.subscriptions.open(lists["club"], bounced, ADMIN, NOON)
    schedule = unit.schedules.add(a_schedule())
    unit.schedules.add(a_schedule("daily", recurrence="FREQ=DAILY", start=WALL))
    broadcasts = []
    for minute in (0, 1):
        occurrence = an_occurrence(unit, schedule, minute)
        frozen = unit.audiences.freeze(lists["news"], NOON, 10)
        broadcast = a_broadcast(
            occurrence,
            list_id=None if minute else frozen.list_id,
            highest=None if minute else frozen.highest,
            message_id=MESSAGE if minute else None,
            topic=None if minute else TOPIC,
        )
        recipients = (READER,) if minute else ()
        broadcasts.append(unit.broadcasts.add(broadcast, [(0, 9, 1)], recipients))
        if not minute:  # of the first alone
            unit.broadcasts.keep_content(schedule, NOON)
    unit.suspensions.add(told.id, "gone", broadcasts[0].id, NOON)
    unit.suspensions.tell(NOON)
    unit.suspensions.add(untold.id, "gone", broadcasts[0].id, LATER)
    unit.broadcasts.keep(broadcasts[0].id, "UTC", {"en": TEXT})
    unit.schedules.add(a_schedule("sealed", metadata=SEALED, topic=TOPIC))
    over = unit.schedules.add(
        a_schedule("over", state=ScheduleState.SENT, next_at=None, ended_at=NOON)
    )
    amend(unit, over, broadcasts[0])
    unit.shifts.record(SHIFT)
    unit.occurrences.add(
        Occurrence(
            schedule_id=schedule.id,
            due_at=LATER,
            wall=WALL,
            state=OccurrenceState.SKIPPED,
            reason="paused",
            told=False,
        )
    )
    chunk = unit.chunks.claim(WORKER, NOON, MINUTE)
    assert chunk is not None
    exception = DeliveryException(
        broadcast_id=broadcasts[0].id, jid=READER, kind=ExceptionKind.RETRYING,
        condition="timeout", first_at=NOON, next_at=NOON,
    )  # fmt: skip
    later = DeliveryException(
        broadcast_id=broadcasts[0].id, jid=LATE_READER, kind=ExceptionKind.WAITING,
        condition="quiet", first_at=NOON, next_at=NOON,
    )  # fmt: skip
    repeated = replace(
        exception, jid=REPEATED_READER, kind=ExceptionKind.DEFERRED, attempts=1
    )
    unit.exceptions.put([exception, later, repeated])
    unit.notices.add(Notice(to=OWNER, said=TEXT, created_at=NOON))
    [notice] = unit.notices.claim(NOON, NOON, 1)
    maintenance, window = keep_maintenance(unit, schedule)
    unit.consents.put(READER, CONSENT, NOON)
    gone = unit.forgotten.add(GONE, NOON)
    approval = an_approval(1, schedule)
    unit.approvals.add(approval)
    unit.facts.beat(PULSE)
    unit.facts.ask_to_read(WORKER)
    unit.sights.put(SIGHT)
    unit.join_requests.add(a_join_request(lists["club"]))
    unit.contact_news.put(some_news(lists["news"]))
    unit.requests.add(OWNER, NOON, MINUTE)
    unit.audit.add(ENTRY)
    unit.keys.note("k")
    rule(unit)
    return Theirs(
        list_id=lists["news"],
        club_id=lists["club"], subscriber=subscriber, schedule=schedule,
        occurrence=occurrence, listed=broadcasts[0], copied=broadcasts[1],
        chunk=chunk, exception=exception, later=later, notice=notice, approval=approval,
        maintenance=maintenance, window=window, gone=gone,
        key=unit.facts.digest_key(),
        incident=some_incidents(unit, schedule),
    )  # fmt: skip


def rule(unit: UnitOfWork) -> None:
    unit.roles.put(ROLE)
    unit.standstills.begin(STANDSTILL)


def keep_maintenance(
    unit: UnitOfWork, schedule: Schedule
) -> tuple[Maintenance, Window]:
    """One that goes on, of which that was told, and one that is over."""
    maintenance = unit.maintenances.add(a_maintenance())
    window = unit.maintenances.add_window(a_window(maintenance.id))
    unit.maintenances.note(a_made_notice(window, schedule))
    unit.maintenances.add(a_maintenance("past", ended_at=NOON, next_at=None))
    return maintenance, window


def an_occurrence(unit: UnitOfWork, schedule: Schedule, minute: int = 0) -> Occurrence:
    occurrence = unit.occurrences.add(
        Occurrence(
            schedule_id=schedule.id,
            due_at=NOON + minute * MINUTE,
            state=OccurrenceState.SENDING,
        )
    )
    assert occurrence is not None
    return occurrence


def a_made_notice(window: Window, schedule: Schedule) -> NoticeMade:
    return NoticeMade(
        window_id=window.id,
        phase=Phase.ANNOUNCED,
        schedule_id=schedule.id,
        made_at=NOON,
    )


def some_incidents(unit: UnitOfWork, schedule: Schedule) -> Incident:
    """One that is over, and one that is open, which it gives."""
    resolved = IncidentState.RESOLVED
    unit.incidents.add(an_incident("i0", state=resolved, ended_at=NOON))
    incident = unit.incidents.add(an_incident())
    unit.incidents.add_update(an_update(incident, schedule))
    return incident


def an_update(incident: Incident, schedule: Schedule, number: int = 1) -> Update:
    return Update(
        incident_id=incident.id,
        number=number,
        kind=UpdateKind.OPENED,
        schedule_id=schedule.id,
        at=NOON,
    )


def an_approval(reference: int, schedule: Schedule) -> Approval:
    """Of the reader, who has not been told yet."""
    return Approval(
        id=reference,
        schedule_id=schedule.id,
        recipient=READER,
        state=ApprovalState.WAITING,
        preview=False,
        created_at=NOON,
    )


def a_join_request(list_id: int) -> JoinRequest:
    """Of the reader, by presence."""
    return JoinRequest(list_id=list_id, jid=READER, by_presence=True, asked_at=NOON)


def some_news(list_id: int) -> ContactNews:
    """For the reader: he is let in."""
    state = ContactState.LET_IN
    return ContactNews(list_id=list_id, jid=READER, state=state, created_at=NOON)
