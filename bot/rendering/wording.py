"""One file of a template: read, checked, compiled, written out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb
from typing import Any

from jinja2 import Template as Compiled
from jinja2 import TemplateError, TemplateSyntaxError, nodes

from bot.domain.characters import illegal
from bot.rendering.faults import MAX_FILE, Fault, Unreadable, text_of
from bot.rendering.sandbox import Sandbox, problems

#: what wording can raise on values that it was not written for
_FAILURES = (
    TemplateError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    TypeError,
    ValueError,
)


class Unwritable(Exception):
    """The wording cannot be filled in with these values."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


class TooLong(Unwritable):
    """What the wording comes to is over the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A compiled file; `code` is None where `faults` say why."""

    path: Path
    #: each name that it reads, with the line of its first use
    names: Mapping[str, int]
    faults: tuple[Fault, ...]
    code: Compiled | None

    def write(self, variables: Mapping[str, Any], *, limit: int) -> str:
        """The text, at most `limit` characters; raises Unwritable."""
        if self.code is None:
            raise Unwritable(self.faults[0])
        pieces: list[str] = []
        room = limit + MAX_FILE  # for the space around the text, cut off below
        try:
            for piece in self.code.generate(**variables):
                pieces.append(piece)
                room -= len(piece)
                if room < 0:
                    break
        except _FAILURES as error:
            raise Unwritable(self._fault(error)) from None
        text = "".join(pieces).strip()
        if len(text) > limit:
            raise TooLong(Fault(self.path, 1, f"it is over {limit:,} characters"))
        if found := illegal(text):
            raise Unwritable(Fault(self.path, 1, f"{found} cannot be sent over XMPP"))
        return text

    def _fault(self, error: Exception) -> Fault:
        lines = [
            frame.lineno
            for frame in extract_tb(error.__traceback__)
            if frame.filename == str(self.path) and frame.lineno
        ]
        return Fault(self.path, lines[-1] if lines else 1, str(error))


def read(path: Path, sandbox: Sandbox) -> Wording:
    """The wording in the file at `path`, with every fault found in it."""
    try:
        source = text_of(path)
    except Unreadable as error:
        return _broken_by(path, [error.fault])
    for number, line in enumerate(source.split("\n"), start=1):
        if found := illegal(line):
            return _broken(path, number, f"{found} cannot be sent over XMPP")
    return _compiled(path, source, sandbox)


def _compiled(path: Path, source: str, sandbox: Sandbox) -> Wording:
    name = str(path)
    try:
        tree = sandbox.parse(source, name=name, filename=name)
        faults = [Fault(path, line, text) for line, text in problems(sandbox, tree)]
        if faults:
            return _broken_by(path, faults)
        code = sandbox.compile(tree, name=name, filename=name)
    except TemplateSyntaxError as error:
        return _broken(path, error.lineno, error.message or "a syntax error")
    except (RecursionError, MemoryError):
        return _broken(path, 1, "it is nested too deeply")
    except (SyntaxError, ValueError) as error:
        # a number of thousands of digits, nesting beyond Python's own limits
        return _broken(path, 1, f"it cannot be compiled: {error}")
    names: dict[str, int] = {}
    for node in tree.find_all(nodes.Name):
        names.setdefault(node.name, node.lineno)
    compiled = Compiled.from_code(sandbox, code, {})
    return Wording(path=path, names=names, faults=(), code=compiled)


def _broken(path: Path, line: int, text: str) -> Wording:
    return _broken_by(path, [Fault(path, line, text)])


def _broken_by(path: Path, faults: list[Fault]) -> Wording:
    return Wording(path=path, names={}, faults=tuple(faults), code=None)
