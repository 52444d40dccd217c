"""Staying with a broadcast until it is over."""

import time
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn

from bot.cli import output, session, showing
from bot.cli.reader import words
from bot.domain import broadcast as domain
from bot.domain.broadcast import Broadcast, BroadcastState
from bot.domain.phrase import Counted, Phrase
from bot.service.ports.paging import Paging
from bot.service.records.health import health
from bot.service.requests.request import JobName

if TYPE_CHECKING:
    from bot.service.use_cases import UseCases

#: seconds between two looks
_PAUSE = 0.3


def schedule(
    use_cases: "UseCases", reference: int, *, quiet: bool
) -> tuple[dict[str, Any] | None, Phrase | None]:
    """Until the schedule's latest broadcast is over; as `broadcast` below.

    A schedule that ends without one gives None and why.
    """
    if not use_cases.database.look(health, use_cases.clock, 1).up:
        output.note(Phrase("no service is running; this waits until one does its work"))
    while True:
        found = use_cases.database.look(
            use_cases.schedules.named, session.OPERATOR, JobName(number=reference)
        )
        page = use_cases.database.look(
            use_cases.broadcasts.page,
            session.OPERATOR,
            Paging(limit=1, before=0),
            reference,
        )
        if page.items:
            return broadcast(use_cases, page.items[0][0].id, quiet=quiet)
        if found.is_final:
            return None, Phrase(
                "#{number} is {state}: {why}",
                number=reference,
                state=found.state,
                why=found.reason or Phrase("not sent"),
            )
        time.sleep(_PAUSE)


def broadcast(
    use_cases: "UseCases", broadcast_id: int, *, quiet: bool
) -> tuple[dict[str, Any], Phrase | None]:
    """Until it is over: how it went as data, and in a sentence if it failed.

    Unless `quiet`, people see a bar while it lasts and the counts at the end.
    """
    name = TextColumn("{task.description}")
    columns = (name, BarColumn(), MofNCompleteColumn())
    with output.progress(*columns, quiet=quiet) as bar:
        task = bar.add_task(words(Phrase("broadcast {number}", number=broadcast_id)))
        while True:
            found, progress = use_cases.database.look(
                use_cases.broadcasts.get, session.OPERATOR, broadcast_id
            )
            bar.update(task, total=progress.total, completed=_done(progress))
            if found.state is not BroadcastState.SENDING:
                break
            time.sleep(_PAUSE)
    if not quiet:
        showing.broadcasts([(found, progress)])
        if progress.failed:
            output.note(_unreached(found, progress))
    return showing.broadcast_as_data(found, progress), _failure(found)


def _done(progress: domain.Progress) -> int:
    return progress.sent + progress.failed + progress.skipped


def _unreached(found: Broadcast, progress: domain.Progress) -> Phrase:
    return Counted(
        "{count} of {total} was not reached; who and why:"
        " carillon broadcasts failures {number}",
        "{count} of {total} were not reached; who and why:"
        " carillon broadcasts failures {number}",
        progress.failed,
        total=progress.total,
        number=found.id,
    )


def _failure(found: Broadcast) -> Phrase | None:
    if found.state is BroadcastState.SENT:
        return None
    if not found.reason:
        return Phrase(
            "broadcast {number} is {state}", number=found.id, state=found.state
        )
    return Phrase(
        "broadcast {number} is {state}: {why}",
        number=found.id,
        state=found.state,
        why=found.reason,
    )
