"""What comes back later is told to the component, and to no client."""

import pytest

from tests.e2e.xml_client import C
from tests.modules.scene import (
    Component,
    Scene,
    come_back,
    condition,
    delivered,
    described,
    failed,
    fresh,
    inner,
    message,
)
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e


@pytest.fixture
def neighbour(equipped: XmppServer) -> Component:
    return Component(equipped, equipped.spares[1])


@pytest.mark.parametrize("of_the_server", [False, True], ids=["person", "server"])
def test_told_once(stage: Scene, neighbour: Component, of_the_server: bool) -> None:
    """However often it comes; repeated until there is a result, and then no more."""
    number, later = fresh(), fresh()
    sender = stage.server.domain if of_the_server else stage.sender.bare
    with neighbour:
        far = f"far@{neighbour.bare}"
        for one in (number, later):
            stage.component.deliver(message(sender, far, one))
            assert neighbour.message().get("from") == sender
        for _ in range(2):
            come_back(neighbour, sender, number)
        iq = stage.component.told("bounce")
        error = inner(iq, "bounce")
        assert (error.get("from"), error.get("to")) == (far, sender)
        assert error.get("id") == number
        assert described(error)[:2] == ("cancel", "gone")
        stage.component.answer(iq, failed("wait", "resource-constraint"))
        again = stage.component.told("bounce")
        assert inner(again, "bounce").get("id") == number
        stage.component.answer(again)
        come_back(neighbour, sender, later)
        last = stage.component.told("bounce")
        assert inner(last, "bounce").get("id") == later
        stage.component.answer(last)
        # it went out; but nobody sees it come back
        heard = stage.heard()
        sent = ["sent " + one for one in (number, later)]
        archived = {"sender's archive": [number, later]}
        wanted = {"sender": sent, "second": sent} | archived
        assert heard == ({} if of_the_server else wanted)


def test_a_bounce_frees_the_id(stage: Scene, neighbour: Component) -> None:
    """A retry under it goes out, and may come back again."""
    number = fresh()
    with neighbour:
        far = f"far@{neighbour.bare}"
        for _ in range(2):
            given = message(stage.sender.bare, far, number)
            for _ in range(2):
                assert condition(stage.component.deliver(given)) == "result"
            neighbour.message()
            neighbour.settle()
            assert not neighbour.waiting
            come_back(neighbour, stage.sender.bare, number)
            iq = stage.component.told("bounce")
            stage.component.answer(iq)


def test_not_ours(stage: Scene, neighbour: Component) -> None:
    """From whom it did not go to, or with an id it did not have: an error like any."""
    number = fresh()
    stage.component.deliver(message(stage.sender.bare, stage.recipient.bare, number))
    with neighbour:
        come_back(neighbour, stage.sender.bare, number)
        stage.component.deliver(
            message(stage.sender.bare, f"far@{neighbour.bare}", last := fresh())
        )
        come_back(neighbour, stage.sender.bare, "unknown")
        come_back(neighbour, stage.sender.bare, last)
        iq = stage.component.told("bounce")  # they are told in order
        assert inner(iq, "bounce").get("id") == last
        stage.component.answer(iq)
    heard = stage.heard()
    assert heard["recipient"] == delivered(number)["recipient"]


def test_the_recipients_client(stage: Scene) -> None:
    """An error that a client gives itself is a bounce, too."""
    number = fresh()
    stage.component.deliver(message(stage.sender.bare, stage.recipient.bare, number))
    stage.recipient.message(lambda one: one.get("id") == number)
    sender, error = stage.sender.bare, failed("cancel", "gone")
    stage.recipient.send(
        f"<message type='error' to='{sender}' id='{number}'>{error}</message>"
    )
    iq = stage.component.told("bounce")
    bounce = inner(iq, "bounce")
    assert bounce.get("from") == stage.recipient.full
    assert bounce.find(f"{C}error") is not None
    stage.component.answer(iq)
    heard = stage.heard()
    assert heard["sender"] == heard["second"] == [f"sent {number}"]


def test_while_the_component_is_away(stage: Scene, neighbour: Component) -> None:
    """It is told once it is back."""
    number = fresh()
    with neighbour:
        stage.component.deliver(
            message(stage.sender.bare, f"far@{neighbour.bare}", number)
        )
        stage.component_dies()
        come_back(neighbour, stage.sender.bare, number)
        neighbour.settle()
    with Component(stage.server) as again:
        iq = again.told("bounce")
        assert inner(iq, "bounce").get("id") == number
        again.answer(iq)


def test_refused_for_good(stage: Scene, neighbour: Component) -> None:
    """One that the component will not have holds up no other."""
    first, second = fresh(), fresh()
    with neighbour:
        for number in (first, second):
            stage.component.deliver(
                message(stage.sender.bare, f"far@{neighbour.bare}", number)
            )
            come_back(neighbour, stage.sender.bare, number)
        iq = stage.component.told("bounce")
        assert inner(iq, "bounce").get("id") == first
        stage.component.answer(iq, failed("auth", "forbidden"))
        iq = stage.component.told("bounce")
        assert inner(iq, "bounce").get("id") == second
        stage.component.answer(iq)
