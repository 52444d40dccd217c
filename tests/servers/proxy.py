"""A TCP proxy in front of a server that fails on command, as networks do."""

import asyncio
import re
import socket
import struct
from dataclasses import dataclass, field
from typing import Literal, Self

from tests.servers.ports import HOST

Direction = Literal["up", "down"]  # to the server, to the client
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]

STREAM_ERROR = (
    b"<stream:error><%s xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
    b"</stream:error></stream:stream>"
)


@dataclass(frozen=True, slots=True)
class Stop:
    """Where all comes to a halt: `reached` has what was looked for, and the bytes that
    it was found in were passed on before, or are kept back.
    """

    direction: Direction
    pattern: re.Pattern[bytes]
    passing: bool
    reached: asyncio.Future[re.Match[bytes]]


@dataclass(eq=False, slots=True)
class Proxy:
    """`async with Proxy(server.c2s_port) as proxy:`, then connect to `proxy.port`.

    `refuse` closes new connections at once. Directions in `swallowed` lose all
    bytes while the connections seem well (a black hole); while one is held, whoever
    sends there waits, as for a slow reader. `accepted` counts the connections so far.
    """

    target_port: int
    target_host: str = HOST
    refuse: bool = False
    swallowed: set[Direction] = field(default_factory=set)
    accepted: int = 0
    _flowing: dict[Direction, asyncio.Event] = field(default_factory=dict)
    _traps: dict[bytes, bytes] = field(default_factory=dict)
    _stop: Stop | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self.release("up")
        self.release("down")
        self._server = await asyncio.start_server(self._accept, HOST, 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def hold(self, direction: Direction) -> None:
        """Read no more of it, but for one chunk, until `release`."""
        self._flowing[direction].clear()

    def release(self, direction: Direction) -> None:
        self._flowing.setdefault(direction, asyncio.Event()).set()

    def cut(self) -> None:
        """Break every connection, without a word of farewell (TCP's RST)."""
        for writer in self._open:
            _reset(writer)

    def stop_at(
        self, direction: Direction, pattern: bytes, *, passing: bool
    ) -> asyncio.Future[re.Match[bytes]]:
        """Hold both directions, once, when `pattern` comes that way: with `passing`
        right behind the bytes that it is in, else right before them. `release` both, or
        `abandon`; the latest one asked for counts.
        """
        reached = asyncio.get_running_loop().create_future()
        self._stop = Stop(direction, re.compile(pattern), passing, reached)
        return reached

    def abandon(self) -> None:
        """Break every connection; what was held is lost, later ones flow."""
        self._stop = None
        self.cut()
        self.release("up")
        self.release("down")

    def kill_stream_at(
        self, marker: bytes, condition: str = "undefined-condition"
    ) -> None:
        """When the client sends `marker`, answer with a stream error and close.

        What the client sent before the marker's chunk has reached the server;
        the chunk has not. It stays set, for every connection, until `forgive`.
        """
        self._traps[marker] = STREAM_ERROR % condition.encode()

    def forgive(self) -> None:
        """Forget all markers."""
        self._traps.clear()

    async def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self.refuse:
            _reset(writer)
            return
        self.accepted += 1
        try:
            upstream = await asyncio.open_connection(self.target_host, self.target_port)
        except OSError:
            _reset(writer)
            return
        task = asyncio.create_task(self._carry((reader, writer), upstream))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, client: Ends, server: Ends) -> None:
        """Until either end closes: then both do."""
        writers = {client[1], server[1]}
        self._open |= writers
        pumps = [
            asyncio.create_task(self._pump(client[0], server[1], "up", client[1])),
            asyncio.create_task(self._pump(server[0], client[1], "down", server[1])),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            for writer in writers:
                writer.close()  # what was written before is still sent
            closed = [writer.wait_closed() for writer in writers]
            await asyncio.gather(*pumps, *closed, return_exceptions=True)
            self._open -= writers

    async def _pump(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        direction: Direction,
        back: asyncio.StreamWriter,
    ) -> None:
        """Carry bytes one way; `back` leads to where they come from."""
        tail = b""  # of what passed, for markers that come in pieces
        while chunk := await source.read(65536):
            await self._flowing[direction].wait()
            if stop := self._reached(direction, tail, chunk):
                if stop.passing:
                    sink.write(chunk)
                    await sink.drain()
                    tail = b""
                    continue
                await self._flowing[direction].wait()
            if direction in self.swallowed:
                continue
            if direction == "up" and (error := self._trapped(tail + chunk)):
                back.write(error)
                return
            tail = (tail + chunk)[-1000:]
            sink.write(chunk)
            await sink.drain()

    def _reached(self, direction: Direction, tail: bytes, chunk: bytes) -> Stop | None:
        stop = self._stop
        if stop is None or stop.direction != direction:
            return None
        matches = stop.pattern.finditer(tail + chunk)
        # what lies in the tail as a whole had passed before anybody looked for it
        found = next((one for one in matches if one.end() > len(tail)), None)
        if found is None:
            return None
        self._stop = None
        self.hold("up")
        self.hold("down")
        stop.reached.set_result(found)
        return stop

    def _trapped(self, seen: bytes) -> bytes | None:
        return next((e for marker, e in self._traps.items() if marker in seen), None)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close at once; a lingering time of 0 makes that an RST, not a FIN."""
    sock = writer.get_extra_info("socket")
    if sock.fileno() == -1:  # closed already
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
