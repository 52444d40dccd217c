"""Stanzas that mean harm, through real servers to the running service.

After each: one answer to a request and none to anything else, nothing changed that
the sender may not change, nothing odd in the log, and the service goes on.
"""

import itertools
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.hostile import (
    DEPTHS,
    ENDING,
    NEWS,
    SHAPES,
    SILENT,
    SIZES,
    nested,
    schedule,
)
from tests.e2e.speaking import (
    BODY,
    SCHEDULING,
    SOON,
    Stage,
    fresh,
    job,
    payload,
    staged,
)
from tests.e2e.xml_client import STANZAS, C, XmlClient
from tests.fuzz.stanzas import harmless

pytestmark = pytest.mark.e2e

PLACES = list(itertools.product(["prosody", "ejabberd"], ["component", "account"]))
#: how what holds too much is refused; rights come before some limits
TOO_MUCH = {"bad-request", "policy-violation", "not-allowed"}
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
#: tables that tell who asked what, whatever came of it
TRAIL = {"audit", "request_count", "sqlite_sequence", "pulse", "notice"}


@pytest.fixture(scope="module", params=PLACES, ids="-".join)
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """Each server in each mode, with a job of the admin's to lay hands on."""
    name, mode = request.param
    server = request.getfixturevalue(name)
    with staged(server, mode, tmp_path_factory.mktemp("service")) as found:
        payload(found.create(job("treasure", delay=9_000)))
        yield found


def stored(stage: Stage) -> dict[str, set[tuple[object, ...]]]:
    """The rows that nobody here has a right to change."""
    file = stage.service.folder / "carillon.db"
    with closing(sqlite3.connect(file)) as database:
        names = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        return {
            name: set(database.execute(f'SELECT * FROM "{name}"'))
            for (name,) in names
            if name not in TRAIL
        }


def check(stage: Stage, before: object, where: str) -> None:
    """The service goes on, nothing has changed, and the log is clean."""
    found = payload(stage.query("<id>treasure</id>"))
    assert found.findtext(f"{{{SCHEDULING}}}status") == "scheduled", where
    assert stored(stage) == before, where
    log = stage.service.log
    assert "Traceback" not in log, where
    assert "error" not in re.findall(r"\[(\w+) *\]", log), where
    assert not UNSAFE.search(log), where


def answer_to(client: XmlClient, identifier: str) -> ET.Element:
    return client.take(lambda one: one.get("id") == identifier)


def condition_of(answer: ET.Element) -> str:
    """Of an error, be it ours or the server's own."""
    error = answer.find(f"{C}error")
    assert error is not None, ET.tostring(answer)
    assert harmless(error.findtext(f"{STANZAS}text") or "")
    return error[0].tag.removeprefix(STANZAS)


def answers(client: XmlClient, identifier: str) -> list[ET.Element]:
    """All that came back by that id, once what was sent before is dealt with."""
    return [one for one in client.waiting if one.get("id") == identifier]


def settle(client: XmlClient, stage: Stage) -> None:
    """The service has read all that was sent before: it answers in order."""
    info = "<query xmlns='jabber:iq:version'/>"
    assert client.ask(stage.address, "get", info).get("type") == "result"


def send(client: XmlClient, stage: Stage, stanza: str, identifier: str = "") -> None:
    names = {
        "{to}": stage.address,
        "{id}": identifier,
        "{admin}": stage.admin.bare,
        "{schedule}": schedule(BODY + SOON + NEWS),
        "{deep}": nested(DEPTHS[stage.server.name]),
    }
    for name, value in names.items():
        stanza = stanza.replace(name, value)
    client._socket.sendall(stanza.encode("utf-8", "surrogateescape"))


def mallory(stage: Stage) -> XmlClient:
    """A user of the server without any right."""
    name = f"m{fresh()}"
    stage.server.register(name)
    return XmlClient(stage.server, user=name)


def ask(client: XmlClient, stage: Stage, kind: str, content: str) -> ET.Element:
    """The one answer."""
    identifier = fresh()
    stanza = f"<iq type='{kind}' id='{identifier}' to='{{to}}'>{content}</iq>"
    send(client, stage, stanza, identifier)
    answer = answer_to(client, identifier)
    settle(client, stage)
    assert not answers(client, identifier), "answered twice"
    assert answer.tag == f"{C}iq"
    return answer


def test_sizes(stage: Stage) -> None:
    """What is too large, too deep or too many is refused once, in words."""
    before = stored(stage)
    with mallory(stage) as client:
        for name, (kind, content) in SIZES.items():
            condition = condition_of(ask(client, stage, kind, content))
            assert condition in TOO_MUCH, (name, condition)
            check(stage, before, name)


def test_shapes(stage: Stage) -> None:
    """What has the wrong form, place or owner is refused once, with its condition."""
    before = stored(stage)
    with mallory(stage) as client:
        for name, (kind, content, conditions) in SHAPES.items():
            condition = condition_of(ask(client, stage, kind, content))
            assert condition in conditions, (name, condition)
            check(stage, before, name)


def test_silence(stage: Stage) -> None:
    """Errors, results and what holds too much get no answer at all."""
    before = stored(stage)
    with mallory(stage) as client:
        settle(client, stage)
        client.waiting.clear()
        for name, stanza in SILENT.items():
            identifier = fresh()
            send(client, stage, stanza, identifier)
            settle(client, stage)
            assert not answers(client, identifier), name
            check(stage, before, name)
        assert not [one for one in client.waiting if one.tag == f"{C}message"]


def test_what_no_server_passes_on(stage: Stage) -> None:
    """Illegal characters, entities and forged senders end at the server."""
    before = stored(stage)
    for name, stanza in ENDING.items():
        with mallory(stage) as client:
            send(client, stage, stanza)
            with suppress(ConnectionError):
                client.settle()
        check(stage, before, name)


def test_from_another_server(stage: Stage) -> None:
    """What comes from outside, where a server checks less, is no more dangerous."""
    before = stored(stage)
    with XmlClient(stage.server, domain=stage.server.spares[0]) as client:
        for name, (kind, content) in SIZES.items():
            identifier = fresh()
            head = f"<iq type='{kind}' id='{identifier}' to='{stage.address}'"
            stanza = f"{head} from='eve@{client.bare}/x'>{content}</iq>"
            send(client, stage, stanza, identifier)
            answer = answer_to(client, identifier)
            condition = condition_of(answer)
            assert condition in TOO_MUCH | {"forbidden"}, (name, condition)
            check(stage, before, name)
