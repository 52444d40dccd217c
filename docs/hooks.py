"""Pages of the site that are made of what stands elsewhere in the repository.

MkDocs calls `on_files` (MkDocs 1.6, "Hooks"). A page made here has no file in docs/:
its text is kept once, where people look for it first.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `make docs` alone installs it
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).parents[1]
#: file of the repository -> page of the site
COPIED = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
#: a page of docs/, as a file at the top names it
_LINK = re.compile(r"\]\(docs/")


def made() -> dict[str, str]:
    """Every page that is made: path below docs/ and Markdown."""
    pages = {
        page: _LINK.sub("](", (ROOT / name).read_text(encoding="utf-8"))
        for name, page in COPIED.items()
    }
    return pages | {"decisions/index.md": _decisions()}


def _decisions() -> str:
    lines = ["# Decisions", "", "Why it is as it is: one page for each choice.", ""]
    for path in sorted((ROOT / "docs" / "decisions").glob("0*.md")):
        title = path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")
        number, _, text = title.partition(". ")
        lines.append(f"- {number}: [{text or title}]({path.name})")
    return "\n".join([*lines, ""])


def on_files(files: "Files", config: "MkDocsConfig") -> "Files":
    """Add the pages that are made."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - see above

    for page, text in made().items():
        files.append(File.generated(config, page, content=text))
    return files
