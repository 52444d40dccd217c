"""How fast a server takes what an account sends, tried out with messages to itself.

Both servers slow a session down by reading less of it, after a burst that is free:
Prosody's stock limits let 20 kB through and then 10 kB a second, ejabberd's 20 kB
and then 3 kB a second. So what is acknowledged within the burst says nothing; the
rate is measured over what is acknowledged after it.
"""

import asyncio
import secrets
from dataclasses import dataclass

from bot.engine.wire import Delivery, StreamLost
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.namespaces import ANNOUNCE
from bot.xmpp.writing.positions import Pending

MESSAGE_BYTES = 1_000  #: of one message
FREE_BURST_BYTES = 22_000  #: that servers let through before they slow down
MAX_SENT_BYTES = 100_000
MESSAGES_PER_WRITE = 2
WRITES_UNDER_WAY = 4  #: not yet acknowledged, at most
SENDING_SECONDS = 5.0  #: after which nothing more is written
LAST_ANSWER_SECONDS = 6.0  #: that the last answers may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """`rate` in bytes a second, taken over `sent` bytes and `seconds`."""

    sent: int
    seconds: float
    rate: float


class _Padding:
    """A headline that nobody keeps, of about `MESSAGE_BYTES` bytes."""

    def __init__(self, sender: str | None = None) -> None:
        self._from = f" from='{sender}'" if sender else ""

    _text = f"<x xmlns='{ANNOUNCE}#check'>{'.' * (MESSAGE_BYTES - 250)}</x>"

    def fill(self, to: str, stanza_id: str, original: str = "") -> bytes:  # noqa: ARG002 - it amends nothing
        return (
            f"<message to='{to}'{self._from} id='{stanza_id}' type='headline'>"
            f"{self._text}"
            "<no-store xmlns='urn:xmpp:hints'/><no-copy xmlns='urn:xmpp:hints'/>"
            "</message>"
        ).encode()


async def measure(connection: Connection) -> Throughput:
    """Send to the connection's own full JID; raises StreamLost."""
    return await _Trial(connection).run()


async def there_and_back(connection: Connection) -> None:
    """A component hears what it says to itself; raises StreamLost and TimeoutError."""
    own = connection.addresses.service
    barrier = await connection.write([Delivery(_Padding(own), own, "check")])
    async with asyncio.timeout(LAST_ANSWER_SECONDS):
        await barrier.wait()


class _Trial:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._clock = asyncio.get_running_loop().time
        self._start = self._clock()
        self._sent = 0
        #: (seconds since the start, bytes acknowledged by then)
        self._marks: list[tuple[float, int]] = [(0.0, 0)]

    async def run(self) -> Throughput:
        waiting: list[asyncio.Task[None]] = []
        lost: StreamLost | None = None
        try:
            async with asyncio.timeout(SENDING_SECONDS + LAST_ANSWER_SECONDS):
                while (
                    self._sent < MAX_SENT_BYTES
                    and self._clock() - self._start < SENDING_SECONDS
                ):
                    barrier = await self._write()
                    waiting.append(asyncio.create_task(self._mark(barrier)))
                    if len(waiting) >= WRITES_UNDER_WAY:
                        await waiting.pop(0)
                for task in waiting:
                    await task
        except TimeoutError:
            pass  # what was acknowledged until now says enough
        except StreamLost as error:
            lost = error
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        if lost is not None:
            raise lost
        return self._judge()

    async def _write(self) -> "_Write":
        padding, to = _Padding(), self._connection.addresses.service
        deliveries = [
            Delivery(padding, to, f"pace-{secrets.token_hex(4)}")
            for _ in range(MESSAGES_PER_WRITE)
        ]
        pending = await self._connection.write(deliveries)
        self._sent += sum(len(padding.fill(one.to, one.id)) for one in deliveries)
        return _Write(pending, self._sent)

    async def _mark(self, write: "_Write") -> None:
        await write.pending.wait()
        self._marks.append((self._clock() - self._start, write.through))

    def _judge(self) -> Throughput:
        seconds, sent = self._marks[-1]
        since, before = next(
            (mark for mark in self._marks if mark[1] >= FREE_BURST_BYTES),
            self._marks[0],
        )
        if sent <= before:
            since, before = self._marks[0]
        rate = (sent - before) / max(seconds - since, 1e-3)
        return Throughput(sent=sent, seconds=seconds, rate=rate)


@dataclass(frozen=True, slots=True)
class _Write:
    pending: Pending
    through: int
