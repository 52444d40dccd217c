"""Documents as files in a folder that a web server shows.

Each is there as a whole, the old or the new, also where we are killed in between: it
is written under another name and takes the place of the old in one step. What is the
same is left alone, so that its time stays what it was. A file of ours that belongs to
nothing public any more is removed; whatever else lies there is not.
"""

import contextlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from bot.feeds.document import Document

#: all may read them
MODE = 0o644
#: as far as this a file of ours says that it is
_HEAD = 2_000
_OURS = {".ics": b"PRODID:-//Carillon//", ".atom": b"<generator>Carillon</generator>"}
#: the name of one that was not finished
_UNFINISHED = re.compile(r"\.[a-z0-9][a-z0-9._-]*\.(ics|atom|json)\.new")


class Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, documents: Iterable[Document]) -> None:
        """These, and none of ours beside them; raises OSError, which names a file."""
        there = {one.name: one for one in documents}
        # What is no longer public goes first, should what follows fail.
        for file in self._stale(there):
            file.unlink(missing_ok=True)
        changed = False
        for one in there.values():
            changed = self._put(one) or changed
        if changed:
            descriptor = os.open(self._path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _stale(self, there: Iterable[str]) -> list[Path]:
        return [
            file
            for file in self._path.iterdir()
            if file.name not in there and _is_ours(file)
        ]

    def _put(self, document: Document) -> bool:
        """Whether it was another one."""
        file = self._path / document.name
        with contextlib.suppress(FileNotFoundError):
            if file.read_bytes() == document.body:
                return False
        new = unfinished(file)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        try:
            with os.fdopen(os.open(new, flags, MODE), "wb") as writing:
                writing.write(document.body)
                writing.flush()
                os.fchmod(writing.fileno(), MODE)  # whatever the umask
                os.fsync(writing.fileno())
            new.replace(file)
        except OSError as error:
            error.filename = error.filename or str(new)  # a full disk names none
            raise
        finally:
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)
        return True


def unfinished(file: Path) -> Path:
    """Nobody else writes by this name, and nobody knows of it who asks a web server."""
    return file.with_name(f".{file.name}.new")


def _is_ours(file: Path) -> bool:
    if _UNFINISHED.fullmatch(file.name):  # of one that was killed
        return file.is_file()
    mark = _OURS.get(file.suffix)
    if mark is None or file.name.startswith("."):
        return False
    with contextlib.suppress(OSError), file.open("rb") as reading:
        return mark in reading.read(_HEAD)
    return False
