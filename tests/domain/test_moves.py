"""The states of a schedule and the moves between them."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from bot.domain import schedule as module
from bot.domain.schedule import (
    FINAL,
    MOVES,
    ON_THE_WIRE,
    ForbiddenMove,
    ListAudience,
    Origin,
    Schedule,
    ScheduleState,
    TextContent,
)
from bot.domain.updates import WireState

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _schedule(state: ScheduleState) -> Schedule:
    return Schedule(
        id=7,
        owner="admin@example.org",
        client_id="x",
        origin=Origin.IQ,
        fingerprint="",
        audience=ListAudience(list_name="news"),
        content=TextContent(texts=()),
        timezone="",
        deliver_at=NOON,
        next_at=NOON,
        state=state,
        reason="late",
        created_at=NOON,
    )


@pytest.mark.parametrize(("start", "end"), list(product(ScheduleState, repeat=2)))
def test_only_moves_of_the_table(start: ScheduleState, end: ScheduleState) -> None:
    """Every move of the table is made, every other is a mistake; staying is none."""
    schedule = _schedule(start)
    if end is start or end in MOVES[start]:
        moved = schedule.moved(end, reason="because", ended_at=NOON)
        assert (moved.state, moved.reason, moved.ended_at) == (end, "because", NOON)
    else:
        with pytest.raises(ForbiddenMove, match=f"#7 is {start}.* {end}"):
            schedule.moved(end)


def test_a_move_forgets_the_old_reason() -> None:
    """Why and since when it was paused is of no use to what goes on."""
    paused = replace(_schedule(ScheduleState.PAUSED), reason="x", paused_at=NOON)
    moved = paused.moved(ScheduleState.RUNNING)
    assert (moved.reason, moved.paused_at) == (None, None)


def test_the_drawing_is_the_table() -> None:
    """The module's docstring draws the moves and the draft's states as they are."""
    moves: dict[str, set[str]] = {}
    wire: dict[str, str] = {}
    final: set[str] = set()
    for line in (module.__doc__ or "").splitlines():
        if not line.startswith("    "):
            continue
        left, _, shown = line.strip().rpartition("  ")
        start, arrow, ends = left.partition("─►")
        if arrow:
            moves[start.strip()] = set(ends.replace(",", "").split())
            wire[start.strip()] = shown
        else:
            assert shown == "the same, final"
            final = set(left.replace(",", "").split())
    assert moves == {start: set(ends) for start, ends in MOVES.items() if ends}
    assert final == FINAL
    wire |= {state: WireState(state) for state in final}
    assert wire == dict(ON_THE_WIRE)
