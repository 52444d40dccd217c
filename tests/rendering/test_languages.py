"""Which language a reader gets."""

import pytest

from bot.rendering.templates import JinjaTemplates
from tests.rendering.conftest import TOML, Write, render

FIELDS = '[fields.x]\ntype = "line"\nlabel.en = "X"\n'
BODIES: dict[str, str | None] = {"body.en": "en {{ x }}", "body.de": "de {{ x }}"}


@pytest.mark.parametrize(
    ("language", "fallback", "spoken"),
    [
        ("de", "en", "de"),
        ("de-AT", "en", "de"),
        ("DE", "en", "de"),
        ("fr", "de", "de"),
        ("fr", "de-CH", "de"),
        ("fr", "it", "en"),
        ("", "de", "de"),
        ("", "", "en"),
        ("../../etc/passwd", "de", "de"),
        ("x" * 10_000, "de", "de"),
    ],
)
def test_text(
    write: Write, templates: JinjaTemplates, language: str, fallback: str, spoken: str
) -> None:
    """Exact tag, base language, the list's default, the template's first."""
    write("t")
    text = render(templates, language=language, fallback=fallback)
    assert text.language == spoken
    assert (text.subject, text.body) == (f"subject {spoken}", f"body {spoken}")


@pytest.mark.parametrize(
    ("values", "language", "said"),
    [
        ({"en": "disks", "de": "Platten"}, "de-AT", "de Platten"),
        ({"de": "Platten", "de-AT": "Platteln"}, "de-AT", "de Platteln"),
        ({"en": "disks"}, "de", "de disks"),
        ({"fr": "disques", "": "disks"}, "de", "de disks"),
        ({"fr": "disques", "it": "dischi"}, "de", "de disques"),
        ({"de": "", "en": "disks"}, "de", "de disks"),
    ],
)
def test_value(
    write: Write,
    templates: JinjaTemplates,
    values: dict[str, str],
    language: str,
    said: str,
) -> None:
    """A field's value is chosen as the text is; one without a tag comes before any."""
    write("t", BODIES, toml=TOML + FIELDS)
    text = render(templates, values={"x": values}, language=language)
    assert text.body == said


def test_reads_recipient(write: Write, templates: JinjaTemplates) -> None:
    """A template that names the recipient in any language is rendered per reader."""
    write("plain")
    write("personal", {"body.de": "Hallo {{ recipient }}"})
    assert not templates.reads_recipient("plain")
    assert templates.reads_recipient("personal")
    context = {"recipient": "ann@example.org"}
    text = render(templates, "personal", language="de", context=context)
    assert text.body == "Hallo ann@example.org"


def test_subject_is_one_line(write: Write, templates: JinjaTemplates) -> None:
    """Line breaks in what makes up a subject become spaces."""
    fields = FIELDS.replace("line", "text")
    files: dict[str, str | None] = {"subject.en": "\n New:\n {{ x }}\n"}
    write("t", files | BODIES | {"subject.de": "{{ x }}"}, toml=TOML + fields)
    assert render(templates, given={"x": "a\n\nb"}).subject == "New: a b"
