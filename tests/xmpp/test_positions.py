"""What was written and what the server has taken of it, without a network."""

import asyncio

import pytest

from bot.engine.wire import StreamLost
from bot.xmpp.writing.positions import Pending, Positions
from tests.xmpp.links import Run


async def _outcome(pending: Pending) -> StreamLost | None:
    try:
        await pending.wait()
    except StreamLost as lost:
        return lost
    return None


def test_barrier_ends_with_its_last_stanza(run: Run) -> None:
    """A write is over when its last stanza is acknowledged, not before."""

    async def scenario() -> None:
        positions = Positions(keep=True)
        pending = positions.open()
        positions.record([b"a", b"b"], pending)
        positions.close(pending)
        positions.acknowledge(1)
        assert not pending.settled.done()
        positions.acknowledge(2)
        assert await _outcome(pending) is None

    run(scenario())


def test_open_write_is_not_over(run: Run) -> None:
    """All so far being acknowledged does not end a write that goes on."""

    async def scenario() -> None:
        positions = Positions(keep=True)
        pending = positions.open()
        positions.record([b"a"], pending)
        positions.acknowledge(1)
        assert not pending.settled.done()
        positions.close(pending)
        assert pending.settled.done()

    run(scenario())


def test_handled_leaves_out_what_others_wrote_between(run: Run) -> None:
    """Interactive stanzas between two batches do not count for the write."""

    async def scenario() -> None:
        positions = Positions(keep=True)
        pending = positions.open()
        positions.record([b"a", b"b"], pending)
        positions.record([b"<iq/>", b"<presence/>"])
        positions.record([b"c", b"d"], pending)
        positions.close(pending)
        positions.acknowledge(5)
        assert positions.unacknowledged == (b"d",)
        positions.lose(known=True, blamed=True)
        lost = await _outcome(pending)
        assert lost is not None
        assert (lost.handled, lost.blamed) == (3, True)

    run(scenario())


def test_unknown_fate(run: Run) -> None:
    """Where nobody can tell, handled is None."""

    async def scenario() -> None:
        positions = Positions(keep=False)
        pending = positions.open()
        positions.record([b"a"], pending)
        positions.lose(known=False, blamed=False)
        lost = await _outcome(pending)
        assert lost is not None
        assert lost.handled is None

    run(scenario())


def test_more_than_written_is_refused(run: Run) -> None:
    """An acknowledgement of what was never written is an error."""

    async def scenario() -> None:
        positions = Positions(keep=True)
        positions.record([b"a"])
        with pytest.raises(ValueError, match="2 acknowledged, 1 written"):
            positions.acknowledge(2)

    run(scenario())


def test_one_impatient_waiter_spares_the_other(run: Run) -> None:
    """A waiter that gives up does not end the barrier for another."""

    async def scenario() -> None:
        positions = Positions(keep=True)
        pending = positions.open()
        positions.record([b"a"], pending)
        positions.close(pending)
        impatient = asyncio.create_task(pending.wait())
        patient = asyncio.create_task(pending.wait())
        await asyncio.sleep(0)
        impatient.cancel()
        positions.acknowledge(1)
        await patient

    run(scenario())
