"""An end is the end: nothing of a dialogue stands behind it.

What plays a dialogue closes it there; but what follows a "no" must not depend on that.
"""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import bot.dialogues

FOLDER = Path(bot.dialogues.__file__).parent
ENDS = {"Said", "Shown"}


def is_end(statement: ast.stmt) -> bool:
    """`yield Said(…)` or `yield Shown(…)`."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Yield)
        and isinstance(called := statement.value.value, ast.Call)
        and isinstance(called.func, ast.Name)
        and called.func.id in ENDS
    )


def passed_over(statements: Sequence[ast.stmt], *, more: bool) -> Iterator[ast.stmt]:
    """Ends behind which something is carried out; `more`: something stands behind
    all of these.
    """
    for number, one in enumerate(statements):
        following = statements[number + 1 :]
        returns = bool(following) and isinstance(following[0], ast.Return | ast.Break)
        goes_on = bool(following) or more
        if is_end(one) and goes_on and not returns:
            yield one
        if isinstance(one, ast.AsyncFunctionDef | ast.FunctionDef):
            yield from passed_over(one.body, more=False)
            continue
        loops = isinstance(one, ast.For | ast.AsyncFor | ast.While)
        for block in ("body", "orelse", "finalbody"):
            inner = getattr(one, block, [])
            yield from passed_over(inner, more=goes_on or loops)
        for case in getattr(one, "cases", []):
            yield from passed_over(case.body, more=goes_on)


def test_nothing_stands_behind_an_end() -> None:
    found = [
        f"{file.name}:{one.lineno}"
        for file in sorted(FOLDER.glob("*.py"))
        for one in passed_over(ast.parse(file.read_text()).body, more=False)
    ]
    assert found == []
