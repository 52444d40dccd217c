"""Line breaks that tags take along: `{% endif %}` at the end of a line of text.

A tag on a line of its own leaves no empty line, which is what wording is written for.
Behind text the same makes one sentence of two: `Bye.{% endif %}` and, on the next line,
`Carl` come to `Bye.Carl`.
"""

from collections.abc import Iterator, Sequence

from bot.domain.phrase import Phrase
from bot.rendering.sandbox import Token

#: what it takes for text to stand beside other text again
_SPACE = " \t"
#: tags that put nothing there themselves
_CONDITIONS = frozenset({"if", "elif", "else", "endif"})
#: a tag's end -> how it is shown
_ENDS = {
    "block_end": ("{%", "%}"),
    "raw_end": ("{%", "%}"),
    "comment_end": ("{#", "#}"),
}
#: what is included ends with a line break of its own
_WHOLE_LINES = "include"


def glued(tokens: Sequence[Token], *, included: bool) -> Iterator[tuple[int, Phrase]]:
    """Line and phrase for each; `included`: other text follows where `tokens` end."""
    before = ""  #: what this line has come to, tags left out
    for index, (line, kind, text) in enumerate(tokens):
        if kind == "data":
            before = (before + text).rpartition("\n")[2]
        elif kind == "variable_end":
            before += "x"
        elif kind in _ENDS and text.endswith("\n"):
            name = _name(tokens, index)
            kept = text.startswith("-") or name == _WHOLE_LINES
            if not kept and before.strip() and before[-1] not in _SPACE:
                follows = _follows(tokens, index + 1)
                if follows or (follows is None and included):
                    yield line, _phrase(name, *_ENDS[kind])
            before = ""


def broken(tokens: Sequence[Token]) -> Iterator[tuple[int, Phrase]]:
    """Line and phrase for each `{% include %}` that ends a line in its middle."""
    for index, (line, kind, text) in enumerate(tokens):
        if kind == "block_end" and not text.endswith("\n"):
            name = _name(tokens, index)
            if name == _WHOLE_LINES and _goes_on(tokens, index + 1):
                yield (
                    line,
                    Phrase(
                        "what is included are whole lines, so that the text behind"
                        " {tag} begins a new one; put it on a line of its own",
                        tag="{% include … %}",
                    ),
                )


def _goes_on(tokens: Sequence[Token], start: int) -> bool:
    """Whether anything from there on shows on the same line."""
    for index in range(start, len(tokens)):
        _, kind, text = tokens[index]
        if kind == "variable_begin":
            return True
        if kind == "data":
            here, end, _ = text.partition("\n")
            if here.strip() or end:
                return bool(here.strip())
        elif kind in _ENDS and text.endswith("\n"):
            return False
    return False


def _follows(tokens: Sequence[Token], start: int) -> bool | None:
    """Text that would stand right behind; None where from there on is none at all."""
    for index in range(start, len(tokens)):
        _, kind, text = tokens[index]
        if kind == "data" and text.strip():
            first = text[0] if index == start else ""
            return first not in _SPACE if first else True
        if kind == "variable_begin":
            return True
        if kind == "block_end" and _name(tokens, index) not in _CONDITIONS:
            return True
    return None


def _name(tokens: Sequence[Token], end: int) -> str:
    """Of the tag that ends there: `endif`; `` for a comment."""
    if tokens[end][1] == "raw_end":
        return "endraw"
    name = ""
    for index in range(end - 1, -1, -1):
        _, kind, text = tokens[index]
        if kind in {"block_begin", "comment_begin"}:
            break
        if kind == "name":
            name = text
    return name


def _phrase(name: str, begin: str, end: str) -> Phrase:
    inner = f"{name} …" if name in {"", "if", "elif", "block"} else name
    return Phrase(
        "{tag} takes the line break along, so that what follows stands right behind"
        " this text; {kept} keeps it",
        tag=f"{begin} {inner.strip()} {end}",
        kept=f"{begin} {inner.strip()} +{end}",
    )
