"""The id of a schedule that was asked for without one.

It says what it is and when, so that a page of them can be read and one can be typed:
`maintenance-2026-12-05`, by the day of its first moment in its zone. Tests are a series
of their own, `test-maintenance-2026-12-05`, and take no name from what they are tests
of. Where its owner has used that up, a number follows, or signs drawn by lot where many
announce on one day. What is over keeps its id, too: one that the service gives never
means another schedule later.

That it can be guessed gives nothing away: an id means something together with its
owner only, and another's looks like one that is not there.
"""

import secrets
from dataclasses import replace

from bot.domain.schedule import PeopleAudience, Schedule
from bot.service.ports.unit_of_work import UnitOfWork

#: for single people, whose addresses are nobody else's business
PEOPLE = "people"
TEST = "test"
_NUMBERS = range(2, 10)
_DRAWN = 3


def named(uow: UnitOfWork, schedule: Schedule) -> Schedule:
    """The schedule with the id that it was asked for with, else with a free one.

    The owner is held by whoever stores it.
    """
    if schedule.client_id:
        return schedule
    due = schedule.next_at or schedule.deliver_at
    day = due.astimezone(schedule.due(due).zone).date()
    base = f"{_kind(schedule)}-{day}"
    wished = [base, *(f"{base}-{number}" for number in _NUMBERS)]
    wished += [f"{base}-{secrets.token_hex(3)}" for _ in range(_DRAWN)]
    taken = uow.schedules.taken(schedule.owner, wished)
    free = (one for one in wished if one not in taken)
    return replace(schedule, client_id=next(free, f"{base}-{secrets.token_hex(8)}"))


def _kind(schedule: Schedule) -> str:
    name = schedule.audience.list_name
    if name is None:
        return PEOPLE
    return f"{TEST}-{name}" if isinstance(schedule.audience, PeopleAudience) else name
