"""Modules name the rows of docs/conformance.md that they make true."""

import re
from pathlib import Path

import pytest

from tests.conformance.table import Row, read

ROOT = Path(__file__).parents[2]
#: in a module's docstring, each in a line of its own
_REFERENCE = re.compile(r"docs/conformance\.md, ([^:\n]+): (.+)")
REFERENCES = {
    (module.relative_to(ROOT).as_posix(), *found)
    for module in (ROOT / "bot").rglob("*.py")
    for found in _REFERENCE.findall(module.read_text(encoding="utf-8"))
}


def _named(row: Row) -> tuple[str, str]:
    """What a module calls a row: its heading, and its first cell."""
    heading = row.section if row.chapter.startswith("Decided") else row.chapter
    column, name = next(iter(row.cells.items()))
    name = f"§{name}" if column == "§" else name.replace("`", "")
    return heading.partition(":")[0], name


def test_it_is_named() -> None:
    """The doors and what they write name their rows, each in the same form."""
    modules = {module for module, _, _ in REFERENCES}
    assert len(modules) >= 10
    for module in (ROOT / "bot").rglob("*.py"):
        text = module.read_text(encoding="utf-8")
        assert text.count("docs/conformance.md") == len(_REFERENCE.findall(text)), (
            module
        )


@pytest.mark.parametrize(("module", "heading", "name"), sorted(REFERENCES))
def test_named_rows_exist(module: str, heading: str, name: str) -> None:
    """What a module names is a row of the page, and one that is done."""
    rows = [row for row in read() if _named(row) == (heading, name)]
    assert rows, module
    assert any(row.status in {"yes", "partly"} for row in rows)
