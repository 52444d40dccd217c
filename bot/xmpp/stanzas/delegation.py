"""Namespace delegation (XEP-0355, version 0.5): what a server hands on for its users.

    <iq from='example.org' to='announce.example.org' type='set' id='…'>
      <delegation xmlns='urn:xmpp:delegation:2'>
        <forwarded xmlns='urn:xmpp:forward:0'>
          <iq xmlns='jabber:client' from='ann@example.org/phone' type='set' id='…'>
            <schedule xmlns='urn:xmpp:scheduling:0'>…</schedule>
          </iq>
        </forwarded>
      </delegation>
    </iq>

The answer is a result with the same wrapping, around the answer to the inner IQ, be it
a result or an error (§4.2). Prosody speaks of `:2`, ejabberd of `:1`; they differ in
nothing that matters here.
"""

from dataclasses import dataclass
from typing import Self
from xml.etree import ElementTree as ET

from bot.xmpp.stanzas.namespaces import CLIENT

NAMESPACES = ("urn:xmpp:delegation:2", "urn:xmpp:delegation:1")
TAGS = tuple(f"{{{namespace}}}delegation" for namespace in NAMESPACES)
_FORWARDED = "{urn:xmpp:forward:0}forwarded"
_IQ = f"{{{CLIENT}}}iq"


@dataclass(frozen=True, slots=True)
class Delegated:
    """An IQ of a user within one of his server."""

    outer: ET.Element
    inner: ET.Element

    @classmethod
    def of(cls, outer: ET.Element) -> Self | None:
        """None for what is no delegation, or not one as the specification has it: one
        request, with a sender, an id and exactly one child, and nothing beside it.
        """
        found = outer
        for tags in (TAGS, (_FORWARDED,), (_IQ,)):
            if len(found) != 1 or found[0].tag not in tags:
                return None
            found = found[0]
        is_request = outer.get("type") == "set" and found.get("type") in {"get", "set"}
        if not is_request or len(found) != 1:
            return None
        return cls(outer, found) if found.get("from") and found.get("id") else None

    @property
    def sender(self) -> str:
        """Who asks, as his server stamped him: a full JID."""
        return self.inner.get("from", "")

    def answer(self, inner: ET.Element) -> ET.Element:
        """The answer to the server, around the one to the inner IQ.

        Asked without `to`, his own account has answered (RFC 6120 §10.3.3).
        """
        inner.attrib.setdefault("from", self.sender.partition("/")[0])
        outer = answer_to(self.outer)
        around = ET.SubElement(outer, self.outer[0].tag)
        ET.SubElement(around, _FORWARDED).append(inner)
        return outer


def answer_to(iq: ET.Element) -> ET.Element:
    """An empty result: its id, its addresses exchanged, each as it was written."""
    answer = ET.Element(iq.tag, {"type": "result", "id": iq.get("id", "")})
    for name, other in (("from", "to"), ("to", "from")):
        if value := iq.get(other):
            answer.set(name, value)
    return answer


def node(namespace: str, delegated: str, *, bare: bool) -> str:
    """Where a server asks what to tell of itself, or of its accounts (`bare`), about
    a namespace that it delegates (§7.2).
    """
    return f"{namespace}{':bare:' if bare else '::'}{delegated}"
