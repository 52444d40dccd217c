"""What drills are made of."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from tests.e2e.conftest import make
from tests.servers.equipped import STARTED, Options
from tests.servers.postgresql import PostgreSQL
from tests.servers.xmpp_server import XmppServer

__all__ = ["Start", "fragile", "make", "start"]

Start = Callable[[Options], AbstractContextManager[XmppServer]]


@pytest.fixture(params=STARTED)
def start(request: pytest.FixtureRequest) -> Start:
    """`start(options)`: a server with our module, of the test's own."""
    return STARTED[request.param]


@pytest.fixture
def fragile() -> Iterator[PostgreSQL]:
    """A PostgreSQL that may be stopped and killed."""
    with PostgreSQL() as server:
        yield server
