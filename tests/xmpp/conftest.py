"""Each test of a connection has an event loop of its own."""

import asyncio

import pytest

from tests.xmpp.links import Run


@pytest.fixture
def run() -> Run:
    """Run a scenario; left-over tasks end with it."""
    return asyncio.run
