"""What clients hear of lists that they have, or want, as contacts, without having just
asked: who is let in to a list on request, who is refused, who left by command.

    let in        subscribed and, from a component, presence with caps (RFC 6121 §3.1)
    refused       unsubscribed
    left          unsubscribed, from a component after unavailable (§3.2)

It waits in the database, since somebody else may decide it, at the command line or
while there is no connection. A row goes once the server has what it says; what is said
twice changes nothing.

docs/conformance.md, Joining and leaving: on request
"""

import asyncio
import contextlib
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from slixmpp.exceptions import IqError, IqTimeout

from bot.domain.lists import AnnouncementList, ContactNews, ContactState
from bot.domain.phrase import Phrase
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.join_requests import JoinRequests
from bot.service.rules.voices import languages_of
from bot.service.use_cases import UseCases
from bot.texts import language_for, said
from bot.xmpp.doors.contacts.showing import Showing
from bot.xmpp.doors.rosters import contacts_of
from bot.xmpp.session.connection import Connection
from bot.xmpp.session.exchange import NotConnected

IDLE_SECONDS = 5.0  #: between two looks
AT_ONCE = 50  #: people who hear before the server is asked whether it has it


class ContactTeller:
    """`turn` is held while nobody else may join or leave; `arrived`: from when on a
    session has said what it begins with.
    """

    def __init__(
        self,
        connection: Connection,
        use_cases: UseCases,
        turn: asyncio.Lock,
        arrived: asyncio.Event,
        showing: Showing,
    ) -> None:
        self._connection = connection
        self._database = use_cases.database
        self._requests = use_cases.join_requests
        self._addresses = use_cases.policy.addresses
        self._turn = turn
        self._arrived = arrived
        self._showing = showing

    async def step(self) -> float:
        """Some of what there is to tell; seconds until it is worth a look again."""
        if not (self._connection.is_ready and self._arrived.is_set()):
            return IDLE_SECONDS
        if not await self._database.read(self._requests.news, 1):
            return IDLE_SECONDS
        async with self._turn:  # or who leaves at this moment would hear that he joined
            found = await self._database.read(_with_languages, self._requests, AT_ONCE)
            for news, entry, languages in found:
                self._tell(news, entry, languages)
            try:
                withdrawn = await self._settled([news for news, *_ in found])
            except (IqTimeout, NotConnected):
                return IDLE_SECONDS
            ids = [news.id for news, *_ in found]
            await self._database.run(self._requests.heard, ids, withdrawn)
        return 0.0

    def _tell(
        self, news: ContactNews, entry: AnnouncementList, languages: list[str]
    ) -> None:
        for address in self._at(entry):
            if news.state is ContactState.LET_IN:
                self._connection.send_presence(
                    "subscribed", to=news.jid, sender=address
                )
                if self._addresses.answers_presence:
                    self._showing.show(news.jid, address)
                continue
            if self._addresses.answers_presence:
                self._showing.hide(news.jid, address)
            language = language_for(*languages, entry.language)
            refused = Phrase("You are not let in to {title}.", title=entry.title)
            told = news.state is ContactState.REFUSED
            self._connection.send_presence(
                "unsubscribed",
                to=news.jid,
                sender=address,
                status=said(refused, language) if told else None,
                language=language if told else "",
            )

    def _at(self, entry: AnnouncementList) -> list[str]:
        """Where he may have asked: what was not asked for there, servers drop."""
        if not self._addresses.lists_have_addresses:
            return [self._addresses.own]
        own = [self._addresses.own] if entry.is_default else []
        return [self._addresses.of_list(entry.name), *own]

    async def _settled(self, told: Sequence[ContactNews]) -> frozenset[str]:
        """Once the server has it, which deals with stanzas in order: who of those that
        were let in wants to be no more. An account's server may keep to itself
        that somebody takes back what he had asked for (RFC 6121 §3.3.3; ejabberd does);
        but then he is no contact now.
        """
        let_in = frozenset(one.jid for one in told if one.state is ContactState.LET_IN)
        if self._addresses.has_account and let_in:
            return let_in - await contacts_of(self._connection)
        with contextlib.suppress(IqError):
            ping = ET.Element("{urn:xmpp:ping}ping")
            await self._connection.ask(ping, to=self._addresses.domain)
        return frozenset()


def _with_languages(
    uow: UnitOfWork, requests: JoinRequests, limit: int
) -> list[tuple[ContactNews, AnnouncementList, list[str]]]:
    return [
        (news, entry, languages_of(uow, news.jid))
        for news, entry in requests.news(uow, limit)
    ]
