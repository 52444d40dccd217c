"""An announcement to 2,000 while others attack: all get it, over one session, in time.

pytest -o python_files='drill_*.py' -s tests/drills/drill_attacks.py
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple, Self
from xml.etree import ElementTree as ET

import pytest

from tests.drills.attackers import (
    Attack,
    Attacker,
    client_floods,
    neighbour_floods,
    neighbour_has_no_address,
    readers_bounce,
)
from tests.e2e.service import Service
from tests.e2e.sink import Sink
from tests.e2e.xml_client import XmlClient
from tests.servers.prosody import Prosody
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.links import newcomer

pytestmark = pytest.mark.e2e

READERS = 2_000
BOUNCES = 20_000
CLIENTS = 5
QUESTIONS = 2_000  #: of each of them, and of the neighbour
#: what an attack may make of the undisturbed time, and seconds for an admin's query
MOST, LONGEST = 2.0, 2.0
QUERY = "<schedule-query xmlns='urn:xmpp:scheduling:0'/>"
LEGS = ("flood", "bounces", "addresses")


class Admin:
    """Asks again and again what is scheduled; `longest`: seconds it took, at most."""

    def __init__(self, server: XmppServer, user: str, to: str) -> None:
        self.longest, self.answered = 0.0, 0
        self._client = XmlClient(server, user=user)
        self._to = to
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Self:
        self._client.__enter__()
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join(60)
        self._client.__exit__(*error)

    def _ask(self) -> None:
        while not self._over.wait(0.2):
            start = time.monotonic()
            identifier = f"admin-{start}"
            self._client.send(
                f"<iq type='get' to='{self._to}' id='{identifier}'>{QUERY}</iq>"
            )
            answer = self._client.take(partial(_is_under, identifier), seconds=300)
            self.answered += answer.get("type") == "result"
            self.longest = max(self.longest, time.monotonic() - start)


def _is_under(identifier: str, stanza: ET.Element) -> bool:
    return stanza.get("id") == identifier


PLACES = list(product(("prosody", "ejabberd"), ("component", "account")))
#: with an account its server has work of its own for every stranger: Prosody writes its
#: roster for each who wants to subscribe. So it bounds clients, as it is installed, and
#: leaves our account alone, as docs/how-to/prosody.md says.
THROTTLING: Any = {"limits": "stock", "extra": 'unlimited_jids = { "us@prosody.test" }'}


class Stage(NamedTuple):
    """A server, the service on it, and the name of its admin."""

    server: XmppServer
    service: Service
    admin: str


@pytest.fixture(params=PLACES, ids="-".join)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """It runs, with rate and window as they are by default."""
    name, mode = request.param
    with ExitStack() as stack:
        server: XmppServer = request.getfixturevalue(name)
        account = None
        if name == "prosody" and mode == "account":
            server = stack.enter_context(Prosody(**THROTTLING))
            server.register("us")
            account = server.jid("us")
        admin = newcomer(server)
        found = Service(
            tmp_path,
            server,
            mode,
            jid=account,
            rate=1_000,
            window=2_000,
            admins=[server.jid(admin)],
            web="127.0.0.1:0",
        )
        stack.callback(found.close)
        found.start()
        found.wait_until_connected()
        yield Stage(server, found, admin)


def announced(service: Service, sink: Sink) -> float:
    """Seconds from due until everybody has another announcement, and it is over."""
    before = len(sink.arrived)
    start = time.monotonic() + 1
    job = service.announce(delay_seconds="1")
    service.until(lambda: service.sent(job), 300)
    sink.wait(before + READERS, 300)
    spent = time.monotonic() - start
    told = [to for to, _ in sink.arrived[before:]]
    assert sorted(told) == sorted(sink.jids(READERS))
    return spent


def attackers(leg: str, server: XmppServer, sink: Sink, to: str) -> list[Attacker]:
    neighbour = server.spares[1]
    if leg == "bounces":
        return [partial(readers_bounce, sink, BOUNCES)]
    if leg == "addresses":
        return [partial(neighbour_has_no_address, server, neighbour, to)]
    users = [newcomer(server) for _ in range(CLIENTS)]
    return [
        partial(neighbour_floods, server, neighbour, to, QUESTIONS),
        *(partial(client_floods, server, user, to, QUESTIONS) for user in users),
    ]


@pytest.mark.parametrize("leg", LEGS)
def test_an_attack(
    stage: Stage,
    leg: str,
    record_property: Callable[[str, object], None],
) -> None:
    """It ends within twice its undisturbed time, over one session; admins are heard."""
    server, service, admin_name = stage
    to = service.address
    with Sink(server, server.spares[0]) as sink:
        service.subscribe(sink.jids(READERS))
        announced(service, sink)
        alone = announced(service, sink)
        with (
            Attack(attackers(leg, server, sink, to)) as attack,
            Admin(server, admin_name, to) as admin,
        ):
            attacked = announced(service, sink)
        ratio = attacked / alone
        print(
            f"\n{server.name} {service.uses.policy.addresses.service} {leg}:"
            f" {attacked:.1f} s, alone {alone:.1f} s, ratio {ratio:.2f};"
            f" {attack.sent} stanzas; admin {admin.longest:.2f} s of {admin.answered}"
        )
        record_property("ratio", ratio)
        record_property("admin's longest", admin.longest)
        assert service.metric("carillon_sessions_total") == 1
        assert service.metric("carillon_sessions_lost_total") == 0
        assert admin.answered
        assert ratio <= MOST
        assert admin.longest <= LONGEST
