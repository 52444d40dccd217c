"""The part of Jinja that templates are written in, and its sandbox.

Two walls: `problems` admits only the kinds of syntax listed here, before
anything is compiled (compiling folds constants, so `10 ** 10 ** 9` must not get
that far), and the immutable sandbox stands behind it. Inclusion is resolved before
(`assembly`), so neither wall has a door to other files.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from jinja2 import StrictUndefined, nodes, pass_context
from jinja2.filters import FILTERS
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS

from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.rendering.formats import Formats

#: the variable that carries the reader's `Formats`; no wording can name it
FORMATS = "_formats"

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
_SAYING = {
    nodes.For: Phrase("loops are not available; `| bullets` lists a text's lines"),
    nodes.Call: Phrase("calls are not available; use a filter"),
    nodes.Getattr: Phrase("attributes are not available; use a filter"),
    nodes.Getitem: Phrase("attributes and items are not available; use a filter"),
    nodes.Import: Phrase("a template cannot import another file; include it"),
    nodes.FromImport: Phrase("a template cannot import another file; include it"),
}


class Sandbox(ImmutableSandboxedEnvironment):
    """Plain text; the filters of this project and a few harmless stock ones."""

    intercepted_binops = frozenset({"+", "-"})

    def __init__(self) -> None:
        super().__init__(
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,  # what is included are whole lines
            finalize=_shown,
            loader=None,
        )
        self.globals.clear()
        stock = ("capitalize", "lower", "trim", "truncate", "upper")
        self.filters = {name: FILTERS[name] for name in stock} | {
            "bullets": _bullets,
            "date": _date,
            "day": _day,
            "default": _default,
            "duration": _duration,
            "moment": _moment,
            "time": _time,
            "until": _until,
        }
        self.tests = {name: TESTS[name] for name in ("none", "true", "false")}

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """`+` and `-` calculate with times and numbers and never build text."""
        calculable = (datetime, timedelta, int, Decimal)
        if not (isinstance(left, calculable) and isinstance(right, calculable)):
            raise Invalid(
                Phrase(
                    "{operator} is for moments, durations and numbers",
                    operator=operator,
                )
            )
        return super().call_binop(context, operator, left, right)


def problems(sandbox: Sandbox, tree: nodes.Template) -> Iterator[tuple[int, Phrase]]:
    """Line and phrase for each piece of syntax that is not available."""
    for node in (tree, *tree.find_all(nodes.Node)):
        if not isinstance(node, _ADMITTED):
            unknown = Phrase("{kind} is not available", kind=type(node).__name__)
            yield node.lineno, _SAYING.get(type(node), unknown)
        elif isinstance(node, nodes.Filter) and node.name not in sandbox.filters:
            yield (
                node.lineno,
                Phrase(
                    "no filter is called {name!r}; there are {names}",
                    name=node.name,
                    names=", ".join(sorted(sandbox.filters)),
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


@pass_context
def _shown(context: Context, value: Any) -> Any:
    """What `{{ value }}` writes for each type that a field may have."""
    formats: Formats = context[FORMATS]
    match value:
        case str():
            return value
        case datetime():
            return formats.moment(value)
        case timedelta():
            return formats.duration(value)
        case bool():
            raise Invalid(
                Phrase("true or false cannot be shown; use {tag}", tag="{% if %}")
            )
        case int() | Decimal():
            return formats.number(value)
        case None:
            raise Invalid(
                Phrase("it is optional and not given; use {tag}", tag="{% if %}")
            )
    return value  # an undefined, which says so itself


@pass_context
def _moment(context: Context, value: Any) -> str:
    return _formats(context).moment(value)


@pass_context
def _date(context: Context, value: Any) -> str:
    return _formats(context).date(value)


@pass_context
def _day(context: Context, value: Any) -> str:
    return _formats(context).day(value)


@pass_context
def _time(context: Context, value: Any) -> str:
    return _formats(context).time(value)


@pass_context
def _until(context: Context, value: Any, start: Any) -> str:
    return _formats(context).until(value, start)


@pass_context
def _duration(context: Context, value: Any) -> str:
    return _formats(context).duration(value)


def _formats(context: Context) -> Formats:
    formats: Formats = context[FORMATS]
    return formats


def _default(value: Any, other: Any) -> Any:
    return other if value is None else value


def _bullets(value: str) -> str:
    return "\n".join(f"- {line.strip()}" for line in value.splitlines() if line.strip())
