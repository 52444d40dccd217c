"""The proxy fails the way it is told to."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest

from tests.servers.ports import HOST
from tests.servers.proxy import Direction, Proxy


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(1000):
            writer.write(chunk)
    except ConnectionError:
        pass
    finally:
        writer.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A client's connection, through the proxy, to the server that echoes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def echo(self, text: bytes) -> bytes:
        self.writer.write(text)
        return await asyncio.wait_for(self.reader.readexactly(len(text)), 5)


@asynccontextmanager
async def connected(proxy: Proxy) -> AsyncIterator[Line]:
    reader, writer = await asyncio.open_connection(HOST, proxy.port)
    try:
        yield Line(reader=reader, writer=writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@asynccontextmanager
async def scene() -> AsyncIterator[tuple[Proxy, Line]]:
    server = await asyncio.start_server(echo, HOST, 0)
    async with (
        server,
        Proxy(server.sockets[0].getsockname()[1]) as proxy,
        connected(proxy) as line,
    ):
        yield proxy, line


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 20))


def test_passes_bytes() -> None:
    """Untouched, bytes pass both ways and connections are counted."""

    async def test() -> None:
        async with scene() as (proxy, line):
            assert await line.echo(b"ding") == b"ding"
            assert proxy.accepted == 1

    run(test())


def test_cut_breaks_the_connection() -> None:
    """A cut is an abrupt end for the client; it can connect anew."""

    async def test() -> None:
        async with scene() as (proxy, line):
            await line.echo(b"ding")
            proxy.cut()
            with pytest.raises(ConnectionResetError):
                await line.reader.read()
            async with connected(proxy) as anew:
                assert await anew.echo(b"dong") == b"dong"

    run(test())


@pytest.mark.parametrize("direction", ["up", "down"])
def test_swallowed_bytes_are_lost(direction: Direction) -> None:
    """Bytes of a swallowed direction never arrive; later ones do."""

    async def test() -> None:
        async with scene() as (proxy, line):
            proxy.swallowed.add(direction)
            line.writer.write(b"lost")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(line.reader.read(4), 0.3)
            proxy.swallowed.clear()
            assert await line.echo(b"kept") == b"kept"

    run(test())


def test_what_is_held_waits() -> None:
    """Bytes of a held direction arrive once it is released, none is lost."""

    async def test() -> None:
        async with scene() as (proxy, line):
            proxy.hold("up")
            line.writer.write(b"ding")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(line.reader.read(4), 0.3)
            proxy.release("up")
            assert await asyncio.wait_for(line.reader.readexactly(4), 5) == b"ding"

    run(test())


@pytest.mark.parametrize("passing", [False, True])
def test_stopped_at_a_mark(passing: bool) -> None:
    """All stands still before or behind it, once, and goes on with nothing lost."""

    async def test() -> None:
        async with scene() as (proxy, line):
            await line.echo(b"mark")
            reached = proxy.stop_at("up", b"m(.)rk", passing=passing)
            line.writer.write(b"ding")
            assert await line.reader.readexactly(4) == b"ding"
            line.writer.write(b"mark")
            found = await asyncio.wait_for(reached, 5)
            assert found[1] == b"a"
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(line.reader.read(4), 0.3)
            proxy.release("up")
            proxy.release("down")
            assert await asyncio.wait_for(line.reader.readexactly(4), 5) == b"mark"
            assert await line.echo(b"mark") == b"mark"

    run(test())


def test_abandoned_at_a_mark() -> None:
    """What was held back is lost with its connection; a new one carries."""

    async def test() -> None:
        async with scene() as (proxy, line):
            reached = proxy.stop_at("up", b"mark", passing=False)
            line.writer.write(b"mark")
            await asyncio.wait_for(reached, 5)
            proxy.abandon()
            with pytest.raises(ConnectionResetError):
                await line.reader.read()
            async with connected(proxy) as anew:
                assert await anew.echo(b"mark") == b"mark"

    run(test())


def test_refused_connections_end_at_once() -> None:
    """While refusing, a new connection is closed without an answer."""

    async def test() -> None:
        async with scene() as (proxy, _):
            proxy.refuse = True
            async with connected(proxy) as refused:
                with pytest.raises(ConnectionResetError):
                    await refused.reader.read()

    run(test())


def test_marker_brings_a_stream_error() -> None:
    """A marker, even in two pieces, brings a stream error, until forgiven."""

    async def test() -> None:
        async with scene() as (proxy, line):
            proxy.kill_stream_at(b"culprit", "policy-violation")
            await line.echo(b"<message id='cul")
            line.writer.write(b"prit'/>")
            answer = await asyncio.wait_for(line.reader.read(), 5)
            assert b"<policy-violation" in answer
            assert answer.endswith(b"</stream:stream>")
            assert b"prit" not in answer

            proxy.forgive()
            async with connected(proxy) as anew:
                assert await anew.echo(b"culprit") == b"culprit"

    run(test())
