"""Who speaks, in both modes."""

import pytest

from bot.domain.addresses import Addresses
from bot.domain.message import MessageType
from bot.domain.voice import Voice
from tests.world import a_list

COMPONENT = Addresses(service="announce.example.org", component=True)
ACCOUNT = Addresses(service="bot@example.org/main", component=False)


@pytest.mark.parametrize(
    ("addresses", "speaks"),
    [(COMPONENT, "night@announce.example.org"), (ACCOUNT, "bot@example.org/main")],
)
def test_a_list_speaks(addresses: Addresses, speaks: str) -> None:
    """A list lends its address, type, language, zone and title to what it says."""
    entry = a_list(
        "night",
        title="Night shift",
        language="de",
        timezone="Europe/Berlin",
        type=MessageType.HEADLINE,
    )
    voice = Voice.of_list(entry, addresses)
    assert (voice.address, voice.service) == (speaks, addresses.service)
    assert voice.type is MessageType.HEADLINE
    assert (voice.language, voice.timezone) == ("de", "Europe/Berlin")
    assert voice.context("reader@example.org") == {
        "list_name": "night",
        "list_title": "Night shift",
        "list_address": speaks,
        "service": addresses.service,
        "recipient": "reader@example.org",
    }


@pytest.mark.parametrize("addresses", [COMPONENT, ACCOUNT])
def test_the_service_speaks(addresses: Addresses) -> None:
    """The service speaks from its own address, in chat, in UTC, in no language."""
    voice = Voice.of_service(addresses)
    assert (voice.address, voice.service) == (addresses.service, addresses.service)
    assert voice.type is MessageType.CHAT
    assert (voice.language, voice.timezone) == ("", "UTC")
    assert voice.context("reader@example.org") == {
        "list_name": "",
        "list_title": "",
        "list_address": addresses.service,
        "service": addresses.service,
        "recipient": "reader@example.org",
    }
