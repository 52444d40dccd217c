"""`python -m tests.docs`: write the tables of the reference anew."""

from tests.docs.tables import DOCS, rewritten

for path in sorted(DOCS.rglob("*.md")):
    text = path.read_text(encoding="utf-8")
    if (new := rewritten(text)) != text:
        path.write_text(new, encoding="utf-8")
        print(f"{path.relative_to(DOCS.parent)}: written")
