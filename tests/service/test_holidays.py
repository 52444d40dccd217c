"""Holidays: what recurs is skipped or shifted by them, and everybody can see it before.

The first of March 2026 is a Sunday.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import coming, wallclock
from bot.domain.errors import Finished, Invalid
from bot.domain.holidays import Holidays, OnHoliday, Span
from bot.domain.phrase import Phrase
from bot.domain.preview import Preview, upcoming
from bot.domain.schedule import Schedule, ScheduleState
from bot.domain.send_window import Clocked, Outside, SendWindow, read
from bot.service.ports.unit_of_work import UnitOfWork
from tests.store.samples import a_schedule
from tests.world import ADMIN, NOON, World, copy_of

WARSAW = ZoneInfo("Europe/Warsaw")


class Shelf:
    """Calendars that tests change."""

    def __init__(self) -> None:
        self.there: dict[str, Holidays] = {}

    def put(self, *days: int, name: str = "pl", month: int = 3) -> None:
        found = {date(2026, month, day): f"Feast {day}" for day in days}
        self.there[name] = Holidays(name=name, days=found)

    def names(self) -> Sequence[str]:
        return sorted(self.there)

    def get(self, name: str) -> Holidays:
        return self.there.get(name) or Holidays.gone(name)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def world(blank: Path, tmp_path: Path, shelf: Shelf) -> Iterator[World]:
    found = World(copy_of(blank, tmp_path), calendars=shelf)
    found.subscribe("a@example.org")
    yield found
    found.close()


def daily(world: World, rule: str = "FREQ=DAILY;COUNT=4", **changes: Any) -> Schedule:
    """From the second of March on, at nine."""
    wanted = {"deliver_at": "2026-03-02T09:00:00Z", "recurrence": rule}
    return world.schedule(**wanted | {"holidays": "pl"} | changes)


def seen(world: World, job: Schedule) -> Preview:
    """What a preview shows of it now."""
    now = world.get(job.id)

    def look(unit: UnitOfWork) -> Preview:
        report = world.schedules.report(unit, now)
        return upcoming(report.clocked, skipped=report.skipped)

    return world.do(look)


def days(preview: Preview) -> list[int]:
    return [entry.moment.day for entry in preview.entries]


def out(preview: Preview) -> list[tuple[int, str | None]]:
    return [(entry.moment.day, entry.reason) for entry in preview.skipped]


def lived(world: World, *through: int) -> None:
    """Each of these days the planner looks at nine."""
    for day in through:
        world.clock.set(NOON.replace(day=day, hour=9))
        world.plan_all()


def test_skipped(world: World, shelf: Shelf) -> None:
    """What falls on a holiday is skipped and counts; a preview shows it apart."""
    shelf.put(3, 4)
    job = daily(world)
    preview = seen(world, job)
    assert (days(preview), out(preview)) == ([2, 5], [(3, "holiday"), (4, "holiday")])
    assert any(
        "2026-03-03 09:00 UTC is left out: Feast 3" in one.text
        for one in preview.warnings
    )
    lived(world, 2, 3, 4, 5, 6)
    assert world.states(job) == [
        ("sending", None),
        ("skipped", "holiday"),
        ("skipped", "holiday"),
        ("sending", None),
    ]
    assert world.notices() == []


def test_shifted(world: World, shelf: Shelf) -> None:
    """What falls on a holiday is sent at that time of the next day that is none."""
    shelf.put(2, 3)
    job = daily(world, "FREQ=WEEKLY;COUNT=2", on_holiday="shift")
    assert job.next_at == NOON.replace(day=4, hour=9)
    preview = seen(world, job)
    assert (days(preview), out(preview)) == ([4, 9], [])
    assert preview.entries[0].holiday == "Feast 2"
    assert any(
        "in place of 2026-03-02: Feast 2" in one.text for one in preview.warnings
    )
    lived(world, 2, 3)
    assert world.states(job) == []
    lived(world, 4, 9)
    assert world.states(job) == [("sending", None)] * 2
    assert world.get(job.id).next_at is None


def test_shifted_onto_the_next(world: World, shelf: Shelf) -> None:
    """What would fall together with a later occurrence is skipped; COUNT and UNTIL are
    as they were.
    """
    shelf.put(3, 4)
    job = daily(world, on_holiday="shift")
    preview = seen(world, job)
    assert (days(preview), out(preview)) == ([2, 5], [(3, "holiday"), (4, "holiday")])
    until = daily(world, "FREQ=DAILY;UNTIL=20260303", on_holiday="shift", client_id="u")
    preview = seen(world, until)
    assert (days(preview), out(preview)) == ([2, 5], [])
    pair = daily(
        world, "FREQ=WEEKLY;BYDAY=TU,WE;COUNT=2", on_holiday="shift", client_id="p"
    )
    preview = seen(world, pair)
    assert (days(preview), out(preview)) == ([5], [(3, "holiday")])
    lived(world, 2, 3, 4, 5)
    assert world.states(pair) == [("skipped", "holiday"), ("sending", None)]


def test_the_last_is_a_holiday(world: World, shelf: Shelf) -> None:
    """Where all that is left falls on holidays it is over then."""
    shelf.put(3)
    job = daily(world, "FREQ=DAILY;COUNT=2")
    lived(world, 2)
    world.cancel(world.due())  # another
    broadcast = world.broadcast(job)
    lived(world, 3)
    assert world.get(job.id).state is ScheduleState.RUNNING
    assert broadcast.schedule_id == job.id
    shelf.put(10, 11)
    none = daily(
        world, "FREQ=DAILY;COUNT=2", deliver_at="2026-03-10T09:00:00Z", client_id="n"
    )
    assert any(
        "nothing goes out at the next 2 moments" in one.text
        for one in seen(world, none).warnings
    )
    lived(world, 10, 11)
    assert (world.get(none.id).state, world.get(none.id).reason) == (
        "cancelled",
        "holiday",
    )


def test_a_changed_file(world: World, shelf: Shelf) -> None:
    """What is pending follows the file as it is read; what has passed stays."""
    shelf.put(3)
    job = daily(world, "FREQ=DAILY;COUNT=6")
    lived(world, 2, 3)
    shelf.put(5)
    preview = seen(world, job)
    assert (days(preview), out(preview)) == ([4, 6, 7], [(5, "holiday")])
    lived(world, 4, 5)
    assert [state for state, _ in world.states(job)] == [
        "sending",
        "skipped",
        "sending",
        "skipped",
    ]
    moved = daily(
        world,
        "FREQ=WEEKLY",
        deliver_at="2026-03-09T09:00:00Z",
        on_holiday="shift",
        client_id="m",
    )
    shelf.put(9)
    world.do(world.use_cases.rearming.some, 0)
    assert world.get(moved.id).next_at == NOON.replace(day=10, hour=9)
    shelf.put()
    world.do(world.use_cases.rearming.some, 0)
    assert world.get(moved.id).next_at == NOON.replace(day=9, hour=9)


def test_a_shift_undone_too_late(world: World, shelf: Shelf) -> None:
    """What was shifted and is no holiday any more, once its day has begun, goes out
    then: it is neither lost nor late.
    """
    shelf.put(2)
    job = daily(world, "FREQ=WEEKLY", on_holiday="shift")
    world.clock.set(NOON.replace(day=2))
    shelf.put()
    world.do(world.use_cases.rearming.some, 0)
    world.plan_all()
    assert world.states(job) == [("sending", None)]


def test_a_calendar_that_is_gone(world: World, shelf: Shelf) -> None:
    """It is sent as its rule says; its owner is told once, and whoever looks."""
    shelf.put(3)
    job = daily(world, "FREQ=DAILY;COUNT=5")
    del shelf.there["pl"]
    codes = [one.kind for one in seen(world, job).warnings]
    assert "holidays-unreadable" in codes
    lived(world, 2, 3)
    assert world.states(job) == [("sending", None)] * 2
    texts = [str(getattr(one.said, "body", "")) for one in world.notices()]
    told = [text for text in texts if "whatever the day" in text]
    assert len(told) == 2  # of two that are told of failures
    assert "there are no holidays 'pl' any more" in told[0]
    shelf.put(4)
    lived(world, 4)
    shelf.there["pl"] = Holidays(name="pl", fault=Phrase("broken"))
    lived(world, 5)
    assert world.states(job)[2] == ("skipped", "holiday")
    assert (
        sum("broken" in str(getattr(one.said, "body", "")) for one in world.notices())
        == 2
    )


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (
            {"holidays": "de"},
            "holidays: no holidays are called 'de'; there are bad, pl",
        ),
        ({"holidays": "bad"}, "holidays: it is broken"),
        ({"recurrence": None}, "holidays: they are for what recurs"),
        ({"on_holiday": "sleep"}, "on-holiday: one of skip, shift"),
        ({"holidays": None, "on_holiday": "skip"}, "on-holiday: it goes with holidays"),
    ],
)
def test_bad_requests(
    world: World, shelf: Shelf, changes: Mapping[str, Any], why: str
) -> None:
    """Each fault is told by its field."""
    shelf.put(3)
    shelf.there["bad"] = Holidays(name="bad", fault=Phrase("it is broken"))
    with pytest.raises(Invalid) as found:
        daily(world, **changes)
    assert f"{found.value.field}: {found.value.text}".startswith(why)


def test_none_configured(world: World) -> None:
    """Where there are none the text says how to have some."""
    with pytest.raises(Invalid, match=r"\[holidays.NAME\] names a file"):
        daily(world)


def test_edits(world: World, shelf: Shelf) -> None:
    """An edit gives, changes and takes away holidays; so it does with the rule."""
    shelf.put(3)
    job = daily(world, holidays=None)
    job = world.edit(job, holidays="pl")
    assert days(seen(world, job)) == [2, 4, 5]
    job = world.edit(job, on_holiday="shift", deliver_at="2026-03-03T09:00:00Z")
    assert (job.on_holiday, job.next_at) == (
        OnHoliday.SHIFT,
        NOON.replace(day=3, hour=9),
    )
    job = world.edit(job, recurrence="FREQ=WEEKLY;COUNT=2")
    assert job.next_at == NOON.replace(day=4, hour=9)
    assert world.edit(job, holidays="").holidays is None
    job = world.edit(world.get(job.id), holidays="pl")
    with pytest.raises(Invalid):
        world.edit(job, holidays="de")
    once = world.edit(job, recurrence="", deliver_at="2026-03-05T09:00:00Z")
    assert (once.recurrence, once.holidays) == (None, None)
    assert world.edit(once, urgent=True).holidays is None


def test_a_repeat(world: World, shelf: Shelf) -> None:
    """The same request again is the same job; with other holidays it is another."""
    shelf.put(3)
    job = daily(world, client_id="x")
    assert daily(world, client_id="x").id == job.id
    with pytest.raises(Exception, match="x"):
        daily(world, client_id="x", on_holiday="shift")


def test_skip_the_next(world: World, shelf: Shelf) -> None:
    """To skip "the next" means the next that would be sent."""
    shelf.put(2)
    job = daily(world)
    world.steer("skip", job)
    preview = seen(world, job)
    assert (days(preview), out(preview)) == ([4, 5], [(2, "holiday"), (3, "skipped")])


def test_several_at_once(world: World) -> None:
    """Several are skipped together: all, or none of them."""
    job = daily(world, holidays=None)
    three, five = "2026-03-03T09:00:00Z", "2026-03-05T09:00:00Z"
    with pytest.raises(Invalid, match="no occurrence"):
        world.steer("skip", job, ADMIN, three, "2026-03-04T10:00:00Z")
    assert out(seen(world, job)) == []
    world.steer("skip", job, ADMIN, three, five)
    assert out(seen(world, job)) == [(3, "skipped"), (5, "skipped")]
    world.steer("skip", job, ADMIN, three, five)  # a repeat
    with pytest.raises(Invalid, match="100 at once"):
        world.steer("skip", job, ADMIN, *[three] * 101)
    over = world.steer(
        "skip", job, ADMIN, "2026-03-02T09:00:00Z", "2026-03-04T09:00:00Z"
    )
    assert over.state is ScheduleState.CANCELLED
    assert world.steer("skip", job, ADMIN, "2026-03-02T09:00:00Z").id == job.id
    with pytest.raises(Finished):
        world.steer("skip", job)


def test_hours_of_a_day(world: World, shelf: Shelf) -> None:
    """A span counts by its moments: what is due before or after it is sent."""
    begin = datetime(2026, 3, 3, 8, tzinfo=UTC)
    spans = (Span(begin, begin + timedelta(hours=2), "Half"),)
    shelf.there["pl"] = Holidays(name="pl", spans=spans)
    assert days(seen(world, daily(world))) == [2, 4, 5]
    noon = daily(world, deliver_at="2026-03-02T10:00:00Z", client_id="n")
    assert days(seen(world, noon)) == [2, 3, 4, 5]


def test_a_window_beside(world: World, shelf: Shelf) -> None:
    """What is shifted into a closed window waits for its opening, or is left out."""
    shelf.put(6)
    job = daily(
        world,
        "FREQ=WEEKLY;COUNT=2",
        deliver_at="2026-03-06T09:00:00Z",
        on_holiday="shift",
    )
    window = Clocked(SendWindow(read("08:00-20:00 MO TU WE TH FR")), ZoneInfo("UTC"))
    ahead = upcoming(replace(world.get(job.id), window=window))
    first = ahead.entries[0]
    assert (first.moment.day, first.begins) == (7, datetime(2026, 3, 9, 8, tzinfo=UTC))


def test_a_holiday_takes_nobodys_place(world: World, shelf: Shelf) -> None:
    """What waits for the window gives way to what is sent alone: of two that wait for
    Monday the earlier goes out where the later is left out.
    """
    shelf.put(8)
    rule, saturday = "FREQ=WEEKLY;BYDAY=SA,SU;COUNT=2", "2026-03-07T09:00:00Z"
    job = daily(world, rule, deliver_at=saturday)
    window = Clocked(SendWindow(read("08:00-20:00 MO TU WE TH FR")), ZoneInfo("UTC"))
    ahead = upcoming(replace(world.get(job.id), window=window))
    assert [(one.moment.day, one.begins) for one in ahead.entries] == [
        (7, datetime(2026, 3, 9, 8, tzinfo=UTC))
    ]
    assert out(ahead) == [(8, "holiday")]


DAYS = st.integers(0, 40).map(lambda more: date(2026, 3, 20) + timedelta(more))


@settings(max_examples=150)
@given(
    st.frozensets(DAYS, max_size=12),
    st.sampled_from(
        ["FREQ=DAILY", "FREQ=DAILY;INTERVAL=2", "FREQ=WEEKLY;BYDAY=MO,TU,FR,SA"]
    ),
    st.integers(1, 20),
    st.sampled_from(list(OnHoliday)),
    st.sampled_from(
        ["00:00-00:00 MO TU WE TH", "02:00-03:00", "09:00-12:00 TU FR", "23:00-02:30"]
    ),
    st.sampled_from(list(Outside)),
)
def test_as_a_walk_over_the_days(
    free: frozenset[date],
    rule: str,
    count: int,
    what: OnHoliday,
    hours: str,
    outside: Outside,
) -> None:
    """What is sent, and when, is what a walk finds that knows nothing of sequences."""
    start = datetime.fromisoformat("2026-03-20T02:30")
    calendar = Holidays(name="pl", days=dict.fromkeys(free, "x"))
    window = SendWindow(read(hours), outside=outside)
    job = _job(start, f"{rule};COUNT={count}")
    by_rule = [match.wall for match in coming.coming(job)]
    job = replace(
        job.by_holidays(calendar, what), window=Clocked(window, WARSAW), expires_at=None
    )
    sent = [
        (match.begins or match.moment, match.wall)
        for match in coming.coming(job)
        if match.out is None
    ]
    wanted: dict[datetime, datetime] = {}
    for wall in by_rule:
        later = wall
        while later.date() in free and what is OnHoliday.SHIFT:
            later += timedelta(days=1)
        if later.date() in free:
            continue
        moment = wallclock.resolve(later, WARSAW)
        while not window.is_open(moment, WARSAW) and outside is Outside.WAIT:
            moment += timedelta(minutes=30)
        if window.is_open(moment, WARSAW):
            wanted[moment] = wall
    assert sent == sorted(wanted.items())


def _job(start: datetime, rule: str) -> Schedule:
    return a_schedule(
        "x",
        timezone="Europe/Warsaw",
        recurrence=rule,
        start=start,
        through=None,
        planned=0,
    )
