"""Subject or body in one language: read, checked, compiled, written out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb
from typing import Any

from jinja2 import Template as Compiled
from jinja2 import TemplateError, TemplateSyntaxError, nodes

from bot.domain.characters import illegal
from bot.domain.errors import Invalid
from bot.domain.phrase import Counted, Phrase, Quoted
from bot.rendering.assembly import Assembly, Origins, syntax_error
from bot.rendering.faults import MAX_FILE, Fault, unsendable
from bot.rendering.sandbox import Sandbox, problems
from bot.rendering.shared import Shared

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
    """Compiled, with what it includes; `code` is None where `faults` say why."""

    path: Path
    #: each name that it reads, with file and line of its first use
    names: Mapping[str, tuple[Path, int]]
    #: each text that a name is compared with: (name, text, file, line)
    compared: tuple[tuple[str, str, Path, int], ...] = ()
    faults: tuple[Fault, ...]
    code: Compiled | None
    origins: Origins

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
            why = Counted(
                "it is over {count:,} character",
                "it is over {count:,} characters",
                limit,
            )
            raise TooLong(Fault(self.path, 1, why))
        if found := illegal(text):
            raise Unwritable(Fault(self.path, 1, unsendable(found)))
        return text

    def _fault(self, error: Exception) -> Fault:
        lines = [
            frame.lineno
            for frame in extract_tb(error.__traceback__)
            if frame.filename == str(self.path) and frame.lineno
        ]
        if not lines:
            return Fault(self.path, 1, _why(error))
        return self.origins.fault(lines[-1], _why(error))


def _why(error: Exception) -> Phrase:
    """Our own in any language, Jinja's and Python's as they are."""
    return error.phrase if isinstance(error, Invalid) else Quoted(str(error))


def read(path: Path, sandbox: Sandbox, shared: Shared) -> Wording:
    """The wording in the file at `path`, with every fault found in it."""
    assembly = Assembly(sandbox, shared)
    try:
        return _compiled(path, assembly.of(path), assembly, sandbox)
    except (RecursionError, MemoryError):
        fault = Fault(path, 1, Phrase("it is nested too deeply"))
    except TemplateSyntaxError as error:
        fault = assembly.origins.fault(error.lineno, syntax_error(error))
    except (SyntaxError, ValueError) as error:
        # a number of thousands of digits, nesting beyond Python's own limits
        why = Phrase("it cannot be compiled: {error}", error=_why(error))
        fault = Fault(path, 1, why)
    return _broken(path, [*assembly.faults, fault], assembly)


def _compiled(
    path: Path, tree: nodes.Template, assembly: Assembly, sandbox: Sandbox
) -> Wording:
    origins = assembly.origins
    faults = [
        *assembly.faults,
        *(origins.fault(line, why) for line, why in problems(sandbox, tree)),
    ]
    if faults:
        return _broken(path, faults, assembly)
    code = sandbox.compile(tree, name=str(path), filename=str(path))
    names: dict[str, tuple[Path, int]] = {}
    for node in tree.find_all(nodes.Name):
        names.setdefault(node.name, origins.place(node.lineno))
    return Wording(
        path=path,
        names=names,
        compared=tuple(
            (name, text, *origins.place(line)) for name, text, line in _compared(tree)
        ),
        faults=(),
        code=Compiled.from_code(sandbox, code, {}),
        origins=origins,
    )


def _compared(tree: nodes.Template) -> Iterator[tuple[str, str, int]]:
    for node in tree.find_all(nodes.Compare):
        for operand in node.ops:
            if operand.op in ("eq", "ne"):
                for one, other in (
                    (node.expr, operand.expr),
                    (operand.expr, node.expr),
                ):
                    if isinstance(one, nodes.Name) and isinstance(other, nodes.Const):
                        yield one.name, str(other.value), node.lineno


def _broken(path: Path, faults: list[Fault], assembly: Assembly) -> Wording:
    return Wording(
        path=path,
        names={},
        faults=tuple(dict.fromkeys(faults)),
        code=None,
        origins=assembly.origins,
    )
