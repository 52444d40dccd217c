"""The man pages are of the commands as they are now, and are proper man pages."""

import pytest

from contrib.manual import FOLDER, pages
from tests.servers import tools

PAGES = pages()
#: pages without a date do not change by themselves
ACCEPTED = "missing date"


def test_up_to_date() -> None:
    """`make man` would change nothing: run it where this fails."""
    kept = {file.name: file.read_text() for file in FOLDER.iterdir()}
    assert kept == {name: f"{text}\n" for name, text in PAGES.items()}


@pytest.mark.parametrize("name", PAGES)
def test_proper(name: str) -> None:
    """What reads man pages finds no fault, and shows the page under its name."""
    ran = tools.run("mandoc", "-T", "lint", FOLDER / name)
    faults = [line for line in ran.stdout.splitlines() if ACCEPTED not in line]
    assert faults == []
    shown = tools.run("mandoc", "-T", "utf8", FOLDER / name).stdout
    assert f"{name.removesuffix('.1').upper()}(1)" in shown


def test_announce_is_whole() -> None:
    """Every option of a command is on its page."""
    page = PAGES["carillon-announce.1"]
    assert "\\-\\-template NAME" in page
    assert "\\-h, \\-\\-help" in page
