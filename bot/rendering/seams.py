"""Spaces that come together where an optional part is missing.

    It is down. {% if reason %}{{ reason }}{% endif %} Sorry!

leaves two spaces without a reason, and `{{ day }}, {% if time %}…{% endif %}.` leaves
one before the full stop. Spaces that stand together in the file are the author's own.
"""

import re
from collections.abc import Iterable, Iterator

from bot.domain.phrase import Phrase

_DOUBLE = re.compile(r"(?<=\S)[ \t]{2,}(?=\S)")
_BEFORE = re.compile(r"(?<=\S)[ \t]+([.,)])(?!\S)")
#: characters around it that are shown
_AROUND = 12


def seams(
    pieces: Iterable[tuple[int, str]], *, double: bool
) -> Iterator[tuple[int, Phrase]]:
    """Line and phrase for each; `pieces` are a text's, each with its line, and
    `double` says whether two spaces matter.
    """
    parts: list[str] = []
    edges: dict[int, int] = {}
    length = 0
    for line, piece in pieces:
        if piece:
            edges[length] = line
            parts.append(piece)
            length += len(piece)
    text = "".join(parts)
    for found in _DOUBLE.finditer(text) if double else ():
        inner = range(found.start() + 1, found.end())
        if line := next((edges[edge] for edge in inner if edge in edges), 0):
            yield (
                line,
                Phrase(
                    "two spaces come together in {text!r}; put one of them inside"
                    " of what may be missing",
                    text=_around(text, found),
                ),
            )
    for found in _BEFORE.finditer(text):
        inner = range(found.start() + 1, found.start(1) + 1)
        if line := next((edges[edge] for edge in inner if edge in edges), 0):
            yield (
                line,
                Phrase(
                    "a space comes before {sign!r} in {text!r}; put it inside of what"
                    " may be missing",
                    sign=found[1],
                    text=_around(text, found),
                ),
            )


def _around(text: str, found: re.Match[str]) -> str:
    before = text[max(found.start() - _AROUND, 0) : found.start()]
    after = text[found.end() : found.end() + _AROUND]
    return f"{before.rpartition(chr(10))[2]}{found[0]}{after.partition(chr(10))[0]}"
