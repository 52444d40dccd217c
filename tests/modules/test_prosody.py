"""What only Prosody's module can be asked."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from xml.etree import ElementTree as ET

import pytest

from tests.modules.scene import (
    ANNOUNCE,
    SCHEDULING,
    Component,
    Scene,
    X,
    come_back,
    condition,
    delivered,
    described,
    discovered,
    failed,
    fresh,
    inner,
    message,
    scene,
)
from tests.servers import equipped
from tests.servers.prosody import Prosody

pytestmark = pytest.mark.e2e

FORGER = "forger.prosody.test"
LINES = f"""
carillon_noreply = true
Component "{FORGER}"
  component_secret = "{Prosody.secret}"
  validate_from_addresses = false
"""


@pytest.fixture(scope="module")
def odd() -> Iterator[Prosody]:
    """One that lets a component write any sender, and has a part that is broken."""
    with equipped.prosody(equipped.Options(), LINES, broken="relation") as server:
        yield server


@pytest.fixture
def stage(odd: Prosody) -> Iterator[Scene]:
    with scene(odd) as found:
        yield found


def reload(server: Prosody, times: int = 1) -> None:
    """As README.md says."""
    for _ in range(times):
        server.control("shell", "module", "reload", "carillon", server.domain)


@contextmanager
def damaged(server: Prosody, name: str) -> Iterator[None]:
    """Meanwhile the module runs with a file that is no Lua."""
    file = server.folder / "modules" / "mod_carillon" / f"{name}.lib.lua"
    before = file.read_text()
    file.write_text("this is no Lua")
    reload(server)
    try:
        yield
    finally:
        file.write_text(before)
        reload(server)


def test_a_forged_sender(stage: Scene) -> None:
    """A stranger's stream is a stranger's, whatever sender it writes."""
    given = message(stage.sender.bare, stage.recipient.bare, fresh())
    with Component(stage.server, FORGER) as forger:
        forger.full = stage.component.bare
        assert condition(forger.deliver(given)) == "auth forbidden"
        number = stage.schedule(stage.recipient.bare)
        iq = stage.component.told("divert")
        forger.bare = stage.component.bare
        forger.answer(iq)  # as if it were kept
        forger.settle()
        stage.component.answer(iq, failed("cancel", "conflict"))
    assert condition(stage.error(number)) == "cancel conflict"
    assert stage.heard() == {}


def test_a_part_that_does_not_load(stage: Scene) -> None:
    """The others are there, and it is not among them."""
    features, form = discovered(stage.sender, stage.server.domain)
    assert {"urn:xmpp:noreply:0", SCHEDULING} <= features
    assert form["parts"] == ["divert", "deliver", "bounce", "accounts"]
    answer = stage.component.relation(stage.sender.bare, stage.recipient.bare)
    assert condition(answer) == "cancel service-unavailable"
    stage.schedule(stage.recipient.bare)
    stage.component.answer(stage.component.told("divert"))
    assert stage.heard() == {}


def test_loaded_anew(odd: Prosody, stage: Scene) -> None:
    """Who waits is told; what was delivered stays known, and so does what came back."""
    numbers = [fresh() for _ in range(2)]
    sender, neighbour = stage.sender.bare, Component(odd, odd.spares[1])
    with neighbour:
        places = [stage.recipient.bare, f"far@{neighbour.bare}"]
        given = [message(sender, *one) for one in zip(places, numbers, strict=True)]
        for one in given:
            stage.component.deliver(one)
        number = stage.schedule(stage.recipient.bare)
        stage.component.told("divert")
        reload(odd)
        kind, what, _ = described(stage.error(number))
        assert (kind, what) == ("wait", "remote-server-timeout")
        for one in given:
            assert condition(stage.component.deliver(one)) == "result"
        come_back(neighbour, sender, numbers[1])
        stage.component.answer(stage.component.told("bounce"))
        neighbour.message()
        neighbour.settle()
        assert not neighbour.waiting
    assert stage.heard()["recipient"] == delivered(numbers[0])["recipient"]


def test_loaded_anew_under_load(odd: Prosody, stage: Scene) -> None:
    """Nothing slips through: each is kept, or its sender is told, or both."""
    sent: list[str] = []
    kept: list[str] = []

    def one() -> None:
        sent.append(stage.schedule(stage.recipient.bare))
        iq = stage.component.told("divert")
        kept.append(inner(iq, "divert").get("id", ""))
        stage.component.answer(iq)

    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(reload, odd, times=3)
        while not loading.done():
            one()
        loading.result()
        one()
    assert kept == sent
    assert stage.heard().keys() <= {"sender"}


@pytest.mark.parametrize("name", ["divert", "asking", "serving"])
def test_damaged(odd: Prosody, stage: Scene, name: str) -> None:
    """Without the file that diverts, or what it needs, nothing is let out."""
    with damaged(odd, name):
        features, form = discovered(stage.sender, odd.domain)
        number = stage.schedule(stage.recipient.bare)
        if name == "serving":
            assert form["parts"] == ["divert"]
            stage.component.answer(stage.component.told("divert"))
        else:
            assert SCHEDULING not in features
            assert condition(stage.error(number)) == "wait internal-server-error"
        assert stage.heard() == {}
    stage.schedule(stage.recipient.bare)
    stage.component.answer(stage.component.told("divert"))


@pytest.mark.parametrize(
    ("kind", "needed"), [("seen", "mod_lastlog2"), ("room", "mod_muc")]
)
def test_what_it_cannot_tell(odd: Prosody, kind: str, needed: str) -> None:
    """It names the module that could."""
    with Component(odd) as component:
        answer = component.ask_server(
            "get", f"<accounts xmlns='{ANNOUNCE}' kind='{kind}'/>"
        )
    what = described(answer)
    assert what[:2] == ("cancel", "feature-not-implemented")
    assert needed in what[2]


def test_role(odd: Prosody) -> None:
    """Whom the configuration makes an admin is one, too."""
    with Component(odd) as component:
        answer = component.ask_server(
            "get", f"<accounts xmlns='{ANNOUNCE}' kind='role' name='prosody:admin'/>"
        )
    assert [one.text for one in answer.iter(f"{X}jid")] == [odd.jid("admin")]


def test_without_a_component() -> None:
    """A module that is not configured lets nothing out, and offers nothing."""
    lines = 'carillon_component = ""'
    with (
        equipped.prosody(equipped.Options(), lines) as server,
        scene(server) as stage,
    ):
        features, form = discovered(stage.sender, server.domain)
        assert SCHEDULING not in features
        assert "component" not in form or form["component"] == []
        number = stage.schedule(stage.recipient.bare)
        assert condition(stage.error(number)) == "wait service-unavailable"
        payload = f"<relation xmlns='{ANNOUNCE}'/>"
        answer: ET.Element = stage.component.ask_server("get", payload)
        assert condition(answer) == "auth forbidden"
        assert stage.heard() == {}
