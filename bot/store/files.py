"""The file of a SQLite database: not to be made, made, vanished, replaced.

FILE.lock beside it stays when a service ends. What is written in it says that there
was a database: in place of one that is gone no empty one is made without a word.
"""

from pathlib import Path

from bot.domain.errors import Unavailable
from bot.domain.phrase import Phrase

_MARK = (
    "The database beside this file was made. Where it is gone, none is made anew\n"
    "before this file is removed.\n"
)


class Gone(Unavailable):
    """The database's file is not there, or no longer the one that was in use."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase, lasting=True)


def unmakeable(file: str | Path, error: OSError) -> Unavailable:
    folder = Path(file).absolute().parent
    if is_missing(folder):
        return no_folder(folder)
    return Unavailable(
        Phrase("{file} cannot be made: {error}.", file=file, error=error.strerror),
        lasting=True,
    )


def no_folder(folder: Path) -> Unavailable:
    return Unavailable(
        Phrase(
            "There is no folder {folder} for the database:"
            " make it, or change url in [database].",
            folder=folder,
        ),
        lasting=True,
    )


def is_missing(folder: Path) -> bool:
    """It does not exist, or is no folder; False where we may not look."""
    try:
        return not folder.is_dir()
    except PermissionError:
        return False


def identity_of(file: Path) -> tuple[int, int] | None:
    """Device and inode; None where there is no file."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def lock_of(database: Path) -> Path:
    """What a service that runs on the file locks."""
    return database.with_name(f"{database.name}.lock")


def is_empty(database: Path) -> bool:
    """There is nothing in it, or it is not there."""
    try:
        return database.stat().st_size == 0
    except OSError:
        return True


def mark(database: Path) -> None:
    """Note beside a database that there is one, if a service ever ran on it."""
    lock = lock_of(database)
    if lock.exists() and is_empty(lock):
        lock.write_text(_MARK)


def refuse_vanished(database: Path) -> None:
    """Raises Gone where there was a database that is gone or empty now."""
    if not is_empty(database):
        return
    log = database.with_name(f"{database.name}-wal")
    for left in (lock_of(database), log):
        if not is_empty(left):
            raise Gone(
                Phrase(
                    "The database {file} is gone, but {left} shows that it was there:"
                    " put it back or restore a backup; for a new and empty one,"
                    " remove {left} first.",
                    file=database,
                    left=left,
                )
            )
