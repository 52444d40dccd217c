"""Services that end with their test."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.service import Service
from tests.e2e.speaking import Stage, staged
from tests.servers.xmpp_server import XmppServer

Make = Callable[..., Service]
#: each server and each mode once
PLACES = [("prosody", "component"), ("ejabberd", "account")]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """`make(server, mode, …)`: a service that does not run yet."""
    made: list[Service] = []
    numbers = itertools.count()

    def new(server: XmppServer, mode: str, **options: Any) -> Service:
        folder = tmp_path / f"service{next(numbers)}"
        folder.mkdir()
        service = Service(folder, server, mode, **options)
        made.append(service)
        return service

    yield new
    for service in made:
        service.close()


@pytest.fixture(scope="module", params=PLACES, ids="-".join)
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """A running service and people with raw clients, shared by a file's tests."""
    name, mode = request.param
    server = request.getfixturevalue(name)
    with staged(server, mode, tmp_path_factory.mktemp("service")) as found:
        yield found
