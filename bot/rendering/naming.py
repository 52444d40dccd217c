"""Gives every operation of a wording the words that it stands there in, so that an
error can name the value that it is about.

    {{ n - m | money("EUR") }}    "`-` …; `n` is a number, `m | money(…)` is text"

Operators and what is shown become filters, which no wording can name (`filters`).
"""

from typing import TypeVar

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from bot.rendering.filters import CALCULATED, COMPARED, SHOWN
from bot.rendering.sandbox import Sandbox

#: characters of a wording that an error repeats
_MOST = 60
#: how deep an expression is told
_DEPTH = 4

N = TypeVar("N", bound=nodes.Node)


def named(tree: nodes.Template, sandbox: Sandbox) -> nodes.Template:
    """The same wording, whose operations know what they are about."""
    found: nodes.Template = _Naming().visit(tree)
    found.set_environment(sandbox)
    return found


def spelt(node: nodes.Node | None, depth: int = _DEPTH) -> str:
    """The expression as an author would write it, cut where it is long."""
    return _cut(_spelt(node, depth), _MOST)


class _Naming(NodeTransformer):
    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802
        pieces: list[nodes.Expr] = []
        for piece in node.nodes:
            if isinstance(piece, nodes.TemplateData):
                pieces.append(piece)
            else:
                told = spelt(piece)  # before anything is made of it
                pieces.append(_filter(self.visit(piece), SHOWN, told))
        return nodes.Output(pieces, lineno=node.lineno)

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:  # noqa: N802
        parts = [node.node]
        if node.dyn_args is None:  # behind it nobody knows which is which
            parts += [*node.args, *(word.value for word in node.kwargs)]
        told = tuple(spelt(part) for part in parts)
        self.generic_visit(node)  # changes it where it is
        node.args.insert(0, nodes.Const(told, lineno=node.lineno))
        return node

    def visit_Add(self, node: nodes.Add) -> nodes.Node:  # noqa: N802
        return self._calculating(node, "+")

    def visit_Sub(self, node: nodes.Sub) -> nodes.Node:  # noqa: N802
        return self._calculating(node, "-")

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        rights = [operand.expr for operand in node.ops]
        told = tuple(spelt(part) for part in (node.expr, *rights))
        operators = tuple(operand.op for operand in node.ops)
        found = _filter(self.visit(node.expr), COMPARED, told, operators)
        found.args += [self.visit(right) for right in rights]
        return found

    def _calculating(self, node: nodes.BinExpr, sign: str) -> nodes.Node:
        told = (spelt(node.left), spelt(node.right))
        brackets = ""
        if isinstance(node.right, nodes.Filter):
            brackets = f"({told[0]} {sign} {spelt(node.right.node)})"
            brackets += f" | {node.right.name}"
        found = _filter(self.visit(node.left), CALCULATED, told, sign, brackets)
        found.args.append(self.visit(node.right))
        return found


def _filter(node: nodes.Expr, name: str, *constants: object) -> nodes.Filter:
    args = [nodes.Const(each, lineno=node.lineno) for each in constants]
    return nodes.Filter(node, name, args, [], None, None, lineno=node.lineno)


def _spelt(node: nodes.Node | None, depth: int) -> str:
    text = "…"
    if not depth:
        return text
    match node:
        case nodes.Name():
            text = node.name
        case nodes.Const(value=str() as words):
            text = f'"{_cut(words, _MOST // 2)}"'
        case nodes.Const():
            text = str(node.value).lower()
        case nodes.Filter():
            inner = _bracketed(node.node, depth - 1, nodes.BinExpr)
            more = "(…)" if node.args or node.kwargs else ""
            text = f"{inner} | {node.name}{more}"
        case nodes.Add() | nodes.Sub():
            left = _spelt(node.left, depth - 1)
            right = _bracketed(node.right, depth - 1, nodes.BinExpr, nodes.Filter)
            text = f"{left} {node.operator} {right}"
    return text


def _bracketed(node: nodes.Node | None, depth: int, *kinds: type[nodes.Node]) -> str:
    text = _spelt(node, depth)
    return f"({text})" if isinstance(node, kinds) else text


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
