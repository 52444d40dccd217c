"""docs/conformance.md as rows: what is asked, how it stands, what shows it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
_HEADING = re.compile(r"(#+) (.+)")
_TEST = re.compile(r"`(tests/[a-z0-9_/]+\.py::test_[a-z0-9_]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table that has the columns `status` and `tests`."""

    line: int
    #: the headings of levels 2 and 3 that it stands under
    chapter: str
    section: str
    #: by the table's header
    cells: Mapping[str, str]

    @property
    def status(self) -> str:
        return self.cells["status"]

    @property
    def remark(self) -> str:
        return self.cells["remark"]

    @property
    def tests(self) -> list[str]:
        """As pytest names them, without parameters."""
        return _TEST.findall(self.cells["tests"])


def read(page: Path = PAGE) -> list[Row]:
    return list(_rows(page.read_text(encoding="utf-8").splitlines()))


def _rows(lines: list[str]) -> Iterator[Row]:
    headings = {2: "", 3: ""}
    header: list[str] = []
    for number, line in enumerate(lines, 1):
        if heading := _HEADING.fullmatch(line):
            level = len(heading[1])
            headings |= {deeper: "" for deeper in headings if deeper > level}
            headings[level] = heading[2]
        if not line.startswith("|"):
            header = []
            continue
        cells = [cell.strip() for cell in line[1:].removesuffix("|").split("|")]
        if not header:
            header = cells
        elif {"status", "tests"} <= set(header) and set(line) - set("|- "):
            yield Row(
                line=number,
                chapter=headings[2],
                section=headings[3],
                cells=dict(zip(header, cells, strict=True)),
            )
