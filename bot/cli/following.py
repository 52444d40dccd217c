"""Staying with a broadcast until it is over."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bot.cli import output, showing
from bot.cli.later import later
from bot.cli.reader import words
from bot.desk import views
from bot.domain import broadcast as domain
from bot.domain.broadcast import Broadcast, BroadcastState
from bot.domain.phrase import Counted, Phrase
from bot.service.ports.paging import Paging
from bot.service.requests.request import ScheduleName

if TYPE_CHECKING:
    from bot.desk.desk import Desk
    from bot.desk.verbs import broadcasts, schedules, status

else:
    broadcasts = later("bot.desk.verbs.broadcasts")
    schedules = later("bot.desk.verbs.schedules")
    status = later("bot.desk.verbs.status")

#: seconds between two looks
_POLL_SECONDS = 0.3


def schedule(
    desk: "Desk", reference: int, *, quiet: bool
) -> tuple[dict[str, Any] | None, Phrase | None]:
    """Until the schedule's latest broadcast is over; as `broadcast` below.

    A schedule that ends without one gives None and why.
    """
    if not desk.ask_here(status.STATUS(status.StatusWish(limit=1))).up:
        output.note(Phrase("no service is running; this waits until one does its work"))
    while True:
        found = desk.ask_here(schedules.QUERY(ScheduleName(number=reference))).schedule
        latest = Paging(limit=1, before=0)
        wish = broadcasts.BroadcastWish(paging=latest, schedule=reference)
        page = desk.ask_here(broadcasts.LIST(wish))
        if page.items:
            return broadcast(desk, page.items[0][0].id, quiet=quiet)
        if found.is_final:
            return None, Phrase(
                "#{number} is {state}: {why}",
                number=reference,
                state=found.state,
                why=found.reason or Phrase("not sent"),
            )
        time.sleep(_POLL_SECONDS)


def broadcast(
    desk: "Desk", broadcast_id: int, *, quiet: bool
) -> tuple[dict[str, Any], Phrase | None]:
    """Until it is over: how it went as data, and in a sentence if it failed.

    Unless `quiet`, people see a bar while it lasts and the counts at the end.
    """
    with output.progress(counting=True, quiet=quiet) as bar:
        task = bar.add_task(words(Phrase("broadcast {number}", number=broadcast_id)))
        while True:
            one = broadcasts.Number(broadcast_id)
            found, progress = desk.ask_here(broadcasts.SHOW(one))
            bar.update(task, total=progress.total, completed=_done(progress))
            if found.state is not BroadcastState.SENDING:
                break
            time.sleep(_POLL_SECONDS)
    if not quiet:
        showing.broadcasts([(found, progress)])
        for note in _unreached(found, progress):
            output.note(note)
    return views.broadcast(found, progress), _failure(found)


def _done(progress: domain.Progress) -> int:
    return progress.sent + progress.failed + progress.skipped


def _unreached(found: Broadcast, progress: domain.Progress) -> Iterator[Phrase]:
    """Who failed is listed; who was left out as it ended before his turn is not."""
    if left_out := progress.left_out:
        yield Counted(
            "{count} of {total} was told",
            "{count} of {total} were told",
            progress.sent,
            total=progress.total,
        )
        yield Counted(
            "{count} of {total} was left out: it ended before",
            "{count} of {total} were left out: it ended before",
            left_out,
            total=progress.total,
        )
    if progress.failed:
        yield Counted(
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
