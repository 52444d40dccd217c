"""A copy of a SQLite file, made before its schema is changed."""

import contextlib
import itertools
import os
import sqlite3
import time
from pathlib import Path

from bot.domain.errors import Unavailable
from bot.domain.phrase import Phrase
from bot.store import durable


def make(file: Path, revision: str) -> Path:
    """Copy the database to a new file beside it, named by revision and time (UTC).

    SQLite's online backup also copies what is in the write-ahead log only, and
    harms nobody who uses the file. Raises Unavailable, and leaves nothing behind,
    where it cannot be made. The caller keeps others from writing to `file`, so
    from making a copy of it, too.
    """
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    # The name of a backup is only given to a whole one, whenever we are killed.
    part = file.with_name(f"{file.name}.backup.part")
    try:
        part.unlink(missing_ok=True)  # of one who was
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            _copy(file, part)
            durable.settle(part)
            made = part.rename(_free_name(file, f"{revision}-{moment}"))
        except BaseException:
            part.unlink()
            raise
        durable.settle(made.parent)
        return made  # noqa: TRY300 - nothing of it may fail unseen
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(
            Phrase(
                "No backup of {file} can be made, so it stays as it is: {error}",
                file=file,
                error=str(error),
            )
        ) from error


def _free_name(file: Path, label: str) -> Path:
    """That no file has: a backup is never written over."""
    wanted = file.with_name(f"{file.name}.{label}.backup")
    names = (wanted.with_suffix(f".{number}.backup") for number in itertools.count(2))
    free = (name for name in itertools.chain([wanted], names) if not name.exists())
    return next(free)


def _copy(file: Path, copy: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(file)) as source,
        contextlib.closing(sqlite3.connect(copy)) as target,
    ):
        # no journal beside it, which would outlive us and spoil the next copy
        target.execute("PRAGMA journal_mode = MEMORY")
        source.backup(target)
        # one file, which can be moved as it is
        target.execute("PRAGMA journal_mode = DELETE")
