"""Which edition of a broadcast goes to whom, where it is amended in the middle.

Nobody writes down to whom something was written; the cursor of a chunk only says who
has it for sure. So an amendment needs a bound for each chunk, `old_through`: whoever
stands at it or before has the edition before, or may have; whoever stands behind has
nothing yet, and is told the newest one as if there had never been another. Up to the
bound what is repeated is repeated as it was, so that nobody has two texts under one id;
the amendment goes to exactly those, and only once all of them have what it amends.

Whose the bound is to say
    A chunk that nobody holds: its cursor, or `reach` where somebody has written beyond
    that who will record no more. Whoever amends says it, and where he finds the row
    held at that moment, whoever claims the chunk next.

    A chunk that is held: its holder alone knows. By the answer to its next record it
    learns that there is a newer edition, writes no more, records what is on its way,
    and says how far that went (`refresh` of `bot.service.delivery.progress`).

    Where one is amended again while the repeats before the bound are under way, the
    bound stands for them still. So a chunk comes from edition to edition one by one,
    each once all who have the one before it for sure do have it, and until then
    nothing is written beyond (`Job.until`).

    Of a holder who is gone nothing is known but how much he may have written beyond the
    cursor (`lost`): at most a window. Who was passed over took no room in it, so those
    who might have been do not count.
"""

from dataclasses import replace
from datetime import datetime

from bot.domain.broadcast import (
    Broadcast,
    BroadcastState,
    Chunk,
    Frozen,
    Recipient,
)
from bot.domain.jid import bare_of
from bot.service.ports.unit_of_work import UnitOfWork

#: readers looked through at a time
_PAGE = 500


def taken_up(uow: UnitOfWork, broadcast: Broadcast, chunk: Chunk) -> Chunk:
    """The locked chunk of one that is sending, in the hands of whoever takes it up now:
    he is to write the newest edition, behind all that may have been written before.
    """
    after = _known(uow, broadcast, chunk)
    while after.edition < broadcast.edition and not after.repeats_old:
        edition = after.edition + 1
        after = replace(after, edition=edition, old_through=after.surely)
    if after != chunk:
        uow.chunks.save(after)
    if is_behind(broadcast, after) and not is_behind(broadcast, chunk):
        uow.nudge()  # what amends it may wait for that
    return after


def _known(uow: UnitOfWork, broadcast: Broadcast, chunk: Chunk) -> Chunk:
    """With how far whoever is gone may have written; of one that is claimed no more,
    whose lease ran out is gone.
    """
    lost = chunk.lost
    if broadcast.state is not BroadcastState.SENDING and chunk.worker is not None:
        lost = chunk.window
    if lost is None:
        return chunk
    reach = max(chunk.surely, _lost(uow, broadcast, chunk, lost))
    return replace(chunk, reach=reach, lost=None)


def _lost(uow: UnitOfWork, broadcast: Broadcast, chunk: Chunk, count: int) -> int:
    """The position of the last of so many readers beyond the cursor, to whom it can
    have been written.
    """
    if _by_own_clocks(uow, broadcast):  # at that moment; who knows to whom
        return chunk.last
    at = chunk.through
    while count > 0 and at < chunk.last:
        page = uow.audiences.page(broadcast, after=at, last=chunk.last, limit=_PAGE)
        for reader in page:
            at = reader.position
            count -= _is_sure(reader)
            if count <= 0:
                return at
        if len(page) < _PAGE:
            return chunk.last
    return at


def _is_sure(reader: Recipient) -> bool:
    """Nothing kept his message back, so that it took room in the window."""
    chose_nothing = reader.quiet is None and reader.paused_until is None
    is_there = not reader.left and not reader.unreached
    return chose_nothing and is_there and bare_of(reader.jid) is not None


def _by_own_clocks(uow: UnitOfWork, broadcast: Broadcast) -> bool:
    """Each reader's own decide whether its list speaks to him."""
    if broadcast.urgent or broadcast.any_hour or broadcast.list_id is None:
        return False
    entry = uow.lists.by_id(broadcast.list_id)
    window = entry.send_window if entry is not None else None
    return window is not None and not window.of_list


def is_behind(broadcast: Broadcast, chunk: Chunk) -> bool:
    """All who stand before the bound have the edition before."""
    if chunk.finished:
        return True
    return chunk.edition >= broadcast.edition and not chunk.repeats_old


def say_of_untouched(uow: UnitOfWork, broadcast: Broadcast) -> None:
    """Of all chunks that nobody holds: they go on with the newest edition."""
    for chunk in uow.chunks.untouched(broadcast.id):
        taken_up(uow, broadcast, chunk)


def audience(
    uow: UnitOfWork,
    amending: Broadcast,
    original: Broadcast,
    now: datetime,
    *,
    by_edition: bool,
) -> Frozen | None:
    """Those who are told what amends `original`, or goes to its readers; None while it
    is not known of all of them, or one of them may hear it before the original, or
    before what amended that earlier and is still being written.

    `by_edition`: those alone who do not have the newest.
    """
    earlier = [one.id for one in uow.broadcasts.amendments(original.id)]
    if amending.amendment is not None and uow.chunks.held(earlier, uow.now()):
        return None
    ranges: list[tuple[int, int]] = []
    for chunk in uow.chunks.of(original.id):
        bound = _bound(uow, original, chunk, by_edition=by_edition)
        if bound is None:
            return None
        if bound > chunk.after:
            ranges.append((chunk.after, min(bound, chunk.last)))
    return uow.audiences.reached(amending, ranges, now)


def _bound(
    uow: UnitOfWork, original: Broadcast, chunk: Chunk, *, by_edition: bool
) -> int | None:
    """Up to where it reached anybody, or may have; None: that is not known yet."""
    if original.state is BroadcastState.SENDING:
        if not (is_behind(original, chunk) if by_edition else chunk.finished):
            return None
    elif not chunk.finished and _is_held(uow, chunk):
        return None
    if (
        by_edition
        and chunk.edition == original.edition
        and chunk.old_through is not None
    ):
        return chunk.old_through
    if chunk.finished:
        return chunk.last
    return _known(uow, original, chunk).surely


def _is_held(uow: UnitOfWork, chunk: Chunk) -> bool:
    """What is on its way is still recorded; whose lease ran out records no more, or
    writes no more.
    """
    until = chunk.leased_until
    return chunk.worker is not None and until is not None and until > uow.now()
