"""The pages hang together: `make docs` finds no fault that these tests let through."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, Page, of_the_site, pages
from tests.docs.tables import TABLES, rewritten

SITE = {page.path: page for page in of_the_site()}
#: a page in the navigation of mkdocs.yml
_ENTRY = re.compile(r"^ +- (?:[^:\n]+: )?([\w/.-]+\.md)$", re.MULTILINE)

#: a file or folder of the code, in code font; where a name is to be put in, it is in
#: capitals
_CODE_PATH = re.compile(r"`((?:bot|tests|migrations|contrib|config)/[a-z0-9_/.-]*)`")


@pytest.mark.parametrize("page", SITE.values(), ids=lambda page: page.name)
def test_links_of_the_site(page: Page) -> None:
    """What a page of the site links to is in docs/, and has that heading."""
    for link in page.links():
        target, _, anchor = link.partition("#")
        path = (page.path.parent / target).resolve() if target else page.path
        assert path.is_relative_to(DOCS), link
        assert path in SITE or path.is_file(), link
        assert not anchor or anchor in SITE[path].anchors(), link


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_links_in_the_repository(page: Page) -> None:
    """What a page links to is there for who reads it in the repository, too."""
    for link in page.links():
        target = page.path.parent / link.partition("#")[0]
        made_for_the_site = target.resolve() in SITE
        assert target.exists() or made_for_the_site, link


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_paths_of_the_code(page: Page) -> None:
    """A file or folder of the code that a page names is there."""
    for path in _CODE_PATH.findall(page.text):
        assert (ROOT / path).exists(), path


def test_the_navigation_holds_every_page() -> None:
    """Each page but the decisions (which have a page of links) is in mkdocs.yml."""
    named = _ENTRY.findall((ROOT / "mkdocs.yml").read_text())
    there = {str(path.relative_to(DOCS)) for path in SITE}
    assert len(named) == len(set(named))
    assert set(named) == {name for name in there if not re.match(r"decisions/0", name)}


def test_every_table_is_used() -> None:
    """Each table that is made from the code stands on a page."""
    text = "".join(page.text for page in pages())
    assert [name for name in TABLES if f"<!-- {name} -->" not in text] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_tables_are_up_to_date(page: Page) -> None:
    """What is made from the code says what the code says now."""
    if rewritten(page.text) != page.text:
        pytest.fail(f"{page.name} is out of date: run .venv/bin/python -m tests.docs")


def test_nothing_is_fetched() -> None:
    """The site is read without a network: no picture and no script from elsewhere."""
    sources = [*(page.text for page in SITE.values())]
    sources += [path.read_text() for path in Path(DOCS, "images").glob("*.svg")]
    for text in sources:
        assert not re.search(r"!\[[^\]]*\]\(https?:|<(script|img|iframe)\b", text)
        assert not re.search(r"(href|src|url)\s*[=(]\s*['\"]?https?:", text)
    settings = (ROOT / "mkdocs.yml").read_text()
    assert "font: false" in settings
    # else the theme's plugin names one on the network
    assert "- assets/iframe-worker.js" in settings
    assert "http" not in settings
