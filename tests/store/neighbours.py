"""How a neighbour would call for what is another service's."""

from collections.abc import Callable
from dataclasses import replace

from bot.domain.broadcast import Broadcast, BroadcastState, OccurrenceState
from bot.domain.consent import ApprovalState, Consent, Who
from bot.domain.lists import EndReason, Preferences, Subscriber
from bot.domain.maintenance import Window
from bot.domain.schedule import ScheduleState
from bot.domain.verdict import Score
from bot.service.ports.paging import Paging
from bot.service.ports.personal import Erasure, Part, Trace
from bot.service.ports.schedules import ScheduleFilter
from bot.service.ports.storage import CLEAR
from bot.service.ports.trail import AuditFilter
from bot.service.ports.unit_of_work import UnitOfWork
from tests.store.everything import (
    ADMIN,
    ENTRY,
    GONE,
    LATE_READER,
    LATER,
    MESSAGE,
    OWNER,
    PERSON,
    PULSE,
    READER,
    ROLE,
    SHIFT,
    SIGHT,
    STANDSTILL,
    TEXT,
    TOPIC,
    WALL,
    WORKER,
    Theirs,
    a_join_request,
    a_made_notice,
    an_approval,
    an_occurrence,
    an_update,
    some_news,
)
from tests.store.samples import (
    MINUTE,
    NOON,
    SERVICE,
    a_broadcast,
    a_list,
    a_maintenance,
    a_schedule,
    a_window,
    an_incident,
    declare,
)

NEIGHBOUR = "news.example.org"
A_LATER_NOTICE = replace(a_schedule(topic=TOPIC), id=2**31)


def own_place(unit: UnitOfWork) -> tuple[int, Subscriber]:
    """A list and a reader of the same names as theirs."""
    found = declare(unit, "news")["news"]
    return found, unit.subscribers.ensure(READER, NOON)


def resealed(unit: UnitOfWork) -> tuple[int, int]:
    """Of all tables: rows that were changed, texts that could not be read."""
    found = unit.keys.reseal(None, 9, lost=False)
    changed, unreadable = found.changed, found.unreadable
    while found.following is not None:
        found = unit.keys.reseal(found.following, 9, lost=False)
        changed, unreadable = changed + found.changed, unreadable + found.unreadable
    return changed, unreadable


def open_own(unit: UnitOfWork) -> bool:
    list_id, subscriber = own_place(unit)
    return unit.subscriptions.open(list_id, subscriber, ADMIN, NOON)


def welcome_own(unit: UnitOfWork) -> bool:
    list_id, subscriber = own_place(unit)
    return unit.subscriptions.welcome(list_id, subscriber.id, NOON)


def ask_own(unit: UnitOfWork) -> bool:
    list_id, _ = own_place(unit)
    asked = a_join_request(list_id)
    return unit.join_requests.add(asked) and unit.join_requests.counts() == {list_id: 1}


def put_own_news(unit: UnitOfWork) -> int:
    list_id, _ = own_place(unit)
    unit.contact_news.put(some_news(list_id))
    return len(unit.contact_news.first(9))


def add_own_approval(unit: UnitOfWork) -> int:
    """Of a schedule of their own; how many more wait for the reader beside it."""
    own = unit.schedules.add(a_schedule("own"))
    unit.approvals.add(an_approval(2, own))
    return unit.approvals.page(READER, Paging()).count - 1


def add_own_broadcast(unit: UnitOfWork) -> int:
    occurrence = an_occurrence(unit, unit.schedules.add(a_schedule()))
    added = unit.broadcasts.add(a_broadcast(occurrence), [(0, 9, 1)], (READER,))
    return unit.chunks.unfinished(added.id)


def own_window(unit: UnitOfWork) -> Window:
    maintenance = unit.maintenances.add(a_maintenance())
    return unit.maintenances.add_window(a_window(maintenance.id))


def own_windows(unit: UnitOfWork) -> int:
    return len(unit.maintenances.windows(own_window(unit).maintenance_id))


def own_notices(unit: UnitOfWork) -> int:
    window = own_window(unit)
    unit.maintenances.note(a_made_notice(window, unit.schedules.add(a_schedule())))
    return len(unit.maintenances.notices(window.id))


def amended(unit: UnitOfWork, theirs: Theirs) -> Broadcast | None:
    """Theirs is corrected, and looked for."""
    unit.broadcasts.save(replace(theirs.listed, edition=2))
    return unit.broadcasts.amended(theirs.schedule.id)


def progress_fails(unit: UnitOfWork, broadcast_id: int) -> bool:
    try:
        unit.broadcasts.progress(broadcast_id)
    except KeyError:
        return True
    return False


def forget_consent(unit: UnitOfWork) -> None:
    unit.forgotten.add(READER, NOON)
    unit.consents.forget(READER)


def held(unit: UnitOfWork) -> list[object]:
    """Rows of any part that are a person's."""
    parts = set(Part) - {
        *(Part.CONSENT, Part.ANNOUNCEMENTS, Part.ROLES, Part.FORGOTTEN)
    }
    return [
        row
        for part in sorted(parts)
        for jid in (OWNER, READER)
        for row in unit.holdings.some(part, jid, 0, 9).rows
    ]


def an_erasure(jid: str) -> Erasure:
    return Erasure(
        jid=jid, digest="forgotten:a", drawn="forgotten:b", now=LATER, today=NOON
    )


def erased(unit: UnitOfWork) -> None:
    for trace in Trace:
        for jid in (OWNER, READER):
            unit.traces.erase(trace, an_erasure(jid), 0)


Call = Callable[[UnitOfWork, Theirs], object]


#: for each method: how a neighbour calls it with what is theirs, what comes of it
CALLS: dict[str, tuple[Call, object]] = {
    "lists.declare": (lambda u, _: u.lists.declare([a_list(title="Mine")]), None),
    "lists.add": (lambda u, _: u.lists.add(a_list(title="Mine")), True),
    "lists.lock": (lambda u, _: u.lists.lock("news"), None),
    "lists.change": (
        lambda u, a: u.lists.change(a_list(id=a.list_id, title="Mine")),
        None,
    ),
    "lists.retire": (lambda u, a: u.lists.retire(a.list_id), None),
    "lists.get": (lambda u, _: u.lists.get("news"), None),
    "lists.by_id": (lambda u, a: u.lists.by_id(a.list_id), None),
    "lists.all": (lambda u, _: u.lists.all(), []),
    "lists.counts": (lambda u, _: u.lists.counts(), {}),
    "greetings.get": (lambda u, a: u.greetings.get(a.list_id), None),
    "greetings.put": (lambda u, a: u.greetings.put(a.list_id, "Mine"), None),
    "greetings.remove": (lambda u, a: u.greetings.remove(a.list_id), False),
    "subscribers.get": (lambda u, _: u.subscribers.get(READER), None),
    "subscribers.lock": (lambda u, _: u.subscribers.lock(READER), None),
    "subscribers.ensure": (
        lambda u, a: u.subscribers.ensure(READER, NOON).id == a.subscriber.id,
        False,
    ),
    "subscribers.seen": (lambda u, _: u.subscribers.seen(READER, language="fr"), None),
    "subscribers.prefer": (
        lambda u, a: u.subscribers.prefer(a.subscriber.id, Preferences(language="fr")),
        None,
    ),
    "subscribers.set_score": (
        lambda u, _: u.subscribers.set_score(READER, Score(4, NOON)),
        None,
    ),
    "subscriptions.open": (lambda u, _: open_own(u), True),
    "subscriptions.end": (
        lambda u, a: u.subscriptions.end(a.subscriber.id, EndReason.LEFT, NOON),
        0,
    ),
    "subscriptions.of": (lambda u, a: u.subscriptions.of(a.subscriber.id), []),
    "subscriptions.suspended": (
        lambda u, a: u.subscriptions.suspended(a.subscriber.id),
        [],
    ),
    "subscriptions.page": (
        lambda u, a: u.subscriptions.page(a.list_id, after=0, limit=9),
        [],
    ),
    "subscriptions.by_origin": (lambda u, _: u.subscriptions.by_origin(ADMIN), []),
    "subscriptions.among": (
        lambda u, a: u.subscriptions.among(a.list_id, [READER]),
        [],
    ),
    "subscriptions.standing": (lambda u, _: u.subscriptions.standing([READER]), []),
    "subscriptions.has_contact": (
        lambda u, a: u.subscriptions.has_contact(a.list_id, a.subscriber.id),
        None,
    ),
    "subscriptions.welcome": (lambda u, _: welcome_own(u), True),
    "suspensions.add": (
        lambda u, a: u.suspensions.add(a.subscriber.id, "gone", a.listed.id, NOON),
        [],
    ),
    "suspensions.page": (
        lambda u, a: u.suspensions.page(a.club_id, after=0, limit=9),
        [],
    ),
    "suspensions.untold": (lambda u, _: u.suspensions.untold(), None),
    "suspensions.told": (lambda u, _: u.suspensions.told(), None),
    "suspensions.tell": (lambda u, _: u.suspensions.tell(LATER), []),
    "suspensions.counts": (lambda u, _: u.suspensions.counts(), {}),
    "join_requests.add": (lambda u, _: ask_own(u), True),
    "join_requests.of": (lambda u, _: u.join_requests.of(READER), []),
    "join_requests.page": (
        lambda u, a: u.join_requests.page(a.club_id, after=0, limit=9),
        [],
    ),
    "join_requests.counts": (lambda u, _: u.join_requests.counts(), {}),
    "join_requests.take": (
        lambda u, a: u.join_requests.take([READER], [a.club_id]),
        [],
    ),
    "join_requests.refuse_all": (
        lambda u, a: u.join_requests.refuse_all(a.club_id, LATER),
        0,
    ),
    "join_requests.any_untold": (lambda u, _: u.join_requests.any_untold(), False),
    "join_requests.tell": (lambda u, _: u.join_requests.tell(LATER, 9), []),
    "contact_news.put": (lambda u, _: put_own_news(u), 1),
    "contact_news.drop": (
        lambda u, a: u.contact_news.drop(READER, [a.list_id]),
        None,
    ),
    "contact_news.first": (lambda u, _: u.contact_news.first(9), []),
    "contact_news.done": (
        lambda u, _: u.contact_news.done(range(1, 9)),
        [],
    ),
    "people.put": (lambda u, a: u.people.put(a.list_id, [PERSON], ADMIN, NOON), []),
    "people.hold": (lambda u, _: u.people.hold([PERSON]), None),
    "people.gone": (lambda u, a: u.people.gone(a.club_id, [PERSON]), {}),
    "people.heal": (lambda u, _: u.people.heal([PERSON.jid]), None),
    "people.named": (lambda u, a: u.people.named([a.subscriber.id]), []),
    "people.differing": (lambda u, _: u.people.differing([PERSON]), 0),
    "people.standing": (lambda u, a: u.people.standing(a.list_id, [PERSON]), 0),
    "people.page": (lambda u, a: u.people.page(a.list_id, after=0, limit=9), []),
    "schedules.add": (
        lambda u, a: u.schedules.add(a_schedule()).id == a.schedule.id,
        False,
    ),
    "schedules.get": (lambda u, a: u.schedules.get(a.schedule.id), None),
    "schedules.find": (lambda u, _: u.schedules.find(OWNER, "s1"), None),
    "schedules.taken": (lambda u, _: u.schedules.taken(OWNER, ["s1"]), set()),
    "schedules.lock": (lambda u, a: u.schedules.lock(a.schedule.id), None),
    "schedules.hold": (lambda u, _: u.schedules.hold(OWNER), None),
    "schedules.soonest_end": (lambda u, _: u.schedules.soonest_end(OWNER), None),
    "schedules.save": (
        lambda u, a: u.schedules.save(replace(a.schedule, state=ScheduleState.SENT)),
        None,
    ),
    "schedules.due": (lambda u, _: u.schedules.due(LATER, 9), []),
    "topics.is_overtaken": (
        lambda u, _: u.topics.is_overtaken(a_schedule(topic=TOPIC), LATER),
        False,
    ),
    "topics.under_way": (lambda u, _: u.topics.under_way(A_LATER_NOTICE), []),
    "topics.is_held": (lambda u, _: u.topics.is_held(A_LATER_NOTICE, NOON), False),
    "schedules.next_due": (lambda u, _: u.schedules.next_due(), None),
    "schedules.clocks": (lambda u, _: u.schedules.clocks(), []),
    "schedules.upcoming": (lambda u, _: u.schedules.upcoming(9), []),
    "schedules.recurring": (lambda u, _: u.schedules.recurring(0, 9), []),
    "schedules.page": (
        lambda u, _: u.schedules.page(ScheduleFilter(), Paging()).count,
        0,
    ),
    "schedules.count": (lambda u, _: u.schedules.count(ScheduleFilter()), 0),
    "schedules.live": (lambda u, _: u.schedules.live(), {}),
    "incidents.add": (
        lambda u, a: u.incidents.add(an_incident()).id == a.incident.id,
        False,
    ),
    "incidents.get": (lambda u, a: u.incidents.get(a.incident.id), None),
    "incidents.find": (lambda u, _: u.incidents.find(OWNER, "i1"), None),
    "incidents.lock": (lambda u, a: u.incidents.lock(a.incident.id), None),
    "incidents.save": (
        lambda u, a: u.incidents.save(replace(a.incident, revision=2)),
        None,
    ),
    "incidents.page": (lambda u, _: u.incidents.page(Paging()).count, 0),
    "incidents.latest": (
        lambda u, _: u.incidents.latest(["news"], NOON.replace(hour=0), 9),
        [],
    ),
    "incidents.count_open": (lambda u, _: u.incidents.count_open(OWNER), 0),
    "incidents.add_update": (
        lambda u, a: u.incidents.add_update(
            an_update(a.incident, u.schedules.add(a_schedule()), 2)
        ),
        None,
    ),
    "incidents.updates": (
        lambda u, a: u.incidents.updates(a.incident.id, limit=9),
        [],
    ),
    "incidents.purge": (lambda u, _: u.incidents.purge(LATER, LATER, 9), 0),
    "occurrences.add": (
        lambda u, a: an_occurrence(u, u.schedules.add(a_schedule())) == a.occurrence,
        False,
    ),
    "occurrences.add_all": (
        lambda u, a: u.occurrences.add_all(
            [replace(a.occurrence, schedule_id=u.schedules.add(a_schedule()).id)]
        ),
        None,
    ),
    "occurrences.tell": (lambda u, a: u.occurrences.tell(a.schedule.id), []),
    "shifts.record": (
        lambda u, _: u.shifts.record(replace(SHIFT, seen_at=LATER)),
        None,
    ),
    "shifts.all": (lambda u, _: u.shifts.all(), []),
    "shifts.forget": (lambda u, _: u.shifts.forget(LATER), None),
    "occurrences.get": (lambda u, a: u.occurrences.get(a.occurrence.id), None),
    "occurrences.save": (
        lambda u, a: u.occurrences.save(
            replace(a.occurrence, state=OccurrenceState.FAILED)
        ),
        None,
    ),
    "occurrences.of": (lambda u, a: u.occurrences.of(a.schedule.id, limit=9), []),
    "occurrences.at": (
        lambda u, a: u.occurrences.at(a.schedule.id, a.occurrence.due_at),
        None,
    ),
    "occurrences.in_state": (
        lambda u, a: u.occurrences.in_state(a.schedule.id, OccurrenceState.SENDING),
        [],
    ),
    "occurrences.skipped": (
        lambda u, a: u.occurrences.skipped(a.schedule.id, after=None),
        [],
    ),
    "occurrences.put_back": (
        lambda u, a: u.occurrences.put_back(a.schedule.id, WALL),
        None,
    ),
    "occurrences.begin_anew": (
        lambda u, a: u.occurrences.begin_anew(a.schedule.id, WALL),
        None,
    ),
    "occurrences.passed_ahead": (
        lambda u, a: u.occurrences.passed_ahead(a.schedule.id, NOON),
        None,
    ),
    "occurrences.forget_passed": (
        lambda u, a: u.occurrences.forget_passed(a.schedule.id, WALL, WALL),
        0,
    ),
    "maintenances.add": (
        lambda u, a: u.maintenances.add(a_maintenance()).id == a.maintenance.id,
        False,
    ),
    "maintenances.get": (lambda u, a: u.maintenances.get(a.maintenance.id), None),
    "maintenances.find": (lambda u, _: u.maintenances.find(OWNER, "m1"), None),
    "maintenances.lock": (lambda u, a: u.maintenances.lock(a.maintenance.id), None),
    "maintenances.save": (
        lambda u, a: u.maintenances.save(replace(a.maintenance, revision=2)),
        None,
    ),
    "maintenances.page": (
        lambda u, _: u.maintenances.page(Paging(), owner=None, over=True).count,
        0,
    ),
    "maintenances.count": (lambda u, _: u.maintenances.count(OWNER), 0),
    "maintenances.due": (lambda u, _: u.maintenances.due(LATER, 9), []),
    "maintenances.next_due": (lambda u, _: u.maintenances.next_due(), None),
    "maintenances.going_on": (lambda u, _: u.maintenances.going_on(0, 9), []),
    "maintenances.add_window": (lambda u, _: own_windows(u), 1),
    "maintenances.save_window": (
        lambda u, a: u.maintenances.save_window(replace(a.window, asked=2)),
        None,
    ),
    "maintenances.windows": (
        lambda u, a: u.maintenances.windows(a.maintenance.id),
        [],
    ),
    "maintenances.window": (
        lambda u, a: u.maintenances.window(a.maintenance.id, 1),
        None,
    ),
    "maintenances.window_at": (
        lambda u, a: u.maintenances.window_at(a.maintenance.id, WALL, NOON),
        None,
    ),
    "maintenances.note": (lambda u, _: own_notices(u), 1),
    "maintenances.notices": (lambda u, a: u.maintenances.notices(a.window.id), []),
    "broadcasts.keep_content": (
        lambda u, a: u.broadcasts.keep_content(a.schedule, NOON),
        None,
    ),
    "broadcasts.kept_content": (
        lambda u, a: u.broadcasts.kept_content(a.listed.id),
        None,
    ),
    "broadcasts.add": (lambda u, _: add_own_broadcast(u), 1),
    "broadcasts.nth": (lambda u, a: u.broadcasts.nth(a.schedule.id, 1), None),
    "broadcasts.numbers": (lambda u, a: u.broadcasts.numbers([a.listed.id]), {}),
    "broadcasts.progresses": (lambda u, a: u.broadcasts.progresses([a.listed.id]), {}),
    "broadcasts.kept_contents": (
        lambda u, a: u.broadcasts.kept_contents([a.listed.id]),
        {},
    ),
    "schedules.several": (lambda u, a: u.schedules.several([a.schedule.id]), {}),
    "broadcasts.number": (lambda u, a: u.broadcasts.number(a.listed), 0),
    "broadcasts.get": (lambda u, a: u.broadcasts.get(a.listed.id), None),
    "broadcasts.lock": (lambda u, a: u.broadcasts.lock(a.listed.id), None),
    "broadcasts.by_key": (lambda u, a: u.broadcasts.by_key(a.listed.key), None),
    "broadcasts.of_occurrence": (
        lambda u, a: u.broadcasts.of_occurrence(a.listed.occurrence_id),
        None,
    ),
    "broadcasts.amended": (amended, None),
    "broadcasts.by_message": (
        lambda u, _: u.broadcasts.by_message(MESSAGE, OWNER, READER),
        None,
    ),
    "broadcasts.save": (
        lambda u, a: u.broadcasts.save(replace(a.listed, state=BroadcastState.FAILED)),
        None,
    ),
    "broadcasts.page": (
        lambda u, a: [
            u.broadcasts.page(Paging(), **wanted).count
            for wanted in (
                {},
                {"sending": True},
                {"schedule_id": a.schedule.id},
                {"owner": OWNER},
                {"owner": "", "lists": [a.listed.list_id]},
            )
        ],
        [0, 0, 0, 0, 0],
    ),
    "broadcasts.count": (lambda u, _: u.broadcasts.count(OWNER, NOON, LATER), 0),
    "broadcasts.progress": (lambda u, a: progress_fails(u, a.listed.id), True),
    "broadcasts.shut_out": (lambda u, _: u.broadcasts.shut_out(), []),
    "broadcasts.next_opening": (lambda u, _: u.broadcasts.next_opening(), None),
    "broadcasts.renditions": (
        lambda u, a: u.broadcasts.renditions(a.listed.id, "UTC"),
        {},
    ),
    "broadcasts.keep": (
        lambda u, a: u.broadcasts.keep(a.listed.id, "UTC", {"de": TEXT}),
        {},
    ),
    "chunks.claim": (lambda u, _: u.chunks.claim("other", LATER, MINUTE), None),
    "chunks.hold": (lambda u, a: u.chunks.hold(a.chunk.id, WORKER), None),
    "chunks.save": (lambda u, a: u.chunks.save(replace(a.chunk, through=5)), None),
    "chunks.renew": (lambda u, a: u.chunks.renew(WORKER, LATER, [a.chunk.id]), None),
    "chunks.release": (lambda u, _: u.chunks.release(WORKER), None),
    "chunks.held": (lambda u, a: u.chunks.held([a.listed.id], NOON), False),
    "chunks.unfinished": (lambda u, a: u.chunks.unfinished(a.listed.id), 0),
    "chunks.of": (lambda u, a: u.chunks.of(a.listed.id), []),
    "audiences.freeze": (
        lambda u, a: u.audiences.freeze(a.list_id, LATER, 9).ranges,
        (),
    ),
    "audiences.page": (
        lambda u, a: [
            u.audiences.page(one, after=0, last=99, limit=9)
            for one in (a.listed, a.copied)
        ],
        [[], []],
    ),
    "audiences.find": (
        lambda u, a: [u.audiences.find(one, READER) for one in (a.listed, a.copied)],
        [None, None],
    ),
    "exceptions.get": (lambda u, a: u.exceptions.get(a.listed.id, READER), None),
    "exceptions.put": (
        lambda u, a: u.exceptions.put([replace(a.exception, attempts=4)]),
        None,
    ),
    "exceptions.due": (lambda u, _: u.exceptions.due(LATER, 9), set()),
    "exceptions.retries": (lambda u, _: u.exceptions.retries(LATER, 9), []),
    "exceptions.retract": (
        lambda u, a: u.exceptions.retract(a.listed.id, LATER),
        None,
    ),
    "exceptions.hurry": (lambda u, a: u.exceptions.hurry(a.listed.id, LATER), None),
    "broadcasts.keep_edition": (
        lambda u, a: u.broadcasts.keep_edition(
            replace(a.listed, edition=2), a.schedule.content, "UTC"
        ),
        None,
    ),
    "broadcasts.following": (lambda u, a: u.broadcasts.following(a.listed, 9), []),
    "broadcasts.amendments": (
        lambda u, a: u.broadcasts.amendments(a.listed.id),
        [],
    ),
    "broadcasts.beside": (lambda u, a: u.broadcasts.beside(a.listed.id, 0), []),
    "broadcasts.latest": (lambda u, _: u.broadcasts.latest(), 0),
    "chunks.untouched": (
        lambda u, a: [u.chunks.untouched(one.id) for one in (a.listed, a.copied)],
        [[], []],
    ),
    "chunks.bereave": (lambda u, _: u.chunks.bereave(WORKER), None),
    "audiences.reached": (
        lambda u, a: (
            u.audiences.reached(
                replace(a.listed, told_by=a.copied.id), [(0, 9)], NOON
            ).ranges
        ),
        (),
    ),
    "schedules.amending": (lambda u, a: u.schedules.amending(a.listed.id), []),
    "exceptions.abandon": (lambda u, a: u.exceptions.abandon(a.listed.id), None),
    "broadcasts.concerning": (
        lambda u, _: u.broadcasts.concerning(READER, before=99, limit=9),
        [],
    ),
    "public.announced": (
        lambda u, t: u.public.announced(t.listed.list_id or 0, 9),
        [],
    ),
    "public.notices": (lambda u, _: u.public.notices([TOPIC]), {}),
    "public.amending": (lambda u, _: u.public.amending(), {}),
    "public.windows": (lambda u, _: u.public.windows(["news"], NOON, 9), []),
    "chunks.at": (lambda u, t: u.chunks.at(t.listed.id, 1), None),
    "subscriptions.latest": (
        lambda u, t: u.subscriptions.latest(t.subscriber.id),
        [],
    ),
    "suspensions.everywhere": (
        lambda u, _: u.suspensions.everywhere(after=0, limit=9),
        [],
    ),
    "suspensions.condition": (
        lambda u, _: next(
            (found for one in range(9) if (found := u.suspensions.condition(one))),
            None,
        ),
        None,
    ),
    "exceptions.unwritten": (lambda u, _: u.exceptions.unwritten(9), []),
    "exceptions.skip_waiting": (
        lambda u, a: u.exceptions.skip_waiting(a.later.broadcast_id, "stopped"),
        0,
    ),
    "exceptions.earlier": (
        lambda u, a: u.exceptions.earlier(replace(a.listed, id=99), [LATE_READER]),
        set(),
    ),
    "exceptions.supersede": (
        lambda u, a: u.exceptions.supersede(replace(a.listed, id=99), [LATE_READER]),
        None,
    ),
    "exceptions.waiting": (lambda u, _: u.exceptions.waiting(9), []),
    "exceptions.count_waiting": (lambda u, _: u.exceptions.count_waiting(), 0),
    "exceptions.wake": (lambda u, _: u.exceptions.wake(LATE_READER, NOON), 0),
    "exceptions.any_awaited": (
        lambda u, a: u.exceptions.any_awaited(a.listed.id),
        False,
    ),
    "exceptions.page": (
        lambda u, a: u.exceptions.page(a.listed.id, after="", limit=9),
        [],
    ),
    "exceptions.conditions": (lambda u, a: u.exceptions.conditions(a.listed.id), []),
    "consents.get": (lambda u, _: u.consents.get(READER), None),
    "consents.put": (
        lambda u, _: u.consents.put(READER, Consent(who=Who.NOBODY), LATER),
        None,
    ),
    "consents.forget": (lambda u, _: forget_consent(u), None),
    # by a key of their own
    "forgotten.digest": (lambda u, _: u.forgotten.digest(GONE), None),
    "forgotten.add": (lambda u, a: u.forgotten.add(GONE, LATER) == a.gone, False),
    "forgotten.remove": (lambda u, _: u.forgotten.remove(GONE), None),
    "forgotten.since": (lambda u, _: u.forgotten.since(GONE), None),
    "forgotten.latest": (lambda u, _: u.forgotten.latest(), None),
    "forgotten.among": (lambda u, _: u.forgotten.among([GONE]), set()),
    "holdings.some": (lambda u, _: held(u), []),
    "traces.erase": (lambda u, _: erased(u), None),
    "traces.awaited": (lambda u, _: u.traces.awaited(READER, 9), []),
    "traces.part_with": (lambda u, _: u.traces.part_with(an_erasure(READER)), None),
    "approvals.add": (lambda u, _: add_own_approval(u), 0),
    "approvals.of": (lambda u, a: u.approvals.of(a.schedule.id), None),
    "approvals.find": (lambda u, a: u.approvals.find(READER, a.approval.id), None),
    "approvals.decide": (
        lambda u, a: u.approvals.decide(a.approval, ApprovalState.APPROVED, LATER),
        None,
    ),
    "approvals.void": (lambda u, a: u.approvals.void(a.schedule.id), None),
    "approvals.page": (lambda u, _: u.approvals.page(READER, Paging()).count, 0),
    "approvals.untold": (lambda u, _: u.approvals.untold(NOON, LATER, 9), []),
    "approvals.tell": (lambda u, _: u.approvals.tell(READER, LATER), []),
    "notices.add": (lambda u, a: u.notices.add(a.notice), None),
    "notices.claim": (lambda u, _: u.notices.claim(LATER, LATER, 9), []),
    "notices.release": (lambda u, _: u.notices.release(), None),
    "notices.done": (lambda u, a: u.notices.done([a.notice.id]), None),
    "notices.waiting": (lambda u, _: u.notices.waiting(), 0),
    "claims.waiting": (lambda u, _: u.claims.waiting(LATER, LATER), set()),
    "claims.wait_for": (lambda u, a: u.claims.wait_for(("chunk", a.chunk.id)), False),
    # one for the database: ids are made of a broadcast's key, too
    "facts.digest_key": (lambda u, a: u.facts.digest_key() == a.key, True),
    "facts.beat": (lambda u, _: u.facts.beat(replace(PULSE, connected=False)), None),
    "facts.pulses": (lambda u, _: u.facts.pulses(), []),
    "facts.ask_to_read": (lambda u, _: u.facts.ask_to_read(WORKER), 0),
    "facts.asked_to_read": (lambda u, _: u.facts.asked_to_read(WORKER), 0),
    "facts.stopped": (lambda u, _: u.facts.stopped(WORKER), None),
    # the one that is there to say whose rows these are
    "facts.strangers": (lambda u, _: u.facts.strangers(LATER, LATER), [SERVICE]),
    "sights.all": (lambda u, _: u.sights.all(), []),
    "sights.put": (lambda u, _: u.sights.put(replace(SIGHT, version="2")), None),
    "sights.forget_but": (lambda u, _: u.sights.forget_but([]), None),
    "roles.all": (lambda u, _: u.roles.all(), []),
    "roles.of": (lambda u, _: u.roles.of(READER), []),
    "roles.hold": (lambda u, _: u.roles.hold(), None),
    "roles.put": (lambda u, _: u.roles.put(replace(ROLE, jid=OWNER)), None),
    "roles.remove": (lambda u, _: u.roles.remove(ROLE), False),
    "standstills.get": (lambda u, _: u.standstills.get(), None),
    "standstills.begin": (lambda u, _: u.standstills.begin(STANDSTILL), True),
    "standstills.end": (lambda u, _: u.standstills.end(), None),
    "requests.add": (lambda u, _: u.requests.add(OWNER, NOON, MINUTE), (1, NOON)),
    "requests.forget": (lambda u, _: u.requests.forget(LATER, 9), 0),
    "audit.add": (lambda u, _: u.audit.add(ENTRY), None),
    "audit.page": (lambda u, _: u.audit.page(AuditFilter(), Paging()).count, 0),
    "audit.following": (lambda u, _: u.audit.following(AuditFilter(), 0, 9), []),
    "audit.latest": (lambda u, _: u.audit.latest(), None),
    "audit.purge": (lambda u, _: u.audit.purge(LATER, 9), 0),
    "keys.noted": (lambda u, _: u.keys.noted(), set()),
    "keys.note": (lambda u, _: u.keys.note("new"), None),
    "keys.settle": (lambda u, _: u.keys.settle(CLEAR), None),
    "keys.reseal": (lambda u, _: resealed(u), (0, 0)),
    "content.purge_schedules": (
        lambda u, _: u.content.purge_schedules(LATER, LATER, 9, personal=False),
        0,
    ),
    "content.purge_maintenances": (
        lambda u, _: u.content.purge_maintenances(LATER, LATER, 9),
        0,
    ),
    "content.purge_broadcasts": (
        lambda u, _: u.content.purge_broadcasts(LATER, LATER, 9, personal=False),
        0,
    ),
}

#: give the same to everybody, by engine
ALIKE = {
    *("facts.digest_key", "lists.lock", "people.hold", "roles.hold"),
    "schedules.hold",
}
ALIKE_ON = {"postgresql": ALIKE, "sqlite": ALIKE | {"claims.waiting"}}
