"""People and a neighbour component who mean harm, each in a thread of his own.

with Attack([partial(flood, …), …]) as attack:
    …                           # all of them go on until then
attack.sent                     # stanzas, all together
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import cycle
from typing import Self

from tests.e2e.sink import Sink
from tests.e2e.xml_client import XmlClient
from tests.servers.neighbour import LOCALS, RESOURCES, Component, every_kind
from tests.servers.xmpp_server import XmppServer

#: stanzas in one write
BATCH = 20
_DISCO = "http://jabber.org/protocol/disco#"
_QUESTIONS = (
    f"<query xmlns='{_DISCO}items'/>",
    f"<query xmlns='{_DISCO}info'/>",
    "<schedule-query xmlns='urn:xmpp:scheduling:0'/>",
    "<ping xmlns='urn:xmpp:ping'/>",
    "<unknown xmlns='urn:x'/>",
)
#: writes, and says whether to go on
Attacker = Callable[["Attack"], None]


class Attack:
    def __init__(self, attackers: Sequence[Attacker]) -> None:
        self.sent = 0
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=one, args=(self,), daemon=True) for one in attackers
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(30)

    def goes_on(self, sent: int = 0) -> bool:
        self.sent += sent
        return not self._over.is_set()


def stanzas(to: str, sender: str = "") -> Iterator[str]:
    """Disco, requests, presence and chat in turn, of a client or a `sender`."""
    stamp = f"from='{sender}'" if sender else ""
    for number, question in enumerate(cycle(_QUESTIONS), 1):
        yield f"<iq type='get' {stamp} to='{to}' id='f{number}'>{question}</iq>"
        if number % len(_QUESTIONS) == 0:
            bare = to.partition("/")[0]
            yield f"<presence {stamp} type='probe' to='{bare}'/>"
            yield f"<presence {stamp} type='subscribe' to='{bare}'/>"
            yield f"<message {stamp} type='chat' to='{to}'><body>Hi</body></message>"


def client_floods(
    server: XmppServer, user: str, to: str, count: int, attack: Attack
) -> None:
    """A person asks whatever there is to ask, as fast as the server takes it."""
    made = stanzas(to)
    with suppress(OSError), XmlClient(server, user=user) as client:
        for _ in range(0, count, BATCH):
            client.send("".join(next(made) for _ in range(BATCH)))
            client.settle()
            client.waiting.clear()
            if not attack.goes_on(BATCH):
                break


def neighbour_floods(
    server: XmppServer, domain: str, to: str, count: int, attack: Attack
) -> None:
    """A component of many people does the same."""
    made = [stanzas(to, f"p{number}@{domain}/x") for number in range(50)]
    with suppress(OSError), Component(server, domain) as neighbour:
        for one, _ in zip(cycle(made), range(0, count, BATCH), strict=False):
            neighbour.send("".join(next(one) for _ in range(BATCH)))
            _settle(neighbour, server)
            if not attack.goes_on(BATCH):
                break


def neighbour_has_no_address(
    server: XmppServer, domain: str, to: str, attack: Attack
) -> None:
    """Every kind of stanza from what cannot be prepared; thrown out, it comes back."""
    senders = cycle(
        [f"x@{domain}/{one}" for one in RESOURCES.values()]
        + [f"{one}@{domain}" for one in LOCALS.values()]
    )
    while attack.goes_on():
        with suppress(OSError), Component(server, domain) as neighbour:
            while attack.goes_on() and not neighbour.is_closed:
                some = every_kind(next(senders), to)
                neighbour.send("".join(some))
                _settle(neighbour, server)
                attack.goes_on(len(some))


def readers_bounce(sink: Sink, count: int, attack: Attack) -> None:
    """Readers return the ids of their own messages as errors, `count` in all."""
    reached = list(zip(sink.said, sink.arrived, strict=False))
    with suppress(OSError):
        while count > 0 and attack.goes_on():
            for (sender, _, _), (reader, identifier) in reached[:5]:
                answer = (
                    f"<message type='error' from='{reader}' to='{sender}'"
                    f" id='{identifier}'><error type='cancel'><item-not-found"
                    " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
                )
                sink.send(answer * BATCH)
                attack.goes_on(BATCH)
                count -= BATCH


def _settle(neighbour: Component, server: XmppServer) -> None:
    """Its server has taken all of it: so the attack is on us, not on its queue."""
    identifier = f"settled-{time.monotonic_ns()}"
    neighbour.send(
        f"<iq type='get' from='settle@{neighbour.domain}/x' to='{server.domain}'"
        f" id='{identifier}'><ping xmlns='urn:xmpp:ping'/></iq>"
    )
    neighbour.until(lambda: neighbour.answers(identifier) or neighbour.is_closed, 20)
    neighbour.stanzas.clear()
