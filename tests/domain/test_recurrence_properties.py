"""Recurrences against the day walker and against themselves."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain import recurrence
from bot.domain.recurrence import Rule
from tests.domain import day_walker
from tests.domain.questions import first, next_after
from tests.domain.strategies import examples, places_and_moments, rules

MINUTE = timedelta(minutes=1)
MOST = 25

thorough = settings(max_examples=examples(200), deadline=None)


def sequence(
    rule: Rule, deliver_at: datetime, zone: ZoneInfo, end: date
) -> list[datetime]:
    """Question after question, as the planner asks: moments before `end`'s year."""
    limit = datetime(end.year, 1, 1, tzinfo=UTC) - timedelta(days=2)
    found: list[datetime] = []
    moment = first(rule, deliver_at, zone)
    while moment is not None and moment < limit:
        found.append(moment)
        if len(found) == MOST:
            break
        moment = next_after(rule, deliver_at, zone, moment)
    return found


@thorough
@given(rule=rules(), place=places_and_moments())
@example(  # two wall times that are one moment: 30 and 31 December 2011
    rule=recurrence.parse("FREQ=DAILY"),
    place=(ZoneInfo("Pacific/Apia"), datetime(2011, 12, 28, 19, tzinfo=UTC)),
)
@example(  # the second pass of a fold
    rule=recurrence.parse("FREQ=DAILY"),
    place=(ZoneInfo("Europe/Warsaw"), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
)
def test_the_day_walker_agrees(rule: Rule, place: tuple[ZoneInfo, datetime]) -> None:
    """Whatever the rule, zone and start: the moments are those of the definition."""
    zone, deliver_at = place
    end = date(deliver_at.year + 4, 1, 1)
    limit = datetime(end.year, 1, 1, tzinfo=UTC) - timedelta(days=2)
    expected = day_walker.occurrences(rule, deliver_at, zone, end)
    expected = [moment for moment in expected if moment < limit]
    assert sequence(rule, deliver_at, zone, end) == expected[:MOST]


@thorough
@given(rule=rules(), place=places_and_moments(), until=st.data())
def test_the_day_walker_agrees_on_until(
    rule: Rule, place: tuple[ZoneInfo, datetime], until: st.DataObject
) -> None:
    """UNTIL in each of its three forms ends the rule where the definition does."""
    zone, deliver_at = place
    day = deliver_at.date() + timedelta(days=until.draw(st.integers(-1, 60)))
    clock = until.draw(st.times()).replace(microsecond=0)
    anchor = (deliver_at + day_walker.offset_at(deliver_at, zone)).time()
    local = datetime.combine(day, until.draw(st.sampled_from([clock, anchor])))
    rule = replace(
        rule, until=until.draw(st.sampled_from([day, local, local.replace(tzinfo=UTC)]))
    )
    end = date(deliver_at.year + 2, 1, 1)
    expected = day_walker.occurrences(rule, deliver_at, zone, end)
    assert sequence(rule, deliver_at, zone, end) == expected[:MOST]


@thorough
@given(rule=rules(), place=places_and_moments(), back=st.integers(0, 60 * 24 * 40))
def test_it_increases_and_is_never_early(
    rule: Rule, place: tuple[ZoneInfo, datetime], back: int
) -> None:
    """Each answer is later than the question, none comes before deliver-at."""
    zone, deliver_at = place
    found = sequence(rule, deliver_at, zone, date(deliver_at.year + 8, 1, 1))
    assert all(earlier < later for earlier, later in pairwise(found))
    assert all(moment >= deliver_at for moment in found)
    asked = deliver_at - MINUTE * back
    before = next_after(rule, deliver_at, zone, asked - MINUTE)
    assert before == first(rule, deliver_at, zone)


@thorough
@given(rule=rules(), place=places_and_moments(), ahead=st.integers(0, 60 * 24 * 400))
def test_the_path_does_not_matter(
    rule: Rule, place: tuple[ZoneInfo, datetime], ahead: int
) -> None:
    """Asked from anywhere between two moments, the answer is the later of them."""
    zone, deliver_at = place
    asked = deliver_at + MINUTE * ahead
    found = sequence(rule, deliver_at, zone, date(deliver_at.year + 8, 1, 1))
    later = [moment for moment in found if moment > asked]
    if later:
        assert next_after(rule, deliver_at, zone, asked) == later[0]
        just_before = later[0] - timedelta(seconds=1)
        again = next_after(rule, deliver_at, zone, just_before)
        assert again == later[0]


@settings(max_examples=60, deadline=None)
@given(rule=rules(), place=places_and_moments(), years=st.integers(20, 45))
def test_an_old_anchor_gives_what_the_walk_gives(
    rule: Rule, place: tuple[ZoneInfo, datetime], years: int
) -> None:
    """Decades after deliver-at the next moment is that of walking every day since."""
    zone, now = place
    deliver_at = now - timedelta(days=years * 365)
    start = (deliver_at + day_walker.offset_at(deliver_at, zone)).replace(tzinfo=None)
    days = day_walker.days(rule, start.date(), date(now.year + 1, 1, 1))
    recent = [day for day in days if day > now.date() - timedelta(days=9)]
    walls = [datetime.combine(day, start.time()) for day in recent]
    moments = [day_walker.moment_of(wall, zone) for wall in walls]
    expected = [moment for moment in moments if moment > now]
    found = next_after(rule, deliver_at, zone, now)
    if expected:
        assert found == expected[0]
    else:
        end = datetime(now.year + 1, 1, 1, tzinfo=UTC) - timedelta(days=1)
        assert found is None or found > end


@thorough
@given(rule=rules(), place=places_and_moments(), ahead=st.integers(0, 60 * 24 * 400))
def test_any_plain_occurrence_may_be_the_anchor(
    rule: Rule, place: tuple[ZoneInfo, datetime], ahead: int
) -> None:
    """A rule begun at one of its own moments goes on as it would have anyway."""
    zone, deliver_at = place
    asked = deliver_at + MINUTE * ahead
    begin = next_after(rule, deliver_at, zone, asked)
    if begin is None:
        return
    wall = (begin + day_walker.offset_at(begin, zone)).replace(tzinfo=None)
    anchor = (deliver_at + day_walker.offset_at(deliver_at, zone)).time()
    if wall.time() != anchor:
        return  # shifted by a gap: another time of day from here on
    fresh = next_after(rule, begin, zone, begin)
    assert fresh == next_after(rule, deliver_at, zone, begin)
