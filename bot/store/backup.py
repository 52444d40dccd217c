"""A copy of a SQLite file, made before its schema is changed."""

import contextlib
import itertools
import os
import sqlite3
import time
from pathlib import Path

from bot.domain.errors import Unavailable
from bot.domain.phrase import Phrase


def make(file: Path, revision: str) -> Path:
    """Copy the database to a new file beside it, named by revision and time (UTC).

    SQLite's online backup also copies what is in the write-ahead log only, and
    harms nobody who uses the file. Raises Unavailable, and leaves nothing behind,
    where it cannot be made.
    """
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    try:
        copy = _new_file(file.with_name(f"{file.name}.{revision}-{moment}.backup"))
        try:
            _copy(file, copy)
        except BaseException:
            copy.unlink()
            raise
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(
            Phrase(
                "No backup of {file} can be made, so it stays as it is: {error}",
                file=file,
                error=str(error),
            )
        ) from error
    return copy


def _new_file(wanted: Path) -> Path:
    """Made empty and private; one that exists is never written to."""
    names = (wanted.with_suffix(f".{number}.backup") for number in itertools.count(2))
    for name in itertools.chain([wanted], names):
        with contextlib.suppress(FileExistsError):
            os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            return name
    raise AssertionError("there are more numbers than files")


def _copy(file: Path, copy: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(file)) as source,
        contextlib.closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
        # one file, which can be moved as it is
        target.execute("PRAGMA journal_mode = DELETE")
