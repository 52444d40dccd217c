"""A preview shows what will be sent: by holidays, send windows, skips, expiry."""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.domain import timestamps
from bot.domain.errors import Finished, Invalid
from bot.domain.holidays import Holidays, OnHoliday
from bot.domain.preview import Preview, upcoming
from bot.domain.quiet import QuietHours
from bot.domain.schedule import Schedule
from bot.domain.send_window import Outside, SendWindow
from bot.engine.planner import Planner
from bot.service.ports.paging import Paging
from bot.service.ports.unit_of_work import UnitOfWork
from tests.cli.workplace import send
from tests.fakes import FakeWire
from tests.world import ADMIN, World, a_list, copy_of

#: clocks change in Warsaw on the 29th of March 2026
FIRST = date(2026, 3, 20)
ZONES = st.sampled_from(["Europe/Warsaw", "UTC", "America/New_York"])
#: few, so that they meet
TIMES = st.sampled_from([time(0), time(2, 30), time(9), time(17), time(20)])
DAYS = st.integers(0, 25).map(lambda more: FIRST + timedelta(more))
RULES = st.sampled_from(
    [
        *("FREQ=DAILY", "FREQ=DAILY;INTERVAL=2", "FREQ=WEEKLY;BYDAY=TH,FR"),
        *("FREQ=WEEKLY;BYDAY=SA,SU,MO", "FREQ=MONTHLY;BYDAY=FR,SA,SU"),
    ]
)
WINDOWS = st.builds(
    SendWindow,
    st.builds(
        QuietHours, TIMES, TIMES, st.frozensets(st.integers(0, 6), min_size=1)
    ).filter(lambda hours: not hours.is_always),
    outside=st.sampled_from(list(Outside)),
)


class Case(NamedTuple):
    zone: str
    rule: str
    begins: time
    times: int
    holidays: frozenset[date]
    on_holiday: OnHoliday
    window: SendWindow | None
    #: days after the first
    expires: int | None
    #: which of the moments that are promised are skipped
    skips: frozenset[int]


CASES = st.builds(
    Case,
    ZONES,
    RULES,
    TIMES,
    st.integers(1, 9),
    st.frozensets(DAYS, max_size=10),
    st.sampled_from(list(OnHoliday)),
    st.none() | WINDOWS,
    st.none() | st.integers(3, 20),
    st.frozensets(st.integers(0, 5), max_size=2),
)


class Shelf(NamedTuple):
    """One calendar."""

    calendar: Holidays

    def names(self) -> Sequence[str]:
        return [self.calendar.name]

    def get(self, name: str) -> Holidays:
        return self.calendar if name in self.names() else Holidays.gone(name)


class Bell:
    rings: datetime | None = None

    def set(self, moment: datetime | None) -> None:
        self.rings = moment


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(CASES)
def test_what_is_shown_is_sent(blank: Path, case: Case) -> None:
    """At exactly these moments a message goes out, and at no other."""
    with tempfile.TemporaryDirectory() as folder:
        world = _world(copy_of(blank, Path(folder)), case)
        with closing(world):
            job = _asked(world, case)
            for number in case.skips:
                _skip(world, job, number)
            shown = _preview(world, job)
            promised = [one.begins or one.moment for one in shown.entries]
            assert list(_sent(world)) == promised


def _world(url: str, case: Case) -> World:
    calendar = Holidays(name="pl", days=dict.fromkeys(case.holidays, "Feast"))
    entry = a_list(timezone=case.zone, send_window=case.window)
    world = World(url, lists=[entry], calendars=Shelf(calendar))
    world.subscribe("a@example.org")
    return world


def _asked(world: World, case: Case) -> Schedule:
    wanted: dict[str, Any] = {
        "deliver_at": f"{FIRST}T{case.begins:%H:%M:%S}",
        "timezone": case.zone,
        "on_the_wall": True,
        "recurrence": f"{case.rule};COUNT={case.times}",
        "holidays": "pl",
        "on_holiday": str(case.on_holiday),
    }
    if case.expires is not None:
        expires = FIRST + timedelta(case.expires)
        wanted["expires"] = f"{expires}T12:00:00Z"
    try:
        return world.schedule(**wanted)
    except Invalid:  # nothing would ever be due
        assume(False)
        raise


def _preview(world: World, job: Schedule) -> Preview:
    now = world.get(job.id)

    def look(unit: UnitOfWork) -> Preview:
        report = world.schedules.report(unit, now)
        return upcoming(report.clocked, limit=100, skipped=report.skipped)

    return world.do(look)


def _skip(world: World, job: Schedule, number: int) -> None:
    there = _preview(world, job).entries
    if number < len(there):
        with suppress(Finished):
            world.steer("skip", job, ADMIN, timestamps.format(there[number].moment))


def _sent(world: World) -> Iterator[datetime]:
    """When the planner lets messages go that is woken when it wants to be."""
    bell = Bell()
    planner = Planner(
        database=world.database,
        planning=world.planning,
        windows=world.use_cases.windows,
        maintenances=world.use_cases.maintenances,
        wire=FakeWire(),
        alarm=bell,
        clock=world.clock,
    )
    while True:
        before = _told(world)
        asyncio.run(planner.step())
        send(world.use_cases)
        if _told(world) > before:
            yield world.clock.now()
        if bell.rings is None:
            return
        world.clock.set(bell.rings)


def _told(world: World) -> int:
    """Messages so far."""

    def count(unit: UnitOfWork) -> int:
        found = unit.broadcasts.page(Paging(limit=100)).items
        return sum(unit.broadcasts.progress(one.id).sent for one in found)

    return world.do(count)
