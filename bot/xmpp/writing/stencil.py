"""Announcements as stanzas: serialised once, then filled in for each reader.

XML is written and escaped once for each text; what differs between readers, `to`,
id and moment, is put between the ready bytes.

docs/conformance.md, Message Scheduling: §10
docs/conformance.md, Discovery and delivery: message
"""

import re
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

from slixmpp import Message
from slixmpp.plugins.xep_0334.stanza import Store
from slixmpp.plugins.xep_0359.stanza import OriginID
from slixmpp.xmlstream import register_stanza_plugin
from slixmpp.xmlstream.tostring import escape, tostring

from bot.domain import timestamps
from bot.domain.addresses import Addresses
from bot.domain.amendment import Amendment
from bot.domain.errors import Invalid
from bot.domain.message import Announcement
from bot.domain.phrase import Phrase
from bot.domain.updates import Update
from bot.xmpp.stanzas import scheduling
from bot.xmpp.stanzas.namespaces import (
    ANNOUNCE,
    CORRECT,
    FALLBACK,
    LANG,
    RETRACT,
)

_SPECIAL = re.compile(r"[&<>'\"]")
_END = "</message>"


class Moment:
    """Now, as XEP-0082 writes it to the second; formatted once a second."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._since = self._until = datetime.min.replace(tzinfo=UTC)
        self._text = b""

    def __call__(self) -> bytes:
        now = self._now()
        if not self._since <= now < self._until:
            self._since = now.astimezone(UTC).replace(microsecond=0)
            self._until = self._since + timedelta(seconds=1)
            self._text = f"{self._since:%Y-%m-%dT%H:%M:%SZ}".encode()
        return self._text


class Stencil:
    """The bytes of a stanza before, between and after what differs: the recipient,
    the id (twice), where it amends another the id of that and, where it has
    `<scheduled-by/>`, the moment of writing.
    """

    def __init__(
        self, segments: Sequence[bytes], moment: Moment, *, amends: bool = False
    ) -> None:
        self._head, self._id, self._origin, *rest = segments
        self._amends = rest.pop(0) if amends else None
        self._at, *tail = rest
        self._tail = tail[0] if tail else None
        self._moment = moment

    def fill(self, to: str, stanza_id: str, original: str = "") -> bytes:
        identifier = _attribute(stanza_id)
        parts: tuple[bytes, ...] = (
            self._head,
            _attribute(to),
            self._id,
            identifier,
            self._origin,
            identifier,
        )
        if self._amends is not None:
            parts = (*parts, self._amends, _attribute(original))
        if self._tail is None:
            return b"".join((*parts, self._at))
        return b"".join((*parts, self._at, self._moment(), self._tail))


class StencilError(Invalid):
    """The announcement cannot be put on this stream; the text says why."""


def cut(announcement: Announcement, addresses: Addresses, moment: Moment) -> Stencil:
    """Serialise and escape once (protocol: type, texts, origin-id, hint, what it
    amends, scheduler).

    Raises StencilError for a sender of another domain, a payload that is not one
    element (or has comments, CDATA or processing instructions), and for
    characters that XML 1.0 cannot carry: either would end the stream.
    """
    if addresses.stamps_sender and not addresses.is_own(announcement.sender):
        raise StencilError(
            Phrase(
                "{sender} is not of {service}",
                sender=announcement.sender,
                service=addresses.service,
            )
        )
    for payload in announcement.payloads:
        check_payload(payload)
    to, identifier, original, at = (secrets.token_hex(16) for _ in range(4))
    message = compose(
        announcement,
        addresses,
        to=to,
        identifier=identifier,
        original=original,
        at=at,
    )
    text = tostring(message.xml, xmlns=message.namespace)
    text = text.removesuffix(_END) + "".join(announcement.payloads) + _END
    try:
        ET.fromstring(text)  # noqa: S314 - our own text, only checked
    except (ET.ParseError, UnicodeError) as error:
        unfit = Phrase("the text cannot be written as XML: {error}", error=str(error))
        raise StencilError(unfit) from None
    segments = re.split(f"({to}|{identifier}|{original}|{at})", text)
    wanted = [to, identifier, identifier]
    amends = announcement.amends is not None
    if amends:
        wanted.append(original)
    if announcement.scheduler is not None:
        wanted.append(at)
    if segments[1::2] != wanted:
        raise StencilError(Phrase("the stanza has another order than its stencil"))
    parts = [segment.encode() for segment in segments[::2]]
    return Stencil(parts, moment, amends=amends)


def compose(
    announcement: Announcement,
    addresses: Addresses,
    *,
    to: str,
    identifier: str,
    at: str,
    original: str = "",
) -> Message:
    """The stanza, without payloads, as slixmpp builds it."""
    for stanza in (OriginID, Store):
        register_stanza_plugin(Message, stanza)
    scheduling.register()
    message = Message()
    message["to"] = to
    message["id"] = identifier
    if addresses.stamps_sender:
        message["from"] = announcement.sender
    message["type"] = announcement.type.value
    one = len(announcement.texts) == 1
    if one and announcement.texts[0].language:
        message["lang"] = announcement.texts[0].language
    for text in announcement.texts:
        tag = f"|{text.language}" if text.language and not one else ""
        if text.subject is not None:
            message[f"subject{tag}"] = text.subject
    for text in announcement.texts:
        tag = f"|{text.language}" if text.language and not one else ""
        message[f"body{tag}"] = text.body
    message["origin_id"]["id"] = identifier
    message.enable("store")
    if announcement.amends is not None:
        _amend(message, announcement.amends, original)
    if announcement.scheduler is not None:
        message["scheduled_by"]["scheduler"] = announcement.scheduler
        message["scheduled_by"]["id"] = announcement.job
        message["scheduled_by"]["delivered-at"] = at
    if announcement.update is not None:
        _add(message, announcement.update)
    return message


def _amend(message: Message, amendment: Amendment, original: str) -> None:
    """XEP-0308 §3 (1.2.1); XEP-0424 §3.1 (0.4.2), with the body as fallback by
    XEP-0428 §3.
    """
    if amendment is Amendment.CORRECT:
        ET.SubElement(message.xml, f"{{{CORRECT}}}replace", id=original)
        return
    ET.SubElement(message.xml, f"{{{RETRACT}}}retract", id=original)
    ET.SubElement(message.xml, f"{{{FALLBACK}}}fallback", {"for": RETRACT})


def _add(message: Message, update: Update) -> None:
    schedule = message["schedule"]
    schedule["id"], schedule["status"] = update.job, update.status
    if update.due_at is not None:
        due = timestamps.format(update.due_at)
        ET.SubElement(schedule["metadata"].xml, f"{{{ANNOUNCE}}}occurrence", due=due)
    for remark in update.remarks:
        attributes = {"code": remark.code, LANG: update.language}
        metadata = schedule["metadata"].xml
        warning = ET.SubElement(metadata, f"{{{ANNOUNCE}}}warning", attributes)
        warning.text = remark.text


def _attribute(value: str) -> bytes:
    if _SPECIAL.search(value):
        value = escape(value)
    return value.encode()


def check_payload(payload: str) -> None:
    """Raises StencilError for what is not one element, or has what XMPP forbids."""
    if "<!" in payload or "<?" in payload:
        raise StencilError(Phrase("a payload has what XMPP forbids (RFC 6120 §11.1)"))
    try:
        ET.fromstring(payload)  # noqa: S314 - has no entities: see above
    except (ET.ParseError, UnicodeError) as error:
        unfit = Phrase("a payload is not an XML element: {error}", error=str(error))
        raise StencilError(unfit) from None
