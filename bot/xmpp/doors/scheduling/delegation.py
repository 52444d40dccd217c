"""Requests to one's own server or account, which that server hands on (XEP-0355, 0.5).

What is handed on is answered as if it had been sent to the service; so a client needs
to know no service. Believed is a server of those that may speak for their users, about
its own users only, who ask it or their own account:

    to whom the user wrote             answered
    his server, his account, nobody    as the scheduling door answers
    another's account                  forbidden, whoever that is

docs/conformance.md, Between people: XEP-0355
"""

from xml.etree import ElementTree as ET

from slixmpp.stanza import Iq
from slixmpp.xmlstream import StanzaBase
from structlog.contextvars import bound_contextvars

from bot.domain.errors import Forbidden, Invalid, NotOffered
from bot.domain.jid import bare_of
from bot.domain.phrase import Phrase
from bot.service.rules.policy import Policy
from bot.xmpp.doors.callers import person_of
from bot.xmpp.doors.discovery import disco
from bot.xmpp.doors.scheduling.door import SchedulingDoor
from bot.xmpp.doors.scheduling.questions import KINDS
from bot.xmpp.session.connection import Connection
from bot.xmpp.session.discards import Reason
from bot.xmpp.stanzas.delegation import NAMESPACES, TAGS, Delegated, answer_to, node
from bot.xmpp.stanzas.errors import error_answer, new_reference, stanza_error
from bot.xmpp.stanzas.namespaces import ANNOUNCE, CLIENT
from bot.xmpp.stanzas.scheduling import NS
from bot.xmpp.stanzas.verbatim import serialised

#: what a server may delegate to us
_DELEGATED = (NS, ANNOUNCE)


class DelegationDoor:
    """`scheduling` answers what is handed on."""

    def __init__(
        self, connection: Connection, policy: Policy, scheduling: SchedulingDoor
    ) -> None:
        self._connection = connection
        self._policy = policy
        self._scheduling = scheduling

    def open(self) -> None:
        """Before connecting: Prosody asks what to tell once in its life."""
        if not self._policy.addresses.speaks_for_people:
            return
        for tag in TAGS:
            self._connection.serve(f"iq/{tag}", self._answer)
        # no form with the limits: COMPAT Prosody's mod_delegation fails over one
        features = {
            node(namespace, feature, bare=bare): feature
            for namespace in NAMESPACES
            for feature in _DELEGATED
            for bare in (False, True)
        }
        disco.tell_at_nodes(self._connection, features)

    async def _answer(self, iq: StanzaBase) -> None:
        outer = iq.xml
        if outer.get("type") not in {"get", "set"}:
            return
        reference = new_reference()
        with bound_contextvars(request=reference):
            try:
                answer = await self._outcome(outer, reference)
            except Exception as error:  # noqa: BLE001 - the table of errors is next
                answer = error_answer(outer, stanza_error(error, reference))
        self._connection.send(serialised(answer, CLIENT))

    async def _outcome(self, outer: ET.Element, reference: str) -> ET.Element:
        server = outer.get("from", "")
        if server not in self._policy.people.servers:
            self._connection.discard(
                Reason.FORBIDDEN, "refused what only a server may hand on"
            )
            raise _not_yours()
        found = Delegated.of(outer)
        if found is None:
            raise Invalid(Phrase("What is delegated is one request of one user."))
        try:
            payload = await self._payload(found.inner, server)
        except Exception as error:  # noqa: BLE001 - the user hears it, by his server
            inner = error_answer(found.inner, stanza_error(error, reference))
        else:
            inner = answer_to(found.inner)
            inner.append(payload)
        return found.answer(inner)

    async def _payload(self, iq: ET.Element, server: str) -> ET.Element:
        """Of the result; raises any CarillonError."""
        if iq[0].tag in KINDS:
            # within the desk, which counts also what is refused
            return await self._scheduling.handle(Iq(xml=iq), lambda: _check(iq, server))
        _check(iq, server)
        raise NotOffered(Phrase("This is not offered here; disco#info tells what is."))


def _check(iq: ET.Element, server: str) -> None:
    """It is of a user of that server, and for him to ask there."""
    user, to = person_of(iq.get("from", ""), server), iq.get("to", server)
    if user is None:
        raise _not_yours()
    if "/" in to or bare_of(to) not in {server, user}:
        raise Forbidden(Phrase("Ask your own server, or your own account."))


def _not_yours() -> Forbidden:
    return Forbidden(Phrase("A server asks for its own users, and nobody else does."))
