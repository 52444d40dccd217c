"""What a service that could not start leaves behind in its process: nothing."""

import signal
import threading

from bot.app.ending import Ending


def test_signals_are_as_before() -> None:
    """SIGTERM means again what it meant, and nobody waits for it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    with Ending() as ending:
        assert signal.SIGTERM in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
    assert "ending" not in {thread.name for thread in threading.enumerate()}
    assert not ending.asked.is_set()
