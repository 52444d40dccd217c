"""What is due of a window, and what it becomes: whatever passed meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.maintenance import (
    BEGUN,
    MOVES,
    OVER,
    Finish,
    Maintenance,
    MaintenanceName,
    Phase,
    Told,
    Window,
    WindowState,
    armed,
    finished,
    named,
    opening,
    step,
)
from bot.domain.maintenance_changes import (
    called_off,
    corrected,
    extended,
    is_told,
    moved,
    word_of,
)
from bot.domain.schedule import Origin

OPENED = datetime(2026, 12, 1, 12, tzinfo=UTC)
START = datetime(2026, 12, 5, 22, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
END = START + 2 * HOUR
PLANNED, UNDER_WAY = WindowState.PLANNED, WindowState.UNDER_WAY
VERIFYING, FINISHED = WindowState.VERIFYING, WindowState.FINISHED


def a_maintenance(**changes: Any) -> Maintenance:
    values: dict[str, Any] = {
        "id": 12,
        "owner": "admin@example.org",
        "client_id": "m1",
        "origin": Origin.IQ,
        "fingerprint": "",
        "list_name": "news",
        "template": "maintenance",
        "timezone": "",
        "start": START.replace(tzinfo=None),
        "created_at": OPENED,
    }
    return Maintenance(**values | changes)


def a_window(**changes: Any) -> Window:
    """Opened and announced four days before its start."""
    values: dict[str, Any] = {
        "maintenance_id": 12,
        "wall": START.replace(tzinfo=None),
        "start": START.replace(tzinfo=None),
        "starts_at": START,
        "ends_at": END,
        "changed_at": OPENED,
        "through": OPENED,
        "told": 1,
    }
    return Window(**values | changes)


ASK, AUTO = a_maintenance(), a_maintenance(finish=Finish.AUTO)
OPEN_END = {"ends_at": None}

#: the object, the window, the moment; what it becomes, what is told and since when it
#: is due, whether its owner is asked, and what is next
TABLE = [
    # before anything is due
    (ASK, {}, START - 2 * DAY, PLANNED, None, False, START - DAY),
    # each reminder in its time
    (ASK, {}, START - DAY, PLANNED, (Phase.REMINDER, START - DAY), False, START - HOUR),
    (ASK, {}, START - HOUR, PLANNED, (Phase.REMINDER, START - HOUR), False, START),
    # of two that are due the later one alone
    (ASK, {}, START - HOUR / 2, PLANNED, (Phase.REMINDER, START - HOUR), False, START),
    # the start, and not the reminders that nobody was there to give
    (ASK, {}, START, UNDER_WAY, (Phase.STARTED, START), False, END),
    (ASK, {}, START + HOUR, UNDER_WAY, (Phase.STARTED, START), False, END),
    # never the start after the end: its owner is asked
    (ASK, {}, END, VERIFYING, None, True, END + HOUR),
    (ASK, {}, END + 9 * DAY, VERIFYING, None, True, END + 9 * DAY + HOUR),
    (ASK, {"state": UNDER_WAY}, END, VERIFYING, None, True, END + HOUR),
    # asked again after an hour, and then each day
    (
        *(ASK, {"state": VERIFYING, "asked": 1, "asked_at": END}, END + HOUR),
        *(VERIFYING, None, True, END + HOUR + DAY),
    ),
    (
        *(ASK, {"state": VERIFYING, "asked": 2, "asked_at": END + HOUR}, END + DAY),
        *(VERIFYING, None, False, END + HOUR + DAY),
    ),
    # by itself, as long as that is news
    (AUTO, {"state": UNDER_WAY}, END, FINISHED, (Phase.FINISHED, END), False, None),
    (AUTO, {}, END + HOUR, FINISHED, (Phase.FINISHED, END), False, None),
    (AUTO, {}, END + DAY, FINISHED, None, False, None),
    # nobody was told that there would be any
    (AUTO, {"told": 0}, END, FINISHED, None, False, None),
    # nobody knows the end
    (ASK, OPEN_END, START, UNDER_WAY, (Phase.STARTED, START), False, START + 4 * HOUR),
    (
        *(AUTO, OPEN_END | {"state": UNDER_WAY}, START + 4 * HOUR),
        *(UNDER_WAY, None, True, START + 4 * HOUR + DAY),
    ),
    # what is over
    (ASK, {"state": FINISHED}, END + DAY, FINISHED, None, False, None),
    (
        ASK,
        {"state": WindowState.CALLED_OFF},
        START,
        *(WindowState.CALLED_OFF,),
        None,
        False,
        None,
    ),
]


@pytest.mark.parametrize(
    ("maintenance", "changes", "now", "state", "told", "asks", "next_at"), TABLE
)
def test_step(
    maintenance: Maintenance,
    changes: dict[str, Any],
    now: datetime,
    state: WindowState,
    told: tuple[Phase, datetime] | None,
    asks: bool,
    next_at: datetime | None,
) -> None:
    """At a moment a window becomes, tells and asks what the table says."""
    found = step(maintenance, a_window(**changes), now)
    notice = found.notice
    assert found.window.state is state
    assert (notice and (notice.phase, notice.due)) == told
    assert (found.asks, found.window.next_at) == (asks, next_at)
    # the same moment once more tells nothing more
    again = step(maintenance, found.window, now)
    assert (again.notice, again.asks) == (None, False)


def test_opened_late() -> None:
    """Who opens one half an hour ahead announces it, without reminders of before."""
    window = a_window(starts_at=OPENED + HOUR / 2)
    assert opening(window, OPENED) == Told(Phase.ANNOUNCED, OPENED, OPENED + HOUR / 2)
    assert step(ASK, window, OPENED).notice is None
    begun = a_window(starts_at=OPENED)
    assert opening(begun, OPENED) is None
    found = step(ASK, begun, OPENED).notice
    assert found is not None
    assert found.phase is Phase.STARTED


@pytest.mark.parametrize(
    ("ends_at", "over_at", "until", "is_early"),
    [
        (END, START + HOUR, START + HOUR, True),
        (None, START + DAY, START + DAY, True),
        # whole seconds, as everywhere
        (END, START + timedelta(milliseconds=1), START + timedelta(seconds=1), True),
        # when it is asked after its end whether all is well, its end was that
        (END, END + HOUR, END, False),
        (END, END, END, False),
        # a clock that was put back
        (END, START - HOUR, START, True),
    ],
)
def test_until(
    ends_at: datetime | None, over_at: datetime, until: datetime, is_early: bool
) -> None:
    """What is finished ended then, if it was to end later, or nobody knew when; what is
    not, or was called off, has the end that it is to have.
    """
    window = a_window(ends_at=ends_at, state=UNDER_WAY, changed_at=START)
    assert (window.until, window.is_early) == (ends_at, False)
    off = called_off(window, over_at)
    assert (off.until, off.is_early) == (ends_at, False)
    over = finished(window, over_at).window
    assert (over.until, over.is_early) == (until, is_early)


def test_clock_that_is_put_back() -> None:
    """What was told by a clock that was fast is not told again."""
    ahead = step(ASK, a_window(), START - DAY).window
    back = step(ASK, ahead, START - 2 * DAY)
    assert back.notice is None
    again = step(ASK, back.window, START - DAY)
    assert again.notice is None


@pytest.mark.parametrize(
    ("by", "now", "heard"),
    [
        (timedelta(minutes=15), START - 2 * DAY, False),
        (timedelta(minutes=16), START - 2 * DAY, True),
        (-timedelta(minutes=16), START - 2 * DAY, True),
        (timedelta(minutes=1), START - DAY + timedelta(minutes=1), True),
        (timedelta(minutes=1), START + HOUR, True),
    ],
)
def test_in_words(by: timedelta, now: datetime, heard: bool) -> None:
    """A start that moved far, was near or has passed is told beside the correction; a
    calling off always.
    """
    before = a_window()
    after = replace(before, starts_at=START + by)
    assert is_told(Phase.MOVED, before, after, now) is heard
    assert is_told(Phase.CALLED_OFF, before, before, now)
    told = word_of(Phase.MOVED, before, after, now)
    assert told.expires == max(END, now)
    late = word_of(Phase.MOVED, before, after, END + HOUR)
    assert late.expires == END + HOUR + DAY


def test_corrected() -> None:
    """A notice says of the window what holds: that it is planned again, called off."""
    begun = a_window(state=UNDER_WAY)
    assert corrected(Phase.STARTED, begun) is Phase.STARTED
    again = moved(begun, START.replace(tzinfo=None), START + DAY, None, START)
    assert corrected(Phase.STARTED, again) is Phase.ANNOUNCED
    assert corrected(Phase.REMINDER, again) is Phase.REMINDER
    assert corrected(Phase.REMINDER, called_off(begun, START)) is Phase.CALLED_OFF


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("M12", MaintenanceName(12)),
        (" m12/3", MaintenanceName(12, 3)),
        ("M", None),
        ("12", None),
        ("M12/", None),
        ("M12/3/4", None),
        ("M\u0661\u0662", None),
    ],
)
def test_names(text: str, name: MaintenanceName | None) -> None:
    """People type what is shown."""
    assert named(text) == name
    assert name is None or named(str(name)) == name


# --- whatever happens ---------------------------------------------------------

_lengths = st.integers(-40, 40).map(lambda quarters: quarters * timedelta(hours=3))
_events = st.one_of(
    st.tuples(st.just("look"), st.just(timedelta())),
    st.tuples(st.just("wait"), st.integers(0, 60).map(lambda one: one * HOUR)),
    st.tuples(st.just("on time"), st.just(timedelta())),
    st.tuples(st.just("move"), _lengths),
    st.tuples(st.just("extend"), _lengths),
    st.tuples(st.just("call off"), st.just(timedelta())),
    st.tuples(st.just("finish"), st.just(timedelta())),
)


def _change(window: Window, event: str, by: timedelta, now: datetime) -> Window | None:
    """As somebody's word makes it; None where he may not say it."""
    if window.state in OVER:
        return None
    match event:
        case "move" if window.starts_at + by > now:
            ends_at = window.ends_at and window.ends_at + by
            start = window.start + by
            return moved(window, start, window.starts_at + by, ends_at, now)
        case "extend" if (window.ends_at or window.starts_at) + by > now:
            return extended(window, (window.ends_at or window.starts_at) + by, now)
        case "call off":
            return called_off(window, now)
        case "finish" if window.state in BEGUN:
            return finished(window, now).window
    return None


def _is_true(told: Told, window: Window, now: datetime) -> bool:
    """What the notice says holds at this moment, and it has not expired."""
    begun = window.starts_at <= now
    if told.expires is not None and told.expires <= now:
        return False
    match told.phase:
        case Phase.REMINDER:
            return window.state is PLANNED and not begun
        case Phase.STARTED:
            is_over = window.ends_at is not None and window.ends_at <= now
            return window.state is UNDER_WAY and begun and not is_over
        case Phase.FINISHED:
            return window.state is FINISHED
    return False


@given(
    events=st.lists(_events, max_size=30),
    lasts=st.one_of(st.none(), st.integers(1, 30)),
    maintenance=st.sampled_from([ASK, AUTO]),
)
def test_nothing_stale(
    events: list[tuple[str, timedelta]], lasts: int | None, maintenance: Maintenance
) -> None:
    """Over any sequence of changes, of looks that come late and of outages: what is
    told holds when it is told, each reminder is told once for each start, and a look
    before the next moment finds nothing to do.
    """
    ends_at = START + lasts * HOUR if lasts else None
    window, now = armed(maintenance, a_window(ends_at=ends_at), OPENED), OPENED
    told: set[tuple[Phase, datetime, int]] = set()
    for event, by in events:
        if event == "wait":
            now += by
            continue
        if event == "on time" and window.next_at is not None:
            now = max(now, window.next_at)
        changed = _change(window, event, by, now)
        if changed is not None:
            assert changed.state is window.state or changed.state in MOVES[window.state]
            window = armed(maintenance, changed, now)
            continue
        idle = window.next_at is None or window.next_at > now
        found = step(maintenance, window, now)
        assert found.window.state is window.state or (
            found.window.state in _by_the_clock(window.state)
        )
        if found.notice is not None:
            assert _is_true(found.notice, found.window, now)
            key = (found.notice.phase, found.notice.due, window.sequence)
            assert key not in told
            told.add(key)
            assert not found.asks
        done = found.notice is not None or found.asks
        assert not (idle and (done or found.window.state is not window.state))
        if event == "on time" and not idle:
            assert done or found.window.state in OVER
        window = found.window
        assert (window.next_at is None) == (window.state in OVER)


def _by_the_clock(state: WindowState) -> Iterator[WindowState]:
    """What a state becomes when nobody says anything: never less than it was."""
    order = list(WindowState)
    return (one for one in MOVES[state] if order.index(one) > order.index(state))
