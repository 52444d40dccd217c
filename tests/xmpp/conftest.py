"""Each test of a connection has an event loop of its own."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.servers.prosody import Prosody
from tests.xmpp.links import Run


@pytest.fixture
def run() -> Run:
    """Run a scenario; left-over tasks end with it."""
    return asyncio.run


@pytest.fixture
def prosody_of_our_own() -> Iterator[Prosody]:
    """To be killed and started again."""
    with Prosody() as server:
        yield server
