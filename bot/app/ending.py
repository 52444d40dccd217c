"""SIGTERM and SIGINT end the service, whatever hangs; SIGHUP has it read anew.

    signal ─► `asked` is set, whoever waits is called ─► the service ends in good order
                                  └─► the time is up: the process ends, as it is

A thread waits for the signals, since the main thread may wait for an answer that never
comes: a database that is frozen, a name server that is silent. What is committed stays
so when the process ends that way, and what is not is undone by the database.

SIGHUP is counted, and whoever waits is called. Where it says that the service's own
terminal is gone, it ends the service: nobody would find it there.
"""

import contextlib
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
        #: how often SIGHUP came
        self.hang_ups = 0
        self._on_hang_up: Callable[[], None] = _nothing
        self._had_terminal = _has_terminal()
        self._over = threading.Event()
        self._before: Iterable[int] = ()
        self._lock = threading.Lock()
        self._wake: Callable[[], None] = _nothing
        self._seconds = IDLE
        self._since = 0.0
        #: of a process whose time is up
        self._status = 0

    def __enter__(self) -> Self:
        numbers = _signals()
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
        while signal.sigwait(numbers) == signal.SIGHUP:
            if self._had_terminal and not _has_terminal():
                break
            with self._lock:
                self.hang_ups += 1
                hung_up = self._on_hang_up
            hung_up()
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
        with contextlib.suppress(OSError):  # its terminal may be gone
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

    def on_hang_up(self, call: Callable[[], None]) -> None:
        """It is called, in another thread, at each SIGHUP from now on."""
        with self._lock:
            self._on_hang_up = call

    def settled(self) -> None:
        """All that was to be done is done: what hangs now is not waited for."""
        with self._lock:
            self._wake = self._on_hang_up = _nothing
            waited = time.monotonic() - self._since if self.asked.is_set() else 0.0
            self._seconds, self._status = waited + REST, 0


def _nothing() -> None:
    """What is to be done while nobody waits."""


def _has_terminal() -> bool:
    return any(os.isatty(number) for number in (0, 1, 2))


def _signals() -> tuple[signal.Signals, ...]:
    """SIGTERM, SIGHUP, and SIGINT unless whoever started the service has it ignored.

    A shell does that for a job in the background, whose terminal's Ctrl-C is meant
    for another program.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        return (signal.SIGTERM, signal.SIGHUP)
    return (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
