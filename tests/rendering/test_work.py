"""Checking a template twice as long is twice the work: counted, not timed."""

import sys
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any, overload

import pytest

from bot.rendering.brackets import unbracketed
from bot.rendering.breaks import broken, glued
from bot.rendering.sandbox import Sandbox, Token
from bot.rendering.shared import Shared
from bot.rendering.templates import JinjaTemplates
from bot.rendering.wording import read
from tests.rendering.conftest import TOML, Share, Write

FIELDS = '[fields.x]\ntype = "line"\nlabel = { en = "X", de = "X" }\n'
#: what may stand in a template by the thousand
OFTEN = [
    "x{% if x %}y{% endif %}\n",
    "{% if x %}\n{% endif %}\n",
    "{% if x %}{{ x }} {% endif %}",
    "x{# note #}\n",
    "{{ x }}",
    "{{ 2 - 1 | upper }} ",
    "{% if x == 'a' %}a{% else %}b{% endif +%}\n",
]


class Watched(Sequence[Token]):
    """Counts the pieces that are looked at or copied."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self.steps = 0

    def __len__(self) -> int:
        return len(self._tokens)

    @overload
    def __getitem__(self, index: int) -> Token: ...
    @overload
    def __getitem__(self, index: slice) -> list[Token]: ...
    def __getitem__(self, index: int | slice) -> Any:
        found = self._tokens[index]
        self.steps += len(found) if isinstance(index, slice) else 1
        return found

    def __iter__(self) -> Iterator[Token]:
        for token in self._tokens:
            self.steps += 1
            yield token


@pytest.mark.parametrize("unit", [*OFTEN, "a{% include 'b' %}c\n"])
def test_pieces_looked_at(unit: str) -> None:
    def looked_at(times: int) -> int:
        tokens = Watched(Sandbox().tokens(unit * times))
        list(glued(tokens, included=False))
        list(broken(tokens))
        list(unbracketed(tokens))
        return tokens.steps

    assert looked_at(400) <= 2.1 * looked_at(200)


def _steps(templates: JinjaTemplates) -> int:
    """Lines of Python that checking the template `t` goes through."""
    count = 0

    def step(_: FrameType, event: str, __: object) -> Any:
        nonlocal count
        count += event == "line"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        templates.check("t")
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("unit", OFTEN)
def test_steps(write: Write, templates: JinjaTemplates, unit: str) -> None:
    def steps(times: int) -> int:
        body = f"{{{{ x or 'a' }}}}\n{unit * times}"
        write("t", {"body.en": body, "body.de": "{{ x }}"}, toml=TOML + FIELDS)
        return _steps(templates)

    steps(1)  # what is looked up once for all
    few, some, many = steps(50), steps(100), steps(200)
    assert many - some <= 2.2 * (some - few)


def test_each_piece_has_its_line(write: Write, share: Share) -> None:
    """Also far down, behind branches that were not taken, and in included files."""
    root = share({"part.en": "{{ x }}\n"}).parent
    body = "{% if not x %}\nno\n{% else %}\n{{ x }}\n{% endif %}\n" * 300
    folder = write("t", {"body.en": body + '{% include "part" %}\n{{ x }}.'})
    found = read(folder / "body.en.txt.j2", Sandbox(), Shared((root,), "en"))
    values = {"x": "X", "_formats": None}
    lines = [line for line, piece in found.pieces(values) if piece == "X"]
    assert lines[:3] == [4, 9, 14]
    whole = [found.origins.place(line) for line in lines[-3:]]
    assert [(path.name, line) for path, line in whole] == [
        ("body.en.txt.j2", 1499),
        ("part.en.txt.j2", 1),
        ("body.en.txt.j2", 1502),
    ]
