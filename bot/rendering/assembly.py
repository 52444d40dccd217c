"""One wording out of several files: `{% include %}`, `{% extends %}`, `{% block %}`.

    {% extends "notice" %}                     _shared/notice.de.txt.j2 says where
    {% block facts %}                          this block stands
    Beginn: {{ start | moment }}
    {% endblock %}

The files are put together before anything is compiled: what Jinja gets is one tree
without inclusion in it, so no file is looked for while a text is written, and the
limits of one file hold for the whole. Names are constants, so a cycle shows here.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from jinja2 import TemplateSyntaxError, nodes
from jinja2.visitor import NodeTransformer

from bot.domain.characters import illegal
from bot.domain.phrase import Counted, Phrase, Quoted
from bot.rendering.faults import MAX_FILE, Fault, Unreadable, text_of, unsendable
from bot.rendering.sandbox import Sandbox
from bot.rendering.shared import Shared

MAX_PARTS = 64  #: files that one wording may be put together from
#: how Jinja calls an end that it does not find
_CLOSING = (
    ("'end of print statement'", "{{", "}}"),
    ("'end of statement block'", "{%", "%}"),
)
MAX_DEPTH = 8  #: files that may stand in one another


class Origins:
    """Which line of the whole is which line of which file."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._paths: list[Path] = []
        self._next = 0

    @property
    def files(self) -> frozenset[Path]:
        return frozenset(self._paths)

    def add(self, path: Path, lines: int) -> int:
        """What to add to each of the file's line numbers."""
        start = self._next
        self._starts.append(start)
        self._paths.append(path)
        self._next += lines
        return start

    def place(self, line: int) -> tuple[Path, int]:
        """File and line, counted from 1."""
        index = max(bisect_right(self._starts, line - 1) - 1, 0)
        return self._paths[index], line - self._starts[index]

    def fault(self, line: int, phrase: Phrase) -> Fault:
        return Fault(*self.place(line), phrase)


@dataclass(slots=True)
class _Frame:
    """A file that is being put in."""

    path: Path
    #: what files that extend this one put into its blocks
    fillings: Mapping[str, nodes.Block]
    blocks: set[str] = field(default_factory=set)
    in_block: bool = False


class Assembly(NodeTransformer):
    """The tree of one wording; what is wrong with it gathers in `faults`."""

    def __init__(self, sandbox: Sandbox, shared: Shared) -> None:
        self.faults: list[Fault] = []
        self.origins = Origins()
        self._sandbox = sandbox
        self._shared = shared
        self._frames: list[_Frame] = []
        self._parts = 0
        self._size = 0
        self._bounds: Unreadable | None = None

    def of(self, path: Path) -> nodes.Template:
        """The wording at `path` with all that belongs to it."""
        tree = nodes.Template(self._file(path, {}), lineno=1)
        tree.set_environment(self._sandbox)
        return tree

    def visit_Include(self, node: nodes.Include) -> list[nodes.Node]:  # noqa: N802
        if node.ignore_missing or not node.with_context:
            self._plain(node.lineno, '{% include "name" %}')
            return []
        return self._named(node.template, node.lineno, {})

    def visit_Extends(self, node: nodes.Extends) -> list[nodes.Node]:  # noqa: N802
        why = Phrase(
            "{statement} stands once, outside of everything", statement="{% extends %}"
        )
        self._fault(node.lineno, why)
        return []

    def visit_Block(self, node: nodes.Block) -> list[nodes.Node]:  # noqa: N802
        frame = self._frames[-1]
        if frame.in_block:
            self._fault(node.lineno, Phrase("a block cannot stand in a block"))
            return []
        self._register(frame, node)
        frame.in_block = True
        filling = frame.fillings.get(node.name, node)
        found = self._visited(filling.body)
        frame.in_block = False
        return found

    def _file(
        self, path: Path, fillings: Mapping[str, nodes.Block]
    ) -> list[nodes.Node]:
        frame = _Frame(path, fillings)
        self._frames.append(frame)
        try:
            body = self._parsed(path)
            extends = [node for node in body if isinstance(node, nodes.Extends)]
            if extends:
                return self._extending(extends[0], body, frame)
            found = self._visited(body)
        finally:
            self._frames.pop()
        for name, filling in fillings.items():
            if name not in frame.blocks:
                self._fault(filling.lineno, _no_block(path, name, frame.blocks))
        return found

    def _extending(
        self, extends: nodes.Extends, body: list[nodes.Node], frame: _Frame
    ) -> list[nodes.Node]:
        own: dict[str, nodes.Block] = {}
        for node in body:
            if isinstance(node, nodes.Block):
                self._register(frame, node)
                own[node.name] = node
            elif node is not extends and not _blank(node):
                why = Phrase(
                    "a file that extends another has nothing outside of its blocks"
                )
                self._fault(node.lineno, why)
        return self._named(extends.template, extends.lineno, {**own, **frame.fillings})

    def _register(self, frame: _Frame, node: nodes.Block) -> None:
        if node.required or node.scoped:
            self._plain(node.lineno, "{% block name %}")
        if node.name in frame.blocks:
            why = Phrase("the block {name!r} stands here twice", name=node.name)
            self._fault(node.lineno, why)
        frame.blocks.add(node.name)

    def _named(
        self, name: nodes.Expr, line: int, fillings: Mapping[str, nodes.Block]
    ) -> list[nodes.Node]:
        """What the shared file called `name` comes to."""
        if not (isinstance(name, nodes.Const) and isinstance(name.value, str)):
            why = Phrase("a shared file is named by a text in quotation marks")
            self._fault(line, why)
            return []
        path = self._shared.find(name.value)
        within = [frame.path for frame in self._frames]
        if path is None:
            self._fault(line, self._shared.lacking(name.value))
        elif path in within:
            circle = (*within[within.index(path) :], path)
            names = " → ".join(file.name for file in circle)
            why = Phrase("these files stand in each other: {names}", names=names)
            self._fault(line, why)
        elif len(within) >= MAX_DEPTH:
            why = Counted(
                "over {count} file stands in one another",
                "over {count} files stand in one another",
                MAX_DEPTH,
            )
            self._fault(line, why)
        else:
            return self._file(path, fillings)
        return []

    def _parsed(self, path: Path) -> list[nodes.Node]:
        """The file's own nodes, their lines counted over all files."""
        try:
            source = self._read(path)
        except Unreadable as error:
            self.faults.append(error.fault)
            return []
        start = self.origins.add(path, source.count("\n") + 1)
        for number, text in enumerate(source.split("\n"), start=1):
            if found := illegal(text):
                self._fault(start + number, unsendable(found))
        try:
            tree = self._sandbox.parse(source, name=str(path), filename=str(path))
        except TemplateSyntaxError as error:
            self._fault(start + error.lineno, syntax_error(error))
            return []
        line = 1
        for node in tree.find_all(nodes.Node):
            line = node.lineno or line  # operands have none of their own
            node.lineno = start + line
        return tree.body

    def _read(self, path: Path) -> str:
        self._parts += 1
        if self._parts > MAX_PARTS:
            self._full(
                Counted(
                    "it is put together from over {count} file",
                    "it is put together from over {count} files",
                    MAX_PARTS,
                )
            )
        source = text_of(path)
        self._size += len(source.encode())
        if self._size > MAX_FILE:
            self._full(
                Counted(
                    "with all that it includes it is over {count:,} byte",
                    "with all that it includes it is over {count:,} bytes",
                    MAX_FILE,
                )
            )
        if len(self._frames) > 1 and not source.endswith("\n"):
            source += "\n"  # what is put in are whole lines
        return source

    def _full(self, why: Phrase) -> NoReturn:
        self._bounds = self._bounds or Unreadable(self._frames[0].path, why)
        self._parts = MAX_PARTS  # enough has been read
        raise self._bounds

    def _visited(self, body: Iterable[nodes.Node]) -> list[nodes.Node]:
        holder = nodes.Template(list(body))
        self.generic_visit(holder)
        return holder.body

    def _plain(self, line: int, statement: str) -> None:
        why = Phrase("write {statement}, without more", statement=statement)
        self._fault(line, why)

    def _fault(self, line: int, why: Phrase) -> None:
        self.faults.append(self.origins.fault(line, why))


def syntax_error(error: TemplateSyntaxError) -> Phrase:
    """What Jinja says of it, if anything; of what is not closed, what to write."""
    for token, begin, end in _CLOSING:
        if token in (error.message or ""):
            return Phrase(
                "what begins with {begin} does not end with {end}: {error}",
                begin=begin,
                end=end,
                error=error.message,
            )
    return Quoted(error.message) if error.message else Phrase("a syntax error")


def _no_block(path: Path, name: str, known: Iterable[str]) -> Phrase:
    names = ", ".join(sorted(known))
    if not names:
        return Phrase("{file} has no block {name!r}", file=path.name, name=name)
    return Phrase(
        "{file} has no block {name!r}; it has {names}",
        file=path.name,
        name=name,
        names=names,
    )


def _blank(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Output) and all(
        isinstance(piece, nodes.TemplateData) and not piece.data.strip()
        for piece in node.nodes
    )
