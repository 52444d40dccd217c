"""Two components that drain their sockets in a process of their own.

Counting must cost little beside the server: whole reads, `bytes.count`.
"""

import hashlib
import multiprocessing
import re
import selectors
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from benchmarks.fanout.clock import now

END = b"</message>"
_READ = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """What arrived since the last `Sinks.expect`."""

    count: int
    size: int
    first: float
    last: float


class Sinks:
    def __init__(self, pipe: Connection, domains: tuple[str, ...]) -> None:
        self._pipe = pipe
        self.domains = domains

    def expect(self, count: int) -> None:
        """Count anew, from here on."""
        self._pipe.send(count)
        if not self._pipe.poll(30) or self._pipe.recv() != "ready":
            raise RuntimeError("the sinks do not answer")

    def wait(self, timeout: float) -> Arrivals:
        """Once all that is expected is there; raises TimeoutError."""
        if not self._pipe.poll(timeout):
            raise TimeoutError(f"readers still miss messages after {timeout:g} s")
        arrivals: Arrivals = self._pipe.recv()
        return arrivals


@contextmanager
def sinks(
    host: str, port: int, domains: tuple[str, ...], secret: str
) -> Iterator[Sinks]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(
        target=_drain, args=(theirs, host, port, domains, secret), daemon=True
    )
    process.start()
    try:
        if not ours.poll(30) or ours.recv() != "ready":
            raise RuntimeError("the sinks did not connect")
        yield Sinks(ours, domains)
    finally:
        process.kill()
        process.join(10)


def component_socket(host: str, port: int, domain: str, secret: str) -> socket.socket:
    """A component's stream, opened (XEP-0114)."""
    stream = socket.create_connection((host, port), timeout=30)
    stream.sendall(
        b"<stream:stream xmlns='jabber:component:accept'"
        b" xmlns:stream='http://etherx.jabber.org/streams'"
        + f" to='{domain}'>".encode()
    )
    header = read_until(stream, b">", rb"<stream:stream[^>]*\sid=['\"]([^'\"]+)")
    digest = hashlib.sha1(header + secret.encode()).hexdigest()
    stream.sendall(f"<handshake>{digest}</handshake>".encode())
    read_until(stream, b"handshake", rb"(<handshake)")
    return stream


def read_until(stream: socket.socket, token: bytes, pattern: bytes) -> bytes:
    """The first group of a pattern that must come, judged at each `token`."""
    received = b""
    while not (token in received and (found := re.search(pattern, received))):
        if not (data := stream.recv(_READ)):
            raise ConnectionError(f"closed after {received[-300:]!r}")
        received += data
        if b"stream:error" in received or b"<failure" in received:
            raise ConnectionError(received[-300:].decode(errors="replace"))
    return found[1]


@dataclass(slots=True)
class Count:
    """Stanzas in what several streams bring, in whole reads of any size."""

    expected: int = 0
    count: int = 0
    size: int = 0
    first: float = 0.0
    tails: dict[int, bytes] = field(default_factory=dict)

    def take(self, source: int, data: bytes) -> None:
        if not self.first:
            self.first = now()
        tail = self.tails.get(source, b"")
        # END may lie across two reads; a tail is too short to hold a whole one
        self.count += data.count(END) + (tail + data[: len(END) - 1]).count(END)
        self.size += len(data)
        self.tails[source] = (tail + data[1 - len(END) :])[1 - len(END) :]


def _drain(
    pipe: Connection, host: str, port: int, domains: Sequence[str], secret: str
) -> None:
    selector = selectors.DefaultSelector()
    selector.register(pipe, selectors.EVENT_READ)
    for domain in domains:
        stream = component_socket(host, port, domain, secret)
        selector.register(stream, selectors.EVENT_READ)
    pipe.send("ready")
    counted = Count()
    while True:
        for key, _ in selector.select():
            if key.fileobj is pipe:
                counted = Count(expected=pipe.recv())
                pipe.send("ready")
                continue
            assert isinstance(key.fileobj, socket.socket)
            if not (data := key.fileobj.recv(_READ)):
                raise ConnectionError("the server closed a sink's stream")
            counted.take(key.fd, data)
            if counted.count >= counted.expected > 0:
                pipe.send(
                    Arrivals(
                        count=counted.count,
                        size=counted.size,
                        first=counted.first,
                        last=now(),
                    )
                )
                counted.expected = 0
