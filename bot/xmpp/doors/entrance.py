"""The way in: each stanza of others passes the desk's gate before any door sees it.

iq get, set                  admitted, or refused: policy-violation, wait
message                      admitted, or dropped
presence                     admitted, or dropped: servers ask again
unsubscribe, unsubscribed    always: whoever leaves is let go
error, iq result             always: they answer what we sent
of our own server and us     always: its pings, our own that come back
of servers with our module   always: what their people send, the desk counts for these
delegated iq                 as the user's who asks, whatever his server is
"""

from datetime import timedelta
from xml.etree import ElementTree as ET

from bot.desk.gate import PER_SENDER, Gate
from bot.domain.phrase import Phrase
from bot.service.rules.policy import Policy, exceeded
from bot.xmpp.doors.callers import sender_of
from bot.xmpp.doors.scheduling.questions import KINDS
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.delegation import Delegated
from bot.xmpp.stanzas.errors import error_answer, stanza_error
from bot.xmpp.stanzas.verbatim import serialised

#: after which whoever was turned away may ask again
WAIT = timedelta(seconds=10)
_PASSING = frozenset({"error", "result", "unsubscribe", "unsubscribed"})


class Entrance:
    def __init__(self, connection: Connection, gate: Gate, policy: Policy) -> None:
        self._connection = connection
        self._gate = gate
        self._policy = policy

    def open(self) -> None:
        self._connection.guard(self.admits)

    def admits(self, stanza: ET.Element) -> bool:
        """Whether a stanza that came in is to be looked at; refuses some others."""
        kind = stanza.get("type")
        comes_back = kind == "error" and stanza.tag.endswith("}message")
        if kind in _PASSING and not comes_back:
            return True
        delegated = self._delegated(stanza)
        asking = stanza if delegated is None else delegated.inner
        sender = sender_of(asking)
        addresses = self._policy.addresses
        if sender is None or sender == addresses.server or addresses.is_own(sender):
            return True
        if sender in self._policy.people.servers:
            return True
        if comes_back:
            return self._gate.takes_back(sender)
        is_request = any(child.tag in KINDS for child in asking)
        if self._gate.admits(self._policy.caller(sender), request=is_request):
            return True
        if stanza.tag.endswith("}iq") and self._gate.refuses():
            self._refuse(stanza, delegated)
        return False

    def _delegated(self, stanza: ET.Element) -> Delegated | None:
        """What a server that may speak for its users hands on."""
        by_server = stanza.get("from") in self._policy.people.servers
        return Delegated.of(stanza) if by_server else None

    def _refuse(self, iq: ET.Element, delegated: Delegated | None) -> None:
        refusal = stanza_error(
            exceeded(
                "stanzas-per-second",
                PER_SENDER.rate,
                Phrase("That is too much at once; wait a little."),
                WAIT,
            )
        )
        if delegated is None:
            answer = error_answer(iq, refusal)
        else:
            answer = delegated.answer(error_answer(delegated.inner, refusal))
        namespace = iq.tag.partition("}")[0].removeprefix("{")  # the stream's own
        self._connection.send(serialised(answer, namespace))
