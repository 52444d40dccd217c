"""What addresses say of themselves, asked through real servers."""

from collections.abc import Iterable

import pytest
from slixmpp import JID

from bot.xmpp.doors.discovery import disco
from bot.xmpp.doors.discovery.disco import Item
from bot.xmpp.stanzas.namespaces import NOREPLY
from bot.xmpp.stanzas.scheduling import NS as SCHEDULING
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.links import (
    Link,
    Reader,
    Run,
    account_settings,
    component_settings,
    linked,
    newcomer,
    reading,
)

pytestmark = pytest.mark.e2e
STATUS = ["https://a.example/outage.json", "https://b.example/outage.json"]
FORM = {"max-window": "31536000", "recurrence": ["DAILY", "WEEKLY"]}


async def _items(asker: str) -> Iterable[Item]:
    return [Item(jid=f"for-{JID(asker).user}@lists.example", name="Only yours")]


async def _advertise(link: Link, *addresses: str) -> None:
    await disco.advertise(
        link,
        addresses=dict.fromkeys(addresses, "Announcements"),
        form=FORM,
        items=_items,
        status_addresses=STATUS,
    )


async def _check_info(reader: Reader, jid: str, *, service: bool = True) -> None:
    info = (await reader.plugin["xep_0030"].get_info(JID(jid), timeout=10))[
        "disco_info"
    ]
    assert {NOREPLY, SCHEDULING, "urn:xmpp:ping"} <= info["features"]
    assert len(info["identities"]) == 1
    found = [one.get_values() for one in info["forms"]]
    forms = {form["FORM_TYPE"][0]: form for form in found}
    assert len(found) == len(forms) == len(info.xml.findall("{jabber:x:data}x"))
    assert forms.pop(SCHEDULING)["recurrence"] == ["DAILY", "WEEKLY"]
    if service:
        assert forms.pop("urn:xmpp:sos:0")["external-status-addresses"] == STATUS
    assert not forms


async def _check_caps(reader: Reader, link: Link, address: str) -> None:
    """Directed presence has <c/>, and the node in it says no-reply."""
    presence = link.stream.make_presence(pto=reader.boundjid.full, pfrom=address)
    with reader.next_stanza("presence", address) as arrived:
        link.send(presence)
        element = await arrived.wait()
    caps = element.find("{http://jabber.org/protocol/caps}c")
    assert caps is not None
    node = f"{caps.get('node')}#{caps.get('ver')}"
    answer = await reader.plugin["xep_0030"].get_info(JID(address), node, timeout=10)
    info = answer["disco_info"]
    assert NOREPLY in info["features"]
    assert info["node"] == node
    ver = reader.plugin["xep_0115"].generate_verstring(info, "sha-1")
    assert ver == caps.get("ver")


def test_component(server: XmppServer, run: Run) -> None:
    """Domain and list addresses answer alike, with caps from the first presence."""

    async def scenario() -> None:
        name = newcomer(server)
        async with (
            reading(server, name) as reader,
            linked(component_settings(server), prepare=disco.prepare) as link,
        ):
            domain, news = server.component, f"news@{server.component}"
            for _ in range(2):  # a second session replaces, it does not add
                await _advertise(link, domain, news)
            for address in (domain, news):
                await _check_info(reader, address, service=address == domain)
                await _check_caps(reader, link, address)
            answer = await reader.plugin["xep_0030"].get_items(JID(domain), timeout=10)
            assert answer["disco_items"]["items"] == {
                (f"for-{name}@lists.example", None, "Only yours")
            }

    run(scenario())


def test_account(server: XmppServer, run: Run) -> None:
    """The full JID answers, and its first presence carries caps."""

    async def scenario() -> None:
        name = newcomer(server)
        settings = account_settings(server, newcomer(server))
        async with (
            reading(server, name) as reader,
            linked(settings, prepare=disco.prepare) as link,
        ):
            service = link.addresses.service
            await _advertise(link, service)
            await _check_info(reader, service)
            await _check_caps(reader, link, service)

    run(scenario())
