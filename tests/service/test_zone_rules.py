"""What a preview shows is sent, over years in which the zone's rules change: nothing
twice, nothing lost, each at its wall time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from bot.domain import recurrence, wallclock
from bot.domain.errors import CarillonError
from bot.domain.preview import upcoming
from bot.domain.recurrence import Rule
from bot.domain.schedule import Schedule
from tests.domain import day_walker
from tests.domain.strategies import examples, rules
from tests.fakes import FakeClock
from tests.world import World, copy_of
from tests.zones import HOUR, Rules, Zones, zones_in

PLACE = "America/New_York"
YEARS = 12
#: occurrences of one rule that are looked at, however many there are
MOST = 15
START = datetime(2026, 3, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)

SUMMER = "EST5EDT,M3.2.0,M11.1.0"
NEW_YORK = Rules(-5 * HOUR, footer=SUMMER)
NO_SUMMER = Rules(-5 * HOUR, footer="EST5")
ALWAYS_SUMMER = Rules(-4 * HOUR, footer="EDT4")
TOKYO = Rules(9 * HOUR, footer="JST-9")
TOKYO_AHEAD = Rules(9 * HOUR, [(START, 10 * HOUR)], "JST-10")
SAMOA_STAYS = Rules(-11 * HOUR, footer="<-11>11")
SAMOA_MOVES = Rules(
    -11 * HOUR, [(datetime(2026, 3, 11, 11, tzinfo=UTC), 13 * HOUR)], "<+13>-13"
)
CHANGES = [
    *((NEW_YORK, NO_SUMMER), (NEW_YORK, ALWAYS_SUMMER), (NO_SUMMER, NEW_YORK)),
    *((TOKYO, TOKYO_AHEAD), (TOKYO_AHEAD, TOKYO)),
    *((SAMOA_STAYS, SAMOA_MOVES), (SAMOA_MOVES, SAMOA_STAYS)),
]


@pytest.fixture
def zones(tmp_path: Path) -> Iterator[Zones]:
    folder = tmp_path / "zones"
    folder.mkdir()
    with zones_in(folder) as found:
        yield found


@dataclass(frozen=True, slots=True)
class Sent:
    wall: datetime
    #: when, by the clock
    at: datetime


class Life:
    """One job from its request on, on a clock that goes from one moment to the next."""

    def __init__(self, world: World, **request: str) -> None:
        self.world = world
        self.job = world.schedule(timezone=PLACE, **request)
        self.sent: list[Sent] = []

    @property
    def stored(self) -> Schedule:
        return self.world.get(self.job.id)

    def preview(self) -> list[datetime]:
        shown = upcoming(self.stored, limit=MOST + 1)
        return [entry.moment for entry in shown.entries]

    def until(self, end: datetime, most: int) -> None:
        """Let time go by to `end`, or until `most` were sent."""
        while len(self.sent) < most:
            following = self.stored.next_at
            if following is None or following > end:
                break
            self.world.clock.set(max(following, self.world.clock.now()))
            self._plan()
        else:
            return
        self.world.clock.set(max(end, self.world.clock.now()))

    def _plan(self) -> None:
        self.world.plan_all()
        now, known = self.world.clock.now(), {one.wall for one in self.sent}
        for one in self.world.moments(self.job):
            assert one.state == "sent", one
            assert one.wall is not None
            assert one.due_at <= now  # nothing is early
            if one.wall not in known:
                self.sent.append(Sent(one.wall, now))

    def restart(self) -> None:
        """As the service does with zones that were brought up to date meanwhile."""
        after: int | None = 0
        while after is not None:
            after = self.world.do(self.world.use_cases.rearming.some, after)
        self._plan()


def walls_of(rule: Rule, start: datetime) -> list[datetime]:
    """By walking every day, and a few more than are looked at."""
    found = []
    for day in day_walker.days(rule, start.date(), date(START.year + YEARS + 1, 1, 1)):
        found.append(datetime.combine(day, start.time()))
        if len(found) > MOST + 2:
            break
    return found


def expected(
    walls: list[datetime], count: int | None, before: ZoneInfo, after: ZoneInfo,
    changed: datetime,
) -> list[Sent]:  # fmt: skip
    """Each wall time once, at its moment by the rules of then; one that the change
    put into the past when it is known; of two at one moment the first.
    """
    found: list[Sent] = []
    for wall in walls:
        last = found[-1].wall if found else None
        moment = day_walker.moment_of(wall, before)
        if moment <= changed:
            if last is None or day_walker.moment_of(last, before) < moment:
                found.append(Sent(wall, moment))
            continue
        moment = day_walker.moment_of(wall, after)
        if last is None or day_walker.moment_of(last, after) < moment:
            found.append(Sent(wall, max(moment, changed)))
    return found[:count]


@pytest.mark.usefixtures("zones")
@settings(
    max_examples=examples(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    rule=rules(),
    count=st.none() | st.integers(1, 9),
    start=st.integers(1, 60 * 24 * 40).map(lambda n: START + timedelta(minutes=n)),
    change=st.sampled_from(CHANGES),
    after=st.integers(0, 8),
    later=st.integers(0, 60 * 30),
)
@example(  # summer time abolished between two of three
    rule=recurrence.parse("FREQ=WEEKLY"), count=3, change=(NEW_YORK, NO_SUMMER),
    start=datetime(2026, 3, 1, 14, tzinfo=UTC), after=2, later=60,
)  # fmt: skip
@example(  # an hour ahead: the next is earlier than was stored, and known late
    rule=recurrence.parse("FREQ=DAILY"), count=5, change=(TOKYO, TOKYO_AHEAD),
    start=datetime(2026, 3, 2, tzinfo=UTC), after=2, later=60 * 23 + 30,
)  # fmt: skip
@example(  # a day that never was, made known the day before
    rule=recurrence.parse("FREQ=DAILY"), count=9, change=(SAMOA_STAYS, SAMOA_MOVES),
    start=datetime(2026, 3, 8, 20, tzinfo=UTC), after=2, later=5,
)  # fmt: skip
@example(  # ... and after it
    rule=recurrence.parse("FREQ=DAILY"), count=9, change=(SAMOA_STAYS, SAMOA_MOVES),
    start=datetime(2026, 3, 8, 20, tzinfo=UTC), after=4, later=5,
)  # fmt: skip
@example(  # the anchor in a gap
    rule=recurrence.parse("FREQ=DAILY"), count=None, change=(NEW_YORK, ALWAYS_SUMMER),
    start=datetime(2026, 3, 8, 7, 30, tzinfo=UTC), after=3, later=0,
)  # fmt: skip
def test_what_is_shown_is_sent(
    blank: Path,
    tmp_path: Path,
    *,
    rule: Rule,
    count: int | None,
    start: datetime,
    change: tuple[Rules, Rules],
    after: int,
    later: int,
) -> None:
    """Whatever the rule, and whatever its zone's rules become: sent is what the preview
    of before shows up to the change, and what that of after shows from there on.
    """
    folder = Zones(tmp_path / "zones")
    folder.write(PLACE, change[0])
    before = ZoneInfo(PLACE)
    local = wallclock.local(start, before)
    walls = walls_of(rule, local)
    assume(walls)
    world = World(copy_of(blank, tmp_path), clock=FakeClock(START))
    try:
        life = Life(
            world,
            recurrence=recurrence.canonical(replace(rule, count=count)),
            deliver_at=f"{start:%Y-%m-%dT%H:%M:%SZ}",
        )
    except CarillonError:  # its first lies beyond the window
        world.close()
        return
    end = START + timedelta(days=365 * YEARS)
    shown = life.preview()
    life.until(end, after)
    changed = world.clock.now()
    if life.stored.next_at is not None:
        changed = min(changed + timedelta(minutes=later), end)
        life.until(changed, MOST)
    assert [one.at for one in life.sent] == shown[: len(life.sent)]
    folder.write(PLACE, change[1])
    life.restart()
    past = [one.at for one in life.sent if one.at < changed or one.at in shown]
    shown = [*past, *life.preview()]
    if len(life.sent) > len(past):  # what was due when the change was known
        shown.insert(len(past), changed)
    life.until(end, MOST)
    wanted = expected(walls, count, before, ZoneInfo(PLACE), changed)
    world.close()
    assert life.sent == [one for one in wanted if one.at <= end][: len(life.sent)]
    assert [one.at for one in life.sent] == shown[: len(life.sent)]
    if len(life.sent) < MOST:
        assert len(life.sent) == len([one for one in wanted if one.at <= end])
