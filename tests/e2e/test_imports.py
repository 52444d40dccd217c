"""An import beside a broadcast of the running service."""

import json

import pytest

from tests.e2e.conftest import Make
from tests.e2e.sink import Sink
from tests.servers.postgresql import PostgreSQL
from tests.servers.prosody import Prosody
from tests.store.conftest import ENGINES

pytestmark = pytest.mark.e2e

READERS = 1_500
#: so that the broadcast lasts longer than most imports take
RATE = 250
NEW = 10_000


@pytest.mark.parametrize("engine", ENGINES)
def test_a_broadcast_goes_on(
    engine: str, prosody: Prosody, make: Make, request: pytest.FixtureRequest
) -> None:
    """It sends and records while people are added, and tells those it began with."""
    url = None
    if engine == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql")
        url = server.database("import_beside")
    service = make(prosody, "component", database=url, rate=RATE)
    with Sink(prosody, prosody.spares[0]) as sink:
        service.subscribe(sink.jids(READERS))
        file = service.folder / "people.txt"
        file.write_text("".join(f"new{n}@{sink.domain}\n" for n in range(NEW)))
        service.start()
        job = service.announce()
        sink.wait(100)
        arrived, recorded = len(sink.arrived), service.progress(job).sent
        words = ("subscribers", "import", "news", str(file), "--json")
        counts = json.loads(service.command(*words))["counts"]
        assert counts["added"] == NEW
        assert len(sink.arrived) > arrived
        assert service.progress(job).sent > recorded
        service.until(lambda: service.sent(job))
        sink.wait(READERS)
        assert service.stop() == 0
        assert set(sink.told) == set(sink.jids(READERS))
    progress = service.progress(job)
    assert (progress.sent, progress.total, progress.failed) == (READERS, READERS, 0)
