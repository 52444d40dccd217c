"""Which JID stands for what, in both ways to connect."""

import pytest

from bot.domain.addresses import Addresses
from bot.settings import XMPPSettings

COMPONENT = Addresses(service="announce.example.org", component=True)
ACCOUNT = Addresses(service="announce@example.org/carillon", component=False)


@pytest.mark.parametrize(
    ("mode", "jid", "addresses"),
    [
        ("component", "Announce.Example.org", COMPONENT),
        ("account", "Announce@example.org", ACCOUNT),
    ],
)
def test_settings_give_the_addresses(mode: str, jid: str, addresses: Addresses) -> None:
    """A component is its domain, an account its full JID, normalised."""
    settings = XMPPSettings.model_validate(
        {"mode": mode, "jid": jid, "password": "secret"}
    )
    assert settings.addresses == addresses


def test_a_component_gives_every_list_an_address() -> None:
    """NAME@domain stands for the list and back; an account speaks for all."""
    assert COMPONENT.of_list("news") == "news@announce.example.org"
    assert COMPONENT.list_at("news@announce.example.org") == "news"
    assert COMPONENT.list_at("news@example.org") is None
    assert ACCOUNT.of_list("news") == "announce@example.org/carillon"
    assert ACCOUNT.list_at("news@example.org") is None


@pytest.mark.parametrize(
    ("service", "component", "server"),
    [
        ("announce.example.org", True, "example.org"),
        ("localhost", True, "localhost"),
        ("announce@example.org/carillon", False, "example.org"),
    ],
)
def test_server(service: str, component: bool, server: str) -> None:
    """A component belongs to the server of the domain above its own, if any."""
    assert Addresses(service=service, component=component).server == server


def test_what_follows_from_the_mode() -> None:
    """What a component does itself, an account's server does for it."""
    for addresses, itself in ((COMPONENT, True), (ACCOUNT, False)):
        assert addresses.lists_have_addresses is itself
        assert addresses.stamps_sender is itself
        assert addresses.answers_presence is itself
        assert addresses.has_account is not itself


def test_where_presence_comes_from() -> None:
    """A component's addresses are there with one resource, and meant by it; no other
    full JID is anybody's.
    """
    news = "news@announce.example.org"
    for address in (news, COMPONENT.service):
        assert COMPONENT.present(address) == f"{address}/carillon"
        assert COMPONENT.meant(f"{address}/carillon") == address
        assert COMPONENT.meant(address) == address
        for other in ("", "Carillon", "carillon/", "x"):
            assert COMPONENT.meant(f"{address}/{other}") == f"{address}/{other}"
    assert ACCOUNT.present(ACCOUNT.service) == ACCOUNT.service
    assert ACCOUNT.meant(ACCOUNT.service) == ACCOUNT.service


@pytest.mark.parametrize(
    ("jid", "component", "account"),
    [
        ("announce.example.org", True, False),
        ("news@announce.example.org", True, False),
        ("news@sub.announce.example.org", False, False),
        ("announce@example.org", False, True),
        ("other@example.org", False, False),
        ("example.org", False, False),
    ],
)
def test_own(jid: str, component: bool, account: bool) -> None:
    """A component's is everything at its exact domain, an account's only itself."""
    assert COMPONENT.is_own(jid) is component
    assert ACCOUNT.is_own(jid) is account
