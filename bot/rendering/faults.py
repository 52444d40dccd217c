"""What is wrong with a template, and where."""

from dataclasses import dataclass
from pathlib import Path

MAX_FILE = 65_536  #: bytes that one file of a template may have


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing for the template's author to put right."""

    file: Path
    #: counted from 1
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class Unreadable(Exception):
    """The file cannot be had as text; `fault` says why."""

    def __init__(self, file: Path, text: str) -> None:
        super().__init__(text)
        self.fault = Fault(file, 1, text)


def text_of(file: Path) -> str:
    """The content of one file of a template; raises Unreadable."""
    try:
        if file.exists() and not file.is_file():
            raise Unreadable(file, "it is no file")
        if file.stat().st_size > MAX_FILE:
            raise Unreadable(file, f"the file is over {MAX_FILE:,} bytes")
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Unreadable(file, "the file is missing") from None
    except OSError as error:
        raise Unreadable(file, f"the file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Unreadable(file, "the file is not UTF-8") from None
