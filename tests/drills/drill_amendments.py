"""kill -9 in the middle of a correction, and of a retraction: each inbox is right."""

import random
import secrets
from functools import partial

import pytest

from bot.domain.schedule import Schedule
from tests.e2e.amended import Inboxes, correct, is_amended, retract
from tests.e2e.conftest import Make
from tests.e2e.service import Service
from tests.servers.postgresql import PostgreSQL
from tests.servers.xmpp_server import XmppServer
from tests.store.conftest import ENGINES

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.parametrize("engine", ENGINES),
    pytest.mark.parametrize("mode", ["component", "account"]),
]

READERS, WINDOW, RATE = 1200, 100, 400
#: before it is amended, and while that goes out
KILLS = 3


@pytest.fixture
def url(engine: str, request: pytest.FixtureRequest) -> str | None:
    if engine != "postgresql":
        return None
    postgresql: PostgreSQL = request.getfixturevalue("postgresql")
    return postgresql.database(f"amended_{secrets.token_hex(4)}")


class Cut:
    """A service that is killed again and again, and what it says meanwhile."""

    def __init__(self, service: Service, sink: Inboxes) -> None:
        self._service = service
        self._sink = sink
        self._random = random.Random(seed := random.randrange(10**6))
        self.kills = 0
        print(f"seed {seed}")

    def _kill(self) -> None:
        self._service.kill()
        self.kills += 1

    def half_sent(self, job: Schedule) -> None:
        """Killed while it goes out, once it has reached some."""
        for _ in range(KILLS):
            told = len(self._sink.told) + self._random.randrange(20, 150)
            self._service.start()
            self._service.until(partial(self._sink.has_told, told))
            self._kill()
        assert len(self._sink.told) < READERS, f"#{job.id} is over too soon"

    def amended(self, job: Schedule, total: int) -> None:
        """Killed while what amends it goes out to so many; then to its end."""
        for _ in range(KILLS):
            more = self._sink.amended + self._random.randrange(1, total // 5)
            self._service.start()
            self._service.until(partial(self._sink.has_amended, more))
            self._kill()
        self._service.start()
        self._service.wait_until_connected()
        self._service.until(lambda: is_amended(self._service, job), 120)
        assert self._service.stop() == 0


def test_a_correction(
    server: XmppServer, mode: str, url: str | None, make: Make
) -> None:
    """Asked for between two lives, in the middle of the original: who may have the old
    text gets that and its correction, everybody else the new one alone.
    """
    service = make(server, mode, rate=RATE, window=WINDOW, database=url)
    with Inboxes(server, server.spares[0]) as sink:
        readers = sink.jids(READERS)
        service.subscribe(readers)
        cut = Cut(service, sink)
        job = service.announce()
        cut.half_sent(job)
        old = len(sink.told)
        correct(service, job)
        cut.amended(job, old)
        had_old = sink.had_old(readers)
        print(f"{sink.repeats} repeats after {cut.kills} kills; {had_old} had the old")
        assert old <= had_old <= old + WINDOW
        assert sink.repeats <= WINDOW * cut.kills
        assert service.progress(job).sent == READERS


def test_a_retraction(
    server: XmppServer, mode: str, url: str | None, make: Make
) -> None:
    """Likewise: who may have it is told that it is withdrawn, and nobody else hears
    anything.
    """
    service = make(server, mode, rate=RATE, window=WINDOW, database=url)
    with Inboxes(server, server.spares[0]) as sink:
        readers = sink.jids(READERS)
        service.subscribe(readers)
        cut = Cut(service, sink)
        job = service.announce()
        cut.half_sent(job)
        had = len(sink.told)
        retract(service, job)
        cut.amended(job, had)
        # of these nobody could know whether they had it
        unsure = {jid for jid, got in sink.inboxes.items() if got[0].withdraws}
        assert all(one.withdraws for jid in unsure for one in sink.read(jid))
        withdrawn = sink.had_withdrawn(sorted(set(readers) - unsure))
        print(
            f"{sink.repeats} repeats after {cut.kills} kills; {withdrawn} had it,"
            f" {len(unsure)} may have"
        )
        assert had <= withdrawn
        assert withdrawn + len(unsure) <= had + WINDOW
        assert sink.repeats <= WINDOW * cut.kills
