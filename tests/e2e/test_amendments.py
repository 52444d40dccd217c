"""What has gone out, or still does, is corrected and withdrawn: as readers get it."""

from functools import partial

import pytest

from tests.e2e.amended import NEW, OLD, Inboxes, correct, is_amended, retract
from tests.e2e.conftest import PLACES, Make
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

READERS, WINDOW, RATE = 600, 60, 200


@pytest.mark.parametrize(("server", "mode"), PLACES, indirect=["server"])
def test_while_it_goes_out(server: XmppServer, mode: str, make: Make) -> None:
    """Whoever had it is told what changed, by the id of what he has; who had not gets
    the new text alone. What is withdrawn goes to nobody else.
    """
    service = make(server, mode, rate=RATE, window=WINDOW)
    with Inboxes(server, server.spares[0]) as sink:
        readers = sink.jids(READERS)
        service.subscribe(readers)
        service.start()
        service.wait_until_connected()
        job = service.announce()
        service.until(partial(sink.has_told, READERS // 3))
        correct(service, job)
        service.until(lambda: is_amended(service, job))
        had_old = sink.had_old(readers)
        assert READERS // 3 <= had_old < READERS
        assert sink.repeats == 0
        assert service.progress(job).sent == READERS
        sink.inboxes.clear()
        sink.arrived.clear()
        job = service.announce()
        service.until(partial(sink.has_told, READERS // 3))
        retract(service, job)
        service.until(lambda: is_amended(service, job))
        assert READERS // 3 <= sink.had_withdrawn(readers) < READERS
        assert service.stop() == 0


def test_clients_that_know_neither(prosody: XmppServer, make: Make) -> None:
    """A list that says so has its corrections and retractions sent as new messages."""
    old = '[lists.old]\ncorrections = false\nwelcome = ""\n'
    service = make(prosody, "component", more=old)
    with Inboxes(prosody, prosody.spares[0]) as sink:
        [reader] = sink.jids(1)
        service.command("subscribers", "add", "old", reader)
        service.start()
        service.wait_until_connected()
        job = service.announce(list_name="old")
        sink.wait(1)
        service.until(lambda: service.sent(job))
        correct(service, job)
        sink.wait(2)
        service.until(lambda: is_amended(service, job))
        retract(service, job)
        sink.wait(3)
        first, correction, withdrawal = sink.read(reader)
        assert (first.body, correction.body) == (OLD, NEW)
        assert NEW in withdrawal.body
        for one in (correction, withdrawal):
            assert (one.corrects, one.withdraws) == ("", "")
        assert service.stop() == 0
