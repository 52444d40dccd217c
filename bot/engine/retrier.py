"""Repeats messages that bounced for a while, with the same ids.

Where it looks odd: repeats are claimed together but looked at again and written one by
one, each behind the acknowledgement of the one before. Repeats are few, and each is
recorded as soon as the server has it. So a stop, an expiry, a reader who left meanwhile
are heeded to the last, and a repeat that the server closes the stream over takes nobody
with it: the others of its claim are given back, and are due at once.
"""

from collections import deque
from collections.abc import Sequence

import structlog

from bot.domain.broadcast import DeliveryException
from bot.domain.errors import CarillonError
from bot.engine.pipe import Line
from bot.engine.wire import Delivery, StreamLost
from bot.service.delivery.outcomes import Outcomes

log = structlog.get_logger(__name__)

#: messages that are claimed together, then written one by one
REPEATS_PER_CLAIM = 25
#: seconds between looks
IDLE_SECONDS = 5.0


class Retrier:
    def __init__(self, line: Line, outcomes: Outcomes) -> None:
        self._line = line
        self._outcomes = outcomes

    async def step(self) -> float:
        line = self._line
        await line.wire.ready()
        if line.stopping():
            return IDLE_SECONDS
        claimed = deque(
            await line.database.run(self._outcomes.retries, REPEATS_PER_CLAIM)
        )
        if not claimed:
            return IDLE_SECONDS
        try:
            while claimed:
                await line.pace.take(1)  # which may be long: so before the looks
                if line.stopping():
                    break
                await self._repeat(claimed[0])
                claimed.popleft()
        except StreamLost as lost:
            under_way, written = claimed.popleft(), lost.handled != 0
            if not written:
                claimed.append(under_way)
            # Where the content is blamed it waits until its claim has lapsed.
            tried = [under_way] if written and not lost.blamed else []
            await self._give_back(claimed, tried)
            raise
        await self._give_back(claimed)
        return 0.0

    async def _repeat(self, claimed: DeliveryException) -> None:
        """One message, unless there is a reason by now not to write it."""
        line = self._line
        for repeat in await line.database.run(self._outcomes.repeats, [claimed]):
            delivery = Delivery(
                line.wire.stencil(repeat.announcement),
                claimed.jid,
                line.ids.of(repeat.broadcast_key).to(claimed.jid),
            )
            barrier = await line.wire.write([delivery])
            await barrier.wait()
            await line.ledger.flush()  # a bounce that came with the acknowledgement
            await line.database.run(self._outcomes.repeated, [claimed])

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
