"""Subscribing by presence over real servers, across restarts of the service."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import sqlalchemy as sa
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from bot.domain.lists import EndReason
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store.database import SqlDatabase
from bot.store.tables import subscriber, subscription
from bot.xmpp.doors.callers import sender_of
from bot.xmpp.doors.opening import JOIN_BURST
from bot.xmpp.stanzas.namespaces import LANG
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import (
    LISTS,
    MODES,
    Answering,
    answering,
    ask,
    configured,
    refusal,
    text_of,
    until,
)
from tests.xmpp.links import Reader, Run, newcomer

pytestmark = pytest.mark.e2e
PING = "<ping xmlns='urn:xmpp:ping'/>"
CAPS = "{http://jabber.org/protocol/caps}c"


class Contact(Reader):
    """A client that subscribes, decides nothing on its own, keeps presences."""

    def __init__(self, server: XmppServer, user: str) -> None:
        super().__init__(server, user)
        self.auto_authorize = None
        self.auto_subscribe = False
        self.presences: list[ET.Element] = []
        matcher = MatchXPath("{jabber:client}presence")
        self.register_handler(Callback("every presence", matcher, self._note))

    def _started(self, session: Any) -> None:
        # Before its presence (RFC 6121 §2.2): only who has asked is told of changes,
        # and one may come at once.
        self.send(self.make_iq_get(queryxmlns="jabber:iq:roster"))
        super()._started(session)

    def _note(self, presence: StanzaBase) -> None:
        self.presences.append(presence.xml)

    def tell(self, to: str, kind: str, language: str | None = None) -> None:
        presence = self.Presence()
        presence["to"] = to
        presence.xml.set("type", kind)
        if language is not None:
            presence.xml.set(LANG, language)
        self.send(presence)

    def had(self, sender: str, kind: str | None) -> list[ET.Element]:
        """Presences of a type from a bare JID, oldest first."""
        return [
            xml
            for xml in self.presences
            if sender_of(xml) == sender and xml.get("type") == kind
        ]

    async def until_presence(self, sender: str, kind: str | None) -> ET.Element:
        await until(lambda: bool(self.had(sender, kind)))
        return self.had(sender, kind)[-1]

    async def contacts(self) -> dict[str, str]:
        """JID -> the state of the subscription, as the server has it."""
        request = self.make_iq_get(queryxmlns="jabber:iq:roster")
        answer = (await request.send(timeout=20)).xml
        items = answer.iter("{jabber:iq:roster}item")
        return {item.get("jid", ""): item.get("subscription", "none") for item in items}


@asynccontextmanager
async def contact(server: XmppServer, user: str) -> AsyncIterator[Contact]:
    client = Contact(server, user)
    client.connect(server.host, server.c2s_port)
    try:
        async with asyncio.timeout(20):
            await client.online.wait()
        await client.contacts()
        yield client
    finally:
        await client.disconnect(wait=2)


@pytest.mark.parametrize("mode", MODES)
def test_subscribing_outlives_restarts(
    server: XmppServer, mode: str, tmp_path: Path, run: Run
) -> None:
    """Who subscribes stands on the list and sees presence with capabilities, before
    and after the service starts again; who unsubscribes has left.
    """
    settings = configured(server, mode, tmp_path)
    name = newcomer(server)
    jid = server.jid(name)

    async def scenario() -> None:
        async with answering(settings) as bot, contact(server, name) as client:
            to = f"news@{bot.address}" if mode == "component" else bot.contact
            client.tell(to, "subscribe", "pl")
            await client.until_presence(to, "subscribed")
            seen = await client.until_presence(to, None)
            assert seen.find(CAPS) is not None
            assert bot.standing(jid) == ["news"]
            assert bot.use_cases.database.call(_language, jid) == "pl"
            assert client.had(to, "subscribe") == []
        async with answering(settings) as bot:
            assert bot.standing(jid) == ["news"]
            async with contact(server, name) as client:
                seen = await client.until_presence(to, None)
                assert seen.find(CAPS) is not None
                assert (await client.contacts())[to] == "to"
                client.tell(to, "unsubscribe")
                await until(lambda: bot.standing(jid) == [])
                await _roster_without(client, to)

    run(scenario())


async def _roster_without(client: Contact, jid: str) -> None:
    async with asyncio.timeout(20):
        # the roster is the server's, which tells nobody of it
        while (await client.contacts()).get(jid) == "to":  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def _language(uow: UnitOfWork, jid: str) -> str | None:
    subscriber = uow.subscribers.get(jid)
    return subscriber.language_seen if subscriber else None


def test_an_accounts_contacts_while_it_was_away(
    server: XmppServer, tmp_path: Path, run: Run
) -> None:
    """At its next login an account learns who left and who wants to join."""
    settings = configured(server, "account", tmp_path)
    leaver, joiner = newcomer(server), newcomer(server)

    async def scenario() -> None:
        async with (
            contact(server, leaver) as leaving,
            contact(server, joiner) as joining,
        ):
            async with answering(settings) as bot:
                to = bot.contact
                leaving.tell(to, "subscribe")
                await leaving.until_presence(to, "subscribed")
            leaving.tell(to, "unsubscribe")
            await _roster_without(leaving, to)
            joining.tell(to, "subscribe")
            async with answering(settings) as bot:
                await joining.until_presence(to, "subscribed")
                assert bot.standing(server.jid(joiner)) == ["news"]
                assert bot.standing(server.jid(leaver)) == []

    run(scenario())


def test_lists_that_nobody_joins(server: XmppServer, tmp_path: Path, run: Run) -> None:
    """A closed list refuses; an address without list has an error beside that."""
    settings = configured(server, "component", tmp_path)
    name = newcomer(server)

    async def scenario() -> None:
        async with answering(settings) as bot, contact(server, name) as client:
            for user in ("staff", "nobody"):
                client.tell(f"{user}@{bot.address}", "subscribe")
                await client.until_presence(f"{user}@{bot.address}", "unsubscribed")
            error = await client.until_presence(f"nobody@{bot.address}", "error")
            assert refusal(error) == ("item-not-found", "cancel")
            assert bot.standing(server.jid(name)) == []
            client.tell(f"none@{bot.address}", "subscribe", "de")
            no = await client.until_presence(f"none@{bot.address}", "unsubscribed")
            error = await client.until_presence(f"none@{bot.address}", "error")
            assert no.get(LANG) == "de"
            assert no.findtext("{jabber:client}status") == text_of(error)
            client.tell(bot.address, "subscribe")
            await client.until_presence(bot.address, "subscribed")
            assert bot.standing(server.jid(name)) == ["news"]

    run(scenario())


def test_joining_and_leaving_in_a_loop(
    server: XmppServer, tmp_path: Path, run: Run
) -> None:
    """Of one person so many subscriptions are taken at most, each leave is, and nobody
    else is affected; a little later the person is taken again.
    """
    settings = configured(server, "component", tmp_path)
    name, other = newcomer(server), newcomer(server)
    seconds = 0.0

    async def scenario() -> None:
        async with answering(settings) as bot, contact(server, name) as client:
            bot.doors.joins._clock = lambda: seconds
            news = f"news@{bot.address}"
            most = JOIN_BURST + len(LISTS)
            while bot.doors.joins.dropped < 3:
                client.tell(news, "subscribe")
                client.tell(news, "unsubscribe")
                await ask(client, bot.address, "get", PING)
            await until(lambda: bot.doors.moves.waiting == 0)
            await until(lambda: bot.standing(server.jid(name)) == [])
            assert 0 < len(intervals(bot, server.jid(name))) <= most
            async with contact(server, other) as neighbour:
                neighbour.tell(news, "subscribe")
                await neighbour.until_presence(news, "subscribed")
            nonlocal seconds
            seconds = 1.0
            client.tell(news, "subscribe")
            await until(lambda: bot.standing(server.jid(name)) == ["news"])

    run(scenario())


def intervals(bot: Answering, jid: str) -> Sequence[int]:
    """Ids of those that a person has or had."""
    database = bot.use_cases.database
    assert isinstance(database, SqlDatabase)
    backend = database._backend
    with backend.reading.connect() as connection:
        found = sa.select(subscription.c.id).join(subscriber)
        return connection.execute(found.where(subscriber.c.jid == jid)).scalars().all()


def test_probes_are_answered_from_the_database(
    server: XmppServer, tmp_path: Path, run: Run
) -> None:
    """Whoever was taken off the list meanwhile learns it at the next login."""
    settings = configured(server, "component", tmp_path)
    name = newcomer(server)

    async def scenario() -> None:
        async with answering(settings) as bot:
            service, news = bot.use_cases, f"news@{bot.address}"
            async with contact(server, name) as client:
                client.tell(news, "subscribe")
                await client.until_presence(news, "subscribed")
            operator = service.policy.access.operator()
            await service.database.run(
                service.enrolling.remove, operator, "news", server.jid(name)
            )
            async with contact(server, name) as client:
                await client.until_presence(news, "unsubscribed")
                await _roster_without(client, news)

    run(scenario())


def test_nobody_leaves_a_mandatory_list(
    server: XmppServer, tmp_path: Path, run: Run
) -> None:
    """Presence of a mandatory list can be given up, the place on it cannot."""
    settings = configured(server, "component", tmp_path)
    name = newcomer(server)
    jid = server.jid(name)

    async def scenario() -> None:
        async with answering(settings) as bot, contact(server, name) as client:
            rules = f"rules@{bot.address}"
            client.tell(rules, "subscribe")
            await client.until_presence(rules, "subscribed")
            client.tell(rules, "unsubscribe")
            await _roster_without(client, rules)
            assert bot.standing(jid) == ["rules"]

    run(scenario())


def test_a_login_takes_up_what_bounces_suspended(
    server: XmppServer, tmp_path: Path, run: Run
) -> None:
    """Whoever comes online after a suspension is told again, unless he leaves."""
    settings = configured(server, "component", tmp_path)
    name = newcomer(server)
    jid = server.jid(name)

    async def scenario() -> None:
        async with answering(settings) as bot:
            async with contact(server, name) as client:
                to = f"news@{bot.address}"
                client.tell(to, "subscribe")
                await client.until_presence(to, "subscribed")
            bot.use_cases.database.call(_suspend, jid, bot)
            bot.doors._signs.forget(jid)  # as the bounce does that suspends
            assert bot.standing(jid) == []
            async with contact(server, name) as client:
                await client.until_presence(to, None)
                await until(lambda: bot.standing(jid) == ["news"])
                bot.use_cases.database.call(_suspend, jid, bot)
                client.tell(to, "unsubscribe")
                await _roster_without(client, to)
                await until(lambda: bot.use_cases.database.call(_suspended, jid) == 0)
                assert bot.standing(jid) == []

    run(scenario())


def _suspend(uow: UnitOfWork, jid: str, bot: Answering) -> None:
    subscriber = uow.subscribers.get(jid)
    assert subscriber is not None
    uow.subscriptions.end(subscriber.id, EndReason.SUSPENDED, bot.use_cases.clock.now())


def _suspended(uow: UnitOfWork, jid: str) -> int:
    subscriber = uow.subscribers.get(jid)
    assert subscriber is not None
    return len(uow.subscriptions.suspended(subscriber.id))
