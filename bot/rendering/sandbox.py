"""The part of Jinja that templates are written in, and its sandbox.

Two walls: `problems` admits only the kinds of syntax listed here, before
anything is compiled (compiling folds constants, so `10 ** 10 ** 9` must not get
that far), and the immutable sandbox stands behind it. Inclusion is resolved before
(`assembly`), so neither wall has a door to other files.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from jinja2 import StrictUndefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS

from bot.domain.phrase import Phrase
from bot.rendering.filters import FILTERS, HIDDEN, finalized

_ADMITTED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Filter,
    nodes.Keyword,
    nodes.Test,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Add,
    nodes.Sub,
)
_SAYING: Mapping[type[nodes.Node], Phrase] = {
    nodes.For: Phrase("loops are not available; `| bullets` lists a text's lines"),
    nodes.Call: Phrase("calls are not available; use a filter"),
    nodes.Getattr: Phrase("attributes are not available; use a filter"),
    nodes.Getitem: Phrase("attributes and items are not available; use a filter"),
    nodes.Import: Phrase("a template cannot import another file; include it"),
    nodes.FromImport: Phrase("a template cannot import another file; include it"),
    nodes.Assign: Phrase("a template cannot set anything; write it where it is used"),
    nodes.AssignBlock: Phrase(
        "a template cannot set anything; write it where it is used"
    ),
    nodes.Concat: Phrase("`~` is not available; write the values side by side"),
}
_SIGNS: Mapping[type[nodes.Node], str] = {
    nodes.Mul: "*",
    nodes.Div: "/",
    nodes.FloorDiv: "//",
    nodes.Mod: "%",
    nodes.Pow: "**",
    nodes.Neg: "-",
    nodes.Pos: "+",
}
#: what Python makes of 1e999
_ENDLESS = (float("inf"),)
_LISTING = (nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Slice)
_DEFINING = (
    *(nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.With, nodes.Scope),
    nodes.ScopedEvalContextModifier,
)


#: line, kind and text of a piece, as Jinja's lexer has it
Token = tuple[int, str, str]


class Sandbox(ImmutableSandboxedEnvironment):
    """Plain text, our own filters, nothing that is global."""

    intercepted_binops = frozenset({"+", "-"})

    def __init__(self) -> None:
        super().__init__(
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,  # what is included are whole lines
            finalize=finalized,
            loader=None,
        )
        self.globals.clear()
        self.filters = {**FILTERS, **HIDDEN}
        self.tests = {name: TESTS[name] for name in ("none", "true", "false")}

    def tokens(self, source: str) -> list[Token]:
        """The pieces of a file as they stand in it."""
        return list(self.lexer.tokeniter(source, None))

    def call_binop(self, *_: Any) -> NoReturn:
        """Nothing: what wording calculates has been given to `operations` before."""
        raise SecurityError("an operator that was not replaced")


def problems(sandbox: Sandbox, tree: nodes.Template) -> Iterator[tuple[int, Phrase]]:
    """Line and phrase for each piece of syntax that is not available."""
    for node in (tree, *tree.find_all(nodes.Node)):
        if not isinstance(node, _ADMITTED):
            yield node.lineno, _unavailable(node)
        elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
            yield (
                node.lineno,
                Phrase(
                    "no filter is called {name!r}; there are {names}",
                    name=node.name,
                    names=", ".join(sorted(FILTERS)),
                ),
            )
        elif isinstance(node, nodes.Test) and node.name not in sandbox.tests:
            yield (
                node.lineno,
                Phrase(
                    "no test is called {name!r}; there are {names}",
                    name=node.name,
                    names=", ".join(sorted(sandbox.tests)),
                ),
            )
        elif isinstance(node, nodes.Filter | nodes.Test) and (twice := _twice(node)):
            yield (
                node.lineno,
                Phrase("{name!r} is given twice; give it once", name=twice),
            )
        elif isinstance(node, nodes.Test) and _has_arguments(node):
            yield node.lineno, Phrase("`is {name}` stands without more", name=node.name)
        elif isinstance(node, nodes.Const) and node.value in _ENDLESS:
            yield node.lineno, Phrase("a number in it has too many digits")


def doubts(tree: nodes.Template) -> Iterator[tuple[int, Phrase]]:
    """The same for what can be used and is hardly meant. It is no reason to refuse a
    template that earlier releases took: what is pending would fail when it is due.
    """
    for node in tree.find_all((nodes.Filter, nodes.Const)):
        if isinstance(node, nodes.Filter):
            if node.dyn_args is not None or node.dyn_kwargs is not None:
                why = Phrase("`*` is not available there; write each value")
                yield node.lineno, why
        elif isinstance(node, nodes.Const) and _has_wording(node.value):
            yield (
                node.lineno,
                Phrase(
                    "{text!r} is text that stands as it is; a value stands outside of"
                    " the quotation marks",
                    text=node.value[:40],
                ),
            )


def _twice(node: nodes.Filter | nodes.Test) -> str | None:
    """An argument that cannot be compiled: it is there twice."""
    names = Counter(str(word.key) for word in node.kwargs)
    return next((name for name, count in names.items() if count > 1), None)


def _has_arguments(node: nodes.Test) -> bool:
    return bool(node.args or node.kwargs or node.dyn_args or node.dyn_kwargs)


def _has_wording(value: Any) -> bool:
    """Both ends of it: a brace alone is how Jinja's users write one."""
    return isinstance(value, str) and any(
        end in value.partition(begin)[2] for begin, end in (("{{", "}}"), ("{%", "%}"))
    )


def _unavailable(node: nodes.Node) -> Phrase:
    if type(node) in _SIGNS:
        return Phrase(
            "`{sign}` is not available there; `+` and `-` calculate with two values",
            sign=_SIGNS[type(node)],
        )
    if isinstance(node, _LISTING):
        return Phrase("lists are not available; name the values one by one")
    if isinstance(node, _DEFINING):
        return Phrase("macros and the like are not available; include a shared file")
    unknown = Phrase("{kind} is not available", kind=type(node).__name__)
    return _SAYING.get(type(node), unknown)
