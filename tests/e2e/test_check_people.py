"""`carillon check` and messages between people, on both servers with the module."""

import secrets
from pathlib import Path

import pytest

from tests.e2e.conftest import Make
from tests.e2e.test_check import check, outsider, private
from tests.servers.equipped import without_module
from tests.servers.prosody import Prosody
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e


def test_module_and_service_fit(
    equipped: XmppServer, make: Make, tmp_path: Path
) -> None:
    """The module is found, with its version and its parts, and does what it says: by a
    session of our own, by what the running service saw, and by another account.
    """
    service = private(make(equipped, "component"))
    equipped.register(user := f"o{secrets.token_hex(4)}")
    own = check(service)["people"]
    assert own["result"] == "ok", own
    serves = f"mod_carillon 0.2.0 serves {service.jid} ("
    assert serves in own["what"]
    assert "deliver, divert" in own["what"]
    service.start()
    service.wait_until_connected()
    service.until(lambda: service.uses.database.look(lambda uow: uow.sights.all()))
    beside = check(service)
    assert beside["people"]["result"] == "ok"
    assert serves in beside["people"]["what"]
    assert "hands nothing on" in beside["delegation"]["what"]
    with without_module(equipped):
        seen = check(service, *outsider(equipped, tmp_path, user))["people"]
        assert seen["result"] == "warning"
        assert "has no module mod_carillon" in seen["what"]
        assert "carillon module prosody|ejabberd --to FOLDER" in seen["change"]
    assert service.stop() == 0


def test_a_module_of_another(equipped: XmppServer, make: Make) -> None:
    """A module that serves another component is a fault, with what to set there."""
    service = private(make(equipped, "component", jid=equipped.spares[1]))
    found = check(service)["people"]
    assert found["result"] == "fault"
    assert f"serves {equipped.component}, not {equipped.spares[1]}" in found["what"]
    assert "carillon_component (Prosody) or component" in found["change"]


@pytest.mark.parametrize(
    ("mode", "more", "why"),
    [
        ("account", "", "that needs a component"),
        ("component", "[people]\nenabled = false\n", "are off"),
        ("component", "", "no server is named"),
    ],
)
def test_where_there_are_none(
    prosody: Prosody, make: Make, mode: str, more: str, why: str
) -> None:
    """Where no messages between people can be, or are wanted, it says why."""
    service = private(make(prosody, mode))
    text = service.file.read_text()
    if why == "no server is named":
        text = text.replace("[access]\n", "[access]\nservers = []\n")
    service.file.write_text(text + more)
    found = check(service)["people"]
    assert found["result"] == "skipped"
    assert why in found["what"]
