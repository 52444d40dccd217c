"""Service discovery (XEP-0030), capabilities (XEP-0115), what we are (XEP-0128).

slixmpp answers discovery by itself, from what it was told of each JID. An account
knows its full JID only once a resource is bound; so each session tells all of it
anew, which replaces what the last one told. This comes before the first presence,
which carries `<c/>`, the hash of it.

docs/conformance.md, Message Scheduling: §4
docs/conformance.md, XEP-0506: §3
"""

import copy
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from slixmpp import JID
from slixmpp.exceptions import XMPPError
from slixmpp.plugins.xep_0004.stanza import Form
from slixmpp.plugins.xep_0030 import DiscoInfo, DiscoItems
from slixmpp.stanza import Iq
from slixmpp.xmlstream import StanzaBase

from bot.domain.addresses import Addresses
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas import scheduling
from bot.xmpp.stanzas.namespaces import ANNOUNCE, NOREPLY, VCARD

#: namespaces of what every address offers
FEATURES = frozenset(
    {
        "http://jabber.org/protocol/caps",
        "http://jabber.org/protocol/disco#info",
        "http://jabber.org/protocol/disco#items",
        "http://jabber.org/protocol/rsm",
        "jabber:iq:version",
        "urn:xmpp:ping",
        "urn:xmpp:time",
        scheduling.NS,
        NOREPLY,
    }
)

#: and of what a component's offer, which have no server to do it
CONTACT_FEATURES = frozenset({VCARD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of disco#items."""

    jid: str
    node: str | None = None
    name: str | None = None


#: of the asker, as the servers stamped him
Items = Callable[[str], Awaitable[Iterable[Item]]]
Knows = Callable[[str, JID, str], Awaitable[bool]]


def prepare(connection: Connection) -> None:
    """Load the plugins; once, before connecting."""
    for name, settings in (
        # What others claim to be is of no use to us, and would fill memory.
        ("xep_0030", {"use_cache": False}),
        ("xep_0092", {"software_name": "Carillon", "version": version("carillon")}),
        ("xep_0115", {"caps_node": ANNOUNCE}),
        ("xep_0128", {}),
        ("xep_0199", {}),
    ):
        connection.load(name, settings)
    # COMPAT else slixmpp asks every contact whose presence has caps what it is.
    caps = connection.capabilities
    connection.ignore("entity_caps", caps._process_caps)  # noqa: SLF001
    # COMPAT slixmpp takes these for handled and answers nothing.
    for query in (DiscoInfo, DiscoItems):
        path = f"iq/{{{query.namespace}}}{query.name}"
        connection.listen(path, _refuse, stanza_type="set")


def tell_at_nodes(connection: Connection, features: Mapping[str, str]) -> None:
    """Tell at a node of the service's address one feature; before connecting.

    `features`: node -> feature.
    """
    service = JID(connection.addresses.service)
    for node, feature in features.items():
        info = DiscoInfo()
        info.add_feature(feature)
        connection.discovery.static.set_info(service, node, None, info)


def _refuse(iq: StanzaBase) -> None:
    iq.unhandled()


async def advertise(
    connection: Connection,
    *,
    addresses: Mapping[str, str],
    form: Mapping[str, str | Sequence[str]],
    items: Items,
    nodes: Mapping[str, str] | None = None,
    knows: Knows | None = None,
) -> None:
    """Have slixmpp answer for each of our addresses, a component's with the resource of
    its presence, too; before any presence.

    `addresses`: JID -> name. `form`: the fields of FORM_TYPE `urn:xmpp:scheduling:0`.
    `items(asker)`: what disco#items of the service's address tells the asker.
    `nodes`: node of the service's address -> name, of the lists that share it.
    `knows(asker, address, node)`: whether the asker may learn that it exists.
    The service's own address also tells the features of the loaded plugins.
    """
    disco, caps = connection.discovery, connection.capabilities
    service, identity = connection.addresses.service, _identity(connection.addresses)
    ours = connection.addresses
    common = FEATURES if ours.has_account else FEATURES | CONTACT_FEATURES
    for address, name in _everywhere(ours, addresses):
        info = DiscoInfo()
        info.add_identity(*identity, name=name)
        told = set(common)
        if ours.meant(address) == service:
            known = await disco.get_info(JID(service), local=True)
            told |= known["features"]
        for feature in sorted(told):
            info.add_feature(feature)
        info.append(_form(form))
        await disco.set_info(jid=JID(address), info=info)
        await caps.update_caps(JID(address), broadcast=False)
        # a copy, for slixmpp writes the node that was asked for into its answer
        node = f"{ANNOUNCE}#{await caps.get_verstring(JID(address))}"
        await disco.set_info(jid=JID(address), node=node, info=copy.copy(info))
    for name, title in (nodes or {}).items():
        info = DiscoInfo()
        info.add_identity(*identity, name=title)
        for feature in sorted(FEATURES):
            info.add_feature(feature)
        await disco.set_info(jid=JID(service), node=name, info=info)
    _answer_items(connection, items)
    if knows is not None:
        _hide(connection, knows)


def _everywhere(ours: Addresses, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each address, and where its presence comes from, with its name."""
    for address, name in names.items():
        for jid in dict.fromkeys((address, ours.present(address))):
            yield jid, name


def _identity(addresses: Addresses) -> tuple[str, str]:
    """Category and type, of the registry of XEP-0030."""
    return ("component", "generic") if addresses.component else ("client", "bot")


def _hide(connection: Connection, knows: Knows) -> None:
    """Answer for an address that the asker may not know of as for one that is free:
    as the service itself. A node that he may not know of is not found.
    """
    static = connection.discovery.static
    service = JID(connection.addresses.service)

    async def answer(
        jid: JID, node: str, asker: JID | None, data: Any
    ) -> DiscoInfo | None:
        # without a stanza it is slixmpp itself that wants to know
        if isinstance(data, Iq) and not await knows(_stamped(data), jid, node):
            if node:
                raise XMPPError("item-not-found")
            jid = service
        return copy.copy(static.get_info(jid, node, asker, data))

    connection.discovery.set_node_handler("get_info", handler=answer)


def _answer_items(connection: Connection, items: Items) -> None:
    disco = connection.discovery

    async def answer(jid: JID, node: str, asker: JID, data: Any) -> DiscoItems | None:
        if node:  # of a plugin: ad-hoc commands
            return disco.static.get_items(jid, node, asker, data)
        answer = DiscoItems()
        for item in await items(_stamped(data)):
            answer.add_item(JID(item.jid), item.node, item.name)
        return answer

    service = connection.addresses.service
    for jid, _ in _everywhere(connection.addresses, {service: ""}):
        disco.set_node_handler("get_items", jid=JID(jid), handler=answer)


def _stamped(iq: Iq) -> str:
    sender: str = iq.xml.get("from", "")
    return sender


def _form(fields: Mapping[str, str | Sequence[str]]) -> Form:
    form = Form()
    form["type"] = "result"
    form.add_field(var="FORM_TYPE", ftype="hidden", value=scheduling.NS)
    for name, value in fields.items():
        kind = "text-single" if isinstance(value, str) else "list-multi"
        form.add_field(
            var=name, ftype=kind, value=value if kind == "text-single" else list(value)
        )
    return form
