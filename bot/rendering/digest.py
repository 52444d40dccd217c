"""What lies in a folder of templates, as a digest: the same wherever it is seen."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG


class FolderDigest:
    """Of the operator's folder; files are read again only where one has changed."""

    def __init__(self) -> None:
        self._state: list[tuple[Path, int, int]] = []
        self._digest = ""
        #: seconds since 1970: of the latest change
        self.changed_at = 0.0

    def of(self, folder: Path | None) -> str:
        """Empty where nothing is there."""
        state = sorted(_files(folder)) if folder else []
        if state != self._state:
            self._digest = _digest(folder, [file for file, _, _ in state])
            self._state = state
            self.changed_at = max((at for _, at, _ in state), default=0) / 1e9
        return self._digest


def _files(folder: Path) -> Iterator[tuple[Path, int, int]]:
    """Of the templates there, and what they share; with time and size."""
    for file in folder.glob("*/*"):
        with suppress(OSError):
            stat = file.stat()
            if S_ISREG(stat.st_mode):
                changed_at = max(stat.st_mtime_ns, file.parent.stat().st_mtime_ns)
                yield file, changed_at, stat.st_size


def _digest(folder: Path | None, files: list[Path]) -> str:
    if folder is None or not files:
        return ""
    found = hashlib.sha256()
    for file in files:
        with suppress(OSError):
            text = file.read_bytes()
            found.update(f"{file.relative_to(folder)} {len(text)}\n".encode() + text)
    return found.hexdigest()[:16]
