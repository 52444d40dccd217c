"""kill -9 at any moment: nobody is skipped, at most a window is repeated."""

import random
from functools import partial

import pytest

from tests.e2e.conftest import PLACES, Make
from tests.e2e.sink import Sink
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

READERS = 2000
KILLS = 5
WINDOW = 200
RATE = 600


def all_told(sink: Sink, interruptions: int) -> None:
    """Everybody, by one id each, and repeats within a window an interruption."""
    told = sink.told
    assert set(told) == set(sink.jids(READERS))
    assert len(set(sink.arrived)) == READERS
    repeats = len(sink.arrived) - READERS
    print(f"{repeats} repeats after {interruptions} interruptions")
    assert repeats <= WINDOW * interruptions


@pytest.mark.parametrize(("server", "mode"), PLACES, indirect=["server"])
def test_kills(server: XmppServer, mode: str, make: Make) -> None:
    """Five kills in the middle of a broadcast to 2,000 readers."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    points = sorted(random.Random(seed).sample(range(50, 1950), KILLS))
    service = make(server, mode, rate=RATE, window=WINDOW)
    with Sink(server, server.spares[0]) as sink:
        service.subscribe(sink.jids(READERS))
        job = service.announce()
        for point in points:
            service.start()
            service.until(partial(sink.has_told, point))
            service.kill()
        service.start()
        service.wait_until_connected()
        service.until(lambda: service.sent(job))
        sink.wait(READERS)
        assert service.stop() == 0
        all_told(sink, KILLS)
    progress = service.progress(job)
    assert (progress.sent, progress.total, progress.failed) == (READERS, READERS, 0)
    assert service.schedule(job).wire_state == "sent"
