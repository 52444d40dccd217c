"""Messages between people while the network or the database is away."""

from collections.abc import Iterator

import pytest

from tests.people.street import DELIVER, Street, hear, soon, street, told
from tests.servers.locked import locked
from tests.servers.xmpp_server import XmppServer


@pytest.fixture(scope="module")
def place(
    equipped: XmppServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Street]:
    with street(equipped, tmp_path_factory.mktemp("outages")) as found:
        yield found


def test_cut_before_the_answer(place: Street) -> None:
    """What the server has, and could not say so, is handed over again and known."""
    place.gate.stop_at("up", DELIVER, passing=True)
    number = place.send(soon(2))
    place.gate.reached()
    place.gate.abandon()
    hear(place.sender.first, number, "scheduled", "sent")
    place.each_has_one([number])


def test_database_away(place: Street) -> None:
    """Its sender has an error, and the message is kept only where he is told so."""
    with locked(place.service.folder / "carillon.db"):
        lost = place.send(soon(3600))
        hear(place.sender.first, lost, "error")
    fence = place.send(soon(3600))
    hear(place.sender.first, fence, "scheduled")
    assert ("scheduled" in told(place.sender.first, lost)) == (
        place.kept(lost) is not None
    )
