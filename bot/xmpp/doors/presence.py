"""Subscribing by presence (RFC 6121 §3) and answering probes (§4.3).

    subscribe     join      subscribed and, from a component, presence with caps
                            refused: unsubscribed; no such address: an error too
    unsubscribe   leave     unsubscribed
    unsubscribed  leave     (nothing)
    probe         look up   presence, or unsubscribed
    any of them but the second and third is a sign of life

Each `subscribe` may add a row that stays, so those that come faster than people
join are dropped. Nothing else is dropped: somebody who leaves is let go at once,
however often he came before.

slixmpp's own roster lives in memory, and would answer probes from there. Here the
database answers, so subscriptions outlive a restart. An account's server keeps a
roster too and answers probes itself. It tells of an unsubscription only sessions
that fetched the roster, so each session fetches it and lets go of whoever has
vanished from it (`settle_roster`).

A component sends no `unavailable` when it stops: what its last presence told stays
true, that nobody need write to it.
"""

import asyncio
import logging
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from slixmpp.types import PresenceTypes
from slixmpp.xmlstream import StanzaBase

from bot.domain.errors import CarillonError, NotFound, Unavailable
from bot.domain.lists import SubscriptionOrigin
from bot.service.ports.outside import Database
from bot.service.readers.subscribers import Subscribers
from bot.service.rules.policy import Policy
from bot.texts import language_for, said
from bot.xmpp.doors.callers import bare_of, sender_of
from bot.xmpp.doors.sender_limit import SenderLimit
from bot.xmpp.doors.signs_of_life import SignsOfLife
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.errors import error_answer, language_of, stanza_error
from bot.xmpp.stanzas.namespaces import LANG

log = logging.getLogger(__name__)

MAX_WAITING = 20_000  #: presences; what a flood brings beyond is dropped
PAGE_SIZE = 200  #: readers who are told at once that a component has started
PAGE_PAUSE_SECONDS = 0.5  #: between two such pages
DEPARTURES_PER_TRANSACTION = 10  #: people; on SQLite others wait while it lasts
_ROSTER = "jabber:iq:roster"
_CHANGES = frozenset({"subscribe", "unsubscribe", "unsubscribed", "probe"})


class PresenceDoor:
    """Handles presences one after another, so that the last of a person counts."""

    def __init__(
        self,
        connection: Connection,
        database: Database,
        subscribers: Subscribers,
        policy: Policy,
        signs: SignsOfLife,
        joins: SenderLimit,
    ) -> None:
        self._connection = connection
        self._send = connection.send_presence
        self._database = database
        self._subscribers = subscribers
        self._policy = policy
        self._signs = signs
        self._joins = joins
        self._waiting: asyncio.Queue[ET.Element] = asyncio.Queue(MAX_WAITING)

    def open(self) -> None:
        self._connection.listen("presence", self._receive)

    def _receive(self, stanza: StanzaBase) -> None:
        presence = stanza.xml
        kind = presence.get("type")
        sender = sender_of(presence)
        if sender is None or self._policy.addresses.is_own(sender):
            return
        if kind in {None, "subscribe", "subscribed", "probe"}:
            self._signs.note(sender, presence.get(LANG))
        if kind == "subscribe" and not self._joins.permits(sender):
            return  # servers ask again, at the next login
        if kind in _CHANGES:
            try:
                self._waiting.put_nowait(presence)
            except asyncio.QueueFull:
                log.warning("too many presences at once: one of them dropped")

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            presence = await self._waiting.get()
            try:
                await self._handle(presence)
            except Unavailable as error:
                # servers ask again: for a subscription at the next login
                log.warning("a presence is not answered: %s", error.text)
            except Exception:
                log.exception("a presence is not answered")

    async def _handle(self, presence: ET.Element) -> None:
        sender, to = sender_of(presence), self._address(presence)
        if sender is None or to is None:
            return
        match presence.get("type"):
            case "subscribe":
                await self._subscribe(presence, sender, to)
            case "unsubscribe":
                await self._database.run(self._subscribers.leave, sender, to)
                if self._policy.addresses.answers_presence:
                    self._send("unavailable", to=sender, sender=to)
                self._send("unsubscribed", to=sender, sender=to)
            case "unsubscribed":
                await self._database.run(self._subscribers.leave, sender, to)
            case "probe" if self._policy.addresses.answers_presence:
                stands = self._subscribers.stands_on
                known = await self._database.read(stands, sender, to)
                # with its resource: a probe's answer may go to one session
                asker = presence.get("from", sender)
                kind: PresenceTypes | None = None if known else "unsubscribed"
                self._send(kind, to=asker, sender=to)

    async def _subscribe(self, presence: ET.Element, sender: str, to: str) -> None:
        language = presence.get(LANG) or None
        try:
            await self._database.run(self._subscribers.join, sender, to, language)
        except Unavailable:
            raise
        except CarillonError as error:
            if isinstance(error, NotFound):
                self._refuse(presence, error)
            told = language_for(language_of(presence))
            self._send(
                "unsubscribed",
                to=sender,
                sender=to,
                status=said(error.phrase, told),
                language=told,
            )
            return
        self._send("subscribed", to=sender, sender=to)
        if self._policy.addresses.answers_presence:
            self._send(to=sender, sender=to)

    def _refuse(self, presence: ET.Element, error: CarillonError) -> None:
        answer = error_answer(presence, stanza_error(error))
        self._connection.send_element(answer)

    def _address(self, presence: ET.Element) -> str | None:
        """Which of our bare JIDs was written to."""
        if not self._policy.addresses.lists_have_addresses:
            return self._policy.addresses.own
        return bare_of(presence.get("to", ""))

    # --- a fresh session -----------------------------------------------------------

    async def appear(self) -> None:
        """Presence with caps to whoever subscribed (an account's server fans out)."""
        if not self._policy.addresses.answers_presence:
            self._connection.send_presence(priority=0)
            return
        operator = self._policy.access.operator()
        for entry, _ in await self._database.read(self._subscribers.lists):
            addresses = [self._policy.addresses.of_list(entry.name)]
            if entry.is_default:
                addresses.append(self._policy.addresses.service)
            after = 0
            while page := await self._database.read(
                self._subscribers.page, operator, entry.name, after, PAGE_SIZE
            ):
                after = page[-1][0].id
                self._show(
                    [
                        subscription.jid
                        for subscription, _ in page
                        if subscription.origin is SubscriptionOrigin.PRESENCE
                    ],
                    addresses,
                )
                await asyncio.sleep(PAGE_PAUSE_SECONDS if len(page) == PAGE_SIZE else 0)

    def _show(self, readers: Sequence[str], addresses: Sequence[str]) -> None:
        for reader in readers:
            for address in addresses:
                self._send(to=reader, sender=address)

    async def settle_roster(self) -> None:
        """An account: who joined by presence and is not in the roster has left."""
        answer = await self._connection.ask(ET.Element(f"{{{_ROSTER}}}query"))
        items = answer.iter(f"{{{_ROSTER}}}item")
        roster = frozenset(
            jid
            for item in items
            if item.get("subscription") in {"from", "both"}
            and (jid := bare_of(item.get("jid", "")))
        )
        gone = await self._database.read(self._subscribers.departed, roster)
        for first in range(0, len(gone), DEPARTURES_PER_TRANSACTION):
            some = gone[first : first + DEPARTURES_PER_TRANSACTION]
            await self._database.run(self._subscribers.depart, some)
        if gone:
            log.info("%d left while we were away", len(gone))
