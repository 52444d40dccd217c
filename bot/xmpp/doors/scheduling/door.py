"""The door for scheduling requests: `<iq/>` to the service (draft 1.0.0, §5, §9, §11).

It reads the element into a verb of the desk with its values, and turns what the desk
gives back, or its error, into the answer; nothing else. `questions` knows the
elements.
"""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

from slixmpp import JID
from slixmpp.stanza import Iq
from slixmpp.xmlstream import StanzaBase
from structlog.contextvars import bound_contextvars

from bot.desk.desk import Desk
from bot.desk.verb import Wanted
from bot.domain.audit import Asked
from bot.domain.errors import Invalid, NotFound, NotOffered
from bot.domain.phrase import Phrase
from bot.domain.schedule import Origin
from bot.xmpp.doors.callers import caller_of
from bot.xmpp.doors.scheduling.questions import (
    KINDS,
    Envelope,
    Kind,
    Question,
    kind_of,
)
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.errors import new_reference, refusal
from bot.xmpp.stanzas.namespaces import CLIENT, LANG
from bot.xmpp.stanzas.verbatim import serialised


class SchedulingDoor:
    """Answers every request, once; `lists` are the names that have addresses."""

    def __init__(
        self, connection: Connection, desk: Desk, lists: frozenset[str]
    ) -> None:
        self._connection = connection
        self._desk = desk
        self._policy = desk.policy
        self.lists = lists

    def open(self) -> None:
        for tag in KINDS:
            self._connection.serve(f"iq/{tag}", self._answer)

    async def _answer(self, iq: StanzaBase) -> None:
        if not isinstance(iq, Iq) or iq["type"] not in {"get", "set"}:
            return
        reference = new_reference()
        with bound_contextvars(request=reference):
            try:
                payload = await self.handle(iq, lambda: self._check_address(iq["to"]))
            except Exception as error:  # noqa: BLE001 - the table of errors is next
                reply = refusal(iq, error, reference)
            else:
                reply = iq.reply()
                reply.xml.append(payload)
        # slixmpp's writer would leave out some attributes of metadata as given
        self._connection.send(serialised(reply.xml, CLIENT))

    async def handle(self, iq: Iq, check_address: Callable[[], None]) -> ET.Element:
        """The payload of the result; raises any CarillonError, as `check_address` may
        where it was sent to the wrong one.
        """
        element = iq.xml[0]  # the one child: the stream refuses several
        kind = kind_of(element.tag, iq["type"])
        caller = caller_of(iq.xml.get("from", ""), self._policy)
        envelope = Envelope(
            caller=caller,
            addresses=self._policy.addresses,
            language=iq.xml.get(LANG, ""),
        )
        questions: list[Question[Any]] = []

        def read() -> Wanted[Any]:
            _check_type(iq, kind)
            check_address()
            questions.append(kind.read(element, envelope))
            return questions[0].wanted

        asked = Asked(caller=caller, door=Origin.IQ, action=kind.action)
        result = await self._desk.ask(asked, read)
        return questions[0].answer(result)

    def _check_address(self, to: JID) -> None:
        """Only the service takes requests, not its lists."""
        addresses = self._policy.addresses
        if not addresses.lists_have_addresses:
            return
        if addresses.meant(to.full) == addresses.service:
            return
        if addresses.list_at(to.bare) in self.lists or to.bare == addresses.service:
            raise NotOffered(
                Phrase("Send requests to {service}.", service=addresses.service)
            )
        raise NotFound(
            Phrase(
                "Nobody is here; send requests to {service}.",
                service=addresses.service,
            )
        )


def _check_type(iq: Iq, kind: Kind) -> None:
    if iq["type"] != kind.type:
        name = iq.xml[0].tag.rpartition("}")[2]
        raise Invalid(
            Phrase("<{name}/> goes with type={wanted!r}.", name=name, wanted=kind.type)
        )
