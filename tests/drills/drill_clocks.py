"""Readers join and requests come in under a wrong clock, which is put right."""

from datetime import timedelta

import pytest

from bot.clock import SystemClock
from tests.e2e.conftest import Make
from tests.e2e.sink import Sink
from tests.e2e.xml_client import XmlClient
from tests.servers.faked_clock import FakedClock
from tests.servers.postgresql import PostgreSQL
from tests.servers.prosody import Prosody
from tests.store.conftest import ENGINES

pytestmark = pytest.mark.e2e

READERS = 20
AHEAD, BEHIND = timedelta(days=1_000), timedelta(days=-1_000)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("wrong", [AHEAD, BEHIND], ids=["ahead", "behind"])
def test_joins_under_a_wrong_clock(
    engine: str,
    wrong: timedelta,
    prosody: Prosody,
    make: Make,
    request: pytest.FixtureRequest,
) -> None:
    """Killed in the middle of a broadcast under a wrong clock, the service goes on with
    it under the right one, and tells all who joined meanwhile.
    """
    url = None
    if engine == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql")
        url = server.database(f"clocks_{'ahead' if wrong > timedelta(0) else 'behind'}")
    service = make(prosody, "component", database=url, rate=5)
    clock = FakedClock(service.folder)

    def joined() -> int:
        counts = service.uses.database.look(lambda unit: unit.lists.counts())
        return sum(counts.values())

    domain, now = prosody.spares[0], SystemClock().now
    text = service.file.read_text()
    service.file.write_text(
        text.replace("[access]", f'[access]\ndomains = ["{domain}"]')
    )
    clock.set(now() + wrong)
    service.start(clock.environment)
    service.wait_until_connected()
    with XmlClient(prosody, domain=domain) as people:
        for number in range(READERS):
            person = f"from='r{number}@{domain}' to='news@{service.jid}'"
            people.send(f"<presence type='subscribe' {person}/>")
        service.until(lambda: joined() == READERS)
    with Sink(prosody, domain) as sink:
        clock.set(now())
        job = service.announce()
        sink.wait(READERS // 5)
        clock.set(now() + wrong)
        sink.wait(2 * READERS // 5)  # and so its leases are of that time
        service.kill()
        clock.set(now())
        service.start(clock.environment)
        service.until(lambda: service.sent(job))
        assert service.stop() == 0
    assert set(sink.told) == set(sink.jids(READERS))
    progress = service.progress(job)
    assert (progress.sent, progress.total) == (READERS, READERS)
