"""Where things stand in a TOML text: the line of each key, which tomllib keeps to
itself.

The parser itself finds the statements: of all runs of lines from the start, those
that it can read end with one.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence

Path = tuple[str | int, ...]
Lines = Mapping[Path, int]


def lines_of(text: str) -> Lines:
    """Path of each key, table and entry of an array -> its statement's line, from 1.

    `text` can be read as a whole.
    """
    found: dict[Path, int] = {}
    rows = text.replace("\r\n", "\n").split("\n")
    begun = 1
    for number in range(1, len(rows) + 1):
        try:
            content = tomllib.loads("\n".join(rows[:number]))
        except tomllib.TOMLDecodeError:
            continue  # in the middle of a statement
        for path in _paths(content):
            found.setdefault(path, begun)
        begun = number + 1
    return found


def line_of(lines: Lines, path: Sequence[str | int]) -> int | None:
    """The line of `path`, or of what is nearest around it; None at the top."""
    for length in range(len(path), 0, -1):
        if line := lines.get(tuple(path[:length])):
            return line
    return None


def _paths(content: object, before: Path = ()) -> Iterator[Path]:
    inner: Iterator[tuple[str | int, object]]
    if isinstance(content, dict):
        inner = iter(content.items())
    elif isinstance(content, list):
        inner = iter(enumerate(content))
    else:
        return
    for name, value in inner:
        yield (*before, name)
        yield from _paths(value, (*before, name))
