"""Repeats messages that bounced for a while, with the same ids."""

from bot.engine.pipe import Line
from bot.engine.wire import Delivery
from bot.service.outcomes import Outcomes

#: repeats in one write
BATCH = 100
#: seconds between looks
IDLE = 5.0


class Retrier:
    def __init__(self, line: Line, outcomes: Outcomes) -> None:
        self._line = line
        self._outcomes = outcomes

    async def step(self) -> float:
        line = self._line
        await line.wire.ready()
        due = await line.database.run(self._outcomes.retries, BATCH)
        if not due:
            return IDLE
        repeats = await line.database.run(line.sending.repeats, due)
        deliveries = [
            Delivery(
                line.wire.stencil(repeat.announcement),
                repeat.exception.jid,
                line.ids.of(repeat.broadcast_key).to(repeat.exception.jid),
            )
            for repeat in repeats
        ]
        for delivery, repeat in zip(deliveries, repeats, strict=True):
            await line.pace.take(1)
            barrier = await line.wire.write([delivery])
            # Before its bounce can be: a bounce of the repeat finds it deferred.
            await line.database.run(self._outcomes.repeated, [repeat.exception])
            await barrier.wait()
        return 0.0
