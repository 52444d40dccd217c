"""Repeats messages that bounced for a while, with the same ids.

Where it looks odd: repeats are claimed together but written one by one, each behind
the acknowledgement of the one before. Repeats are few, and each is recorded as soon as
the server has it. A repeat that the server closes the stream over takes nobody with it:
the others of its claim are claimed once more when that has lapsed.
"""

from bot.engine.pipe import Line
from bot.engine.wire import Delivery
from bot.service.delivery.outcomes import Outcomes

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
        due = await line.database.run(self._outcomes.retries, REPEATS_PER_CLAIM)
        if not due:
            return IDLE_SECONDS
        repeats = await line.database.run(self._outcomes.repeats, due)
        for repeat in repeats:
            jid = repeat.exception.jid
            delivery = Delivery(
                line.wire.stencil(repeat.announcement),
                jid,
                line.ids.of(repeat.broadcast_key).to(jid),
            )
            await line.pace.take(1)
            barrier = await line.wire.write([delivery])
            await barrier.wait()
            await line.database.run(self._outcomes.repeated, [repeat.exception])
        return 0.0
