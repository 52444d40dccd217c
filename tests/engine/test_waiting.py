"""Who hears it later, in quiet hours or on a pause, over a wire of the test's."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.desk.desk import Desk
from bot.desk.verbs import mydata
from bot.domain.broadcast import BroadcastState, DeliveryException, ExceptionKind
from bot.domain.forgetting import FORGOTTEN
from bot.domain.lists import EndReason, Preferences
from bot.domain.quiet import QuietHours
from bot.domain.schedule import Schedule, ScheduleState
from bot.domain.verdict import MAX_ATTEMPTS
from bot.engine.wire import Delivery
from bot.service.delivery.jobs import Deviation, Step
from bot.service.delivery.outcomes import SETTLING_TIME, Bounce
from bot.service.ports.paging import Paging
from bot.service.ports.schedules import ScheduleFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.preferring import PreferencesRequest
from tests.engine.worker import until, working
from tests.fakes import FakeWire, Loss
from tests.world import ADMIN, NOON, PUBLISHER, World, a_list

EARLY, LATE, OTHER = "a@example.org", "b@example.org", "c@example.org"
#: at noon (UTC) in the middle of them
NAP = QuietHours(time(11), time(15))
DAY = timedelta(days=1)


def prefer(world: World, jid: str, **chosen: Any) -> None:
    """As it is stored, whatever may be asked for."""

    def put(unit: UnitOfWork) -> None:
        person = unit.subscribers.ensure(jid, NOON)
        unit.subscribers.prefer(person.id, Preferences(**chosen))

    world.do(put)


def ask(world: World, jid: str, **chosen: Any) -> None:
    """As the person himself asks for it."""
    request = PreferencesRequest(**chosen)
    world.do(world.use_cases.preferring.set, world.caller(jid), request)


def rows(world: World, job: Schedule) -> dict[str, DeliveryException]:
    return {one.jid: one for one in world.exceptions(job)}


def state(world: World, job: Schedule) -> BroadcastState:
    return world.broadcast(job).state


def work(world: World, *facts: Callable[[], bool], **more: object) -> list[str]:
    """Whom the engine tells until all of it holds."""
    wire = FakeWire(**more)  # type: ignore[arg-type]

    async def go() -> None:
        async with working(world, wire):
            for fact in facts:
                await until(fact)

    asyncio.run(go())
    return [to for to, _ in wire.taken]


def sent(world: World, job: Schedule) -> list[str]:
    """Its broadcast is carried as far as it goes now."""
    return work(world, lambda: all(one.finished for one in world.chunks(job)))


def later(world: World, job: Schedule, jid: str = LATE) -> list[str]:
    """The one who waits no longer does."""
    return work(world, lambda: rows(world, job)[jid].kind is not ExceptionKind.WAITING)


@pytest.fixture
def job(world: World) -> Schedule:
    """To two people, one of whom naps; it was sent to the other."""
    world.subscribe(EARLY, LATE)
    prefer(world, LATE, quiet=NAP)
    job = world.due()
    assert sent(world, job) == [EARLY]
    return job


def test_deferred_on_the_ledger(world: World, job: Schedule) -> None:
    """Who is in quiet hours has an exception with its moment; it is no attempt, counts
    as deferred, and the broadcast, a day at most, goes on.
    """
    row = rows(world, job)[LATE]
    assert (row.kind, row.condition, row.attempts) == ("waiting", "quiet", 0)
    assert row.next_at == NOON.replace(hour=15)
    progress = world.progress(job)
    assert (progress.sent, progress.deferred, progress.waiting) == (1, 1, 1)
    assert state(world, job) is BroadcastState.SENDING
    assert world.get(job.id).wire_state == "queued"


def test_told_at_his_moment(world: World, job: Schedule) -> None:
    """Not before it; then he counts as told, and the broadcast is over."""
    world.clock.advance(hours=2, minutes=59)
    assert world.do(world.outcomes.retries, 9) == []
    world.clock.advance(minutes=1)
    assert later(world, job) == [LATE]
    world.clock.advance(seconds=SETTLING_TIME.total_seconds() + 1)
    assert work(world, lambda: state(world, job) is BroadcastState.SENT) == []
    assert (world.progress(job).sent, world.progress(job).deferred) == (2, 0)


def test_paused(world: World) -> None:
    """A pause of weeks keeps no broadcast going once somebody was told; who paused is
    told at its end all the same, and the report says that he will be.
    """
    world.subscribe(EARLY, LATE)
    prefer(world, LATE, paused_until=NOON + 21 * DAY)
    job = world.due()
    assert work(world, lambda: state(world, job) is BroadcastState.SENT) == [EARLY]
    texts = [str(getattr(one.said, "body", "")) for one in world.notices()]
    assert any("1 of 2 was told, 1 hears it later" in text for text in texts)
    assert world.get(job.id).state is ScheduleState.SENT
    world.clock.advance(days=20)
    assert world.do(world.outcomes.retries, 9) == []
    world.clock.advance(days=1)
    assert later(world, job) == [LATE]
    assert state(world, job) is BroadcastState.SENT


def test_nobody_told_yet(world: World) -> None:
    """As long as nobody at all was told it goes on, however long that is."""
    world.subscribe(LATE)
    prefer(world, LATE, paused_until=NOON + 21 * DAY)
    job = world.due()
    assert sent(world, job) == []
    assert state(world, job) is BroadcastState.SENDING
    world.clock.advance(days=21)
    assert later(world, job) == [LATE]


@pytest.mark.parametrize(
    ("due", "end"),
    [
        # clocks in Warsaw go forward, and back, in the night between
        ("2026-03-28T22:30:00+00:00", "2026-03-29T05:00:00+00:00"),
        ("2026-10-24T21:30:00+00:00", "2026-10-25T06:00:00+00:00"),
    ],
)
def test_over_a_change_of_clocks(world: World, due: str, end: str) -> None:
    """Who sleeps until seven is told at seven by his clocks, in the zone of the list
    where he has none.
    """
    world.do(lambda unit: unit.lists.declare([a_list(timezone="Europe/Warsaw")]))
    world.subscribe(EARLY, LATE, OTHER)
    prefer(world, LATE, quiet=QuietHours(time(22), time(7)))
    prefer(world, OTHER, quiet=QuietHours(time(22), time(7)), timezone="America/Lima")
    world.clock.advance(
        seconds=(datetime.fromisoformat(due) - world.clock.now()).total_seconds() - 1
    )
    job = world.due()
    assert sorted(sent(world, job)) == [EARLY, OTHER]
    assert rows(world, job)[LATE].next_at == datetime.fromisoformat(end)
    there = datetime.fromisoformat(end).astimezone(ZoneInfo("Europe/Warsaw"))
    assert there.time() == time(7)


def test_never_past_expiry(world: World) -> None:
    """What expires before his moment he is not told, and the row says why."""
    world.subscribe(EARLY, LATE)
    prefer(world, LATE, quiet=NAP)
    job = world.due(expires="2026-03-01T14:00:00Z")
    assert work(world, lambda: state(world, job) is BroadcastState.SENT) == [EARLY]
    row = rows(world, job)[LATE]
    assert (row.kind, row.condition) == ("skipped", "expired")


def test_expired_as_he_wakes(world: World) -> None:
    """Nor what expires while his message waits for the connection."""
    world.subscribe(EARLY, LATE)
    prefer(world, LATE, quiet=NAP)
    job = world.due(expires="2026-03-01T15:00:01Z")
    assert sent(world, job) == [EARLY]
    world.clock.advance(hours=3, seconds=1)
    assert later(world, job) == []
    assert rows(world, job)[LATE].condition == "expired"


def test_new_preferences_hold(world: World, job: Schedule) -> None:
    """Who ends his quiet hours hears at once what waited; who lengthens them, later."""
    ask(world, LATE, quiet_to="20:00")
    assert work(world, lambda: rows(world, job)[LATE].next_at.hour == 20) == []  # type: ignore[union-attr]
    assert rows(world, job)[LATE].kind is ExceptionKind.WAITING
    ask(world, LATE, quiet_from="", quiet_to="")
    assert later(world, job) == [LATE]


def test_who_leaves_meanwhile(world: World, job: Schedule) -> None:
    """He is told nothing more."""

    def leave(unit: UnitOfWork) -> None:
        person = unit.subscribers.ensure(LATE, NOON)
        unit.subscriptions.end(person.id, EndReason.LEFT, NOON)

    world.do(leave)
    world.clock.advance(hours=4)
    assert later(world, job) == []
    assert rows(world, job)[LATE].condition == "left"
    assert state(world, job) is BroadcastState.SENT


def test_a_welcome_to_who_has_left(world: World) -> None:
    """What a list says to one of its readers alone is nothing to whoever left it since.

    Who never stood there may be told in its name all the same.
    """
    greeted = a_list(welcome="welcome")
    world.do(lambda unit: unit.lists.declare([greeted]))
    prefer(world, LATE, quiet=NAP)
    world.do(world.subscribers.join, LATE, greeted_at(world), None)
    world.clock.advance(seconds=2)
    world.plan_all()
    every = ScheduleFilter(welcomes=True)
    (job,) = world.do(lambda unit: unit.schedules.page(every, Paging())).items
    assert sent(world, job) == []
    assert rows(world, job)[LATE].kind is ExceptionKind.WAITING
    world.do(world.subscribers.leave, LATE, greeted_at(world))
    world.clock.advance(hours=4)
    assert later(world, job) == []
    assert rows(world, job)[LATE].condition == "left"
    prefer(world, OTHER, quiet=NAP)
    world.clock.advance(hours=20)
    job = world.due(jid=ADMIN, list_name="news", people=(OTHER,))
    assert sent(world, job) == []
    world.clock.advance(hours=4)
    assert later(world, job, OTHER) == [OTHER]


def greeted_at(world: World) -> str:
    return world.policy.addresses.of_list("news")


@pytest.mark.parametrize("way", ["stop", "cancel"])
def test_never_after_the_end(world: World, job: Schedule, way: str) -> None:
    """Not once it was stopped or cancelled."""
    if way == "stop":
        number = world.broadcast(job).id
        world.do(world.broadcasts.stop, world.caller(ADMIN), number)
    else:
        world.cancel(job)
    row = rows(world, job)[LATE]
    assert (row.kind, row.condition) == ("skipped", "stopped")
    world.clock.advance(days=1)
    assert world.do(world.outcomes.retries, 9) == []


def test_passed_after_the_stop(world: World) -> None:
    """Whoever is recorded once it was stopped waits for nothing."""
    world.subscribe(EARLY, LATE)
    prefer(world, LATE, quiet=NAP)
    job = world.due()
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    world.do(world.broadcasts.stop, world.caller(ADMIN), claimed.broadcast.id)
    end = NOON.replace(hour=15)
    waits = Deviation(LATE, ExceptionKind.WAITING, "quiet", next_at=end)
    chunk = claimed.chunk
    step = Step(chunk_id=chunk.id, through=chunk.last, done=2, exceptions=(waits,))
    world.do(world.chunk_progress.record, "w", [step], [])
    row = rows(world, job)[LATE]
    assert (row.kind, row.condition, row.next_at) == ("skipped", "stopped", None)
    assert world.do(world.broadcasts.stop_some, world.caller(ADMIN)) == []


def test_passed_after_he_was_forgotten(world: World) -> None:
    """Whose place was read before he was forgotten is recorded without his address."""
    world.subscribe(EARLY, LATE)
    job = world.due()
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    Desk(world.use_cases).ask_here(mydata.FORGET(mydata.Whose(jid=LATE)))
    chunk, left = claimed.chunk, Deviation(LATE, ExceptionKind.SKIPPED, "left")
    step = Step(chunk_id=chunk.id, through=chunk.last, done=2, exceptions=(left,))
    world.do(world.chunk_progress.record, "w", [step], [])
    [name] = rows(world, job)
    assert name.startswith(FORGOTTEN)
    assert (world.progress(job).sent, world.progress(job).skipped) == (1, 1)


def test_stopped_though_over(world: World) -> None:
    """A broadcast that is over is stopped for those who were to hear it later."""
    world.subscribe(EARLY, LATE)
    prefer(world, LATE, paused_until=NOON + 21 * DAY)
    job = world.due()
    work(world, lambda: state(world, job) is BroadcastState.SENT)
    assert world.do(world.broadcasts.stop_some, world.caller(ADMIN)) != []
    assert rows(world, job)[LATE].condition == "stopped"
    assert world.do(world.broadcasts.stop_some, world.caller(ADMIN)) == []
    assert state(world, job) is BroadcastState.SENT


def daily(world: World) -> Schedule:
    world.subscribe(EARLY, LATE)
    prefer(world, LATE, paused_until=NOON + 21 * DAY)
    job = world.due(recurrence="FREQ=DAILY")
    assert sent(world, job) == [EARLY]
    return job


def all_rows(world: World, job: Schedule, jid: str) -> list[tuple[str, str]]:
    """Of all its broadcasts, the earliest first."""
    numbers = range(1, world.broadcast(job).id + 1)

    def look(unit: UnitOfWork) -> list[tuple[str, str]]:
        found = [unit.exceptions.get(number, jid) for number in numbers]
        return [(one.kind, one.condition) for one in found if one]

    return world.do(look)


def test_superseded(world: World) -> None:
    """Of what is announced again and again only the latest waits; a cancelled one
    leaves nothing that waits.
    """
    job = daily(world)
    for _ in range(2):
        world.clock.advance(days=1)
        world.plan_all()
        assert sent(world, job) == [EARLY]
    assert all_rows(world, job, LATE) == [
        ("skipped", "superseded"),
        ("skipped", "superseded"),
        ("waiting", "paused"),
    ]
    world.cancel(job)
    assert all_rows(world, job, LATE)[-1] == ("skipped", "stopped")


def test_superseded_by_what_went_through(world: World) -> None:
    """An urgent one that told him meanwhile takes the place of what he waits for."""
    job = daily(world)
    world.edit(job, urgent=True)
    world.clock.advance(days=1)
    world.plan_all()
    assert sorted(sent(world, job)) == [EARLY, LATE]
    world.clock.advance(days=21)
    first = [("waiting", "paused")]
    assert all_rows(world, job, LATE) == first
    gone = [("skipped", "superseded")]
    assert work(world, lambda: all_rows(world, job, LATE) == gone) == []


def test_urgent(world: World) -> None:
    """What is urgent goes through quiet hours and pauses."""
    world.subscribe(EARLY, LATE)
    prefer(world, EARLY, quiet=NAP)
    prefer(world, LATE, paused_until=NOON + DAY)
    job = world.due(urgent=True)
    assert sorted(sent(world, job)) == [EARLY, LATE]


def test_to_oneself(world: World) -> None:
    """Whoever tries it out on himself sees it at once, whatever his rights."""
    world.subscribe(PUBLISHER)
    prefer(world, PUBLISHER, quiet=NAP)
    job = world.due(jid=PUBLISHER, only=(PUBLISHER,))
    assert sent(world, job) == [PUBLISHER]


def test_a_bounce_of_who_heard_it_later(world: World) -> None:
    """It is repeated for a day from then on, and scored like any first one."""
    world.subscribe(EARLY, LATE)
    prefer(world, LATE, paused_until=NOON + 21 * DAY)
    job = world.due()
    work(world, lambda: state(world, job) is BroadcastState.SENT)
    world.clock.advance(days=21)
    assert later(world, job) == [LATE]

    def bounced(condition: str, kind: str) -> DeliveryException:
        key = world.broadcast(job).key
        bounce = Bounce(
            broadcast_key=key, jid=LATE, condition=condition, error_type=kind
        )
        world.do(world.outcomes.bounced, bounce)
        return rows(world, job)[LATE]

    row = bounced("resource-constraint", "wait")
    assert (row.kind, row.attempts) == ("retrying", 0)
    world.clock.advance(minutes=2)
    assert work(world, lambda: rows(world, job)[LATE].kind == "deferred") == [LATE]
    world.clock.advance(days=2)
    row = bounced("resource-constraint", "wait")
    assert row.kind is ExceptionKind.FAILED


def test_a_bounce_before_quiet_hours(world: World) -> None:
    """Nobody is told again in them either, but at their end; and not at all where that
    is later than messages are repeated.
    """
    world.subscribe(EARLY, LATE, OTHER)
    job = world.due()
    assert sorted(sent(world, job)) == [EARLY, LATE, OTHER]
    for jid in (LATE, OTHER):
        world.came_back(world.broadcast(job).key, jid, "resource-constraint")
    prefer(world, LATE, quiet=NAP)
    prefer(world, OTHER, paused_until=NOON + 2 * DAY)
    world.clock.advance(minutes=2)
    assert world.do(world.outcomes.retries, 9) == []
    row = rows(world, job)[LATE]
    assert (row.kind, row.attempts) == (ExceptionKind.RETRYING, 0)
    assert row.next_at == NOON.replace(hour=15)
    assert rows(world, job)[OTHER].kind is ExceptionKind.FAILED
    world.clock.advance(hours=3)
    assert work(world, lambda: rows(world, job)[LATE].kind == "deferred") == [LATE]


def test_scored(world: World, job: Schedule) -> None:
    """The first bounce of who heard it later counts against him."""
    world.clock.advance(hours=3)
    later(world, job)
    world.came_back(world.broadcast(job).key, LATE, "service-unavailable")
    found = world.do(lambda unit: unit.subscribers.get(LATE))
    assert found is not None
    assert found.score.value == 1


def test_nothing_bounces_before_it_is_sent(world: World, job: Schedule) -> None:
    """An error for somebody who was told nothing yet changes nothing."""
    world.came_back(world.broadcast(job).key, LATE, "gone")
    assert rows(world, job)[LATE].kind is ExceptionKind.WAITING


def test_many_at_once(world: World) -> None:
    """Those whose quiet hours end together are written together."""
    people = [f"r{number}@example.org" for number in range(10)]
    world.subscribe(*people)
    for jid in people:
        prefer(world, jid, quiet=NAP)
    job = world.due()
    assert sent(world, job) == []
    world.clock.advance(hours=3)
    wire = FakeWire(hold=True)

    async def go() -> None:
        async with working(world, wire):
            await until(lambda: len(wire.taken) == len(people))
            wire.acknowledge()
            await until(lambda: world.progress(job).waiting == 0)

    asyncio.run(go())
    assert sorted(to for to, _ in wire.taken) == people


def test_a_culprit_among_many(world: World) -> None:
    """Where the stream is lost over some who are told together, each goes alone, and
    the one that it was lost over is told no more.
    """
    people = [f"r{number}@example.org" for number in range(3)]
    world.subscribe(*people)
    for jid in people:
        prefer(world, jid, quiet=NAP)
    job = world.due()
    assert sent(world, job) == []
    world.clock.advance(hours=3)

    def fate(written: Sequence[Delivery]) -> Loss | None:
        if all(one.to != people[1] for one in written):
            return None
        return Loss(taken=0, blamed=True)

    told = work(world, lambda: world.progress(job).waiting == 1, fate=fate)
    assert set(told) == {people[0], people[2]}

    culprit = rows(world, job)[people[1]]
    often = replace(culprit, attempts=MAX_ATTEMPTS, next_at=world.clock.now())
    world.do(lambda unit: unit.exceptions.put([often]))
    assert world.do(world.outcomes.retries, 9) == []
    culprit = rows(world, job)[people[1]]
    assert (culprit.kind, culprit.condition) == ("failed", "stream-error")


def test_a_crash_loses_nobody(world: World, job: Schedule) -> None:
    """What was written and not recorded is claimed again once the claim has lapsed, and
    the preferences of then hold.
    """
    world.clock.advance(hours=3)
    claimed = world.do(world.outcomes.retries, 9)
    assert [one.jid for one in claimed] == [LATE]
    assert world.do(world.outcomes.retries, 9) == []
    ask(world, LATE, quiet_to="16:00")
    world.clock.advance(seconds=SETTLING_TIME.total_seconds() + 1)
    assert world.do(world.outcomes.retries, 9) == []
    row = rows(world, job)[LATE]
    assert (row.kind, row.attempts) == ("waiting", 0)
    assert row.next_at == NOON.replace(hour=16)


def test_a_clock_that_was_wrong(world: World, job: Schedule) -> None:
    """A moment farther ahead than any pause is of a clock that was put back: he is
    looked at now.
    """
    row = rows(world, job)[LATE]

    def spoil(unit: UnitOfWork) -> None:
        unit.exceptions.put([replace(row, next_at=NOON + 900 * DAY)])

    world.do(spoil)
    assert world.do(world.outcomes.retries, 9) == []
    assert rows(world, job)[LATE].next_at == NOON.replace(hour=15)
