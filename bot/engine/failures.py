"""What fails again and again is told once, and tried again after growing pauses.

An outage of the database is told where it is met (`bot.store.outage`), for all who
suffer from it together. Whatever else fails is a mistake of ours: its traceback is
logged, but that of a repeat at most once a minute.
"""

import time
from collections.abc import Callable
from typing import Any

import structlog

from bot.domain.errors import Unavailable

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 5.0
#: seconds until the traceback of what goes on failing is logged again
QUIET = 60.0


class Pauses:
    """Seconds before each new try, from `first` growing up to `longest`."""

    def __init__(
        self, first: float = FIRST_PAUSE, longest: float = LONGEST_PAUSE
    ) -> None:
        self._first, self._longest = first, longest
        self._next = first

    def next(self) -> float:
        pause, self._next = self._next, min(self._next * 2, self._longest)
        return pause

    def reset(self) -> None:
        self._next = self._first


class Failures:
    """Of what is tried again; `event` is how the log calls its failing."""

    def __init__(self, event: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._event = event
        self._clock = clock
        #: where mistakes were made: when that was logged, how often since
        self._told: dict[tuple[object, ...], tuple[float | None, int]] = {}

    def tell(self, error: Exception, **about: Any) -> None:
        if isinstance(error, Unavailable):
            return
        place, now = _place(error), self._clock()
        told, repeats = self._told.get(place, (None, 0))
        if told is not None and now - told < QUIET:
            self._told[place] = (told, repeats + 1)
            return
        self._told[place] = (now, 0)
        if repeats:
            about = {**about, "repeats": repeats}
        log.error(self._event, exc_info=error, **about)


def _place(error: Exception) -> tuple[object, ...]:
    """The same for a repeat of the same mistake."""
    frames = error.__traceback__
    while frames is not None and frames.tb_next is not None:
        frames = frames.tb_next
    line = frames.tb_lineno if frames is not None else 0
    return (type(error), line)
