"""How two people stand, as the recipient's contacts have it; and who may ask."""

from functools import partial

import pytest

from tests.e2e.xml_client import XmlClient
from tests.modules.scene import (
    ANNOUNCE,
    Component,
    Scene,
    X,
    condition,
    fresh,
    message,
)
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e


def relation(
    component: Component, of: str, with_: str
) -> tuple[str | None, str | None]:
    """Whether he exists, and his subscription."""
    answer = component.relation(of, with_)
    found = answer.find(f"{X}relation")
    assert found is not None, condition(answer)
    return found.get("exists"), found.get("subscription")


def allow(asked: XmlClient, asker: XmlClient) -> None:
    """And wait until both have it written down."""
    asked.send(f"<presence to='{asker.bare}' type='subscribed'/>")
    asked.settle()
    asker.presence(asked.bare)


def subscribe(asker: XmlClient, to: XmlClient, *, answered: bool) -> None:
    asker.send(f"<presence to='{to.bare}' type='subscribe'/>")
    to.presence(asker.bare, "subscribe")
    if answered:
        allow(to, asker)


def test_subscriptions(stage: Scene) -> None:
    """Of whom, with whom: none, asked, one way and both."""
    anna, bert = stage.sender, stage.recipient
    ask = partial(relation, stage.component)
    assert ask(bert.bare, anna.bare) == ("true", "none")
    subscribe(anna, bert, answered=False)
    assert ask(bert.bare, anna.bare) == ("true", "none")
    assert ask(anna.bare, bert.bare) == ("true", "none")
    allow(bert, anna)
    assert ask(bert.bare, anna.bare) == ("true", "from")
    assert ask(anna.bare, bert.bare) == ("true", "to")
    subscribe(bert, anna, answered=True)
    assert ask(bert.bare, anna.full.upper()) == ("true", "both")


def test_strangers(equipped: XmppServer, stage: Scene) -> None:
    """Who has no account, who is of another server, and what is no person."""
    nobody = f"nobody{fresh()}@{equipped.domain}"
    ask = partial(relation, stage.component)
    assert ask(nobody, stage.sender.bare) == ("false", "none")
    assert ask(stage.recipient.bare, "far@elsewhere.example") == ("true", "none")
    for of in (
        stage.recipient.full,
        "far@elsewhere.example",
        equipped.domain,
        f"x@{equipped.component}",
        "",
        "@",
    ):
        answer = stage.component.relation(of, stage.sender.bare)
        assert condition(answer) == "modify bad-request", of
    answer = stage.component.relation(stage.recipient.bare, "")
    assert condition(answer) == "modify bad-request"


def test_who_may(equipped: XmppServer, stage: Scene) -> None:
    """Nobody but the component and its helpers, from their own domains."""
    sender, to = stage.sender.bare, stage.recipient.bare
    asked = [
        ("get", f"<relation xmlns='{ANNOUNCE}' of='{to}' with='{sender}'/>"),
        ("get", f"<accounts xmlns='{ANNOUNCE}' kind='all'/>"),
        (
            "set",
            f"<deliver xmlns='{ANNOUNCE}'><forwarded xmlns='urn:xmpp:forward:0'>"
            + message(sender, to, fresh()).replace(
                "<message", "<message xmlns='jabber:client'"
            )
            + "</forwarded></deliver>",
        ),
    ]
    with Component(equipped, equipped.spares[1]) as neighbour:
        for kind, payload in asked:
            for asker in (stage.sender, stage.recipient, neighbour):
                answer = asker.ask(equipped.domain, kind, payload)
                assert condition(answer) == "auth forbidden", (asker.full, payload)
            number = fresh()
            stage.component.send(
                f"<iq type='{kind}' id='{number}' to='{equipped.domain}'"
                f" from='x@{stage.component.bare}'>{payload}</iq>"
            )
            answer = stage.component.answered(number)
            assert condition(answer) == "auth forbidden"
    assert stage.heard() == {}


def test_asked_the_wrong_way(stage: Scene) -> None:
    """What is told to the component is nothing that people may tell the server."""
    for name in ("divert", "bounce", "event"):
        answer = stage.sender.ask(
            stage.server.domain, "set", f"<{name} xmlns='{ANNOUNCE}'/>"
        )
        assert answer.get("type") == "error"
