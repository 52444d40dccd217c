"""A connection that is made again whenever it is lost; the engine writes to it.

    connection = Connection(settings, now=clock.now, on_session=…, on_lost=…)
    connection.listen("message", …)
    await connection.run()          # until stop(), connecting again and again

Build it inside the running loop.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

from slixmpp.exceptions import XMPPError

from bot.domain.message import Announcement
from bot.domain.phrase import Phrase
from bot.engine.wire import Delivery, StreamLost
from bot.settings import CLIENT_PORT, COMPONENT_PORT, LOOPBACK, XMPPSettings
from bot.xmpp.session.account import AccountStream
from bot.xmpp.session.component import ComponentStream
from bot.xmpp.session.endings import ending
from bot.xmpp.session.exchange import Exchange, NotConnected
from bot.xmpp.session.timing import Timing
from bot.xmpp.writing.positions import Pending
from bot.xmpp.writing.stencil import Moment, Stencil, cut
from bot.xmpp.writing.stream_management import StreamManagement

BATCH_STANZAS = 100  #: in one write to the transport
BATCH_BYTES = 65_536  #: about, in one write to the transport

log = logging.getLogger(__name__)


class FatalConnectionError(Exception):
    """Connecting again cannot help; `phrase` says what to change."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase)
        self.phrase = phrase


class Connection(Exchange):
    """One XMPP session kept up; `on_session(fresh)` and `on_lost()` tell of it.

    `fresh` is False where an interrupted session was resumed (nobody noticed).
    `on_acknowledged(seconds)` tells of each write how long the server took.
    The callbacks must be quick; they may start tasks.
    """

    def __init__(
        self,
        settings: XMPPSettings,
        *,
        now: Callable[[], datetime],
        on_session: Callable[[bool], None] = lambda _fresh: None,
        on_lost: Callable[[], None] = lambda: None,
        on_acknowledged: Callable[[float], None] = lambda _seconds: None,
        timing: Timing | None = None,
    ) -> None:
        addresses = settings.addresses
        self._timing = timing or Timing()
        super().__init__(
            ComponentStream(settings, addresses, self)
            if addresses.component
            else AccountStream(settings, addresses, self, patience=self._timing.answer),
            addresses,
        )
        self._settings = settings
        self.now, self._moment = now, Moment(now)
        self._on_session, self._on_lost = on_session, on_lost
        self._on_acknowledged = on_acknowledged
        self._down = asyncio.Event()
        self._stopping = asyncio.Event()
        self._fatal: FatalConnectionError | None = None
        self._was_up = False
        #: why the last attempt brought no session; None while there is one
        self.failure: Phrase | None = None
        #: it was the secret, as long as there is a failure
        self.secret_refused = False

    # --- bot.engine.wire.Wire -----------------------------------------------------

    def stencil(self, announcement: Announcement) -> Stencil:
        """Raises `bot.xmpp.writing.stencil.StencilError` (an Invalid)."""
        return cut(announcement, self.addresses, self._moment)

    async def write(self, deliveries: Sequence[Delivery]) -> Pending:
        """Write all; between batches others get their turn.

        Over a cut it waits for the session to be resumed and goes on; raises
        StreamLost where that fails, with handled=0 if it was down to begin with.
        """
        session = self.stream.acknowledgements
        if session is None or not self.is_ready:
            raise StreamLost(handled=0, blamed=False)
        positions = session.positions
        pending = positions.open()
        for batch in _batches(deliveries):
            await asyncio.sleep(0)
            await self._writable(pending)
            self.stream.send_many(batch, pending)
        self._measure(pending)
        positions.close(pending)
        return pending

    def _measure(self, pending: Pending) -> None:
        """Tell how long a write, done by now, waits for its acknowledgement."""
        loop = asyncio.get_running_loop()
        written = loop.time()

        def settled(result: asyncio.Future[None]) -> None:
            if not result.cancelled() and result.exception() is None:
                self._on_acknowledged(loop.time() - written)

        pending.settled.add_done_callback(settled)

    async def _writable(self, pending: Pending) -> None:
        while not (self.stream.writable.is_set() or pending.settled.done()):
            await _first(self.stream.writable.wait(), pending.until_settled())
        if pending.settled.done():
            pending.settled.result()  # raises StreamLost

    async def echo(self) -> None:
        session = self.stream.acknowledgements
        if session is None or session.follows_bounces:
            return
        # its answer comes after all that came back before it was asked (XEP-0199)
        ping = ET.Element("{urn:xmpp:ping}ping")
        with contextlib.suppress(NotConnected, XMPPError):
            await self.ask(ping, to=self.addresses.domain, seconds=self._timing.echo)

    @property
    def discarded(self) -> Mapping[str, int]:
        """Stanzas that came to nothing, by reason."""
        counts = self.stream.discards.counts
        return {reason.value: count for reason, count in counts.items()}

    @property
    def stream_management(self) -> StreamManagement | None:
        """The account's session by XEP-0198, None where it is acknowledged by pings."""
        session = self.stream.acknowledgements
        return session if isinstance(session, StreamManagement) else None

    # --- life ------------------------------------------------------------------------

    async def run(self) -> None:
        """Keep a session until `stop()`; raises FatalConnectionError."""
        failures = 0
        try:
            while not self._stopping.is_set():
                lasted = await self._session()
                if self._fatal is not None:
                    raise self._fatal
                # An error over what we wrote says nothing against connecting.
                blamed = self._was_up and self.stream.blamed
                proven = blamed or lasted >= self._timing.stable
                failures = 1 if proven else failures + 1
                await self._pause(failures)
        finally:
            await self._close()
            self.stream.give_up()

    async def stop(self) -> None:
        """Say goodbye, close the stream, and let `run()` return.

        An account's server tells its contacts; a component's presences are taken
        back, before, by whoever sent them.
        """
        self._stopping.set()
        if self.is_ready:
            self._ready.clear()
            if not self.addresses.answers_presence:
                self.stream.send(self.stream.make_presence(ptype="unavailable"))
            await self.stream.disconnect(wait=self._timing.close)

    async def _session(self) -> float:
        """One attempt and what comes of it; returns the seconds that it was up."""
        self._down.clear()
        self._was_up = False
        self.stream.stream_error = self.stream.refusal = None
        self.stream.unreachable = None
        self.stream.secret_refused = False
        loop = asyncio.get_running_loop()
        await _first(self._connect(), self._stopping.wait(), limit=self._timing.attempt)
        if not self.is_ready:
            if self._fatal is None and not self._stopping.is_set():
                self._log_failure()
            await self._close()
            return 0.0
        start = loop.time()
        watch = asyncio.ensure_future(self._watch())
        await self._down.wait()
        watch.cancel()
        if not self._stopping.is_set():
            log.warning(
                "connection lost%s", f": {self._reason}" if self._reason else ""
            )
        return loop.time() - start

    async def _connect(self) -> None:
        stream = self.stream
        await stream.connect(self._host, self._port if self._host else None)
        if not stream.is_connected():
            return
        await _first(self._ready.wait(), self._down.wait())

    async def _pause(self, failures: int) -> None:
        """Wait before the next attempt; long where the secret was refused."""
        refused = self.stream.refusal or self.stream.secret_refused
        delay = self._timing.delay(99 if refused else failures)
        if not self._stopping.is_set():
            log.info("connecting again in %.1f s", delay)
        await _first(self._stopping.wait(), limit=delay)

    async def _close(self) -> None:
        """Leave no transport and no attempt behind."""
        stream = self.stream
        stream.cancel_connection_attempt()
        if stream.is_connected():
            self._down.clear()
            stream.abort()
            await _first(self._down.wait(), limit=self._timing.close)
        if stream.is_connected():
            stream.connection_lost(None)  # the transport never told

    async def _watch(self) -> None:
        """Notice a dead peer, and have quiet stanzas acknowledged."""
        loop = asyncio.get_running_loop()
        asked = False
        while (session := self.stream.acknowledgements) is not None:
            before = loop.time()
            await asyncio.sleep(self._timing.silence / 2)
            silent = self.stream.heard < before
            if silent and asked:
                log.warning("the server is silent: giving the connection up")
                self.stream.abort()
                return
            positions = session.positions
            waiting = positions.keep and positions.acknowledged < positions.written
            asked = silent
            if silent or waiting:
                session.request()

    # --- what the stream tells (bot.xmpp.session.stream.Listener) -----------------

    def up(self, *, fresh: bool) -> None:
        if self._stopping.is_set():
            self.stream.abort()
            return
        bound = self.stream.boundjid.full
        if bound != self.addresses.service:
            self._fatal = FatalConnectionError(
                Phrase(
                    "the server gave us {given}, not {wanted}:"
                    " choose another resource, or end what uses it",
                    given=bound,
                    wanted=self.addresses.service,
                )
            )
            self.stream.abort()
            return
        log.info("%s as %s", "connected" if fresh else "resumed", bound)
        self.failure = None
        self._was_up = True
        self._ready.set()
        self._on_session(fresh)

    def down(self) -> None:
        was_ready = self._ready.is_set()
        self._ready.clear()
        self._down.set()
        if was_ready:
            self._on_lost()

    @property
    def _host(self) -> str | None:
        """None: what the domain's DNS says."""
        return self._settings.host or (
            LOOPBACK[0] if self.addresses.component else None
        )

    @property
    def _port(self) -> int:
        usual = COMPONENT_PORT if self.addresses.component else CLIENT_PORT
        return self._settings.port or usual

    @property
    def _where(self) -> Phrase:
        if self._host is None:
            return Phrase("the server of {domain}", domain=self.addresses.domain)
        return Phrase("{host} port {port}", host=self._host, port=self._port)

    @property
    def _reason(self) -> Phrase | str | None:
        return self.stream.refusal or self.stream.stream_error

    def _log_failure(self) -> None:
        self.failure = self.stream.refusal or self._closed() or self._silent()
        self.secret_refused = self.stream.secret_refused
        log.error("cannot connect: %s", self.failure)

    def _closed(self) -> Phrase | None:
        """Why the server ended the stream, if it did."""
        condition = self.stream.stream_error
        if condition is None:
            return None
        return ending(condition, self.stream.stream_text, self.addresses)

    def _silent(self) -> Phrase:
        if self.stream.unreachable:
            return Phrase(
                "{server}: {reason}: is the server up, are host and port right?",
                server=self._where,
                reason=self.stream.unreachable,
            )
        return Phrase(
            "{server} answers, but opens no session:"
            " check port, jid and the server's log",
            server=self._where,
        )


def _batches(deliveries: Sequence[Delivery]) -> Iterator[list[bytes]]:
    """Fill the stencils, as late as possible: the stanzas say when they left."""
    batch: list[bytes] = []
    size = 0
    for delivery in deliveries:
        stanza = delivery.stencil.fill(delivery.to, delivery.id, delivery.original)
        batch.append(stanza)
        size += len(stanza)
        if len(batch) >= BATCH_STANZAS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


async def _first(*waits: Coroutine[Any, Any, Any], limit: float | None = None) -> None:
    """Wait for one of them, for at most `limit` seconds; the others are cancelled."""
    tasks = {asyncio.ensure_future(wait) for wait in waits}
    try:
        done, _ = await asyncio.wait(
            tasks, timeout=limit, return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
