"""ejabberd's module is exchanged while people schedule: nothing leaves early."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.xml_client import C
from tests.modules.scene import Scene, X, condition, described, inner
from tests.servers.ejabberd import Ejabberd
from tests.servers.processes import ServerError

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.parametrize("equipped", ["ejabberd"], indirect=True),
]

GONE = "<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
AWAY = ("wait", "service-unavailable")


@pytest.fixture
def server(equipped: Ejabberd) -> Iterator[Ejabberd]:
    """Once a test is over its module is as it was, for others who share the server."""
    sources = equipped.sources / "mod_carillon" / "src"
    before = {file: file.read_text() for file in sources.iterdir()}
    yield equipped
    for file, text in before.items():
        file.write_text(text)
    equipped.call("carillon_upgrade")


def number(server: Ejabberd, version: str) -> None:
    """Another release's sources."""
    header = server.sources / "mod_carillon" / "src" / "mod_carillon.hrl"
    text, found = re.subn(
        r'(VERSION, <<").*?"', rf'\g<1>{version}"', header.read_text()
    )
    assert found == 1
    header.write_text(text)


def change(server: Ejabberd, module: str, old: str, new: str) -> None:
    file = server.sources / "mod_carillon" / "src" / f"{module}.erl"
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def version(stage: Scene) -> str | None:
    """What the server says of its module."""
    info = "<query xmlns='http://jabber.org/protocol/disco#info'/>"
    answer = stage.sender.ask(stage.server.domain, "get", info)
    data = "{jabber:x:data}"
    return answer.findtext(f".//{data}field[@var='version']/{data}value")


def meanwhile(stage: Scene, act: Callable[[], Any]) -> tuple[Any, list[str], list[str]]:
    """What came of it, and the ids of messages that were kept and that came back.

    They are sent before, during and after; of each is known which of both it is
    before the next is sent.
    """
    sent: list[str] = []
    kept: list[str] = []

    def one() -> None:
        sent.append(stage.schedule(stage.recipient.bare))
        stage.sender.settle()
        stage.component.settle()
        iqs = stage.component.waiting
        for iq in [one for one in iqs if one.find(f"{X}divert") is not None]:
            iqs.remove(iq)
            kept.append(inner(iq, "divert").get("id", ""))
            stage.component.answer(iq)

    with ThreadPoolExecutor(1) as pool:
        for _ in range(50):
            one()
        acting = pool.submit(act)
        while not acting.done():
            one()
        for _ in range(50):
            one()
    stage.component.settle()
    errors = [one for one in stage.sender.waiting if one.tag == f"{C}message"]
    stage.sender.waiting.clear()
    assert {described(error)[:2] for error in errors} <= {AWAY}
    bounced = [error.get("id", "") for error in errors]
    assert sorted(kept + bounced) == sorted(sent)
    assert stage.heard() == {}
    return acting.result(), kept, bounced


def test_in_place(server: Ejabberd, stage: Scene) -> None:
    """Another hook, a new option: each message of hundreds is kept, none bounces."""
    number(server, "0.2.98")
    change(server, "mod_carillon", "user_send, 10}", "user_send, 11}")
    change(server, "mod_carillon", "{noreply, false}]", "{noreply, false}, {new, 0}]")
    change(
        server,
        "mod_carillon",
        "mod_opt_type(noreply)",
        "mod_opt_type(new) -> econf:non_neg_int();\nmod_opt_type(noreply)",
    )
    asked = "mod_carillon:opt(Host, timeout)"
    used = f"{asked} + mod_carillon:opt(Host, new)"
    change(server, "mod_carillon_divert", asked, used)
    answer, kept, bounced = meanwhile(stage, lambda: server.call("carillon_upgrade"))
    assert answer.startswith("0.2.98 runs in place of ")
    assert version(stage) == "0.2.98"
    assert (len(kept) > 100, bounced) == (True, [])


def test_what_waits_outlives_it(server: Ejabberd, stage: Scene) -> None:
    """Whoever waits for an answer gets it, however often the code is exchanged."""
    before = server.modules
    server.reconfigure(re.sub("timeout: .*", "timeout: 60", before))
    waiting = stage.schedule(stage.recipient.bare)
    iq = stage.component.told("divert")
    for release in ("0.2.98", "0.2.99"):
        number(server, release)
        assert server.call("carillon_upgrade").startswith(f"{release} runs")
    stage.component.answer(iq, f"<error type='cancel'>{GONE}</error>")
    assert condition(stage.error(waiting)) == "cancel gone"
    assert stage.heard() == {}
    server.reconfigure(before)


def test_what_does_not_compile(server: Ejabberd, stage: Scene) -> None:
    """It is told where, and the module runs as before."""
    before = version(stage)
    number(server, "0.2.96")
    broken = server.sources / "mod_carillon" / "src" / "mod_carillon_outbox.erl"
    broken.write_text(f"{broken.read_text()}\nthis is no Erlang.\n")
    with pytest.raises(ServerError, match=r"mod_carillon_outbox\.erl.*runs as before"):
        server.call("carillon_upgrade")
    assert version(stage) == before
    stage.schedule(stage.recipient.bare)
    stage.component.answer(stage.component.told("divert"))
    assert stage.heard() == {}


def test_as_any_module(server: Ejabberd, stage: Scene) -> None:
    """The server's own way unloads it: meanwhile messages bounce, and none passes."""
    number(server, "0.2.95")

    def upgrade() -> int:
        done: int = server.call("module_upgrade", module="mod_carillon")
        return done

    answer, kept, bounced = meanwhile(stage, upgrade)
    assert answer == 0
    assert (len(kept) >= 100, len(bounced) > 0) == (True, True)
    assert version(stage) == "0.2.95"
