"""The files that templates share, in the folder `_shared` beside them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.domain.phrase import Phrase

FOLDER = "_shared"
SUFFIX = ".txt.j2"
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class Shared:
    """What wording in one language finds there."""

    #: the operator's folder first
    roots: Sequence[Path]
    language: str

    def find(self, name: str) -> Path | None:
        """The file: the operator's before the shipped, the language's before any's."""
        if not _NAME.fullmatch(name):
            return None
        files = (
            root / FOLDER / file for root in self.roots for file in self._files(name)
        )
        return next((file for file in files if _is_there(file)), None)

    def lacking(self, name: str) -> Phrase:
        """Why `find` has found none."""
        if not _NAME.fullmatch(name):
            return Phrase(
                "{name!r} is no shared file's name, such as 'contact'", name=name[:80]
            )
        first, *others = (f"{FOLDER}/{file}" for file in self._files(name))
        if len(others) == 1:
            return Phrase("there is no {first} or {last}", first=first, last=others[0])
        return Phrase(
            "there is no {first} or {second} or {last}",
            first=first,
            second=others[0],
            last=others[1],
        )

    def _files(self, name: str) -> Iterator[str]:
        base = self.language.partition("-")[0]
        for tag in dict.fromkeys((self.language, base)):
            yield f"{name}.{tag}{SUFFIX}"
        yield f"{name}{SUFFIX}"


def _is_there(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:
        return True  # whoever reads it will say what is wrong
