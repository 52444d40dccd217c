"""What is wrong with a template, and where."""

from dataclasses import dataclass
from pathlib import Path

from bot.domain.phrase import Counted, Phrase
from bot.domain.reading import Misread, decoded

MAX_FILE = 65_536  #: bytes that one file of a template may have


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing for the template's author to put right; in English, unless its
    `phrase` is said otherwise.
    """

    file: Path
    #: counted from 1
    line: int
    phrase: Phrase

    @property
    def text(self) -> str:
        return str(self.phrase)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


def unsendable(character: str) -> Phrase:
    """`character` as `bot.domain.characters.illegal` names it."""
    return Phrase("{character} cannot be sent over XMPP", character=character)


class Unreadable(Exception):
    """The file cannot be had as text; `fault` says why."""

    def __init__(self, file: Path, phrase: Phrase, line: int = 1) -> None:
        super().__init__(phrase)
        self.fault = Fault(file, line, phrase)


def text_of(file: Path) -> str:
    """The content of one file of a template; raises Unreadable."""
    try:
        if file.exists() and not file.is_file():
            raise Unreadable(file, Phrase("it is no file"))
        if file.stat().st_size > MAX_FILE:
            raise Unreadable(
                file,
                Counted(
                    "the file is over {count:,} byte",
                    "the file is over {count:,} bytes",
                    MAX_FILE,
                ),
            )
        return decoded(file.read_bytes())
    except FileNotFoundError:
        raise Unreadable(file, Phrase("the file is missing")) from None
    except OSError as error:
        why = Phrase("the file cannot be read: {error}", error=error.strerror)
        raise Unreadable(file, why) from None
    except Misread as error:
        raise Unreadable(file, error.phrase, error.line) from None
