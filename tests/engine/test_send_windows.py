"""Send windows of lists: what waits, goes on, is left out, over a wire of the test's.

Noon is on a Sunday.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.access import Access
from bot.domain.broadcast import BroadcastState, ExceptionKind, OccurrenceState
from bot.domain.errors import NotAllowed
from bot.domain.lists import AnnouncementList, Preferences
from bot.domain.quiet import QuietHours
from bot.domain.schedule import Schedule, ScheduleState
from bot.domain.send_window import Outside, SendWindow, WindowZone, read
from bot.engine.planner import Planner
from bot.service.ports.unit_of_work import UnitOfWork
from tests.engine.inboxes import correct
from tests.engine.worker import readers, until, working
from tests.fakes import FakeWire
from tests.world import ADMIN, NOON, PUBLISHER, World, a_list, a_policy, copy_of

HERE, THERE = "here@example.org", "there@example.org"
MONDAY = NOON.replace(hour=9) + timedelta(days=1)
OFFICE = SendWindow(read("09:00-20:00 MO TU WE TH FR"))


def news(window: SendWindow | None, **changes: Any) -> AnnouncementList:
    return a_list(send_window=window, **changes)


@pytest.fixture
def office(blank: Path, tmp_path: Path) -> Iterator[World]:
    """A list that speaks in office hours, and a publisher who may be urgent."""
    access = Access(
        admins=frozenset({ADMIN}),
        publishers=frozenset({PUBLISHER}),
        domains=frozenset({"example.org"}),
    )
    world = World(
        copy_of(blank, tmp_path), lists=[news(OFFICE)], policy=a_policy(access=access)
    )
    yield world
    world.close()


def declared(world: World, entry: AnnouncementList) -> None:
    world.do(lambda unit: unit.lists.declare([entry]))


def opened(world: World) -> None:
    """A round of the planner, of what waits for a window."""
    world.do(world.use_cases.windows.open, world.clock.now())


def carried(
    world: World, *facts: Callable[[], bool], wire: FakeWire | None = None, **more: Any
) -> list[str]:
    """Whom the engine tells until all of it holds."""
    wire = wire or FakeWire()

    async def go() -> None:
        async with working(world, wire, **more):
            for fact in facts:
                await until(fact)

    asyncio.run(go())
    return [to for to, _ in wire.taken]


def is_over(world: World, job: Schedule) -> Callable[[], bool]:
    return lambda: world.broadcast(job).state is not BroadcastState.SENDING


def nothing_to_claim(world: World) -> None:
    claimed = world.do(world.chunk_progress.claim, "nobody")
    assert claimed is None


def test_waits_for_the_opening(office: World) -> None:
    """What is due outside of the window is planned, counts as deferred, and goes out
    when it opens.
    """
    office.subscribe(HERE, THERE)
    job = office.due()
    assert office.broadcast(job).begins_at == MONDAY
    nothing_to_claim(office)
    counted = office.progress(job)
    assert (counted.total, counted.sent, counted.deferred, counted.waiting) == (
        2,
        0,
        2,
        2,
    )
    assert office.get(job.id).wire_state == "queued"
    office.clock.set(MONDAY - timedelta(seconds=1))
    opened(office)
    nothing_to_claim(office)
    office.clock.set(MONDAY)
    opened(office)
    assert sorted(carried(office, is_over(office, job))) == [HERE, THERE]
    assert office.get(job.id).state is ScheduleState.SENT


def test_the_planner_wakes_for_it(office: World) -> None:
    """The alarm is set to the opening, and a step then lets it go."""
    office.subscribe(HERE)
    job = office.due()
    rung: list[datetime | None] = []

    class Bell:
        def set(self, moment: datetime | None) -> None:
            rung.append(moment)

    planner = Planner(
        database=office.database,
        planning=office.planning,
        windows=office.use_cases.windows,
        maintenances=office.use_cases.maintenances,
        wire=FakeWire(),
        alarm=Bell(),
        clock=office.clock,
    )
    asyncio.run(planner.step())
    assert rung == [MONDAY]
    office.clock.set(MONDAY)
    asyncio.run(planner.step())
    assert office.broadcast(job).begins_at is None
    assert rung[-1] is None


def test_it_closes_in_the_middle(office: World) -> None:
    """What is written when the window closes is recorded; nobody else is written to
    until it opens again, and then everybody is, once.
    """
    people = readers(30)
    office.subscribe(*people)
    office.clock.set(MONDAY.replace(hour=19, minute=59))
    job = office.due()
    wire = FakeWire(fate=lambda _: office.clock.set(MONDAY.replace(hour=20)))
    first = carried(
        office,
        lambda: office.broadcast(job).begins_at is not None,
        wire=wire,
        window=8,
    )
    assert 0 < len(first) < len(people)
    counted = office.progress(job)
    assert (counted.sent, counted.waiting) == (len(first), len(people) - len(first))
    nothing_to_claim(office)
    tuesday = MONDAY + timedelta(days=1)
    assert office.broadcast(job).begins_at == tuesday
    office.clock.set(tuesday)
    opened(office)
    rest = carried(office, is_over(office, job))
    assert sorted(first + rest) == sorted(people)
    assert office.progress(job).sent == len(people)


def test_a_process_that_died_in_the_middle(office: World) -> None:
    """Whoever claims what a dead one left finds the window closed, and puts it off."""
    office.subscribe(HERE)
    office.clock.set(MONDAY.replace(hour=19, minute=59))
    job = office.due()
    assert office.do(office.chunk_progress.claim, "dead") is not None
    office.clock.set(MONDAY.replace(hour=20))
    nothing_to_claim(office)
    assert office.broadcast(job).begins_at == MONDAY + timedelta(days=1)
    assert all(chunk.worker is None for chunk in office.chunks(job))


def test_left_out_where_the_list_says_so(office: World) -> None:
    """With `outside = skip` nothing goes out, and its owner is told."""
    declared(office, news(replace(OFFICE, outside=Outside.SKIP)))
    office.subscribe(HERE)
    job = office.schedule(
        deliver_at="2026-03-02T10:00:00Z", late_policy="run", late_within="86400"
    )
    declared(office, news(SendWindow(read("11:00-12:00"), outside=Outside.SKIP)))
    office.clock.set(MONDAY.replace(hour=10))
    office.plan_all()
    assert office.states(job) == [("skipped", "outside")]
    assert office.get(job.id).state is ScheduleState.FAILED
    texts = [str(getattr(one.said, "body", "")) for one in office.notices()]
    assert any("its list's send window was not open" in text for text in texts)


def test_what_is_corrected_is_not_left_out(office: World) -> None:
    """A correction outside of a window that skips waits for its opening: what it
    corrects has been read. By the readers' own clocks each waits for his.
    """
    own = SendWindow(read("09:00-20:00"), WindowZone.READER, Outside.SKIP)
    for number, window in enumerate((replace(OFFICE, outside=Outside.SKIP), own)):
        office.clock.set(MONDAY + timedelta(days=number))
        declared(office, news(window))
        office.subscribe(HERE)
        job = office.due(delay_seconds="1", deliver_at=None)
        assert carried(office, is_over(office, job)) == [HERE]
        office.clock.advance(hours=12)
        amendment = correct(office, job, "Goodbye")
        office.clock.advance(seconds=1)
        office.plan_all()
        opening = MONDAY + timedelta(days=number + 1)
        if number:
            carried(office, waits(office, amendment))
        else:
            nothing_to_claim(office)
        assert office.progress(amendment).waiting == 1
        office.clock.set(opening)
        opened(office)
        assert carried(office, is_told(office, amendment)) == [HERE]


def is_told(world: World, job: Schedule) -> Callable[[], bool]:
    """Also late: then it may still come back."""

    def look() -> bool:
        counted = world.progress(job)
        return counted.sent + counted.deferred == 1 and not counted.waiting

    return look


def waits(world: World, job: Schedule) -> Callable[[], bool]:
    return lambda: any(
        one.kind is ExceptionKind.WAITING for one in world.exceptions(job)
    )


def test_what_recurs_is_left_out_unseen(office: World) -> None:
    """An occurrence outside of a window that skips is skipped, counts, and is told of
    to nobody; the job is over with the last.
    """
    declared(office, news(replace(OFFICE, outside=Outside.SKIP)))
    office.subscribe(HERE)
    job = office.schedule(
        deliver_at="2026-03-06T12:00:00Z", recurrence="FREQ=DAILY;COUNT=3"
    )
    for day in (6, 7, 8):
        office.clock.set(NOON.replace(day=day))
        office.plan_all()
        if day == 6:
            carried(office, is_over(office, job))
            office.notices()
    assert office.states(job) == [
        ("sent", None),
        ("skipped", "outside"),
        ("skipped", "outside"),
    ]
    assert office.get(job.id).state is ScheduleState.SENT
    assert office.notices() == []


def test_the_latest_before_the_opening(office: World) -> None:
    """Of what recurs and would wait for one opening only the last does: those before
    it would say the same.
    """
    office.subscribe(HERE)
    job = office.schedule(
        deliver_at="2026-03-06T21:00:00Z", recurrence="FREQ=DAILY;COUNT=4"
    )
    for day in (6, 7, 8):
        office.clock.set(NOON.replace(day=day, hour=21))
        office.plan_all()
    assert [state for state, _ in office.states(job)] == [
        "skipped",
        "skipped",
        "sending",
    ]
    office.clock.set(MONDAY + timedelta(days=7))
    opened(office)
    assert carried(office, is_over(office, job)) == [HERE]


def test_a_later_one_takes_its_place(office: World) -> None:
    """What waits gives way to the next, where the window is changed meanwhile."""
    office.subscribe(HERE)
    job = office.schedule(
        deliver_at="2026-03-02T20:30:00Z", recurrence="FREQ=DAILY;COUNT=2"
    )
    office.clock.set(MONDAY.replace(hour=20, minute=30))
    office.plan_all()
    assert office.states(job) == [("sending", None)]
    declared(office, news(SendWindow(read("21:00-22:00 WE"))))
    office.clock.set(MONDAY.replace(day=3, hour=20, minute=30))
    opened(office)
    office.plan_all()
    assert office.states(job) == [("failed", "superseded"), ("sending", None)]


def test_urgent_goes_through(office: World) -> None:
    """What is urgent waits for no window; nor does what tells single people."""
    office.subscribe(HERE)
    job = office.due(urgent=True)
    assert carried(office, is_over(office, job)) == [HERE]
    named = office.due(people=(THERE,))
    assert carried(office, is_over(office, named)) == [THERE]


def test_never_after_its_expiry(office: World) -> None:
    """What expires before the window opens is left out when it is due."""
    office.subscribe(HERE)
    job = office.schedule(
        deliver_at="2026-03-02T12:00:00Z", expires="2026-03-02T18:00:00Z"
    )
    declared(office, news(SendWindow(read("20:00-22:00"))))
    office.clock.set(MONDAY.replace(hour=12))
    office.plan_all()
    assert office.states(job) == [("skipped", "outside")]


def test_it_expires_in_the_middle(office: World) -> None:
    """Where the next opening lies beyond the expiry the rest is given up, once what is
    on its way is recorded.
    """
    people = readers(30)
    office.subscribe(*people)
    office.clock.set(MONDAY.replace(hour=19, minute=59))
    job = office.due(expires="2026-03-03T08:00:00Z")
    wire = FakeWire(fate=lambda _: office.clock.set(MONDAY.replace(hour=20)))
    put_off = lambda: office.broadcast(job).begins_at is not None  # noqa: E731 - a fact
    told = carried(office, put_off, wire=wire, window=8)
    opened(office)
    broadcast = office.broadcast(job)
    assert (broadcast.state, broadcast.reason) == (BroadcastState.SENT, "expired")
    assert office.progress(job).sent == len(told)
    assert [state for state, _ in office.states(job)] == [OccurrenceState.SENT]


@pytest.mark.parametrize("verb", ["cancel", "stop"])
def test_ended_while_it_waits(office: World, verb: str) -> None:
    """What waits is stopped like what is going out, and never begins."""
    office.subscribe(HERE)
    job = office.due()
    if verb == "cancel":
        office.cancel(job)
    else:
        admin = office.caller(ADMIN)
        office.do(office.broadcasts.stop, admin, office.broadcast(job).id)
    office.clock.set(MONDAY)
    opened(office)
    nothing_to_claim(office)
    assert office.broadcast(job).state is BroadcastState.STOPPED


def test_a_standstill(office: World) -> None:
    """While everything is stopped an opening lets nothing go."""
    office.subscribe(HERE)
    job = office.due()
    admin = office.caller(ADMIN)
    office.do(office.use_cases.stopping.begin, admin)
    office.clock.set(MONDAY)
    opened(office)
    nothing_to_claim(office)
    office.do(office.use_cases.stopping.end, admin)
    assert carried(office, is_over(office, job)) == [HERE]


def test_another_window_counts_at_once(office: World) -> None:
    """What waits follows the list: to another opening, or at once where it has none."""
    office.subscribe(HERE)
    job = office.due()
    declared(office, news(SendWindow(read("15:00-16:00"))))
    opened(office)
    assert office.broadcast(job).begins_at == NOON.replace(hour=15)
    declared(office, news(None))
    opened(office)
    assert carried(office, is_over(office, job)) == [HERE]


def test_send_now(office: World) -> None:
    """Who may be urgent sends it now whatever the window; others are told when it
    opens.
    """
    office.subscribe(HERE)
    later = office.schedule(PUBLISHER, deliver_at="2026-03-08T12:00:00Z")
    office.steer("send_now", later, PUBLISHER)
    office.plan_all()
    assert office.broadcast(later).begins_at == MONDAY
    with pytest.raises(NotAllowed, match="2026-03-02 09:00 UTC"):
        office.steer("send_now", later, PUBLISHER)
    office.steer("send_now", later)
    assert carried(office, is_over(office, later)) == [HERE]
    mine = office.schedule(deliver_at="2026-03-08T12:00:00Z")
    office.steer("send_now", mine)
    office.plan_all()
    assert carried(office, is_over(office, mine)) == [HERE]
    weekly = office.schedule(
        deliver_at="2026-03-09T12:00:00Z", recurrence="FREQ=WEEKLY"
    )
    office.steer("send_now", weekly)
    assert carried(office, is_over(office, weekly)) == [HERE]


def prefer(world: World, jid: str, **chosen: Any) -> None:
    def put(unit: UnitOfWork) -> None:
        person = unit.subscribers.ensure(jid, NOON)
        unit.subscribers.prefer(person.id, Preferences(**chosen))

    world.do(put)


def kinds(world: World, job: Schedule) -> dict[str, tuple[str, str, datetime | None]]:
    found = world.exceptions(job)
    return {one.jid: (one.kind.value, one.condition, one.next_at) for one in found}


def all_passed(world: World, job: Schedule) -> Callable[[], bool]:
    return lambda: all(one.finished for one in world.chunks(job))


@pytest.mark.parametrize("outside", list(Outside))
def test_on_each_readers_clocks(office: World, outside: Outside) -> None:
    """By the readers' clocks each waits for his own opening, or is left out."""
    each = SendWindow(read("09:00-20:00"), WindowZone.READER, outside)
    declared(office, news(each))
    office.subscribe(HERE, THERE)
    prefer(office, THERE, timezone="Asia/Tokyo")  # 21:00 there
    job = office.due()
    assert carried(office, all_passed(office, job)) == [HERE]
    if outside is Outside.SKIP:
        assert kinds(office, job) == {THERE: ("skipped", "outside", None)}
        return
    nine = NOON.replace(day=2, hour=0)
    assert kinds(office, job) == {THERE: ("waiting", "outside", nine)}
    office.clock.set(nine)
    waits = lambda: office.exceptions(job)[0].kind is not ExceptionKind.WAITING  # noqa: E731 - a fact
    assert carried(office, waits) == [THERE]


def test_quiet_hours_and_a_window(office: World) -> None:
    """Who sleeps when the window is open hears it when both allow; whose quiet hours
    cover all of it is skipped, in words.
    """
    office.subscribe(HERE, THERE)
    prefer(office, HERE, quiet=QuietHours(time(18), time(11)))
    prefer(office, THERE, quiet=QuietHours(time(8), time(21)))
    office.clock.set(MONDAY)
    job = office.due()
    assert carried(office, all_passed(office, job)) == []
    assert kinds(office, job) == {
        HERE: ("waiting", "quiet", MONDAY.replace(hour=11)),
        THERE: ("skipped", "never", None),
    }


def test_a_retry_keeps_to_the_window(office: World) -> None:
    """What bounced within the window is not repeated when it is closed."""
    office.subscribe(HERE)
    office.clock.set(MONDAY.replace(hour=19, minute=59))
    job = office.due()
    carried(office, all_passed(office, job))
    key = office.broadcast(job).key
    office.came_back(key, HERE, "remote-server-timeout")
    office.clock.set(MONDAY.replace(hour=23))
    assert office.do(office.outcomes.retries, 9) == []
    assert office.exceptions(job)[0].next_at == MONDAY + timedelta(days=1)
