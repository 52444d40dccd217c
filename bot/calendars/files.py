"""Which calendars there are: each file is read once, at its first use, and kept."""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from bot.domain.errors import Invalid
from bot.domain.holidays import Holidays
from bot.domain.phrase import Phrase, Quoted
from bot.domain.reading import Misread, decoded

#: bytes of a file
MOST_BYTES = 1_000_000


class FileCalendars:
    """One for all use cases of a process: what is read anew counts from then on.

    `files` by the names of the calendars. A file that cannot be read is no reason to
    stand still: it is told of, and no day of it is a holiday.
    """

    def __init__(self, files: Mapping[str, Path], now: Callable[[], datetime]) -> None:
        self._files = dict(files)
        self._now = now
        self._found: dict[str, Holidays] = {}
        self._lock = threading.Lock()

    def names(self) -> Sequence[str]:
        return sorted(self._files)

    def get(self, name: str) -> Holidays:
        with self._lock:
            if name not in self._files:
                return Holidays.gone(name)
            if name not in self._found:
                self._found[name] = self._read(name)
            return self._found[name]

    def faults(self) -> Sequence[Phrase]:
        """What is wrong with the files, each read by now."""
        found = (self.get(name).fault for name in self.names())
        return [fault for fault in found if fault is not None]

    def use(self, other: "FileCalendars") -> None:
        """Take up what another has read; what it could not read stays as it was."""
        with self._lock:
            for name in other.names():
                new, old = other.get(name), self._found.get(name)
                if new.fault is None or old is None or old.fault is not None:
                    self._found[name] = new
            self._files = dict(other._files)  # noqa: SLF001 - of the same class

    def _read(self, name: str) -> Holidays:
        file = self._files[name]
        try:
            return _read(name, file, self._now())
        except Invalid as error:
            why = Phrase(
                "holidays {name!r}: {file}: {why}",
                name=name,
                file=file,
                why=error.phrase,
            )
            return Holidays(name=name, fault=why)


def _read(name: str, file: Path, now: datetime) -> Holidays:
    """Raises Invalid."""
    try:
        with file.open("rb") as content:
            found = content.read(MOST_BYTES + 1)
    except OSError as error:
        raise Invalid(Quoted(error.strerror or str(error))) from None
    if len(found) > MOST_BYTES:
        raise Invalid(Phrase("it is larger than {most} bytes", most=MOST_BYTES))
    try:
        text = decoded(found)
    except Misread as error:
        raise Invalid(error.phrase) from None
    # slow to load, and seldom needed by commands
    from bot.calendars.events import holidays  # noqa: PLC0415

    return holidays(name, text, now.date())
