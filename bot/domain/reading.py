"""What people write into files: bytes to text, text to TOML, by one rule everywhere.

Files are UTF-8. The byte order mark that some editors put before it is no part of the
text. What is written in anything else is told, with its line, and never guessed at.
"""

import codecs
import re
import tomllib
from collections.abc import Sequence
from typing import Any

from bot.domain.phrase import Phrase
from bot.domain.positions import lines_of

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LINE = re.compile(r"\(at line (\d+),")
_TWICE = re.compile(
    r"Cannot (?:overwrite|declare|mutate)|Duplicate inline table key '(.*)'"
)
_HEADER = re.compile(r"\s*\[\[?([^\[\]]+)\]\]?\s*(#.*)?")


class Misread(Exception):
    """The file cannot be read as what it should be."""

    def __init__(self, line: int, phrase: Phrase) -> None:
        super().__init__(phrase)
        #: counted from 1
        self.line = line
        self.phrase = phrase


def decoded(content: bytes) -> str:
    """The text; raises Misread."""
    if content.startswith(_UTF_16):
        raise Misread(1, Phrase("it is UTF-16; save the file as UTF-8"))
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        why = Phrase("the line is not UTF-8; save the file as UTF-8")
        raise Misread(line, why) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def toml(text: str) -> dict[str, Any]:
    """What it says; raises Misread."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        if twice := _TWICE.match(str(error)):
            raise _doubled(text.split("\n"), line, twice[1]) from None
        why = Phrase("not TOML: {error}", error=str(error))
        raise Misread(line, why) from None
    except RecursionError:
        raise Misread(1, Phrase("it is nested too deeply")) from None


def _doubled(rows: Sequence[str], line: int, key: str | None) -> Misread:
    """What is given twice: the statement that ends in that line."""
    begun = next(number for number in range(line - 1, -1, -1) if _whole(rows[:number]))
    statement = rows[begun].strip()
    section: tuple[str, ...] = ()
    if header := _HEADER.fullmatch(statement):
        key = key or statement.partition("#")[0].strip()
        path = _path(header[1])
    else:
        before = (_HEADER.fullmatch(row) for row in reversed(rows[:begun]))
        section = next((_path(header[1]) for header in before if header), ())
        written = statement.partition("=")[0].strip()
        path = (*section, *_path(written)) if key is None else ()
        key = key or written
    first = lines_of("\n".join(rows[:begun])).get(path) if path else None
    if first is None:
        return Misread(begun + 1, Phrase("{key} is given twice", key=key))
    return Misread(
        begun + 1,
        Phrase("{key} is given twice, first in line {line}", key=key, line=first),
    )


def _whole(rows: Sequence[str]) -> bool:
    """They end with a statement, not in the midst of one."""
    try:
        tomllib.loads("\n".join(rows))
    except tomllib.TOMLDecodeError:
        return False
    return True


def _path(dotted: str) -> tuple[str, ...]:
    """`a."b c"` as its parts; nothing where it is no key."""
    try:
        content: Any = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    parts: list[str] = []
    while isinstance(content, dict):
        [(part, content)] = content.items()
        parts.append(part)
    return tuple(parts)
