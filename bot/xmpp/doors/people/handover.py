"""A message that a server hands over: who may, and what it looks like.

.. code-block:: xml

    <iq type='set' from='example.org' to='announce.example.org' id='…'>
      <divert xmlns='urn:x-carillon:announce:0'>
        <forwarded xmlns='urn:xmpp:forward:0'>
          <message xmlns='jabber:client' from='me@example.org/phone' to=…>…</message>
        </forwarded>
      </divert>
    </iq>

`<bounce/>` is shaped alike. Only the domains of `[access] servers` may, and each about
its own people. All else is refused in the same words, whoever is meant, and counted.

docs/conformance.md, Between people: who may hand over
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from slixmpp.stanza import Iq
from slixmpp.xmlstream import StanzaBase
from structlog.contextvars import bound_contextvars

from bot.domain.errors import Forbidden, Invalid
from bot.domain.phrase import Phrase
from bot.service.rules.policy import Policy
from bot.xmpp.doors.callers import person_of
from bot.xmpp.session.connection import Connection
from bot.xmpp.session.discards import Reason
from bot.xmpp.stanzas.errors import new_reference, refusal
from bot.xmpp.stanzas.namespaces import ANNOUNCE, CLIENT
from bot.xmpp.stanzas.verbatim import serialised

DIVERT, BOUNCE = (f"{{{ANNOUNCE}}}{name}" for name in ("divert", "bounce"))
#: XEP-0297 1.0 §3
_FORWARDED = "{urn:xmpp:forward:0}forwarded"
_MESSAGE = f"{{{CLIENT}}}message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """The message, and whose it is: the bare JID of one of the server's people."""

    person: str
    message: ET.Element


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverDoor:
    """Answers every element `tag`, once: with an empty result once it is taken.

    `whose` is the message's attribute that names the server's person. `take` raises
    any CarillonError.
    """

    connection: Connection
    policy: Policy
    tag: str
    whose: str
    take: Callable[[Handover], Awaitable[None]]

    def open(self) -> None:
        self.connection.serve(f"iq/{self.tag}", self._answer)

    async def _answer(self, iq: StanzaBase) -> None:
        if not isinstance(iq, Iq) or iq["type"] not in {"get", "set"}:
            return
        reference = new_reference()
        with bound_contextvars(request=reference):
            try:
                await self.take(self._read(iq.xml))
            except Exception as error:  # noqa: BLE001 - the table of errors is next
                # its sender reads it, in his language
                about = iq.xml.find(f"{self.tag}/{_FORWARDED}/{_MESSAGE}")
                reply = refusal(iq, error, reference, about)
            else:
                reply = iq.reply()
        self.connection.send(serialised(reply.xml, CLIENT))

    def _read(self, iq: ET.Element) -> Handover:
        """Raises Forbidden or Invalid."""
        server = iq.get("from", "")
        if server not in self.policy.people.servers:
            raise self._forbidden()
        message = _message_in(iq[0])  # the one child: the stream refuses several
        if iq.get("type") != "set" or message is None:
            raise Invalid(
                Phrase(
                    "Wanted: <iq type='set'/> with <{name}/>, in it one <forwarded/>"
                    " with one <message/>.",
                    name=self.tag.rpartition("}")[2],
                )
            )
        person = person_of(message.get(self.whose, ""), server)
        if person is None:
            raise self._forbidden()
        return Handover(person=person, message=message)

    def _forbidden(self) -> Forbidden:
        self.connection.discard(
            Reason.FORBIDDEN, "refused what only a server may say of its own people"
        )
        return Forbidden(
            Phrase("Only a server may hand this over, and only of its own people.")
        )


def _message_in(element: ET.Element) -> ET.Element | None:
    """The one message in the one thing that is forwarded."""
    if [child.tag for child in element] != [_FORWARDED]:
        return None
    if [child.tag for child in element[0]] != [_MESSAGE]:
        return None
    return element[0][0]
