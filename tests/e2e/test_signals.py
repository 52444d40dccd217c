"""What ends the running service, and what does not."""

import signal

import pytest

from tests.e2e.conftest import Make
from tests.servers.prosody import Prosody

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_ends(prosody: Prosody, make: Make, ending: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end the service in order."""
    service = make(prosody, "component")
    service.start()
    service.wait_until_connected()
    assert service.stop(ending) == 0
    assert "stopping" in service.log


def test_in_the_background(prosody: Prosody, make: Make) -> None:
    """Started with SIGINT ignored, as shells start background jobs, it works on."""
    service = make(prosody, "component", prefix=("env", "--ignore-signal=INT"))
    service.start()
    service.wait_until_connected()
    service.send_signal(signal.SIGINT)
    job = service.announce()  # is sent a second later
    service.until(lambda: service.sent(job))
    assert "stopping" not in service.log
    assert service.stop() == 0
