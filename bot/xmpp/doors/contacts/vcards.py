"""Who a contact is, for whoever asks one of a component's addresses.

    get vCard                 vcard-temp (XEP-0054 1.3, §3.3), with the picture
    get items of a node       as an account's pubsub tells them (XEP-0060 1.24, §6.5):
        urn:xmpp:vcard4               vCard4 (XEP-0292 0.11, §5)
        urn:xmpp:avatar:metadata      what the picture is (XEP-0084 1.1.4, §4)
        urn:xmpp:avatar:data          the picture
        http://jabber.org/…/nick      the name (XEP-0172 1.1)

An address that the asker may not know of is answered as one where nobody is. Strangers
get words alone: pictures are large, and no stranger has us as a contact.

docs/decisions/0049-lists-as-contacts.md
docs/conformance.md, Discovery and delivery: profiles
"""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET

from slixmpp import JID
from slixmpp.exceptions import XMPPError
from slixmpp.stanza import Iq
from slixmpp.xmlstream import StanzaBase

from bot.domain.access import Role
from bot.domain.language import latest
from bot.service.rules.policy import Policy
from bot.texts import language_for, said
from bot.xmpp.doors.callers import sender_of
from bot.xmpp.doors.contacts.profiles import Profile, Profiles
from bot.xmpp.doors.contacts.showing import nick
from bot.xmpp.doors.inbox.languages import StoredLanguages
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.errors import language_of
from bot.xmpp.stanzas.namespaces import NICK, VCARD

PUBSUB = "http://jabber.org/protocol/pubsub"
METADATA, DATA = "urn:xmpp:avatar:metadata", "urn:xmpp:avatar:data"
VCARD4, VCARD4_NODE = "urn:ietf:params:xml:ns:vcard-4.0", "urn:xmpp:vcard4"

#: of the asker as the servers stamped him, and the address: may he know of it
Knows = Callable[[str, JID], Awaitable[bool]]


class VCardDoor:
    def __init__(
        self,
        connection: Connection,
        profiles: Profiles,
        policy: Policy,
        stored: StoredLanguages,
        knows: Knows,
    ) -> None:
        self._connection = connection
        self._profiles = profiles
        self._policy = policy
        self._stored = stored
        self._knows = knows

    def open(self) -> None:
        self._connection.serve(f"iq/{{{VCARD}}}vCard", self._tell_vcard)
        self._connection.serve(f"iq/{{{PUBSUB}}}pubsub", self._tell_items)

    async def _tell_vcard(self, stanza: StanzaBase) -> None:
        if (iq := _got(stanza)) is not None:
            profile, languages = await self._seen(iq)
            _answer(iq, vcard(profile, *languages))

    async def _tell_items(self, stanza: StanzaBase) -> None:
        iq = _got(stanza)
        items = stanza.xml[0].find(f"{{{PUBSUB}}}items")
        if iq is None or items is None:
            stanza.unhandled()
            return
        profile, languages = await self._seen(iq)
        node = items.get("node", "")
        found = _items(node, profile, languages)
        wanted = {one.get("id", "") for one in items.iter(f"{{{PUBSUB}}}item")}
        if found is None or (wanted and found[0] not in wanted):
            raise XMPPError("item-not-found")
        answer = ET.Element(f"{{{PUBSUB}}}pubsub")
        told = ET.SubElement(answer, f"{{{PUBSUB}}}items", {"node": node})
        ET.SubElement(told, f"{{{PUBSUB}}}item", {"id": found[0]}).append(found[1])
        _answer(iq, answer)

    async def _seen(self, iq: Iq) -> tuple[Profile, Sequence[str]]:
        """The address's profile, and the languages to tell it in, most wanted first;
        raises XMPPError where there is nobody for him.
        """
        asker, sender = iq.xml.get("from", ""), sender_of(iq.xml)
        address = self._policy.addresses.meant(iq["to"].full)
        profile = self._profiles.at(address)
        if profile is None or sender is None or not await self._knows(asker, iq["to"]):
            raise XMPPError("item-not-found")
        usual = profile.language
        stored: Sequence[str] = ()
        if self._policy.caller(sender).role is Role.STRANGER:
            profile = replace(profile, picture=None)
        else:
            stored = await self._languages(sender)
        # clients write `en` whatever their people speak
        guessed = latest(usual, language_of(iq.xml) or usual)
        return profile, (*stored, guessed, usual)

    async def _languages(self, jid: str) -> Sequence[str]:
        found: asyncio.Future[Sequence[str]] = asyncio.Future()

        def take(stored: Sequence[str]) -> None:
            if not found.done():
                found.set_result(stored)

        self._stored.ask(jid, take)
        return await found


def _got(stanza: StanzaBase) -> Iq | None:
    """Only what is asked: nobody but the configuration changes a profile."""
    if isinstance(stanza, Iq) and stanza["type"] == "get":
        return stanza
    stanza.unhandled()
    return None


def _answer(iq: Iq, payload: ET.Element) -> None:
    reply = iq.reply()
    reply.xml.append(payload)
    reply.send()


def vcard(profile: Profile, *languages: str) -> ET.Element:
    """vcard-temp, in the order of its DTD."""
    card = ET.Element(f"{{{VCARD}}}vCard")

    def add(name: str, text: str, parent: ET.Element = card) -> None:
        ET.SubElement(parent, f"{{{VCARD}}}{name}").text = text

    add("FN", profile.title)
    add("NICKNAME", profile.title)
    if profile.picture is not None:
        photo = ET.SubElement(card, f"{{{VCARD}}}PHOTO")
        add("TYPE", profile.picture.type, photo)
        add("BINVAL", _base64(profile.picture.content), photo)
    add("DESC", said(profile.about, language_for(*languages)))
    return card


def _items(
    node: str, profile: Profile, languages: Sequence[str]
) -> tuple[str, ET.Element] | None:
    """The id and the payload of a node's one item."""
    picture = profile.picture
    if node == VCARD4_NODE:
        return "current", _vcard4(profile, languages)
    if node == NICK:
        return "current", nick(profile)
    if picture is None or node not in {METADATA, DATA}:
        return None
    if node == DATA:
        data = ET.Element(f"{{{DATA}}}data")
        data.text = _base64(picture.content)
        return picture.digest, data
    described: Mapping[str, str] = {
        "id": picture.digest,
        "type": picture.type,
        "bytes": str(len(picture.content)),
        "width": str(picture.width),
        "height": str(picture.height),
    }
    metadata = ET.Element(f"{{{METADATA}}}metadata")
    ET.SubElement(metadata, f"{{{METADATA}}}info", dict(described))
    return picture.digest, metadata


def _vcard4(profile: Profile, languages: Sequence[str]) -> ET.Element:
    """RFC 6351 §4."""
    card = ET.Element(f"{{{VCARD4}}}vcard")

    def add(name: str, kind: str, text: str) -> None:
        prop = ET.SubElement(card, f"{{{VCARD4}}}{name}")
        ET.SubElement(prop, f"{{{VCARD4}}}{kind}").text = text

    add("fn", "text", profile.title)
    add("nickname", "text", profile.title)
    add("note", "text", said(profile.about, language_for(*languages)))
    if profile.picture is not None:
        content = _base64(profile.picture.content)
        add("photo", "uri", f"data:{profile.picture.type};base64,{content}")
    return card


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
