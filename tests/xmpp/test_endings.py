"""Each way a server ends a stream is told with what to do about it."""

import pytest

from bot.domain.addresses import Addresses
from bot.xmpp.session.endings import BLAMELESS, ending

COMPONENT = Addresses(service="announce.example.org", component=True)
ACCOUNT = Addresses(service="bot@example.org/carillon", component=False)


@pytest.mark.parametrize(
    ("condition", "component", "account"),
    [
        ("host-unknown", "does not know announce.example.org", "serve example.org"),
        ("host-gone", "does not know announce.example.org", "serve example.org"),
        ("not-authorized", "announce.example.org, or none", "jid and password"),
        ("invalid-namespace", "no components", "no accounts"),
        ("conflict", "one process per address", "one process per address"),
        ("resource-constraint", "no room", "no room"),
        ("system-shutdown", "shutting down", "shutting down"),
    ],
)
def test_what_to_do(condition: str, component: str, account: str) -> None:
    """A component and an account are told what each of them can change."""
    assert component in str(ending(condition, "", COMPONENT))
    assert account in str(ending(condition, "", ACCOUNT))


def test_the_servers_own_words() -> None:
    """Any other condition is named, with what the server said, if it said anything."""
    assert str(ending("policy-violation", " Too fast. ", COMPONENT)) == (
        "the server ended the connection (policy-violation): Too fast."
    )
    assert str(ending("undefined-condition", "", COMPONENT)) == (
        "the server ended the connection (undefined-condition): see its log"
    )
    assert len(str(ending("undefined-condition", "x" * 9999, COMPONENT))) < 300


def test_another_host() -> None:
    """The host that a server sends us to is named."""
    told = str(ending("see-other-host", "other.example:5347", COMPONENT))
    assert "other.example:5347" in told


@pytest.mark.parametrize("condition", sorted(BLAMELESS))
def test_never_bare(condition: str) -> None:
    """No condition is told as the bare word of the protocol."""
    for addresses in (COMPONENT, ACCOUNT):
        assert " " in str(ending(condition, "", addresses))
