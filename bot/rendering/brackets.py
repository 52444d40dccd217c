"""Filters behind a sum without brackets: `{{ n - m | money("EUR") }}`.

A filter goes with the value right before it, as in Jinja; here that is `m` alone, which
is hardly ever meant. With brackets, either way, nothing is told.
"""

from collections.abc import Iterable, Iterator

from bot.domain.phrase import Phrase
from bot.rendering.sandbox import Token

#: what begins a calculation anew
_PARTING = frozenset({"and", "or", "not", "in", "is", "if", "else", "elif"})
_SIGNS = frozenset({"+", "-"})
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_BEGINNING = frozenset({"variable_begin", "block_begin"})


def unbracketed(tokens: Iterable[Token]) -> Iterator[tuple[int, Phrase]]:
    """Line and phrase for each such filter."""
    #: of each bracket that is open: what stands behind a sign, None before one
    behind: list[list[str] | None] = [None]
    value: str | None = None  #: what a filter comes to that is named next
    for line, kind, text in tokens:
        if kind == "whitespace":
            continue
        if kind in _BEGINNING:
            behind = [None]
        elif value is not None:
            yield line, _phrase(text, value)
        value = _value(behind) if (kind, text) == ("operator", "|") else None
        if kind not in _BEGINNING:
            _take(behind, text, operator=kind == "operator")


def _take(behind: list[list[str] | None], text: str, *, operator: bool) -> None:
    if operator and text in _CLOSING:
        if len(behind) > 1:
            behind.pop()
        text = f"…{text}"
    if operator and text in _SIGNS:
        behind[-1] = []
    elif (operator and text[-1] not in _CLOSING | _OPENING) or text in _PARTING:
        behind[-1] = None
    elif (known := behind[-1]) is not None:
        known.append(text)
    if operator and text in _OPENING:
        behind.append(None)


def _value(behind: list[list[str] | None]) -> str | None:
    return None if behind[-1] is None else "".join(behind[-1])


def _phrase(name: str, value: str) -> Phrase:
    return Phrase(
        "`{filter}` goes with `{value}` alone, which is right before it; put in"
        " brackets what it is for",
        filter=name,
        value=value[:40],
    )
