"""Others are in the middle of something while an announcement is due: it goes out."""

import contextlib
import signal
import sqlite3
import subprocess
from collections.abc import Iterator

import psycopg
import pytest

from tests.e2e.conftest import Make
from tests.e2e.service import PROGRAM, ROOT, Service
from tests.e2e.sink import Sink
from tests.servers.ports import HOST
from tests.servers.postgresql import PostgreSQL
from tests.servers.prosody import Prosody
from tests.store.conftest import ENGINES

pytestmark = pytest.mark.e2e

READERS = 20
NEW = 60_000


@pytest.fixture(params=ENGINES)
def service(
    request: pytest.FixtureRequest, prosody: Prosody, make: Make
) -> Iterator[Service]:
    """One that runs, on either engine, and tells how it is at a web page."""
    url = None
    if request.param == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql")
        url = server.database("idle_" + request.node.name.partition("[")[0])
    found = make(prosody, "component", database=url, web=f"{HOST}:0")
    found.start()
    found.wait_until_connected()
    yield found
    assert found.stop() == 0


def added(service: Service) -> int:
    counts = service.uses.database.look(lambda uow: uow.lists.counts())
    return sum(counts.values())


@contextlib.contextmanager
def stopped_import(service: Service, part: int) -> Iterator[None]:
    """Of strangers to any server, stopped as soon as the first of them are there."""
    file = service.folder / f"people{part}.txt"
    file.write_text("".join(f"r{part}-{n}@nowhere.invalid\n" for n in range(NEW)))
    words = ["-c", str(service.file), "subscribers", "import", "news", str(file)]
    before = added(service)
    with subprocess.Popen([*PROGRAM, *words], cwd=ROOT, process_group=0) as process:
        try:
            service.until(lambda: added(service) > before)
            process.send_signal(signal.SIGSTOP)
            yield
            assert process.poll() is None
            process.send_signal(signal.SIGCONT)
            assert process.wait(120) == 0
        finally:
            process.kill()
    assert added(service) == before + NEW


def test_an_import_that_was_stopped(service: Service, prosody: Prosody) -> None:
    """An import is stopped wherever it is (SIGSTOP): what is due goes out all the same,
    and the import comes to its end once it may go on.
    """
    with Sink(prosody, prosody.spares[0]) as sink:
        service.subscribe(sink.jids(READERS))
        for part in range(1, 4):
            with stopped_import(service, part):
                service.announce()
                sink.wait(part * READERS)  # who joined first is told first
                service.command("broadcasts", "stop", "--all")


@contextlib.contextmanager
def in_a_transaction(service: Service) -> Iterator[None]:
    """Somebody forgot to end one, with a change of the subscriptions in it."""
    change = "UPDATE subscription SET ended_at = ended_at"
    if service.url.startswith("sqlite"):
        file = service.url.removeprefix("sqlite:///")
        with contextlib.closing(sqlite3.connect(file)) as shell:
            shell.execute("BEGIN IMMEDIATE")
            shell.execute(change)
            yield
            shell.rollback()
    else:
        with psycopg.connect(service.url.replace("+psycopg", "")) as session:
            session.execute(change)
            session.execute("LOCK TABLE subscription IN ACCESS SHARE MODE")
            yield
            session.rollback()


def test_a_forgotten_transaction(service: Service, prosody: Prosody) -> None:
    """PostgreSQL works beside it; on SQLite it is told, and all goes on after it."""
    with Sink(prosody, prosody.spares[0]) as sink:
        service.subscribe(sink.jids(READERS))
        job = service.announce(delay_seconds="3")
        with in_a_transaction(service):
            if service.url.startswith("sqlite"):
                service.until(lambda: "held up" in service.page("/readyz")[1])
                assert any("held up by process" in line for line in service.lines)
            else:
                sink.wait(READERS)
        sink.wait(READERS)
        service.until(lambda: service.sent(job))
        assert set(sink.told.values()) == {1}
        if service.url.startswith("sqlite"):
            service.until(lambda: "held up" not in service.page("/readyz")[1])
