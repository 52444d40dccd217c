"""Due moments at which nothing goes out: recorded, each with what became of it.

Nobody is told here: what is recorded waits until `reports.dealt_with` tells of all of
it at once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.broadcast import Occurrence, OccurrenceState
from bot.domain.coming import Due
from bot.domain.events import Unsent
from bot.domain.schedule import Schedule
from bot.service.delivery import closing
from bot.service.ports.unit_of_work import UnitOfWork

#: the reason of a moment whose place a newer one took
SUPERSEDED = "superseded"
#: the reason of what must not leave any more
EXPIRED = "expired"


def record(
    uow: UnitOfWork,
    schedule: Schedule,
    due: Due,
    state: OccurrenceState,
    reason: str,
    now: datetime,
    *,
    occurrence: Occurrence | None = None,
) -> None:
    """The newest due moment: missed, failed or held, and the schedule after it.

    `occurrence`: one that was held.
    """
    if state is OccurrenceState.HELD:
        supersede_held(uow, schedule, due.moment)
    if occurrence is None:
        new = _occurrence(schedule, due, state, reason)
        is_new = uow.occurrences.add(new) is not None
    else:
        is_new = True
        _end(uow, occurrence, state, reason)
    if reason == EXPIRED:
        for held in uow.occurrences.in_state(schedule.id, OccurrenceState.HELD):
            _end(uow, held, OccurrenceState.FAILED, EXPIRED)
    uow.schedules.save(closing.rested(uow, schedule, reason, now))
    if is_new:
        uow.happened(
            Unsent(
                announcement=schedule.id,
                due_at=due.moment,
                state=state,
                reason=reason,
            )
        )


def left_out(uow: UnitOfWork, schedule: Schedule, moments: Sequence[Due]) -> None:
    """Due moments at which nothing is to go out, each for the reason that it has. Of
    those of a rule nobody is told: whoever looked could see it before.
    """
    state, known = OccurrenceState.SKIPPED, schedule.recurrence is not None
    rows = [_occurrence(schedule, due, state, due.out or "") for due in moments]
    uow.occurrences.add_all([replace(one, told=known) for one in rows])
    for due in moments:
        uow.happened(
            Unsent(
                announcement=schedule.id,
                due_at=due.moment,
                state=state,
                reason=due.out or "",
            )
        )


def superseded(uow: UnitOfWork, schedule: Schedule, moments: Sequence[Due]) -> None:
    """Due moments that a newer one follows."""
    if not moments:
        return
    state = OccurrenceState.MISSED
    uow.occurrences.add_all(
        [_occurrence(schedule, due, state, SUPERSEDED) for due in moments]
    )
    uow.happened(
        Unsent(
            announcement=schedule.id,
            due_at=moments[-1].moment,
            state=state,
            reason=SUPERSEDED,
            count=len(moments),
        )
    )


def supersede_held(uow: UnitOfWork, schedule: Schedule, due: datetime) -> None:
    """The one that is due then takes the place of what is held."""
    for held in uow.occurrences.in_state(schedule.id, OccurrenceState.HELD):
        if held.due_at < due:
            _end(uow, held, OccurrenceState.MISSED, SUPERSEDED)


def _occurrence(
    schedule: Schedule, due: Due, state: OccurrenceState, reason: str
) -> Occurrence:
    return Occurrence(
        schedule_id=schedule.id,
        due_at=due.moment,
        wall=due.wall,
        state=state,
        reason=reason,
        told=False,
    )


def _end(
    uow: UnitOfWork, held: Occurrence, state: OccurrenceState, reason: str
) -> None:
    uow.occurrences.save(replace(held, state=state, reason=reason, told=False))
