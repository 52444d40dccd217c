"""What ends the running service, and what does not."""

import os
import pty
import signal
import subprocess

import pytest

from bot.service.ports.pulses import Reading
from tests.e2e.conftest import Make
from tests.e2e.service import PROGRAM, ROOT
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


def test_its_terminal_is_gone(prosody: Prosody, make: Make) -> None:
    """A closed terminal ends its service in order; SIGHUP alone does not."""
    service = make(prosody, "component")
    ours, its = pty.openpty()
    command = [*("setsid", "-c"), *PROGRAM, "-c", str(service.file), "run"]

    def readings() -> list[Reading | None]:
        pulses = service.uses.database.look(lambda uow: uow.facts.pulses())
        return [pulse.reading for pulse in pulses if pulse.connected]

    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, cwd=ROOT) as run:
        os.close(its)
        try:
            service.until(readings)
            before, text = readings(), service.file.read_text()
            service.file.write_text(text.replace("window = 200", "window = 100"))
            run.send_signal(signal.SIGHUP)
            service.until(lambda: readings() != before)
            os.close(ours)
            assert run.wait(30) == 0
        finally:
            run.kill()
    assert readings() == []  # what is killed leaves its last sign of life


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
