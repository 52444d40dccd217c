"""Letters: each handed to its sender's server, and what became of it told.

By the module's `<deliver/>`, which is answered; else by XEP-0356 (0.4.1 §4.3), which
is not: then a ping behind it says that the server has it.

What a server refuses, or does not answer, is told as a bounce before the barrier
resolves, so it is recorded with the step that passes the recipient: the table of
verdicts decides whether it is repeated. A repeat has the same id, by which the module
knows it again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from slixmpp.exceptions import IqError, IqTimeout

from bot.domain.characters import printable
from bot.domain.errors import CarillonError, NotAllowed
from bot.domain.identity import key_of
from bot.domain.jid import domain_of
from bot.engine.wire import Delivery, StreamLost
from bot.service.delivery.outcomes import Bounce
from bot.xmpp.servers.offers import DELIVER, Offers
from bot.xmpp.servers.standings import NoWay
from bot.xmpp.session.exchange import NotConnected
from bot.xmpp.stanzas.errors import MAX_CONDITION, MAX_TEXT, MAX_TYPE, read_error
from bot.xmpp.stanzas.namespaces import ANNOUNCE, CLIENT
from bot.xmpp.stanzas.verbatim import serialised
from bot.xmpp.writing.letter import Letter

log = logging.getLogger(__name__)

DELIVER_SECONDS = 15.0  #: that an answer may take
_FORWARDED = "{urn:xmpp:forward:0}forwarded"

#: the letter of a broadcast as its recipient takes it now; raises a CarillonError
#: where he does not
Admits = Callable[[Letter, Delivery], Awaitable[Letter]]
#: whether a bare JID is nobody's any more
Gone = Callable[[str], Awaitable[bool]]
#: what a server answers that knows nothing of a request
_NOT_THERE = frozenset({"service-unavailable", "feature-not-implemented"})
SENDER_GONE = "sender-gone"  #: a condition of ours


@dataclass(slots=True, eq=False)
class Courier:
    """`on_bounce` must be quick."""

    offers: Offers
    admits: Admits
    gone: Gone
    on_bounce: Callable[[Bounce], None]
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    def take(self, deliveries: Sequence[Delivery]) -> "Answers":
        """Hand over all, at once."""
        tasks = [asyncio.create_task(self._carry(one)) for one in deliveries]
        for task in tasks:
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return Answers(tasks)

    def on_lost(self) -> None:
        """Nobody will answer any more: what is on its way is handed over again."""
        for task in self._under_way:
            task.cancel()

    async def _carry(self, delivery: Delivery) -> None:
        letter = delivery.stencil
        assert isinstance(letter, Letter)  # noqa: S101 - `Post` looks
        try:
            letter = await self.admits(letter, delivery)
            await self._hand_over(letter, delivery)
        except IqError as error:
            received = read_error(error.iq.xml)
            sender = letter.announcement.sender
            # the recipient's address would be told in the same words
            gone = received.condition == "item-not-found" and await self.gone(sender)
            condition = SENDER_GONE if gone else received.condition
            why = received.text or ""
            self._refused(delivery, condition, received.type, why, sender_gone=gone)
        except IqTimeout:
            self._refused(delivery, "remote-server-timeout", "wait", "")
        except CarillonError as error:
            if isinstance(error, NotAllowed) and not isinstance(error, NoWay):
                self._refused(delivery, "not-allowed", "cancel", error.text)
                return
            # nobody can say whether he takes it, or send it: now at least
            self._refused(delivery, "remote-server-timeout", "wait", error.text)

    async def _hand_over(self, letter: Letter, delivery: Delivery) -> None:
        connection = self.offers.connection
        server = domain_of(letter.announcement.sender)
        offer = await self.offers.of(server)
        message = letter.message(delivery.to, delivery.id, connection.now())
        forwarded = ET.Element(_FORWARDED)
        forwarded.append(message)
        if DELIVER in offer.parts:
            await self._to_module(server, forwarded)
        elif offer.privilege is not None:
            privileged = _Privileged(
                server, connection.addresses.service, offer.privilege, forwarded
            )
            barrier = await connection.write(
                [Delivery(privileged, delivery.to, delivery.id)]
            )
            await barrier.wait()
        else:
            raise NoWay(server, connection.addresses)

    async def _to_module(self, server: str, forwarded: ET.Element) -> None:
        connection = self.offers.connection
        request = ET.Element(f"{{{ANNOUNCE}}}deliver")
        request.append(forwarded)
        try:
            await connection.ask(
                request,
                to=server,
                sender=connection.addresses.service,
                kind="set",
                seconds=DELIVER_SECONDS,
            )
        except IqError as error:
            # of the recipient the module says the same
            if error.condition in _NOT_THERE and not await self._is_there(server):
                raise NoWay(server, connection.addresses) from None
            raise

    async def _is_there(self, server: str) -> bool:
        """Whether the module is, which may have been unloaded since it was seen."""
        offer = await self.offers.look(server)
        return offer is not None and DELIVER in offer.parts

    def _refused(
        self,
        delivery: Delivery,
        condition: str,
        kind: str,
        why: str,
        *,
        sender_gone: bool = False,
    ) -> None:
        self.on_bounce(
            Bounce(
                broadcast_key=key_of(delivery.id),
                jid=delivery.to,
                condition=printable(condition)[:MAX_CONDITION],
                error_type=kind[:MAX_TYPE],
                text=printable(why)[:MAX_TEXT] or None,
                sender_gone=sender_gone,
            )
        )


@dataclass(frozen=True, slots=True)
class Answers:
    """A write whose letters are answered one by one: `bot.engine.wire.Barrier`."""

    tasks: Sequence[asyncio.Task[None]]

    @property
    def is_lost(self) -> bool:
        return any(task.done() and _failed(task) for task in self.tasks)

    async def wait(self) -> None:
        """Raises StreamLost where the connection ended before all were answered."""
        await asyncio.wait(self.tasks)
        for task in self.tasks:
            if not _failed(task):
                continue
            error = None if task.cancelled() else task.exception()
            if error is None or isinstance(error, NotConnected | StreamLost):
                raise StreamLost(handled=0, blamed=False)
            raise error


def _failed(task: asyncio.Task[Any]) -> bool:
    return task.cancelled() or task.exception() is not None


@dataclass(frozen=True, slots=True)
class _Privileged:
    """`<message/>` to the server that it sends on (XEP-0356 0.4.1 §4.3)."""

    server: str
    service: str
    namespace: str
    forwarded: ET.Element

    def fill(self, to: str, stanza_id: str, original: str = "") -> bytes:  # noqa: ARG002 - they stand within
        outer = ET.Element(
            f"{{{CLIENT}}}message",
            {"from": self.service, "to": self.server, "id": stanza_id},
        )
        ET.SubElement(outer, f"{{{self.namespace}}}privilege").append(self.forwarded)
        return serialised(outer, CLIENT).encode()
