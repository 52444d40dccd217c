"""What a visitor asks: a server or a service, over a connection of its own.

Service discovery (XEP-0030), entity capabilities (XEP-0115 1.6), software version
(XEP-0092), entity time (XEP-0202 2.0). Each question raises `Unanswered` where
no useful answer came.
"""

import asyncio
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha1
from itertools import chain
from typing import Literal
from xml.etree import ElementTree as ET

from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.xmlstream import StanzaBase

from bot.domain import timestamps
from bot.domain.phrase import Phrase
from bot.xmpp.doors.discovery import entity_time
from bot.xmpp.session.connection import Connection
from bot.xmpp.session.exchange import NotConnected

INQUIRY_SECONDS = 10.0  #: that an answer may take
INFO = "http://jabber.org/protocol/disco#info"
CAPS = "http://jabber.org/protocol/caps"
VERSION = "jabber:iq:version"
FORM = "jabber:x:data"
_XML = "{http://www.w3.org/XML/1998/namespace}"


class Unanswered(Exception):
    """No answer of use; `condition` is that of RFC 6120 where one was given."""

    def __init__(self, phrase: Phrase, condition: str = "") -> None:
        super().__init__(phrase)
        self.phrase = phrase
        self.condition = condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """`<c/>` of a presence (XEP-0115 §4)."""

    node: str
    ver: str


async def ask(
    connection: Connection,
    to: str,
    query: ET.Element,
    sender: str | None = None,
    kind: Literal["get", "set"] = "get",
) -> ET.Element:
    """The result's IQ."""
    try:
        return await connection.ask(
            query, to=to, sender=sender, kind=kind, seconds=INQUIRY_SECONDS
        )
    except IqError as error:
        raise Unanswered(_refusal(to, error), str(error.condition)) from None
    except IqTimeout:
        late = Phrase(
            "{address} does not answer within {seconds:.0f} s",
            address=to,
            seconds=INQUIRY_SECONDS,
        )
        raise Unanswered(late) from None
    except NotConnected:
        raise Unanswered(Phrase("the connection was lost")) from None


def _refusal(to: str, error: IqError) -> Phrase:
    if not error.text:
        return Phrase(
            "{address} answers {condition}", address=to, condition=error.condition
        )
    return Phrase(
        "{address} answers {condition} ({text})",
        address=to,
        condition=error.condition,
        text=error.text,
    )


async def info(
    connection: Connection, to: str, node: str | None = None, sender: str | None = None
) -> ET.Element:
    """The disco#info query of a JID, or of its node."""
    query = ET.Element(f"{{{INFO}}}query", {"node": node} if node else {})
    answer = (await ask(connection, to, query, sender)).find(f"{{{INFO}}}query")
    if answer is None:
        raise Unanswered(Phrase("{address} answers with nothing", address=to))
    return answer


async def software(connection: Connection, to: str) -> str:
    """Name and version, as one text."""
    answer = await ask(connection, to, ET.Element(f"{{{VERSION}}}query"))
    words = [answer.findtext(f".//{{{VERSION}}}{part}") for part in ("name", "version")]
    return " ".join(word for word in words if word)


async def ahead(connection: Connection, to: str) -> timedelta:
    """How far the clock of `to` is ahead of ours.

    It tells whole seconds: half of one is added, and half of the way there and
    back counts as ours.
    """
    before = connection.now()
    answer = await ask(connection, to, ET.Element(f"{{{entity_time.NS}}}time"))
    after = connection.now()
    told = answer.findtext(f".//{{{entity_time.NS}}}utc") or ""
    try:
        theirs = timestamps.parse(told)
    except ValueError:
        unreadable = Phrase(
            "{address} tells no time that can be read: {time}",
            address=to,
            time=told[:40],
        )
        raise Unanswered(unreadable) from None
    return theirs + timedelta(seconds=0.5) - _middle(before, after)


def _middle(before: datetime, after: datetime) -> datetime:
    return before + (after - before) / 2


def verification(found: ET.Element) -> str:
    """The hash of a disco#info answer (XEP-0115 §5.1, SHA-1), as clients take it."""
    names = ("category", "type", f"{_XML}lang", "name")
    identities = sorted(
        "/".join(one.get(name, "") for name in names)
        for one in found.findall(f"{{{INFO}}}identity")
    )
    forms = sorted(map(_form, found.findall(f"{{{FORM}}}x")))
    parts = [*identities, *sorted(features(found)), *chain.from_iterable(forms)]
    text = "".join(f"{part}<" for part in parts)
    return b64encode(sha1(text.encode(), usedforsecurity=False).digest()).decode()


def features(found: ET.Element) -> set[str]:
    return {one.get("var", "") for one in found.findall(f"{{{INFO}}}feature")}


def _form(form: ET.Element) -> list[str]:
    """Its type, then each field with its values."""
    fields = {
        field.get("var", ""): sorted(
            value.text or "" for value in field.findall(f"{{{FORM}}}value")
        )
        for field in form.findall(f"{{{FORM}}}field")
    }
    kind = fields.pop("FORM_TYPE", [])
    return [
        *kind,
        *chain.from_iterable((name, *fields[name]) for name in sorted(fields)),
    ]


class Presences:
    """Collects the capabilities that come with presences, by bare or full JID."""

    def __init__(self, connection: Connection) -> None:
        self.seen: dict[str, Capabilities | None] = {}
        self._news = asyncio.Event()
        self._connection = connection
        connection.listen("presence", self._see)

    async def of(self, addresses: Collection[str], seconds: float) -> None:
        """Be there, as quietly as possible, until all of them came or the time is up.

        A negative priority: no message meant for another client comes here.
        """
        self._connection.send_presence(priority=-1)
        try:
            async with asyncio.timeout(seconds):
                while not self.seen.keys() >= set(addresses):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return

    def _see(self, stanza: StanzaBase) -> None:
        if stanza.xml.get("type") is not None:
            return
        found = stanza.xml.find(f"{{{CAPS}}}c")
        self.seen[stanza.xml.get("from", "")] = (
            Capabilities(node=found.get("node", ""), ver=found.get("ver", ""))
            if found is not None
            else None
        )
        self._news.set()
