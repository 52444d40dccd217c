"""SIGTERM and SIGINT end the service, whatever hangs.

    signal ─► `asked` is set, whoever waits is called ─► the service ends in good order
                                  └─► the time is up: the process ends, as it is

A thread waits for the signals, since the main thread may wait for an answer that never
comes: a database that is frozen, a name server that is silent. What is committed stays
so when the process ends that way, and what is not is undone by the database.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Self

import structlog

log = structlog.get_logger(__name__)

#: seconds from the signal on while nothing is on its way: nobody waits for its record
IDLE = 5.0
#: seconds that what is left after the good order may take
REST = 3.0
_POLL = 0.1


class Ending:
    """`with Ending() as ending:` in the main thread, before there are others."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self._over = threading.Event()
        self._before: Iterable[int] = ()
        self._lock = threading.Lock()
        self._wake: Callable[[], None] = lambda: None
        self._seconds = IDLE
        self._since = 0.0
        #: of a process whose time is up
        self._status = 0

    def __enter__(self) -> Self:
        numbers = _stop_signals()
        # in every thread made from here on, too: else one of them would get it
        self._before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
        self._thread = threading.Thread(
            target=self._wait, args=(numbers,), name="ending", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Where it was asked for, what hangs still has its time; else signals are what
        they were before, for whatever comes after the service in this process.
        """
        self.settled()
        self._over.set()
        if self.asked.is_set() or self._thread.ident is None:
            return
        signal.pthread_kill(self._thread.ident, signal.SIGTERM)  # for it alone
        self._thread.join()
        signal.pthread_sigmask(signal.SIG_SETMASK, self._before)

    def _wait(self, numbers: tuple[signal.Signals, ...]) -> None:
        signal.sigwait(numbers)
        if self._over.is_set():
            return
        with self._lock:
            self._since = time.monotonic()
            self.asked.set()
            wake = self._wake
        wake()
        while time.monotonic() < self._since + self._seconds:
            time.sleep(_POLL)
        if self._status:
            log.error("ends now: something still hangs", waited=self._seconds)
        else:
            log.info("ends without waiting for what hangs")
        logging.shutdown()
        sys.stderr.flush()
        os._exit(self._status)

    def call(self, wake: Callable[[], None], within: float) -> None:
        """`wake` is called, in another thread, when the end is asked for, at once where
        it was; from then on `within` seconds are left.
        """
        with self._lock:
            self._wake, self._seconds, self._status = wake, within, 1
            asked = self.asked.is_set()
        if asked:
            wake()

    def settled(self) -> None:
        """All that was to be done is done: what hangs now is not waited for."""
        with self._lock:
            self._wake = lambda: None
            waited = time.monotonic() - self._since if self.asked.is_set() else 0.0
            self._seconds, self._status = waited + REST, 0


def _stop_signals() -> tuple[signal.Signals, ...]:
    """SIGTERM, and SIGINT unless whoever started the service has it ignored.

    A shell does that for a job in the background, whose terminal's Ctrl-C is meant
    for another program.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        return (signal.SIGTERM,)
    return (signal.SIGTERM, signal.SIGINT)
