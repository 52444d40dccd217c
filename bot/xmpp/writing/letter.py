"""A message in somebody's own name: all that he wrote, as he wrote it.

    <message xmlns='jabber:client' from='me@example.org' to='alice@example.org'
             type='chat' id='…'>
      <body>Happy birthday!</body>
      <scheduled-by xmlns='urn:xmpp:scheduling:0'>…</scheduled-by>
    </message>

It travels within what the sender's server is asked (`bot.xmpp.servers`), which sends
it on as if he had sent it.

docs/conformance.md, Message Scheduling: §10
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from xml.etree import ElementTree as ET

from bot.domain import timestamps
from bot.domain.message import Announcement, Text
from bot.domain.payloads import FALLBACK
from bot.xmpp.stanzas.namespaces import CLIENT, LANG
from bot.xmpp.stanzas.scheduling import NS
from bot.xmpp.writing.stencil import check_payload

#: XEP-0359 0.7.0 §3.2
_ORIGIN_ID = "{urn:xmpp:sid:0}origin-id"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message for one person; a `bot.engine.wire.Stencil` that is not written."""

    announcement: Announcement
    payloads: tuple[ET.Element, ...]

    @classmethod
    def of(cls, announcement: Announcement) -> Self:
        """Raises StencilError for a payload that is not one element."""
        for payload in announcement.payloads:
            check_payload(payload)
        return cls(
            announcement,
            tuple(map(ET.fromstring, announcement.payloads)),
        )

    def without_words(self) -> Self:
        """With a fixed text in place of the sender's own words, for somebody who takes
        nothing but what is encrypted.
        """
        fallback = (Text(language="en", body=FALLBACK),)
        return replace(self, announcement=replace(self.announcement, texts=fallback))

    def fill(self, to: str, stanza_id: str, original: str = "") -> bytes:  # noqa: ARG002 - a Stencil's
        """It is handed to its sender's server, by `bot.xmpp.servers.courier`."""
        raise TypeError("a letter is no stanza of this stream")

    def message(self, to: str, stanza_id: str, now: datetime) -> ET.Element:
        """The stanza, to a JID; `stanza_id` where its sender chose none for it."""
        told = self.announcement
        message = ET.Element(
            f"{{{CLIENT}}}message",
            {
                "from": told.sender,
                "to": to,
                "id": told.id or stanza_id,
                "type": told.type.value,
            },
        )
        self._speak(message)
        payloads = list(self.payloads)
        if told.id is None:
            # what it was is the id of another message
            payloads = [one for one in payloads if one.tag != _ORIGIN_ID]
            payloads.append(ET.Element(_ORIGIN_ID, {"id": stanza_id}))
        message.extend(payloads)
        message.append(_scheduled_by(told, now))
        return message

    def _speak(self, message: ET.Element) -> None:
        texts = self.announcement.texts
        if len(texts) == 1 and texts[0].language:
            message.set(LANG, texts[0].language)
        subjects = [(one.language, one.subject) for one in texts]
        if len({subject for _, subject in subjects}) == 1:
            subjects = [("", subjects[0][1])]  # one that all languages share
        bodies = [(one.language, one.body) for one in texts]
        for name, said in (("subject", subjects), ("body", bodies)):
            for language, text in said:
                if text is None:
                    continue
                tagged = len(texts) > 1 and language
                attributes = {LANG: language} if tagged else {}
                ET.SubElement(message, f"{{{CLIENT}}}{name}", attributes).text = text


def _scheduled_by(told: Announcement, now: datetime) -> ET.Element:
    element = ET.Element(f"{{{NS}}}scheduled-by")
    for name, value in (
        ("scheduler", told.scheduler),
        ("id", told.job),
        ("delivered-at", timestamps.format(now.replace(microsecond=0))),
    ):
        ET.SubElement(element, f"{{{NS}}}{name}").text = value
    return element
