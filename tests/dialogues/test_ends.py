"""An end is the end: nothing of a dialogue stands behind it.

What plays a dialogue closes it there; but what follows a "no" must not depend on that.
"""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import bot.dialogues

FOLDER = Path(bot.dialogues.__file__).parent


def dialogues(tree: ast.Module) -> Iterator[ast.AsyncFunctionDef]:
    for one in ast.walk(tree):
        if (
            isinstance(one, ast.AsyncFunctionDef)
            and one.returns is not None
            and ast.unparse(one.returns) == "Dialogue"
        ):
            yield one


def is_end(statement: ast.stmt) -> bool:
    """A yield of which nobody takes an answer: a form's is taken."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield)


def passed_over(statements: Sequence[ast.stmt], *, more: bool) -> Iterator[ast.stmt]:
    """Ends behind which something is carried out; `more`: something stands behind
    all of these.
    """
    for number, one in enumerate(statements):
        following = statements[number + 1 :]
        returns = bool(following) and isinstance(following[0], ast.Return)
        goes_on = bool(following) or more
        if is_end(one) and goes_on and not returns:
            yield one
        loops = isinstance(one, ast.For | ast.AsyncFor | ast.While)
        for block in ("body", "orelse", "finalbody"):
            yield from passed_over(getattr(one, block, []), more=goes_on or loops)
        for case in getattr(one, "cases", []):
            yield from passed_over(case.body, more=goes_on)


def test_nothing_stands_behind_an_end() -> None:
    found = [
        f"{file.name}:{one.lineno}"
        for file in sorted(FOLDER.glob("*.py"))
        for dialogue in dialogues(ast.parse(file.read_text()))
        for one in passed_over(dialogue.body, more=False)
    ]
    assert found == []


def test_each_is_read() -> None:
    """More than forty of them."""
    files = sorted(FOLDER.glob("*.py"))
    read = [len(list(dialogues(ast.parse(file.read_text())))) for file in files]
    assert sum(read) > 40
