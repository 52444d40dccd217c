"""Subject or body in one language: read, checked, compiled, written out."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from traceback import extract_tb
from types import CodeType, GeneratorType
from typing import Any, cast

from jinja2 import Template as Compiled
from jinja2 import TemplateError, TemplateSyntaxError, nodes

from bot.domain.characters import illegal
from bot.domain.errors import Invalid
from bot.domain.phrase import Counted, Phrase, Quoted
from bot.rendering import plurals
from bot.rendering.assembly import Assembly, Origins, syntax_error
from bot.rendering.faults import MAX_FILE, Fault, unsendable
from bot.rendering.formats import locale_for
from bot.rendering.naming import named
from bot.rendering.sandbox import Sandbox, doubts, problems
from bot.rendering.shared import Shared
from bot.rendering.uses import Uses, uses

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
    uses: Uses
    faults: tuple[Fault, ...]
    code: Compiled | None
    origins: Origins
    #: what can be used and is hardly meant
    doubts: tuple[Fault, ...] = ()

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

    def pieces(self, variables: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
        """Each piece of the text as it is written, with its line in the whole; of what
        `write` has written.
        """
        if self.code is None:
            return
        context = self.code.new_context(dict(variables))
        writing = cast(
            "GeneratorType[str, None, None]", self.code.root_render_func(context)
        )
        lines = _lines(self.code, writing.gi_code)
        for piece in writing:
            frame = writing.gi_frame
            yield lines(frame.f_lasti if frame else 0), piece

    def _fault(self, error: Exception) -> Fault:
        lines = [
            frame.lineno
            for frame in extract_tb(error.__traceback__)
            if frame.filename == str(self.path) and frame.lineno
        ]
        if not lines:
            return Fault(self.path, 1, _why(error))
        return self.origins.fault(lines[-1], _why(error))


def _lines(wording: Compiled, code: CodeType) -> Callable[[int], int]:
    """From an instruction of the compiled wording to the line that it is of.

    Python and Jinja can tell, too, but go through all there is for each question.
    """
    compiled = [(first, line or 0) for first, _, line in code.co_lines()]
    own = wording.debug_info

    def line(instruction: int) -> int:
        _, number = compiled[bisect_right(compiled, instruction, key=itemgetter(0)) - 1]
        index = bisect_right(own, number, key=itemgetter(1)) - 1
        return own[index][0] if index >= 0 else 1

    return line


def _why(error: Exception) -> Phrase:
    """Our own in any language, Jinja's as they are, and none of Python's."""
    if isinstance(error, Invalid):
        return error.phrase
    if isinstance(error, TemplateError):
        return Quoted(str(error))
    return Phrase("these values cannot be written here")


def read(path: Path, sandbox: Sandbox, shared: Shared) -> Wording:
    """The wording in the file at `path`, with every fault found in it."""
    assembly = Assembly(sandbox, shared)
    try:
        return _compiled(path, assembly.of(path), assembly, sandbox, shared.language)
    except (RecursionError, MemoryError):
        fault = Fault(path, 1, Phrase("it is nested too deeply"))
    except TemplateSyntaxError as error:
        fault = assembly.origins.fault(error.lineno, syntax_error(error))
    except SyntaxError:  # nesting beyond Python's own limits
        fault = Fault(path, 1, Phrase("it is nested too deeply"))
    except ValueError:  # of thousands of digits
        fault = Fault(path, 1, Phrase("a number in it has too many digits"))
    return _broken(path, [*assembly.faults, fault], assembly)


def _compiled(
    path: Path,
    tree: nodes.Template,
    assembly: Assembly,
    sandbox: Sandbox,
    language: str,
) -> Wording:
    origins = assembly.origins
    faults = [
        *assembly.faults,
        *(origins.fault(line, why) for line, why in problems(sandbox, tree)),
    ]
    if faults:
        return _broken(path, faults, assembly)
    # both before anything is made of the tree
    found = uses(tree, origins)
    doubted = (*doubts(tree), *_strange_forms(tree, language))
    code = sandbox.compile(named(tree, sandbox), name=str(path), filename=str(path))
    return Wording(
        path=path,
        uses=found,
        faults=(),
        code=Compiled.from_code(sandbox, code, {}),
        origins=origins,
        doubts=tuple(origins.fault(line, why) for line, why in doubted),
    )


def _strange_forms(tree: nodes.Template, language: str) -> Iterator[tuple[int, Phrase]]:
    """Forms of words that no number of the language falls into."""
    locale = locale_for(language, language)
    for node in tree.find_all(nodes.Filter):
        if node.name == "plural":
            names = [word.key for word in node.kwargs]
            if why := plurals.strange(locale, names):
                yield node.lineno, why


def _broken(path: Path, faults: list[Fault], assembly: Assembly) -> Wording:
    return Wording(
        path=path,
        uses=Uses({}),
        faults=tuple(dict.fromkeys(faults)),
        code=None,
        origins=assembly.origins,
    )
