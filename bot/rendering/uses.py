"""What a wording asks of the fields: which it names, compares, and takes for given."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import nodes

from bot.domain.fields import FieldType, Template
from bot.domain.phrase import Phrase
from bot.rendering.assembly import Origins
from bot.rendering.filters import GIVES_NUMBERS
from bot.rendering.kinds import OF_FIELDS, Kind, kind
from bot.rendering.naming import spelt
from bot.rendering.operations import comparable

#: file and line
Place = tuple[Path, int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of two values that should be equal, or not."""

    sides: tuple[nodes.Expr, nodes.Expr]
    told: tuple[str, str]
    place: Place


@dataclass(frozen=True, slots=True)
class Uses:
    """Of one wording; read before anything is made of its tree."""

    #: each name, with its first use
    names: Mapping[str, Place]
    compared: tuple[Comparison, ...] = ()
    #: each name whose value alone is a condition
    asked: tuple[tuple[str, Place], ...] = ()
    #: the names that are compared with 0 somewhere, so that 0 was thought of
    with_zero: frozenset[str] = frozenset()


def uses(tree: nodes.Template, origins: Origins) -> Uses:
    names: dict[str, Place] = {}
    for node in tree.find_all(nodes.Name):
        names.setdefault(node.name, origins.place(node.lineno))
    return Uses(
        names,
        tuple(_compared(tree, origins)),
        tuple((name.name, origins.place(name.lineno)) for name in _asked(tree)),
        frozenset(_with_zero(tree)),
    )


def misasked(
    template: Template, found: Iterable[Uses]
) -> Iterator[tuple[Place, Phrase]]:
    """What a wording asks that has another answer than it looks, with its place."""
    fields = {field.name: field for field in template.fields}
    kinds = {name: OF_FIELDS[field.type] for name, field in fields.items()}
    for use in found:
        for name, place in use.asked:
            field = fields.get(name)
            if field is None or field.type is not FieldType.NUMBER:
                continue
            if name in use.with_zero:
                continue
            if not field.required and field.default is None:
                yield (
                    place,
                    Phrase(
                        "0 counts as not given here; write `{given}`, or"
                        " `{more}` where that is meant",
                        given=f"{name} is not none",
                        more=f"{name} and {name} != 0",
                    ),
                )
        for comparison in use.compared:
            one, other = (_kind(side, kinds) for side in comparison.sides)
            if one and other and not comparable(one, other):
                yield (
                    comparison.place,
                    Phrase(
                        "`{left}` is {kind} and never equals `{right}`, which is"
                        " {other}",
                        left=comparison.told[0],
                        kind=one.value,
                        right=comparison.told[1],
                        other=other.value,
                    ),
                )


def _compared(tree: nodes.Template, origins: Origins) -> Iterator[Comparison]:
    for node in tree.find_all(nodes.Compare):
        left = node.expr
        for operand in node.ops:
            right = operand.expr
            if operand.op in ("eq", "ne"):
                told = (spelt(left), spelt(right))
                yield Comparison((left, right), told, origins.place(node.lineno))
            left = right


def _with_zero(tree: nodes.Template) -> Iterator[str]:
    for node in tree.find_all(nodes.Compare):
        sides = (node.expr, *(operand.expr for operand in node.ops))
        if any(isinstance(side, nodes.Const) and side.value == 0 for side in sides):
            yield from (side.name for side in sides if isinstance(side, nodes.Name))


def _asked(tree: nodes.Template) -> Iterator[nodes.Name]:
    for branch in tree.find_all(nodes.If):
        yield from _conditions(branch.test)
    for choice in tree.find_all(nodes.CondExpr):
        yield from _conditions(choice.test)
    for negation in tree.find_all(nodes.Not):
        yield from _conditions(negation.node)
    for one in tree.find_all(nodes.And):
        yield from _conditions(one.left)
    for other in tree.find_all(nodes.Or):
        yield from _conditions(other.left)


def _conditions(node: nodes.Node) -> Iterator[nodes.Name]:
    """The names that decide by being so; what is on the left of `and` is met alone."""
    while isinstance(node, nodes.And | nodes.Or):
        node = node.right
    if isinstance(node, nodes.Name):
        yield node


def _kind(node: nodes.Expr, kinds: Mapping[str, Kind]) -> Kind | None:
    """Of what the expression comes to; None where that is seen only in use."""
    match node:
        case nodes.Name():
            return kinds.get(node.name, Kind.TEXT)
        case nodes.Const():
            return kind(node.value)
        case nodes.Filter(name="default"):
            return None
        case nodes.Filter():
            return Kind.NUMBER if node.name in GIVES_NUMBERS else Kind.TEXT
    return None
