"""An outage of the database, told once when it begins and once when it is over.

Whoever meets it (loops, doors, the watcher) tells it here, and logs nothing.
"""

import logging
import threading
import time
from collections.abc import Callable

from bot.domain.phrase import Phrase

log = logging.getLogger(__name__)

#: seconds until what comes and goes (others in the way) is told again
QUIET = 60.0


class Outage:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        #: what keeps the database from being used; None where nothing does
        self.reason: Phrase | None = None
        self._began = 0.0
        self._failures = 0
        self._writing = False
        #: what was said of the present outage
        self._said: set[str] = set()
        self._crowded_said = -QUIET

    def failed(self, why: Phrase, *, writing: bool, crowded: bool = False) -> None:
        """From any thread. `crowded`: others are in the way, only now and then."""
        with self._lock:
            now = self._clock()
            if not self._failures:
                self._began, self._said, self._writing = now, set(), False
            self.reason = why
            self._failures += 1
            self._writing = self._writing or writing
            quiet = crowded and now - self._crowded_said < QUIET
            if quiet or str(why) in self._said:
                return
            if crowded:
                self._crowded_said = now
            told_before = bool(self._said)
            self._said.add(str(why))
        log.log(logging.INFO if told_before else logging.WARNING, "%s", why)

    def succeeded(self, *, writing: bool, began: float | None = None) -> None:
        """From any thread. Reading says nothing about an outage of writing, nor what
        `began` (by this clock) before the outage did.
        """
        if self._failures:  # quick: after each transaction
            self._perhaps_over(writing=writing, began=began)

    def _perhaps_over(self, *, writing: bool, began: float | None) -> None:
        with self._lock:
            if not self._failures or (self._writing and not writing):
                return
            if began is not None and began < self._began:
                return
            seconds, failures = self._clock() - self._began, self._failures
            self.reason, self._failures = None, 0
            told = bool(self._said)
        if told:
            log.warning(
                "the database can be used again, after %.0f s",
                seconds,
                extra={"failures": failures},
            )
