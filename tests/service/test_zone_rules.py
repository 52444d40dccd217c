"""What a preview shows is sent, over years in which the zone's rules change: nothing
twice, nothing lost, each at its wall time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from bot.domain import recurrence, wallclock
from bot.domain.errors import CarillonError, Invalid
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

    def __init__(self, world: World, **request: Any) -> None:
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


def sent_walls(life: Life) -> list[str]:
    return [f"{one.wall:%m-%d %H:%M}" for one in life.sent]


def test_a_moment_that_moved_later_is_not_sent_before_it(
    world: World, zones: Zones
) -> None:
    """A planner that is woken by a moment of older rules sends nothing, and waits for
    that of the present ones, of which no occurrence is counted twice.
    """
    zones.write(PLACE, NEW_YORK)
    life = Life(
        world,
        recurrence="FREQ=WEEKLY;COUNT=3",
        deliver_at="2026-03-04T14:00:00Z",  # nine o'clock
    )
    life.until(START + 5 * DAY, 9)
    zones.write(PLACE, NO_SUMMER)
    assert life.stored.next_at == datetime(2026, 3, 11, 13, tzinfo=UTC)
    life.until(START + 99 * DAY, 9)
    assert sent_walls(life) == ["03-04 09:00", "03-11 09:00", "03-18 09:00"]
    assert [one.at.hour for one in life.sent] == [14, 14, 14]
    assert life.stored.state == "sent"


def test_a_moment_that_moved_earlier_is_no_missed_one(
    world: World, zones: Zones
) -> None:
    """What the present rules put an hour before the moment that was waited for is sent
    when that comes, whatever lateness its job allows.
    """
    zones.write(PLACE, TOKYO)
    life = Life(
        world,
        recurrence="FREQ=DAILY;COUNT=3",
        deliver_at="2026-03-02T00:00:00Z",
        late_policy="skip",
    )
    life.until(START + DAY, 9)
    zones.write(PLACE, TOKYO_AHEAD)
    life.until(START + 9 * DAY, 9)
    assert sent_walls(life) == ["03-02 09:00", "03-03 09:00", "03-04 09:00"]
    assert [f"{one.at:%d %H}" for one in life.sent] == ["02 00", "03 00", "03 23"]


def test_a_start_in_a_gap(world: World, zones: Zones) -> None:
    """What the command line was told of a wall time that its day has not is kept for
    all days that have it, also after an edit of something else.
    """
    zones.write(PLACE, NEW_YORK)
    life = Life(
        world,
        recurrence="FREQ=DAILY;COUNT=3",
        deliver_at="2026-03-08T02:30:00",
        on_the_wall=True,
    )
    world.edit(life.job, bodies=(("en", "x"),))
    world.edit(life.job, timezone="Etc/GMT+5")
    world.edit(life.job, timezone=PLACE)
    life.until(START + 99 * DAY, 9)
    assert sent_walls(life) == ["03-08 02:30", "03-09 02:30", "03-10 02:30"]
    assert [f"{one.at:%H:%M}" for one in life.sent] == ["07:30", "06:30", "06:30"]


def test_what_is_skipped_goes_by_wall_time(world: World, zones: Zones) -> None:
    """A skipped occurrence stays skipped where the zone's rules move it, and can be
    put back by either moment.
    """
    zones.write(PLACE, NEW_YORK)
    life = Life(
        world, recurrence="FREQ=DAILY;COUNT=4", deliver_at="2026-03-09T13:00:00Z"
    )
    for due in ("2026-03-09T13:00:00Z", "2026-03-11T13:00:00Z"):
        world.steer("skip", life.job, "admin@example.org", due)
    zones.write(PLACE, NO_SUMMER)
    skipped = world.do(world.schedules.skipped, life.stored)
    assert [f"{one:%d %H}" for one in skipped] == ["09 09", "11 09"]
    for due in ("2026-03-09T13:00:00Z", "2026-03-09T14:00:00Z"):
        world.steer("skip", life.job, "admin@example.org", due)
    assert len(life.preview()) == 3
    world.steer("unskip", life.job, "admin@example.org", "2026-03-09T13:00:00Z")
    while (following := life.stored.next_at) is not None:
        world.clock.set(following)
        world.plan_all()
    assert [(f"{one.wall:%d}", one.state) for one in world.moments(life.job)] == [
        *(("09", "sent"), ("10", "sent"), ("11", "skipped"), ("12", "sent")),
    ]


def test_a_repeat_after_a_change_of_rules(world: World, zones: Zones) -> None:
    """The same words, typed again after the zone's rules changed, mean the same job."""
    zones.write(PLACE, NEW_YORK)
    typed: dict[str, Any] = {
        "deliver_at": "2026-07-01T09:00:00",
        "expires": "2026-07-02T09:00:00",
        "timezone": PLACE,
        "on_the_wall": True,
        "client_id": "mine",
    }
    job = world.schedule(**typed)
    zones.write(PLACE, NO_SUMMER)
    assert world.schedule(**typed) == job


def test_a_repeat_of_what_an_older_release_stored(world: World) -> None:
    """A wall time was stored as its moment once: typed again it is still a repeat."""
    moment: dict[str, Any] = {
        "deliver_at": "2026-07-01T07:00:00Z",
        "timezone": "Europe/Warsaw",
    }
    job = world.schedule(**moment, client_id="mine")
    wall = {**moment, "deliver_at": "2026-07-01T09:00:00", "on_the_wall": True}
    assert world.schedule(**wall, client_id="mine") == job
    with pytest.raises(Invalid, match="offset"):
        world.schedule(**{**wall, "on_the_wall": False})


def test_a_rule_that_ends_by_the_present_rules(world: World, zones: Zones) -> None:
    """Where UNTIL names a moment that the zone's rules leave behind, the job ends, and
    its owner is told.
    """
    zones.write(PLACE, NEW_YORK)
    life = Life(
        world,
        recurrence="FREQ=DAILY;UNTIL=20260309T130000Z",
        deliver_at="2026-03-08T13:00:00Z",
    )
    life.until(START + 7 * DAY + 13 * timedelta(hours=1), 9)
    world.notices()
    zones.write(PLACE, NO_SUMMER)
    assert life.preview() == []
    world.clock.set(START + 9 * DAY)
    world.plan_all()
    assert world.states(life.job) == [("sent", None), ("failed", "ended")]
    assert any("clocks have changed" in str(one.said) for one in world.notices())
