"""Subscribing by presence (RFC 6121 §3) and answering probes (§4.3).

    subscribe     join      subscribed and, from a component, presence (`contacts`)
                            on request: nothing until an admin answers
                            refused: unsubscribed; no such address: an error too
    unsubscribe   leave     unsubscribed
    unsubscribed  leave     (nothing)
    probe         look up   presence, or unsubscribed
    available, unavailable, probe: whether he is online (`online.py` beside this)
    any of them but `unsubscribe`, `unsubscribed` and `unavailable` is a sign of life

Each `subscribe` may add a row that stays, so those that come faster than people
join are dropped. A leave is not: somebody who leaves is let go, however often he came
before, whatever is away (`moves.py` beside this).

slixmpp's own roster lives in memory, and would answer probes from there. Here the
database answers, so subscriptions outlive a restart. An account's server keeps a
roster too and answers probes itself.
"""

import asyncio
from collections.abc import Callable, Sequence
from xml.etree import ElementTree as ET

from slixmpp.xmlstream import StanzaBase

from bot.desk.sender_limit import SenderLimit
from bot.domain.access import Role
from bot.domain.errors import CarillonError, NotFound, Unavailable
from bot.domain.jid import bare_of
from bot.service.ports.outside import Database
from bot.service.ports.spool import Move, Spool
from bot.service.readers.subscribers import Subscribers
from bot.service.rules.policy import Policy
from bot.texts import language_for, said
from bot.texts.languages import is_language
from bot.xmpp.doors.callers import sender_of
from bot.xmpp.doors.contacts.showing import Showing
from bot.xmpp.doors.moves import Moves, Probe
from bot.xmpp.doors.online import Online
from bot.xmpp.doors.signs_of_life import SignsOfLife
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.errors import error_answer, language_of, stanza_error
from bot.xmpp.stanzas.namespaces import CLIENT, LANG

MAX_ID = 100  #: characters of a stanza's id that are kept for the answer


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
        spool: Spool,
        *,
        online: Online,
        showing: Showing,
        usual: Callable[[str], str],
    ) -> None:
        self._connection = connection
        self._send = connection.send_presence
        self._database = database
        self._subscribers = subscribers
        self._policy = policy
        self._signs = signs
        self._joins = joins
        self._online = online
        self._showing = showing
        #: the language at an address
        self._usual = usual
        self.moves = Moves(spool, self._move, self._answer, connection.ready)
        self.run = self.moves.run
        #: held while a person is moved, or while all are compared with a roster
        self.turn = asyncio.Lock()

    def open(self) -> None:
        self._connection.listen("presence", self._receive)

    def _receive(self, stanza: StanzaBase) -> None:
        presence = stanza.xml
        kind = presence.get("type")
        sender, to = sender_of(presence), self._address(presence)
        if sender is None or to is None or self._policy.addresses.is_own(sender):
            return
        self._keep(kind, sender, presence.get("from", "").partition("/")[2])
        if kind in {None, "subscribe", "subscribed", "probe"}:
            self._signs.note(sender, presence.get(LANG))
        match kind:
            # one that comes too fast is not answered, so it can be asked again
            case "subscribe" if self._joins.permits(sender):
                self.moves.add(_join(presence, sender, to))
            case "unsubscribe" | "unsubscribed":
                asked = kind == "unsubscribe"
                self.moves.add(Move(sender, to, leaves=True, asked=asked))
            case "probe" if self._policy.addresses.answers_presence:
                self.moves.ask(Probe(sender, to, presence.get("from", sender)))

    def _keep(self, kind: str | None, sender: str, resource: str) -> None:
        """Whether he is online: a client says so, which has a resource."""
        match kind:
            case None if resource:
                self._online.note(sender, resource)
            case "unavailable":
                self._online.gone(sender, resource)
            case "probe":
                self._online.probed(sender)

    def _address(self, presence: ET.Element) -> str | None:
        """Which of our bare JIDs was written to."""
        if not self._policy.addresses.lists_have_addresses:
            return self._policy.addresses.own
        return bare_of(presence.get("to", ""))

    async def _move(self, move: Move) -> None:
        """In the database first: nothing is answered that is not stored."""
        async with self.turn:
            if move.leaves:
                await self._leave(move)
            if move.joins:
                await self._join(move)

    async def _leave(self, move: Move) -> None:
        sender, to = move.jid, move.address
        leave = self._subscribers.leave
        await self._database.run(leave, sender, to, move.before)
        if move.joins or not move.asked:
            return  # the last that a person did is what is answered
        if self._policy.addresses.answers_presence:
            self._showing.hide(sender, to)
        self._send("unsubscribed", to=sender, sender=to)

    async def _join(self, move: Move) -> None:
        sender, to, language = move.jid, move.address, move.language
        try:
            join = self._subscribers.join
            stands = await self._database.run(join, sender, to, language)
        except Unavailable:
            raise
        except CarillonError as error:
            stored = await self._stored(sender)
            if isinstance(error, NotFound):
                self._refuse(move, error, stored)
            told = language_for(*stored, language or "", self._usual(to))
            self._send(
                "unsubscribed",
                to=sender,
                sender=to,
                status=said(error.phrase, told),
                language=told,
            )
            return
        if not stands:
            return  # he waits to be let in; he hears once that is decided
        self._send("subscribed", to=sender, sender=to)
        if self._policy.addresses.answers_presence:
            self._showing.show(sender, to)

    async def _stored(self, sender: str) -> Sequence[str]:
        """The languages that he is stored with; a stranger is no reader."""
        if self._policy.caller(sender).role is Role.STRANGER:
            return ()
        languages = self._subscribers.languages
        return (await self._database.read(languages, [sender]))[sender]

    def _refuse(self, move: Move, error: CarillonError, stored: Sequence[str]) -> None:
        asked = {"from": move.jid, "to": move.address, LANG: move.language or ""}
        if move.id:
            asked["id"] = move.id
        presence = ET.Element(f"{{{CLIENT}}}presence", asked)
        answer = error_answer(presence, stanza_error(error), stored)
        self._connection.send_element(answer)

    async def _answer(self, probe: Probe) -> None:
        stands = self._subscribers.stands_on
        known = await self._database.read(stands, probe.jid, probe.address)
        if self.moves.concerns(probe.jid):
            return  # who joins meanwhile would take "no" for the answer to that
        if known:
            self._showing.show(probe.asker, probe.address)
        else:
            self._send("unsubscribed", to=probe.asker, sender=probe.address)


def _join(presence: ET.Element, sender: str, to: str) -> Move:
    """All that is kept of a subscribe: the stanza may be as large as it likes."""
    language = language_of(presence)
    return Move(
        sender,
        to,
        joins=True,
        id=presence.get("id", "")[:MAX_ID],
        language=language if is_language(language) else None,
    )
