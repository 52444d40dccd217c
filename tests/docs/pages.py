"""The pages that people read (README.md, docs/ and others), and their blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from docs.hooks import COPIED, made

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
#: "not run" and why, in a comment before a block
_BLOCK = re.compile(
    r"(?:^`(?P<file>[\w./-]+)`:\n\n)?"
    r"(?:^[ ]*<!-- not run: (?P<why>[^\n]+) -->\n)?"
    r"^(?P<indent>[ ]*)```(?P<kind>\w+)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
#: [text](target) and ![text](target), outside of code
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"^( *)```.*?^\1```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `file` is the name that the page gives it."""

    kind: str
    text: str
    file: str | None
    #: why its commands cannot run in a test
    why: str | None


@dataclass(frozen=True, slots=True)
class Page:
    path: Path
    text: str

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    def blocks(self, *kinds: str) -> list[Block]:
        return [
            Block(
                kind=found["kind"],
                text=dedent(found["text"]),
                file=found["file"],
                why=found["why"],
            )
            for found in _BLOCK.finditer(self.text)
            if found["kind"] in kinds
        ]

    def links(self) -> list[str]:
        """Targets below the repository, with their anchors."""
        targets = _LINK.findall(_CODE.sub("", self.text))
        return [one for one in targets if not re.match(r"[a-z]+:", one)]

    def anchors(self) -> set[str]:
        """As Python-Markdown makes them of headings."""
        return {_slug(heading) for heading in _HEADING.findall(_fenceless(self.text))}


def _fenceless(text: str) -> str:
    return re.sub(r"^( *)```.*?^\1```$", "", text, flags=re.MULTILINE | re.DOTALL)


def _slug(heading: str) -> str:
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    words = re.sub(r"[^\w\s-]", "", plain).strip().lower()
    return re.sub(r"[-\s]+", "-", words)


def page(path: Path) -> Page:
    return Page(path, path.read_text(encoding="utf-8"))


def pages() -> list[Page]:
    """Every page in the repository."""
    found = [ROOT / "README.md", *(ROOT / name for name in COPIED)]
    return [page(path) for path in [*found, *sorted(DOCS.rglob("*.md"))]]


def of_the_site() -> Iterator[Page]:
    """Every page of the site, those that are made included."""
    for path in sorted(DOCS.rglob("*.md")):
        yield page(path)
    for name, text in made().items():
        yield Page(DOCS / name, text)
