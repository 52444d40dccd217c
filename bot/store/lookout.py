"""Looks out for whoever keeps transactions waiting, and tells of it."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator

from bot.domain.phrase import Phrase
from bot.store.holders import Holder

log = logging.getLogger(__name__)

#: seconds of an attempt after which it is looked who is in the way, where one before
#: has waited in vain
LOOK_AFTER = 0.5
#: how long what was found counts where nobody looked again: loops that met it pause
_STALE_AFTER = 40.0


class Lookout:
    """Of one process; what its threads met last."""

    def __init__(self, look: Callable[[], Holder | None]) -> None:
        """`look` finds who is in the way at this moment."""
        self._look = look
        self._lock = threading.Lock()
        self._found: Holder | None = None
        self._since = self._at = 0.0

    @property
    def held_up(self) -> Phrase | None:
        """What transactions of ours wait for; None: for nothing."""
        found = self._found
        fresh = time.monotonic() - self._at < _STALE_AFTER
        return found.told if found is not None and fresh else None

    @contextlib.contextmanager
    def over(self, after: float = LOOK_AFTER) -> Iterator[None]:
        """While this lasts for longer than `after` seconds it waits for somebody."""
        ended = threading.Event()
        timer = threading.Timer(after, self._find, [ended])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            ended.set()
            timer.cancel()

    def _find(self, ended: threading.Event) -> None:
        try:
            found = self._look()
        except Exception:
            log.warning("cannot see who holds up the database", exc_info=True)
            return
        if found is None:
            return
        with self._lock:
            if ended.is_set():  # in here: `free` follows, and waits for this
                return
            known, self._found = self._found, found
            self._at = time.monotonic()
            if known is not None and known.pid == found.pid:
                return
            self._since = self._at
        log.warning("%s", found.told, extra={"holder": found.pid})

    def free(self) -> None:
        """A transaction that waited went through."""
        with self._lock:
            found, self._found = self._found, None
        if found is not None:
            seconds = round(time.monotonic() - self._since, 1)
            log.info("the database is free again", extra={"after": seconds})
