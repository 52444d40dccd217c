"""Lists as contacts of a component: who they are, how they look, on real servers."""

import asyncio
import base64
import hashlib
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from slixmpp import BaseXMPP
from slixmpp.exceptions import IqTimeout
from slixmpp.stanza import Iq

from bot.domain.addresses import Addresses
from bot.domain.pictures import picture
from bot.xmpp.doors.contacts import own_card
from bot.xmpp.doors.contacts.bells import bell
from bot.xmpp.doors.contacts.introductions import Introductions
from bot.xmpp.doors.contacts.profiles import Profiles
from bot.xmpp.doors.contacts.showing import EVENT
from bot.xmpp.doors.contacts.vcards import DATA, METADATA, PUBSUB, VCARD4, VCARD4_NODE
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.commands import NS as COMMANDS
from bot.xmpp.stanzas.namespaces import CLIENT, NICK, NOREPLY, VCARD, VCARD_UPDATE
from bot.xmpp.stanzas.scheduling import NS as SCHEDULING
from bot.xmpp.visits import inquiries
from tests.e2e.xml_client import XmlClient
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import answering, ask, configured, refusal, text_of, until
from tests.xmpp.links import Run, announcement, deliveries, newcomer, reading
from tests.xmpp.test_presence import CAPS, PING, Contact, contact

pytestmark = pytest.mark.e2e
ACCOUNT = Addresses(service="a@example.org/x", component=False)
VCARD_QUERY = f"<vCard xmlns='{VCARD}'/>"
INFO = "<query xmlns='http://jabber.org/protocol/disco#info'/>"


def items(node: str) -> str:
    return f"<pubsub xmlns='{PUBSUB}'><items node='{node}'/></pubsub>"


async def item(client: BaseXMPP, to: str, node: str) -> tuple[str, ET.Element]:
    """Id and payload of the one item that a node has."""
    answer = await ask(client, to, "get", items(node))
    [found] = answer.iter(f"{{{PUBSUB}}}item")
    [payload] = found
    return found.get("id", ""), payload


async def until_called(client: Contact, sender: str, name: str) -> None:
    """The event has come that tells the name of a bare JID."""

    def came() -> bool:
        for one in client.messages:
            nick = one.find(f"{{{EVENT}}}event/{{{EVENT}}}items/{{{EVENT}}}item")
            if one.get("from") == sender and nick is not None:
                assert one.get("type") == "headline"
                assert one.find(f"{{{CLIENT}}}body") is None
                if nick.findtext(f"{{{NICK}}}nick") == name:
                    return True
        return False

    await until(came)


def worn(presence: ET.Element) -> str:
    return presence.findtext(f"{{{VCARD_UPDATE}}}x/{{{VCARD_UPDATE}}}photo") or ""


def test_a_list_is_a_contact(server: XmppServer, tmp_path: Path, run: Run) -> None:
    """Presence comes from the address with a resource; by name, words and picture all
    the ways that clients ask tell the same, at that full JID, too.
    """
    file = tmp_path / "own.png"
    file.write_bytes(own := bell("another").content)
    lists = {"news": {"default": True, "title": "Nowości", "avatar": str(file)}}
    settings = configured(server, "component", tmp_path, lists=lists)
    name = newcomer(server)

    async def scenario() -> None:
        async with answering(settings) as bot, contact(server, name) as client:
            news = f"news@{bot.address}"
            for address, called in ((news, "Nowości"), (bot.address, "Announcements")):
                client.tell(address, "subscribe", "pl")
                await client.until_presence(address, "subscribed")
                seen = await client.until_presence(address, None)
                assert seen.get("from") == f"{address}/carillon"
                digest = worn(seen)
                assert digest == picture(own).digest
                await until_called(client, address, called)
                for jid in (address, f"{address}/carillon"):
                    await check(client, jid, called, own)
                await check_caps(client, seen)
                await check_alike(client, address)
            client.tell(news, "unsubscribe")
            await client.until_presence(news, "unavailable")
            assert client.had(news, "unavailable")[0].get("from") == f"{news}/carillon"

    run(scenario())


async def check(client: Contact, jid: str, called: str, own: bytes) -> None:
    answer = await ask(client, jid, "get", VCARD_QUERY)
    assert answer.get("from") == jid
    card = answer.find(f"{{{VCARD}}}vCard")
    assert card is not None
    told = {one.tag.removeprefix(f"{{{VCARD}}}"): one.text for one in card}
    assert told["FN"] == told["NICKNAME"] == called
    assert "dodaj" in (about := told["DESC"] or "")  # he joined in Polish
    assert f"/cmd list {jid.partition('/')[0]}" in about
    assert "help@example.org" in about
    photo = card.findtext(f"{{{VCARD}}}PHOTO/{{{VCARD}}}BINVAL") or ""
    assert base64.b64decode(photo, validate=True) == own
    _, card4 = await item(client, jid, VCARD4_NODE)
    texts = {
        one.tag.removeprefix(f"{{{VCARD4}}}"): "".join(one.itertext()) for one in card4
    }
    assert texts["fn"] == texts["nickname"] == called
    assert texts["note"] == about
    assert texts["photo"] == f"data:image/png;base64,{photo}"
    number, metadata = await item(client, jid, METADATA)
    [described] = metadata
    digest = hashlib.sha1(own).hexdigest()
    assert number == described.get("id") == digest
    assert described.get("bytes") == str(len(own))
    assert (described.get("type"), described.get("width")) == ("image/png", "128")
    number, data = await item(client, jid, DATA)
    assert (number, data.text) == (digest, photo)
    _, nick = await item(client, jid, NICK)
    assert nick.text == called
    info = (await ask(client, jid, "get", INFO))[0]
    [identity] = info.findall(f"{{{inquiries.INFO}}}identity")
    assert identity.get("name") == called
    for node in ("urn:xmpp:omemo:2:devices", ""):
        answer = await ask(client, jid, "get", items(node))
        assert refusal(answer) == ("item-not-found", "cancel")
    for asked in (VCARD_QUERY, items(VCARD4_NODE)):
        answer = await ask(client, jid, "set", asked)
        assert refusal(answer) == ("feature-not-implemented", "cancel")


async def check_caps(
    client: Contact, presence: ET.Element, offered: Collection[str] = (VCARD,)
) -> None:
    """They stand for what the full JID says, which names what contacts offer."""
    caps = presence.find(CAPS)
    assert caps is not None
    node = f"{caps.get('node')}#{caps.get('ver')}"
    query = INFO.replace("/>", f" node='{node}'/>")
    info = (await ask(client, presence.get("from", ""), "get", query))[0]
    assert inquiries.verification(info) == caps.get("ver")
    assert {NOREPLY, COMMANDS, *offered} <= inquiries.features(info)


async def check_alike(client: Contact, address: str) -> None:
    """What is asked of or written to the full JID is answered as at the bare one."""
    asked = [
        ("get", INFO),
        ("get", INFO.replace("#info", "#items")),
        ("get", INFO.replace("#info'", f"#items' node='{COMMANDS}'")),
        ("get", PING),
        ("get", "<query xmlns='jabber:iq:version'/>"),
        ("get", f"<schedule-query xmlns='{SCHEDULING}'/>"),
        ("get", "<something xmlns='urn:else'/>"),
        ("set", f"<command xmlns='{COMMANDS}' node='none'/>"),
        ("set", f"<schedule xmlns='{SCHEDULING}'><body>x</body></schedule>"),
    ]
    for kind, query in asked:
        answers = [
            await ask(client, jid, kind, query)
            for jid in (address, f"{address}/carillon")
        ]
        assert answers[1].get("from") == f"{address}/carillon"
        assert [*map(ET.tostring, answers[0])] == [*map(ET.tostring, answers[1])]
    for jid in (address, f"{address}/carillon"):
        with client.next_stanza("message", jid) as bounced:
            client.make_message(mto=jid, mbody="hello?", mtype="chat").send()
            answer = await bounced.wait()
        assert refusal(answer) == ("service-unavailable", "cancel")


def test_nobody_is_there(server: XmppServer, tmp_path: Path, run: Run) -> None:
    """A hidden list is no contact, as an address without a list is none; whoever stands
    on it sees it.
    """
    settings = configured(server, "component", tmp_path)
    name, member = newcomer(server), newcomer(server)

    async def scenario() -> None:
        async with (
            answering(settings) as bot,
            contact(server, name) as client,
            contact(server, member) as inside,
        ):
            use_cases = bot.use_cases
            operator = use_cases.policy.access.operator()
            await use_cases.database.run(
                use_cases.enrolling.add,
                *(operator, "staff", server.jid(member), None, None),
            )
            asked = [VCARD_QUERY, *map(items, (VCARD4_NODE, METADATA, DATA, NICK))]
            for query in asked:
                for resource in ("", "/carillon", "/else"):
                    told = []
                    for user in ("staff", "nixxx"):
                        jid = f"{user}@{bot.address}{resource}"
                        answer = await ask(client, jid, "get", query)
                        assert refusal(answer) == ("item-not-found", "cancel")
                        told.append(text_of(answer))
                    assert told[0] == told[1]
                answer = await ask(inside, f"staff@{bot.address}", "get", query)
                assert answer.get("type") == "result"
            commands = INFO.replace("#info'", f"#items' node='{COMMANDS}'")
            for query in (INFO, INFO.replace("#info", "#items"), commands, PING):
                for resource in ("", "/carillon", "/else"):
                    found = []
                    for user in ("staff", "nixxx"):
                        jid = f"{user}@{bot.address}{resource}"
                        answer = await ask(client, jid, "get", query)
                        content = "".join(ET.tostring(one, "unicode") for one in answer)
                        found.append(
                            (answer.get("type"), content.replace(user, "NAME"))
                        )
                    assert found[0] == found[1]

    run(scenario())


def test_what_changes_is_told(
    server: XmppServer, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another picture, another title: those who see the contact have a new presence,
    also where there was no connection when it changed.
    """
    settings = configured(server, "component", tmp_path)
    name = newcomer(server)

    async def scenario() -> None:
        async with answering(settings) as bot, contact(server, name) as client:
            news = f"news@{bot.address}"
            client.tell(news, "subscribe")
            assert worn(await client.until_presence(news, None)) == bell("news").digest
            lists = await bot.use_cases.database.run(lambda uow: uow.lists.all())
            other = bell("another")
            bot.doors.become(lists, None, {"news": other})
            await until(
                lambda: any(worn(one) == other.digest for one in client.had(news, None))
            )
            client.presences.clear()
            bot.doors.become(lists, None, {"news": other})  # and nothing else is
            await bot.doors.arrived.wait()
            await ask(client, news, "get", PING)
            assert client.had(news, None) == []
            with monkeypatch.context() as away:
                away.setattr(Connection, "is_ready", False)
                bot.doors.become(lists, None, {})
            bot.doors.on_session(False)  # one that goes on
            await until(lambda: bool(client.had(news, None)))
            assert worn(client.had(news, None)[0]) == bell("news").digest

    run(scenario())


def test_strangers_get_words_alone(
    server: XmppServer, tmp_path: Path, run: Run
) -> None:
    """A picture would be much to send to whoever asks."""
    settings = configured(server, "component", tmp_path)

    async def scenario() -> None:
        async with answering(settings) as bot:
            news = f"news@{bot.address}"
            card, metadata = await asyncio.to_thread(
                as_a_stranger, server, news, VCARD_QUERY, items(METADATA)
            )
            assert card.findtext(f".//{{{VCARD}}}FN") == "News"
            assert card.find(f".//{{{VCARD}}}PHOTO") is None
            assert metadata.get("type") == "error"

    run(scenario())


def as_a_stranger(server: XmppServer, to: str, *queries: str) -> list[ET.Element]:
    with XmlClient(server, domain=server.spares[0]) as stranger:
        return [stranger.ask(to, "get", query) for query in queries]


async def card_of(client: BaseXMPP, jid: str) -> ET.Element:
    card = (await ask(client, jid, "get", VCARD_QUERY)).find(f"{{{VCARD}}}vCard")
    assert card is not None
    return card


def test_an_accounts_own_card(server: XmppServer, tmp_path: Path, run: Run) -> None:
    """An account without a vCard is given one, which its server shows; one that is
    there stays, and its picture is the one that presence speaks of.
    """
    settings = configured(server, "account", tmp_path)
    user, name = settings.xmpp.jid.partition("@")[0], newcomer(server)
    theirs = bell("another").content
    photo = base64.b64encode(theirs).decode()
    own = (
        f"<vCard xmlns='{VCARD}'><FN>Ours</FN><PHOTO><TYPE>image/png</TYPE>"
        f"<BINVAL>{photo}</BINVAL></PHOTO></vCard>"
    )

    async def scenario() -> None:
        async with contact(server, name) as client:
            async with answering(settings) as bot:
                client.tell(bot.contact, "subscribe")
                await client.until_presence(bot.contact, "subscribed")
                seen = await client.until_presence(bot.contact, None)
                assert worn(seen) == bell("news").digest
                card = await card_of(client, bot.contact)
                assert card.findtext(f"{{{VCARD}}}FN") == "Announcements"
                # Prosody makes a note of the description
                assert f"/cmd list {bot.address}" in "".join(card.itertext())
            async with reading(server, user) as operator:
                await ask(operator, operator.boundjid.bare, "set", own)
            client.presences.clear()
            async with answering(settings) as bot:
                seen = await client.until_presence(bot.contact, None)
                assert worn(seen) == hashlib.sha1(theirs).hexdigest()
                card = await card_of(client, bot.contact)
                assert card.findtext(f"{{{VCARD}}}FN") == "Ours"

    run(scenario())


def test_an_account_introduces_itself(
    server: XmppServer, tmp_path: Path, run: Run
) -> None:
    """Whoever is refused or welcomed and is no contact is shown, once a session, where
    the commands are; when the service stops that is taken back.
    """
    settings = configured(server, "account", tmp_path)
    name, other = newcomer(server), newcomer(server)

    async def scenario() -> None:
        async with contact(server, name) as client, contact(server, other) as second:
            async with answering(settings) as bot:
                for _ in range(2):
                    with client.next_stanza("message", bot.address) as bounced:
                        client.make_message(mto=bot.address, mbody="hello?").send()
                        text = text_of(await bounced.wait())
                    assert f"/cmd list {bot.address}" in text
                [seen] = client.had(bot.contact, None)
                assert seen.get("from") == bot.address
                await check_caps(client, seen, offered=())
                post = bot.servers.post
                told = announcement(post.connection, greets=True)
                for greets in (False, True, True):
                    stencil = post.stencil(replace(told, greets=greets))
                    await post.write(deliveries(stencil, server.jid(other), 1))
                await second.until(3)
                await second.until_presence(bot.contact, None)
                await ask(second, bot.address, "get", PING)
                assert len(second.had(bot.contact, None)) == 1
            for one in (client, second):
                await one.until_presence(bot.contact, "unavailable")

    run(scenario())


def test_presence_waits_for_no_card(run: Run) -> None:
    """A server that does not answer for vCards keeps nobody from being there."""

    class Silent:
        async def ask(self, *_: object, **__: object) -> ET.Element:
            raise IqTimeout(Iq())

    async def scenario() -> None:
        profile = Profiles(ACCOUNT, "Announcements").of(None)
        assert await own_card.settle(Silent(), profile) is None  # type: ignore[arg-type]

    run(scenario())


def test_introductions_are_bounded() -> None:
    """No number of strangers makes it remember more people, or write to more."""
    told: list[str] = []

    class Exchange:
        addresses = ACCOUNT

        def send_presence(self, *, to: str) -> None:
            told.append(to)

    introductions = Introductions(Exchange(), max_people=2)  # type: ignore[arg-type]
    for number in (1, 2, 1, 3, 4):
        introductions.to(f"{number}@example.org")
    assert told == ["1@example.org", "2@example.org"]
    introductions.session()
    introductions.to("3@example.org")
    assert told[2:] == ["3@example.org"]
