"""A run of everything fails where a test that the page names has not passed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFTEST = """
from pathlib import Path
from tests.conformance.ran import watch

def pytest_configure(config):
    watch(config, strict={strict}, page=Path(__file__).parents[1] / "page.md")
"""
PAGE = """
| what | status | tests | remark |
|---|---|---|---|
| it | yes | `tests/test_it.py::test_it` | |
"""
PARALLEL = ("-p", "xdist", "-n", "1")
GOOD = "def test_it(): pass"
GONE = "def test_other(): pass"
BAD = "def test_it(): assert False"
BROKEN = """
import pytest
@pytest.fixture
def thing(): raise RuntimeError
def test_it(thing): pass
"""
SKIPPED = """
import pytest
def test_it(): pytest.skip("no server")
"""
PARTLY_SKIPPED = """
import pytest
@pytest.mark.parametrize("number", [1, 2])
def test_it(number):
    if number == 2: pytest.skip("nothing for the second")
"""


def run(folder: Path, suite: str, *arguments: str, strict: bool) -> tuple[int, str]:
    """Exit code and output of a suite of its own, whose page names `test_it`."""
    (folder / "tests").mkdir()
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    (folder / "page.md").write_text(PAGE)
    (folder / "tests" / "conftest.py").write_text(CONFTEST.format(strict=strict))
    (folder / "tests" / "test_it.py").write_text(suite)
    (folder / "tests" / "test_more.py").write_text("def test_more(): pass")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=folder,
        # other plugins take longer to load than all of it takes to run
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("suite", "strict", "fault", "parallel"),
    [
        (GOOD, True, None, ()),
        (GOOD, True, None, PARALLEL),
        (PARTLY_SKIPPED, True, None, ()),
        (SKIPPED, False, None, ()),
        (SKIPPED, True, "was skipped", PARALLEL),
        (GONE, True, "did not run", ()),
        (BAD, True, "failed", ()),
        (BAD, True, "failed", PARALLEL),
        (BROKEN, True, "failed", ()),
    ],
)
def test_everything(
    tmp_path: Path,
    suite: str,
    strict: bool,
    fault: str | None,
    parallel: tuple[str, ...],
) -> None:
    """Exit code and a line say what has not passed, in one process and in several."""
    code, said = run(tmp_path, suite, *parallel, strict=strict)
    assert code == (0 if fault is None else 1), said
    line = f"page.md:4: tests/test_it.py::test_it {fault}"
    assert (line in said.splitlines()) == (fault is not None), said


@pytest.mark.parametrize(
    "arguments",
    [
        ("tests/test_more.py",),
        ("-k", "more"),
        ("--deselect", "tests/test_it.py::test_it"),
        ("--ignore", "tests/test_it.py"),
    ],
)
def test_a_part(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """A run of a part says nothing of what it left out."""
    code, said = run(tmp_path, GOOD, *arguments, strict=True)
    assert code == 0, said
    assert "1 passed" in said


def test_the_folder_is_everything(tmp_path: Path) -> None:
    """Naming the whole folder leaves nothing out."""
    code, said = run(tmp_path, GONE, "tests", strict=True)
    assert (code, "did not run" in said) == (1, True), said
