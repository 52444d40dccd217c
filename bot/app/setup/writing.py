"""Files that are there as a whole or not at all, and belong to whom they should.

What root makes belongs to whom the database's folder belongs to: the user that
the service runs as.
"""

import contextlib
import os
from pathlib import Path

from bot.domain.errors import Conflict, Unavailable
from bot.domain.phrase import Phrase
from bot.store import durable

SECRET_MODE, CONFIG_MODE, FOLDER_MODE = 0o600, 0o640, 0o750


def is_there(path: Path) -> bool:
    """Raises Unavailable where the folder around it is closed to us."""
    try:
        return path.exists()
    except OSError as error:
        raise _unavailable(path, error) from None


def folder(path: Path) -> bool:
    """Made where it is missing, which is True; raises Unavailable."""
    try:
        path.mkdir(mode=FOLDER_MODE, parents=True)
        durable.settle(path.parent)
    except FileExistsError:
        return False
    except OSError as error:
        raise _unavailable(path, error) from None
    return True


def write(path: Path, text: str, mode: int, *, replace: bool = False) -> None:
    """Raises Conflict where it is there and not to be replaced, and Unavailable."""
    new = _unfinished(path)
    try:
        sweep(path)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(new, flags, SECRET_MODE), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        if replace:
            new.replace(path)
        else:
            # fails where it is there, in one step
            path.hardlink_to(new)
        durable.settle(path.parent)
    except FileExistsError:
        there = Phrase("{file} is there already: --force writes it anew.", file=path)
        raise Conflict(there) from None
    except OSError as error:
        raise _unavailable(path, error) from None
    finally:
        with contextlib.suppress(OSError):
            sweep(path)


def keep(path: Path) -> Path | None:
    """What stands there under another name, mode and owner as they are; None where
    nothing does. Raises Unavailable.
    """
    kept = path.with_name(f"{path.name}.old")
    try:
        kept.unlink(missing_ok=True)
        kept.hardlink_to(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unavailable(path, error) from None
    return kept


def mode_of(path: Path) -> int:
    """That of a file that is there, which may hold a password; no wider than ours."""
    return path.stat().st_mode & CONFIG_MODE


def sweep(path: Path) -> None:
    """Remove what a run left that was killed while it wrote."""
    _unfinished(path).unlink(missing_ok=True)


def _unfinished(path: Path) -> Path:
    """Nobody else writes by this name."""
    return path.with_name(f".{path.name}.new")


def give(files: list[Path], like: Path) -> None:
    """Let whoever `like` belongs to own them; only root can, and has to."""
    owner = like.stat()
    if os.getuid() != 0 or owner.st_uid == 0:
        return
    for file in files:
        with contextlib.suppress(FileNotFoundError):
            os.chown(file, owner.st_uid, owner.st_gid)


def _unavailable(path: Path, error: OSError) -> Unavailable:
    return Unavailable(
        Phrase(
            "{path} cannot be made: {reason}; be root, or give --dir FOLDER.",
            path=path,
            reason=error.strerror,
        )
    )
