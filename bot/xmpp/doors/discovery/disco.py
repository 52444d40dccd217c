"""Service discovery (XEP-0030), capabilities (XEP-0115), what we are (XEP-0128).

slixmpp answers discovery by itself, from what it was told of each JID. An account
knows its full JID only once a resource is bound; so each session tells all of it
anew, which replaces what the last one told. This comes before the first presence,
which carries `<c/>`, the hash of it.

docs/conformance.md, Message Scheduling: §4
docs/conformance.md, XEP-0506: §3
docs/conformance.md, Feeds: where they are found
"""

import copy
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Protocol

from slixmpp import JID
from slixmpp.exceptions import XMPPError
from slixmpp.plugins.xep_0004.stanza import Form
from slixmpp.plugins.xep_0030 import DiscoInfo, DiscoItems
from slixmpp.stanza import Iq
from slixmpp.xmlstream import StanzaBase

from bot.domain.addresses import Addresses
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas import data_forms, registration, scheduling
from bot.xmpp.stanzas.commands import NS as COMMANDS
from bot.xmpp.stanzas.namespaces import ANNOUNCE, LANG, NOREPLY, VCARD

#: namespaces of what every address offers
FEATURES = frozenset(
    {
        "http://jabber.org/protocol/caps",
        COMMANDS,
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
#: and of its lists'
LIST_FEATURES = frozenset({registration.NS})
#: FORM_TYPE and field of Service Outage Status (XEP-0455, 0.4.0, §2.1)
OUTAGE, STATUS_ADDRESSES = "urn:xmpp:sos:0", "external-status-addresses"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of disco#items."""

    jid: str
    node: str | None = None
    name: str | None = None


class Commands(Protocol):
    """What there is of ad-hoc commands (XEP-0050, 1.3.0, §2), for an asker as the
    servers stamped him, at one of our addresses, in the language of his stanza.
    """

    async def items(self, asker: str, address: str, tag: str) -> Iterable[Item]: ...

    async def name(self, asker: str, address: str, node: str, tag: str) -> str | None:
        """Of the one at a node; None where he finds none."""
        ...


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
    commands: Commands | None = None,
    status_addresses: Sequence[str] = (),
) -> None:
    """Have slixmpp answer for each of our addresses, a component's with the resource of
    its presence, too; before any presence.

    `addresses`: JID -> name. `form`: the fields of FORM_TYPE `urn:xmpp:scheduling:0`.
    `items(asker)`: what disco#items of the service's address tells the asker.
    `nodes`: node of the service's address -> name, of the lists that share it.
    `knows(asker, address, node)`: whether the asker may learn that it exists.
    `status_addresses`: URIs, told at the service's own address (XEP-0455).
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
        forms = [_form(form, scheduling.NS)]
        if ours.meant(address) == service:
            if status_addresses:
                forms.append(_form({STATUS_ADDRESSES: status_addresses}, OUTAGE))
            known = await disco.get_info(JID(service), local=True)
            told |= known["features"]
        elif not ours.has_account:
            told |= LIST_FEATURES
        for feature in sorted(told):
            info.add_feature(feature)
        for one in forms:
            info.append(one)
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
    _answer_items(connection, items, commands)
    _answer_info(connection, knows, commands)


def _everywhere(ours: Addresses, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each address, and where its presence comes from, with its name."""
    for address, name in names.items():
        for jid in dict.fromkeys((address, ours.present(address))):
            yield jid, name


def _identity(addresses: Addresses) -> tuple[str, str]:
    """Category and type, of the registry of XEP-0030."""
    return ("component", "generic") if addresses.component else ("client", "bot")


def _answer_info(
    connection: Connection, knows: Knows | None, commands: Commands | None
) -> None:
    """Answer for an address that the asker may not know of as for one that is free:
    as the service itself. A node that he may not know of is not found.
    """
    static, ours = connection.discovery.static, connection.addresses
    service = JID(ours.service)

    async def answer(
        jid: JID, node: str, asker: JID | None, data: Any
    ) -> DiscoInfo | None:
        # without a stanza it is slixmpp itself that wants to know
        if isinstance(data, Iq):
            if commands is not None and (
                command := await _command(commands, ours.meant(jid.full), node, data)
            ):
                return command
            if knows is not None and not await knows(_stamped(data), jid, node):
                if node:
                    raise XMPPError("item-not-found")
                jid = service
        return copy.copy(static.get_info(jid, node, asker, data))

    connection.discovery.set_node_handler("get_info", handler=answer)


async def _command(
    commands: Commands, address: str, node: str, iq: Iq
) -> DiscoInfo | None:
    """What is told at the node of a command, or of their list (§2.2, §2.3)."""
    asker, tag = _stamped(iq), iq.xml.get(LANG, "")
    info = DiscoInfo()
    if node == COMMANDS:
        info.add_identity("automation", "command-list")
        return info
    name = await commands.name(asker, address, node, tag) if node else None
    if name is None:
        return None
    info.add_identity("automation", "command-node", name=name)
    info.add_feature(COMMANDS)
    info.add_feature(data_forms.NS)
    return info


def _answer_items(
    connection: Connection, items: Items, commands: Commands | None
) -> None:
    disco, ours = connection.discovery, connection.addresses

    async def answer(jid: JID, node: str, asker: JID, data: Any) -> DiscoItems | None:
        address = ours.meant(jid.full)
        found: Iterable[Item] = ()
        if node == COMMANDS and commands is not None:
            tag = data.xml.get(LANG, "")
            found = await commands.items(_stamped(data), address, tag)
        elif node or address != ours.service:
            return disco.static.get_items(jid, node, asker, data)
        else:
            found = await items(_stamped(data))
        answer = DiscoItems()
        if node:  # mirrored (XEP-0030 §4.2), or Converse finds no command
            answer["node"] = node
        for item in found:
            answer.add_item(JID(item.jid), item.node, item.name)
        return answer

    disco.set_node_handler("get_items", handler=answer)


def _stamped(iq: Iq) -> str:
    sender: str = iq.xml.get("from", "")
    return sender


def _form(fields: Mapping[str, str | Sequence[str]], form_type: str) -> Form:
    form = Form()
    form["type"] = "result"
    form.add_field(var="FORM_TYPE", ftype="hidden", value=form_type)
    for name, value in fields.items():
        kind = "text-single" if isinstance(value, str) else "list-multi"
        form.add_field(
            var=name, ftype=kind, value=value if kind == "text-single" else list(value)
        )
    return form
