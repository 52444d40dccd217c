"""Staying with a broadcast until it is over, but for who hears it later."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bot.cli import output, showing
from bot.cli.parts import broadcasts, schedules, status
from bot.cli.reader import words
from bot.desk import views
from bot.domain import broadcast as domain
from bot.domain import meanings
from bot.domain.broadcast import BroadcastState
from bot.domain.phrase import Counted, Phrase
from bot.service.requests.request import ScheduleName

if TYPE_CHECKING:
    from bot.desk.desk import Desk
    from bot.service.delivery.broadcasts import Account

_NOT_SENT = Phrase("not sent")
#: seconds between two looks
_POLL_SECONDS = 0.3


def schedule(
    desk: "Desk", reference: int, *, quiet: bool
) -> tuple[dict[str, Any] | None, Phrase | None]:
    """Until the schedule's latest broadcast is over; as `broadcast` below.

    A schedule that ends without one gives None and why.
    """
    if not desk.ask_here(status.STATUS(status.StatusWish(limit=1))).health.up:
        output.note(Phrase("no service is running; this waits until one does its work"))
    while True:
        found = desk.ask_here(schedules.QUERY(ScheduleName(number=reference))).schedule
        wish = broadcasts.BroadcastWish(limit=1, schedule=reference)
        page = desk.ask_here(broadcasts.LIST(wish))
        if page.items:
            one = broadcasts.OneBroadcast(page.items[0].name)
            return broadcast(desk, one, quiet=quiet)
        if found.is_final:
            return None, Phrase(
                "#{number} is {state}: {why}",
                number=reference,
                state=meanings.state(found.state),
                why=meanings.reason(found.reason) if found.reason else _NOT_SENT,
            )
        time.sleep(_POLL_SECONDS)


def broadcast(
    desk: "Desk", one: "broadcasts.OneBroadcast", *, quiet: bool
) -> tuple[dict[str, Any], Phrase | None]:
    """Until it is over: how it went as data, and in a sentence if it failed.

    Unless `quiet`, people see a bar while it lasts and the counts at the end.
    """
    with output.progress(counting=True, quiet=quiet) as bar:
        task = None
        while True:
            found = desk.ask_here(broadcasts.SHOW(one))
            # the very one, also where another is begun meanwhile
            one = broadcasts.OneBroadcast(found.name)
            progress = found.progress
            if task is None:
                said = Phrase("broadcast {name}", name=found.name.shown)
                task = bar.add_task(words(said))
            bar.update(task, total=progress.total, completed=_done(progress))
            if found.broadcast.state is not BroadcastState.SENDING:
                break
            if (
                progress.waiting
                and _done(progress) + progress.waiting >= progress.total
            ):
                break  # nothing more happens for hours
            time.sleep(_POLL_SECONDS)
    if not quiet:
        showing.broadcasts([found])
        for note in _unreached(found):
            output.note(note)
    return views.broadcast(found), _failure(found)


def _done(progress: domain.Progress) -> int:
    return progress.sent + progress.failed + progress.skipped


def _unreached(found: "Account") -> Iterator[Phrase]:
    """Who failed is listed; who was left out as it ended before his turn is not."""
    progress = found.progress
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
    if progress.waiting:
        yield Counted(
            "{count} of {total} hears it later: in quiet hours, on a pause, or outside"
            " of the send window",
            "{count} of {total} hear it later: in quiet hours, on a pause, or outside"
            " of the send window",
            progress.waiting,
            total=progress.total,
        )
    if progress.failed:
        yield Counted(
            "{count} of {total} was not reached; who and why:"
            " carillon broadcasts failures {name}",
            "{count} of {total} were not reached; who and why:"
            " carillon broadcasts failures {name}",
            progress.failed,
            total=progress.total,
            name=found.name,
        )


def _failure(account: "Account") -> Phrase | None:
    found, name = account.broadcast, account.name.shown
    if found.state in {BroadcastState.SENT, BroadcastState.SENDING}:
        return None
    state = meanings.state(found.state)
    if not found.reason:
        return Phrase("broadcast {name} is {state}", name=name, state=state)
    return Phrase(
        "broadcast {name} is {state}: {why}",
        name=name,
        state=state,
        why=meanings.reason(found.reason),
    )
