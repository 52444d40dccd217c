"""Repeats messages that bounced for a while, with the same ids.

Who was to hear it later is told here, too. Of these there may be thousands at once,
when quiet hours end: they are written together, the first time. Where the stream is
lost over them each is tried again alone, like a repeat.

Where it looks odd: repeats are claimed together but looked at again and written one by
one, each behind the acknowledgement of the one before. Repeats are few, and each is
recorded as soon as the server has it. So a stop, an expiry, a reader who left meanwhile
are heeded to the last, and a repeat that the server closes the stream over takes nobody
with it: the others of its claim are given back, and are due at once.
"""

from collections import deque
from collections.abc import Sequence
from itertools import chain

import structlog

from bot.domain.broadcast import DeliveryException
from bot.domain.errors import CarillonError
from bot.engine.pipe import Line
from bot.engine.wire import Delivery, StreamLost
from bot.service.delivery.jobs import Repeat
from bot.service.delivery.outcomes import Outcomes

log = structlog.get_logger(__name__)

#: messages that are claimed together, then written one by one
REPEATS_PER_CLAIM = 25
#: seconds between looks
IDLE_SECONDS = 5.0


def _together(
    claimed: Sequence[DeliveryException],
) -> list[Sequence[DeliveryException]]:
    """Those who hear it late, for the first time, at once; all others alone."""
    late = [one for one in claimed if one.is_first]
    alone = [[one] for one in claimed if not one.is_first]
    return [*alone, *([late] if late else [])]


class Retrier:
    def __init__(self, line: Line, outcomes: Outcomes) -> None:
        self._line = line
        self._outcomes = outcomes

    async def step(self) -> float:
        line = self._line
        await line.wire.ready()
        if line.stopping():
            return IDLE_SECONDS
        claimed = await line.database.run(self._outcomes.retries, REPEATS_PER_CLAIM)
        if not claimed:
            return IDLE_SECONDS
        waiting = deque(_together(claimed))
        try:
            while waiting:
                wanted = min(len(waiting[0]), line.window.size)
                room = await line.pace.take(wanted)  # which may be long
                if line.stopping():
                    break
                some, rest = waiting[0][:room], waiting[0][room:]
                waiting[0] = some
                if rest:
                    waiting.insert(1, rest)
                await self._repeat(some)
                waiting.popleft()
        except StreamLost as lost:
            under_way = waiting.popleft()
            alone = len(under_way) == 1
            written = lost.handled != 0 or (lost.blamed and not alone)
            if not written:
                waiting.append(under_way)
            # Where the content of one is blamed it waits until its claim has lapsed.
            tried = under_way if written and not (lost.blamed and alone) else []
            await self._give_back(list(chain(*waiting)), tried)
            raise
        await self._give_back(list(chain(*waiting)))
        return 0.0

    async def _repeat(self, claimed: Sequence[DeliveryException]) -> None:
        """These messages, but those which there is a reason by now not to write."""
        line = self._line
        repeats = await line.database.run(self._outcomes.repeats, claimed)
        if not repeats:
            return
        deliveries = [
            Delivery(
                line.wire.stencil(repeat.announcement),
                repeat.exception.jid,
                line.ids.of(repeat.broadcast_key).to(repeat.exception.jid),
                self._original(repeat),
            )
            for repeat in repeats
        ]
        barrier = await line.wire.write(deliveries)
        await barrier.wait()
        await line.ledger.flush()  # a bounce that came with the acknowledgement
        told = [repeat.exception for repeat in repeats]
        await line.database.run(self._outcomes.repeated, told)

    def _original(self, repeat: Repeat) -> str:
        """The id of the message that it amends, if any."""
        if repeat.original_key is None:
            return ""
        return self._line.ids.of(repeat.original_key).to(repeat.exception.jid)

    async def _give_back(
        self,
        claimed: Sequence[DeliveryException],
        tried: Sequence[DeliveryException] = (),
    ) -> None:
        """What cannot be given back is due when its claim has lapsed."""
        if not claimed and not tried:
            return
        try:
            await self._line.database.run(self._outcomes.give_back, claimed, tried)
        except CarillonError as error:
            log.warning("repeats not given back", error=error.text)
