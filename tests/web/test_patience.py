"""Clients of the web pages that take their time, and requests that mean others."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Sequence

import pytest

from bot.web import patience
from bot.web.pages import shared
from bot.web.patience import MAX_CONNECTIONS
from tests.web.serving import Service, ask, shown

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@contextlib.asynccontextmanager
async def connected(url: str, count: int) -> AsyncIterator[list[Stream]]:
    port = int(url.rpartition(":")[2])
    streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    try:
        yield streams
    finally:
        for _, writer in streams:
            writer.close()
        for _, writer in streams:
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def ended(reader: asyncio.StreamReader) -> bool:
    """Whether the other side has closed, which it does sooner or later."""
    try:
        return await reader.read() == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize(
    "words", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-", REQUEST[:-2]]
)
def test_many_who_wait(words: bytes) -> None:
    """However many hold a connection, whoever asks is answered as ever; those who have
    waited longest are gone.
    """

    async def go() -> None:
        async with (
            shown(Service()) as url,
            connected(url, 2 * MAX_CONNECTIONS) as streams,
        ):
            for _, writer in streams:
                writer.write(words)
            for _ in range(3):
                assert (await ask(f"{url}/healthz"))[0] == 200
            assert await ended(streams[0][0])

    asyncio.run(asyncio.wait_for(go(), 60))


def test_many_who_come_at_once() -> None:
    """Those who connect in one moment hold no more connections than others."""

    async def go() -> None:
        async with shown(Service()) as url:
            address = ("127.0.0.1", int(url.rpartition(":")[2]))
            with contextlib.ExitStack() as stack:
                come = [  # before the server has a look at the first of them
                    stack.enter_context(socket.create_connection(address))
                    for _ in range(3 * MAX_CONNECTIONS)
                ]
                for _ in range(3):
                    assert (await ask(f"{url}/healthz"))[0] == 200
                assert sum(map(is_open, come)) <= MAX_CONNECTIONS

    asyncio.run(asyncio.wait_for(go(), 60))


def is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


def test_what_is_no_request(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever somebody sends, he writes nothing into our log."""
    caplog.set_level(logging.DEBUG)
    odd = [
        b"\x16\x03\x01\x02\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        REQUEST[:-2] + b"Connection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    ]

    async def go() -> None:
        async with shown(Service()) as url:
            for words in odd:
                async with connected(url, 1) as [(reader, writer)]:
                    writer.write(words)
                    assert (await reader.readline()).startswith(b"HTTP/1.1 ")

    asyncio.run(asyncio.wait_for(go(), 60))
    assert not [one for one in caplog.records if one.name.startswith("uvicorn")]


@pytest.mark.parametrize("kept", [False, True], ids=["at first", "after an answer"])
def test_a_letter_now_and_then(monkeypatch: pytest.MonkeyPatch, kept: bool) -> None:
    """A request has its time, however it is stretched, on a connection that has been
    answered before, too.
    """
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 0.3)

    async def drip(writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            writer.write(b"GET /healthz HTTP/1.1\r\nX-Long: ")
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.01)

    async def go() -> None:
        async with shown(Service()) as url, connected(url, 1) as [(reader, writer)]:
            if kept:
                writer.write(REQUEST)
                assert b"200" in await reader.readline()
                await reader.readuntil(b'"ok"}')
            dripping = asyncio.create_task(drip(writer))
            assert await ended(reader)
            dripping.cancel()

    asyncio.run(asyncio.wait_for(go(), 60))


NAMES = [
    ("localhost", 200),
    ("LOCALHOST.:9464", 200),
    ("127.0.0.1:80", 200),
    ("192.0.2.7", 200),
    ("[::1]:9464", 200),
    ("metrics.example", 200),
    (socket.gethostname(), 200),
    ("evil.example", 421),
    ("127.0.0.1.evil.example", 421),
    ("localhost.evil.example:9464", 421),
    ("", 200),
    ("[", 421),
    ("user@localhost", 200),
]


def test_whom_a_request_means() -> None:
    """A name has to be one of ours; an address is no name that could lead elsewhere."""

    async def go() -> Sequence[tuple[str, int]]:
        found = []
        async with shown(Service(), hosts=["Metrics.example"]) as url:
            for name, _ in NAMES:
                async with connected(url, 1) as [(reader, writer)]:
                    request = f"GET /readyz HTTP/1.1\r\nHost: {name}\r\n\r\n"
                    writer.write(request.encode())
                    status = int((await reader.readline()).split()[1])
                    found.append((name, status))
        return found

    assert asyncio.run(asyncio.wait_for(go(), 60)) == NAMES


def test_many_who_ask_at_once() -> None:
    """What costs the database a look is looked at one at a time; whoever waits shares
    a look that began after he had asked, and nobody gets an older one.
    """
    looks = 0

    async def go() -> list[int]:
        may_end = asyncio.Event()

        async def look() -> int:
            nonlocal looks
            looks += 1
            number = looks
            await may_end.wait()
            return number

        answer = shared(look)
        first = asyncio.create_task(answer())
        await asyncio.sleep(0)
        others = [asyncio.create_task(answer()) for _ in range(20)]
        await asyncio.sleep(0)
        may_end.set()
        return await asyncio.gather(first, *others, answer())

    assert asyncio.run(asyncio.wait_for(go(), 60)) == [1, *([2] * 20), 2]
