"""docs/conformance.md leaves nothing out, and names tests that there are."""

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.conformance.table import PAGE, Row, read

ROOT = Path(__file__).parents[2]
ROWS = read()
DRAFT, XEP_0506 = "Message Scheduling", "XEP-0506"
#: section -> its key words, in their order (RFC 2119; terms and appendices aside)
KEY_WORDS = {
    DRAFT: {
        "4": ["MUST", "SHOULD"],
        "5.1": ["SHOULD", "MUST", "SHOULD", "SHOULD"],
        "5.2": ["MAY"],
        "6": ["MUST", "MUST", "MUST"],
        "7.1": ["MUST", "MAY", "SHOULD"],
        "7.2": ["MAY"],
        "7.3": ["MAY", "SHOULD", "MAY"],
        "8": ["SHOULD"],
        "9": ["SHOULD"],
        "10": ["MUST", "SHOULD", "SHOULD", "SHOULD", "MAY"],
        "11": ["MUST", "SHOULD", "MUST NOT", "SHOULD"],
        "12": ["SHOULD", "MUST", "SHOULD", "MAY", "MUST"],
        "15": ["SHOULD", "SHOULD"],
        "16": ["SHOULD"],
    },
    XEP_0506: {"4": ["SHOULD NOT", "MUST NOT", "SHOULD", "MAY"]},
}
#: sections that ask for something
SECTIONS = {
    DRAFT: [
        *("2", "3", "4", "5", "5.1", "5.2", "6", "7.1", "7.2", "7.3", "8", "9"),
        *("9.1", "10", "11", "12", "13", "14", "15", "16"),
    ],
    XEP_0506: ["1", "3", "4", "9", "10", "11"],
}
#: what the draft names in its examples and lists
ELEMENTS = (
    *("schedule", "id", "to", "body", "deliver-at", "delay-seconds", "timezone"),
    *("recurrence", "expires", "status", "metadata", "schedule-query", "created"),
    *("cancel", "scheduled-by", "scheduler", "delivered-at", "delay"),
)
ATTRIBUTES = ("signed", "to", "from", "type", "id", "xmlns")
STATES = ("scheduled", "queued", "sent", "failed", "cancelled")
CONDITIONS = (
    *("feature-not-implemented", "policy-violation", "not-allowed", "bad-request"),
)


def of(chapter: str) -> list[Row]:
    return [row for row in ROWS if row.chapter.startswith(chapter)]


def asked(specification: str) -> list[Row]:
    return of(f"{specification}: what it asks")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"line {row.line}")
def test_rows(row: Row) -> None:
    """Each has a status; what is done has its tests, what is not its reason."""
    assert row.status in {"yes", "partly", "no", "client"}
    assert row.tests or row.status in {"no", "client"}
    assert row.remark or row.status == "yes"
    # nothing but names of tests, each once
    assert row.cells["tests"] == ", ".join(f"`{test}`" for test in row.tests)
    assert len(set(row.tests)) == len(row.tests)


@cache
def functions(file: str) -> frozenset[str]:
    """The tests at a file's top level."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(one.name for one in tree.body if isinstance(one, ast.FunctionDef))


@pytest.mark.parametrize("test", sorted({test for row in ROWS for test in row.tests}))
def test_named_tests_exist(test: str) -> None:
    """What the page names is a test of this suite."""
    file, _, name = test.partition("::")
    assert (ROOT / file).is_file()
    assert name in functions(file)


@pytest.mark.parametrize("specification", KEY_WORDS)
def test_every_key_word_has_its_row(specification: str) -> None:
    """Each MUST, SHOULD and MAY has its row, in its section and in its place."""
    rows: dict[str, list[str]] = {}
    for row in asked(specification):
        if row.cells["level"].isupper():
            rows.setdefault(row.cells["§"], []).append(row.cells["level"])
    assert rows == KEY_WORDS[specification]


@pytest.mark.parametrize("specification", SECTIONS)
def test_every_section_has_its_rows(specification: str) -> None:
    """No section that asks for something is left out, and all stand in order."""
    found = list(dict.fromkeys(row.cells["§"] for row in asked(specification)))
    assert [one for one in found if one in SECTIONS[specification]] == (
        SECTIONS[specification]
    )


@pytest.mark.parametrize(
    ("chapter", "column", "names"),
    [
        ("elements and attributes", "name", [f"`<{one}/>`" for one in ELEMENTS]),
        ("elements and attributes", "name", [f"`{one}`" for one in ATTRIBUTES]),
        ("states", "state", [f"`{one}`" for one in STATES]),
        ("errors", "condition", [f"`{one}`" for one in CONDITIONS]),
    ],
)
def test_every_name_has_its_row(chapter: str, column: str, names: list[str]) -> None:
    """Each element, attribute, state and condition of the draft has a row."""
    cells = Counter(
        row.cells[column].split(" ")[0] for row in of(f"{DRAFT}: {chapter}")
    )
    assert set(names) <= set(cells)


def test_it_is_linked() -> None:
    """Readers find the page from the first one and from the architecture."""
    for page in ("README.md", "docs/architecture.md"):
        assert f"{PAGE.name})" in (ROOT / page).read_text(encoding="utf-8")
