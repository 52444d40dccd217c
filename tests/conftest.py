"""Servers, each started at its first use and shared by the whole run."""

import os
import time
from collections.abc import Iterator
from typing import TypeVar

import pytest

from tests.servers.ejabberd import Ejabberd
from tests.servers.postgresql import PostgreSQL
from tests.servers.processes import servers_of
from tests.servers.programs import ProgramMissingError
from tests.servers.prosody import Prosody
from tests.servers.xmpp_server import XmppServer

# `make test` and CI: a server that is missing fails the tests that need it.
STRICT = {"CI", "CARILLON_TEST_STRICT"}

S = TypeVar("S", Prosody, Ejabberd, PostgreSQL)


def run_shared(server: S) -> Iterator[S]:
    try:
        server.__enter__()
    except ProgramMissingError as missing:
        if STRICT & os.environ.keys():
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    try:
        yield server
    finally:
        server.__exit__(None, None, None)


@pytest.fixture(scope="session")
def prosody() -> Iterator[Prosody]:
    """A shared Prosody: make accounts with names of your own."""
    yield from run_shared(Prosody())


@pytest.fixture(scope="session")
def ejabberd() -> Iterator[Ejabberd]:
    """A shared ejabberd: make accounts with names of your own."""
    yield from run_shared(Ejabberd())


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A shared PostgreSQL: make a database with a name of your own."""
    yield from run_shared(PostgreSQL())


@pytest.fixture(params=["prosody", "ejabberd"])
def server(request: pytest.FixtureRequest) -> XmppServer:
    """The test runs twice, on either shared XMPP server."""
    found: XmppServer = request.getfixturevalue(request.param)
    return found


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The run fails when a process of a server is still there."""
    deadline = time.monotonic() + 5
    while (left := servers_of(os.getpid())) and time.monotonic() < deadline:
        time.sleep(0.05)
    if left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        for pid, command in left.items():
            print(f"\nstill running: {pid} {command}")
