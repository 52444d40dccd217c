"""What `templates check` finds, with file and line."""

import codecs
import os

import pytest

from bot.domain.errors import Invalid
from bot.rendering.templates import JinjaTemplates
from tests.rendering.conftest import TOML, Share, Write, render

FIELD = '[fields.x]\ntype = "line"\nlabel = { en = "X", de = "X" }\n'
USING: dict[str, str | None] = {"body.en": "{{ x | default('') }}a"}
USING |= {"body.de": "{{ x | default('') }}a"}


def faults(templates: JinjaTemplates, name: str = "t") -> list[tuple[str, int, str]]:
    return [
        (fault.file.name, fault.line, fault.text) for fault in templates.check(name)
    ]


def test_none(write: Write, templates: JinjaTemplates) -> None:
    """A sound template has no faults."""
    write("t", USING, toml=TOML + FIELD)
    assert faults(templates) == []


@pytest.mark.parametrize(
    ("body", "line", "reason"),
    [
        ("a\n{{ x", 2, "end of"),
        ("a\nb\n{% if %}{% endif %}", 3, "Expected an expression"),
        ("a\n{% if x %}", 2, "Unexpected end of template"),
        ("{% nonsense %}", 1, "unknown tag 'nonsense'"),
        ("a\n\n{{ nobody }}", 3, "'nobody' is not a declared field"),
        ("a\n{{ x | center }}", 2, "no filter is called 'center'; there are bullets"),
        ("a\n{{ 1 if x is odd }}", 2, "no test is called 'odd'"),
        ("a\n{% for c in x %}{% endfor %}", 2, "loops are not available"),
        ("a\n{% include 'b' %}", 2, "there is no _shared/b.de.txt.j2"),
        ("a\nb\x0bc", 2, "U+000B cannot be sent"),
        ("a" * 65_537, 1, "over 65,536 bytes"),
    ],
)
def test_wording(
    write: Write, templates: JinjaTemplates, body: str, line: int, reason: str
) -> None:
    """What is wrong in a wording is found at its line, and nothing is sent of it."""
    write("t", USING | {"body.de": body}, toml=TOML + FIELD)
    found = [entry for entry in faults(templates) if reason in entry[2]]
    assert [entry[:2] for entry in found] == [("body.de.txt.j2", line)]
    with pytest.raises(Invalid, match="broken"):
        render(templates)


@pytest.mark.parametrize(
    ("body", "line", "reason"),
    [
        ("a\nb {{ x }}", 2, "optional and not given"),
        (
            "{% if x %}\n{{ x | duration }}{% endif %}a",
            2,
            "`duration` is for lengths of time; `x` is text",
        ),
        ("{{ x | default('y') }}\n{{ 'a' + 'b' }}", 2, "`+` takes two numbers"),
        ("{{ x | default('y') }}" + "a" * 16_001, 1, "over 16,000 characters"),
        (r"{{ x | default('y') }}{{ '\x00' }}", 1, "U+0000 cannot be sent"),
        ("{% if x %}a{% endif %}", 1, "the body can come out empty"),
    ],
)
def test_trial(
    write: Write, templates: JinjaTemplates, body: str, line: int, reason: str
) -> None:
    """What only shows when the wording is filled in is found as well."""
    write("t", USING | {"body.de": body}, toml=TOML + FIELD)
    (found,) = faults(templates)
    assert found[:2] == ("body.de.txt.j2", line)
    assert reason in found[2]


def test_trial_of_combinations(write: Write, templates: JinjaTemplates) -> None:
    """A field used where only another was asked for is found."""
    fields = FIELD + FIELD.replace("x", "y", 1)
    body = "a{% if x %}{{ y }}{% endif %}"
    write("t", dict.fromkeys(("body.en", "body.de"), body), toml=TOML + fields)
    assert {entry[0] for entry in faults(templates)} == {
        "body.en.txt.j2",
        "body.de.txt.j2",
    }


def test_long_subject(write: Write, templates: JinjaTemplates) -> None:
    """A subject over 1,024 characters is found; one of 1,024 is not."""
    write("t", {"subject.en": "a" * 1_024, "subject.de": "a" * 1_025})
    assert faults(templates) == [
        ("subject.de.txt.j2", 1, "it is over 1,024 characters")
    ]


@pytest.mark.parametrize("part", ["subject", "body"])
def test_missing_language(write: Write, templates: JinjaTemplates, part: str) -> None:
    """A declared language needs subject and body."""
    write("t", {f"{part}.de": None})
    assert faults(templates) == [(f"{part}.de.txt.j2", 1, "the file is missing")]


def test_undeclared_language(write: Write, templates: JinjaTemplates) -> None:
    """Wording in a language that is not declared would never be used."""
    write("t", {"body.fr": "bonjour"})
    ((file, line, text),) = faults(templates)
    assert (file, line) == ("body.fr.txt.j2", 1)
    assert "'fr' is not among the declared" in text


def test_unused_field(write: Write, templates: JinjaTemplates) -> None:
    """A field that no wording uses is found where it is declared."""
    write("t", toml=TOML + "\n" + FIELD)
    line = TOML.count("\n") + 2
    assert faults(templates) == [("template.toml", line, "the field 'x' is never used")]


def test_field_unused_in_one_language(write: Write, templates: JinjaTemplates) -> None:
    """A field that one language leaves out is found there."""
    write("t", USING | {"body.de": "nichts"}, toml=TOML + FIELD)
    ((file, _, text),) = faults(templates)
    assert (file, text) == (
        "body.de.txt.j2",
        "the field 'x' is not used in the language 'de'",
    )


def test_untranslated_label(write: Write, templates: JinjaTemplates) -> None:
    """A label or title that lacks a declared language is found at its line."""
    write("t", USING, toml=TOML + FIELD.replace(', de = "X"', ""))
    line = TOML.count("\n") + 3
    assert faults(templates) == [
        ("template.toml", line, "fields.x.label: the language 'de' is missing")
    ]


def test_labels_of_choices(write: Write, templates: JinjaTemplates) -> None:
    """Choices may have labels in each language; one that lacks some is found."""
    choices = 'choices = { a = { en = "A", de = "Ah" }, b = { en = "B", de = "Be" } }\n'
    toml = TOML + FIELD.replace("line", "choice") + choices
    write("t", USING, toml=toml)
    (field,) = templates.get("t").fields
    assert field.choices == ("a", "b")
    assert field.choice_labels["b"] == {"en": "B", "de": "Be"}
    assert faults(templates) == []
    write("t", USING, toml=toml.replace(', de = "Be"', ""))
    assert faults(templates) == [
        ("template.toml", 7, "fields.x.choices.b: the language 'de' is missing")
    ]


@pytest.mark.parametrize("test", ["x == 'aa'", "'aa' != x", "not x == 'aa'"])
def test_choice_that_is_none(
    write: Write, templates: JinjaTemplates, test: str
) -> None:
    """A choice compared with what is none of its choices is found at its line."""
    toml = TOML + FIELD.replace("line", "choice") + 'choices = ["a", "b"]\n'
    body = f"one\n{{% if {test} %}}\n{{% endif %}}\n{{% if x == 'b' %}}\nb{{% endif %}}"
    write("t", {"body.en": body, "body.de": USING["body.de"]}, toml=toml)
    assert faults(templates) == [
        ("body.en.txt.j2", 2, "'x' is never 'aa'; its choices are a, b")
    ]


@pytest.mark.parametrize(
    ("toml", "line", "reason"),
    [
        ("a = \n", 1, "not TOML"),
        ('title = "x', 1, "not TOML"),
        (TOML + "colour = 1\n", 4, "colour: there is no such key"),
        ('languages = []\ntitle.en = "T"\n', 1, "languages: it is empty"),
        ('title.en = "T"\n', 1, "languages: has to be given"),
        ('languages = ["en_us"]\ntitle.en = "T"\n', 1, "do you mean 'en-US'?"),
        ('languages = ["xx"]\ntitle.en = "T"\n', 1, "there is no language 'xx'"),
        ('languages = ["en"]\ntitle.German = "T"\n', 2, "do you mean 'de'?"),
        (
            TOML + FIELD.replace("line", "colour"),
            5,
            "fields.x.type: it is none of 'text'",
        ),
        (TOML + FIELD.replace("x", "X", 1), 4, "lower_case"),
        (TOML + FIELD.replace("x", "service", 1), 4, "meaning of its own"),
        (TOML + FIELD.replace("x", "not", 1), 4, "meaning of its own"),
        (TOML + FIELD.replace("line", "choice"), 4, "`choices` are for"),
        (TOML + FIELD + 'choices = ["a"]\n', 4, "`choices` are for"),
        (TOML + FIELD + 'required = true\ndefault = "a"\n', 4, "drop `required`"),
        (TOML + FIELD.replace("line", "moment") + 'default = "a"\n', 4, "`default`:"),
        (TOML + FIELD.replace('"X"', '"a\\u0000"', 1), 6, "U+0000"),
    ],
)
def test_declaration(
    write: Write, templates: JinjaTemplates, toml: str, line: int, reason: str
) -> None:
    """What is wrong in template.toml is found at its line, and nothing is sent."""
    write("t", toml=toml)
    found = [entry for entry in faults(templates) if reason in entry[2]]
    assert [entry[:2] for entry in found] == [("template.toml", line)]
    with pytest.raises(Invalid, match="broken"):
        templates.get("t")


def test_all_at_once(write: Write, templates: JinjaTemplates) -> None:
    """Every fault is reported, not only the first."""
    files: dict[str, str | None] = {"body.en": "{{ a }}\n{{ b }}", "subject.de": None}
    write("t", files)
    assert len(faults(templates)) == 3


def test_unreadable_files(write: Write, templates: JinjaTemplates) -> None:
    """Files that are no text or no files are faults, and nothing hangs on them."""
    folder = write("t", {"body.en": None, "subject.en": None, "body.de": None})
    (folder / "body.en.txt.j2").write_bytes("Hallo\nGrüße".encode("latin-1"))
    (folder / "subject.en.txt.j2").mkdir()
    os.mkfifo(folder / "body.de.txt.j2")
    assert faults(templates) == [
        ("body.de.txt.j2", 1, "it is no file"),
        ("body.en.txt.j2", 2, "the line is not UTF-8; save the file as UTF-8"),
        ("subject.en.txt.j2", 1, "it is no file"),
    ]


def test_byte_order_marks(
    write: Write, share: Share, templates: JinjaTemplates
) -> None:
    """The mark that some editors put before a file is sent to nobody."""
    shared = share({"s": "ours\n"}) / "s.txt.j2"
    folder = write("t", {"body.en": 'one\n{% include "s" %}'})
    for file in (shared, *folder.iterdir()):
        file.write_bytes(codecs.BOM_UTF8 + file.read_bytes())
    assert templates.check_all() == []
    assert render(templates).body == "one\nours"
    assert render(templates).subject == "subject en"


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (TOML + '\ntitle = "x"\n', 5, "title is given twice, first in line 3"),
        (TOML + FIELD + FIELD, 7, "[fields.x] is given twice, first in line 4"),
        (TOML + "# Grüße", 4, "the line is not UTF-8; save the file as UTF-8"),
    ],
)
def test_a_declaration_that_is_misread(
    write: Write, templates: JinjaTemplates, content: str, line: int, reason: str
) -> None:
    """What is given twice is named with both lines, another encoding with one."""
    folder = write("t")
    (folder / "template.toml").write_bytes(content.encode("latin-1"))
    assert faults(templates) == [("template.toml", line, reason)]


def test_internals_stay_inside(write: Write, templates: JinjaTemplates) -> None:
    """A refusal names the template and the command, but no path."""
    folder = write("t", {"body.en": "{{"})
    with pytest.raises(Invalid) as refusal:
        render(templates)
    assert str(folder) not in refusal.value.text
    assert "templates check t" in refusal.value.text
