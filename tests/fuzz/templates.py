"""Templates: their files, the values given for their fields, and the outcome.

The input has up to five parts, each after a line `---`: template.toml (or `@NAME`, a
shipped template), the subject, the body, the values (`FIELD:LANGUAGE=VALUE`, a line
each), and the reader (language, zone and the list's language, a line each). Parts that
are empty are those of a template with a field of every type.
"""

import shutil
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.domain.characters import illegal
from bot.domain.errors import CarillonError
from bot.domain.fields import FieldType
from bot.domain.language import is_tag
from bot.domain.relative import Anchor
from bot.rendering.templates import JinjaTemplates
from tests.fuzz.texts import text_of

NAME = "t"
TOML = 'languages = ["en", "de"]\ntitle.en = "T"\n' + "".join(
    f'[fields.{kind}_]\ntype = "{kind}"\nlabel.en = "L"\n'
    + ('choices = ["a", "b"]\n' if kind is FieldType.CHOICE else "")
    for kind in FieldType
)
SUBJECT = "{{ line_ | default('none') }}"
BODY = "".join(
    f"{{% if {kind}_ is not none %}}{{{{ {kind}_ }}}}{{% endif %}}\n"
    for kind in FieldType
    if kind is not FieldType.BOOLEAN
)
CONTEXT = {
    "list_name": "news",
    "list_title": "News",
    "list_address": "news@announce.example.org",
    "service": "announce.example.org",
    "recipient": "reader@example.org",
}

DUE = Anchor(datetime(2026, 12, 1, 9, tzinfo=UTC), ZoneInfo("Europe/Warsaw"))


@cache
def _root() -> Path:
    """Of the whole process; each input makes its folder in it anew."""
    return Path(tempfile.mkdtemp(prefix="carillon-fuzz-"))


def templates(data: bytes) -> None:
    toml, subject, body, values, reader = (
        *text_of(data).split("\n---\n")[:5],
        *[""] * 5,
    )[:5]
    if toml.startswith("@"):
        _render(JinjaTemplates(), toml[1:], values, reader)
        return
    folder = _root() / NAME
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    _write(folder / "template.toml", toml or TOML)
    for language in ("en", "de"):
        _write(folder / f"subject.{language}.txt.j2", subject or SUBJECT)
        _write(folder / f"body.{language}.txt.j2", body or BODY)
    found = JinjaTemplates(_root())
    for fault in found.check(NAME):
        assert fault.line > 0
    _render(found, NAME, values, reader)


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogateescape"))


def _render(found: JinjaTemplates, name: str, values: str, reader: str) -> None:
    language, zone, fallback = (*reader.split("\n")[:3], "", "", "")[:3]
    given: dict[str, dict[str, str]] = {}
    for row in values.split("\n"):
        key, _, value = row.partition("=")
        field, _, tag = key.partition(":")
        if field:
            given.setdefault(field, {})[tag] = value.replace("\\n", "\n")
    try:
        text = found.render(
            name,
            given,
            language=language,
            zone=zone or "UTC",
            fallback=fallback or "en",
            due=DUE,
            context=CONTEXT,
        )
    except CarillonError:
        return
    assert is_tag(text.language)
    for part, most in ((text.subject or "", 1_024), (text.body, 16_000)):
        assert len(part) <= most
        assert illegal(part) is None
    assert len((text.subject or "").splitlines()) <= 1
