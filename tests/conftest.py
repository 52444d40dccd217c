"""Servers, each started at its first use and shared by the whole run; its end."""

import gc
import os
import signal
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from bot.domain import wallclock
from tests.conformance import ran
from tests.servers import equipped as servers_with_module
from tests.servers import signals
from tests.servers.ejabberd import Ejabberd
from tests.servers.environment import servers_of
from tests.servers.forked import FORK_SERVER
from tests.servers.postgresql import PostgreSQL
from tests.servers.programs import ProgramMissingError
from tests.servers.prosody import Prosody
from tests.servers.xmpp_server import XmppServer
from tests.world import World, blank_database, copy_of

wallclock.look_again()  # tests make zones of their own, by the same data


@pytest.fixture(scope="session", autouse=True)
def processes() -> Iterator[None]:
    """Of each process that runs tests: so not of the controller of pytest-xdist."""
    with signals.passed_on(), FORK_SERVER.ending():
        yield


@pytest.fixture(scope="session")
def prosody() -> Iterator[Prosody]:
    """A shared Prosody: make accounts with names of your own."""
    with Prosody() as server:
        yield server


@pytest.fixture(scope="session")
def ejabberd() -> Iterator[Ejabberd]:
    """A shared ejabberd: make accounts with names of your own."""
    with Ejabberd() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A shared PostgreSQL: make a database with a name of your own."""
    with PostgreSQL() as server:
        yield server


@pytest.fixture(params=["prosody", "ejabberd"])
def server(request: pytest.FixtureRequest) -> XmppServer:
    """The test runs twice, on either shared XMPP server."""
    found: XmppServer = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session", params=["prosody", "ejabberd"])
def equipped(request: pytest.FixtureRequest) -> Iterator[XmppServer]:
    """Either XMPP server with our module, shared: accounts with names of your own."""
    options = servers_with_module.Options()
    with servers_with_module.STARTED[request.param](options) as server:
        yield server


#: in CI and in `make test`
STRICT = bool({"CI", "CARILLON_TEST_STRICT"} & os.environ.keys())


# How long an example takes says how busy the machine is, and no more.
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """A run of everything also proves docs/conformance.md.

    All that runs speaks English, whatever the language of who runs it.
    """
    os.environ.pop("LANGUAGE", None)
    os.environ["LC_ALL"] = "C.UTF-8"
    ran.watch(config, strict=STRICT)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: Python need not search it for garbage.

    Ten thousand tests and all modules, searched again and again, were a tenth of what
    a run costs; and what a test leaves behind is found some tests later, too.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000, 10, 10)
        gc.enable()


def skip_without_program() -> Generator[None, None, None]:
    """Skip where a server is missing; fail where that is not allowed."""
    try:
        yield
    except ProgramMissingError as missing:
        if STRICT:
            raise
        pytest.skip(str(missing))


pytest_runtest_setup = pytest.hookimpl(wrapper=True)(skip_without_program)
pytest_runtest_call = pytest.hookimpl(wrapper=True)(skip_without_program)


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    """What a test blocks would be blocked in every server that is started later."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    yield
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


#: what the workers of a run in parallel found still running at their end
LEFT = pytest.StashKey[dict[int, str]]()


@pytest.hookimpl(trylast=True)  # after pytest has ended the fixtures
def pytest_sessionfinish(session: pytest.Session) -> None:
    """The run fails when a process of a server is still there."""
    deadline = time.monotonic() + 5
    while (left := servers_of(os.getpid())) and time.monotonic() < deadline:
        time.sleep(0.05)
    output: dict[str, object] | None = getattr(session.config, "workeroutput", None)
    if output is not None:  # a worker: its controller judges
        output["left"] = left
        return
    theirs: dict[int, str] = session.config.stash.get(LEFT, {})
    left |= theirs
    if left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        for pid, command in left.items():
            print(f"\nstill running: {pid} {command}")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of pytest-xdist ended: keep what it found."""
    found = getattr(node, "workeroutput", {}).get("left", {})
    node.config.stash.setdefault(LEFT, {}).update(found)


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database of the newest schema, to be copied."""
    return blank_database(tmp_path_factory.mktemp("blank"))


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    """On SQLite, with the list `news`."""
    found = World(copy_of(blank, tmp_path))
    yield found
    found.close()
