"""Whether a request was asked for already: by its id and what it said then."""

from dataclasses import replace

from bot.domain.access import Caller
from bot.domain.errors import Conflict
from bot.domain.phrase import Phrase
from bot.domain.schedule import Schedule
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests import moments
from bot.service.requests.request import ScheduleRequest


def earlier(
    uow: UnitOfWork, caller: Caller, request: ScheduleRequest
) -> Schedule | None:
    """The job that a repeat of its request means; None where it is a new one, under an
    id that may have been another's who is over. Raises Conflict.
    """
    if request.client_id is None:
        return None
    found = uow.schedules.find(caller.owner, request.client_id)
    if found is None or _is_repeat(replace(request, only=()), found):
        # a test is always a new one, also of what has been asked for already
        return None if request.only else found
    if found.is_final:
        return None
    raise Conflict(
        Phrase(
            "The id {id!r} is taken by another request of yours, #{number}, which is"
            " not over; choose another id.",
            id=request.client_id,
            number=found.id,
        )
    )


def _is_repeat(request: ScheduleRequest, earlier: Schedule) -> bool:
    if earlier.fingerprint == request.fingerprint():
        return True
    # stored by a release that knew no wall times
    return (
        request.on_the_wall
        and earlier.fingerprint == moments.with_moments(request).fingerprint()
    )
