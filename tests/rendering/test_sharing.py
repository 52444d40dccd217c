"""What templates share: included files, layouts and their blocks."""

from pathlib import Path

import pytest

from bot.domain.errors import Invalid
from bot.rendering.assembly import MAX_DEPTH, MAX_PARTS
from bot.rendering.templates import JinjaTemplates
from tests.rendering.conftest import TOML, Say, Share, Write, render

FIELD = '[fields.x]\ntype = "line"\nlabel = { en = "X", de = "X" }\n'
LAYOUT = "top\n{% block facts %}\nno facts\n{% endblock %}\nbottom\n"


def fill(text: str, block: str = "facts") -> str:
    """A wording that extends the layout."""
    return (
        f'{{% extends "layout" %}}\n{{% block {block} %}}\n{text}\n{{% endblock %}}\n'
    )


def faults(templates: JinjaTemplates, name: str = "t") -> list[tuple[str, int, str]]:
    return [
        (fault.file.name, fault.line, fault.text) for fault in templates.check(name)
    ]


def test_include(say: Say, share: Share) -> None:
    """An included file's lines stand in the place of the line that names it."""
    share({"middle": "b\nc\n"})
    assert say('a\n{% include "middle" %}\nd\n') == "a\nb\nc\nd"


@pytest.mark.parametrize("ending", ["", "\n"])
def test_include_of_nothing(say: Say, share: Share, ending: str) -> None:
    """A file that comes to nothing, or lacks its last newline, leaves no gap."""
    share({"empty": "{# nothing #}" + ending, "last": "b" + ending})
    body = 'a\n{% include "empty" %}\n{% include "last" %}\nc'
    assert say(body) == "a\nb\nc"


def test_include_speaks_the_language(
    say: Say, share: Share, write: Write, templates: JinjaTemplates
) -> None:
    """Of an included file, the one in the wording's language is taken, else any's."""
    share({"hi.en": "hello", "hi.de": "hallo", "all": "x"})
    body = '{% include "hi" %}\n{% include "all" %}'
    assert say(body) == "hello\nx"
    assert say(body, language="de") == "hallo\nx"
    toml = TOML.replace('"de"]', '"de", "de-AT"]')
    write("t", {"body.de-AT": body, "subject.de-AT": "s"}, toml=toml)
    assert render(templates, language="de-AT").body == "hallo\nx"


def test_include_in_a_subject(
    write: Write, share: Share, templates: JinjaTemplates
) -> None:
    """A subject may include as well, and stays one line."""
    share({"prefix": "[example.org]\n"})
    write("t", {"subject.en": '{% include "prefix" %}\nNews'})
    assert render(templates).subject == "[example.org] News"


def test_include_sees_the_fields(
    say: Say, share: Share, templates: JinjaTemplates
) -> None:
    """A field that only an included file uses counts as used, in a branch too."""
    share({"x": "x is {{ x }}\n"})
    body = 'a\n{% if x %}\n{% include "x" %}\n{% endif %}'
    assert say(body, FIELD, given={"x": "1"}) == "a\nx is 1"
    assert say(body, FIELD) == "a"
    assert templates.check("t") == []


def test_includes_in_includes(say: Say, share: Share) -> None:
    """An included file may include others; one may be included twice."""
    share({"a": 'a\n{% include "b" %}\n', "b": "b\n"})
    assert say('{% include "a" %}\n{% include "b" %}\n') == "a\nb\nb"


def test_layout(say: Say, share: Share) -> None:
    """A layout says where a block stands, the wording what is in it."""
    share({"layout": LAYOUT})
    assert say(fill("facts")) == "top\nfacts\nbottom"
    assert say('{% extends "layout" %}') == "top\nno facts\nbottom"
    assert say('{% include "layout" %}') == "top\nno facts\nbottom"


def test_layout_over_a_layout(say: Say, share: Share) -> None:
    """A layout may extend another; what is furthest from it counts."""
    share(
        {
            "base": LAYOUT.replace("bottom", "{% block end %}\nbye\n{% endblock %}"),
            "layout": '{% extends "base" %}\n{% block facts %}\nsome\n{% endblock %}\n'
            "{% block end %}\nciao\n{% endblock %}",
        }
    )
    assert say(fill("mine")) == "top\nmine\nciao"
    assert say('{% extends "layout" %}') == "top\nsome\nciao"


def test_blocks_of_included_files_are_their_own(say: Say, share: Share) -> None:
    """A block fills its layout and not files that this includes."""
    share(
        {
            "layout": '{% include "other" %}\n{% block facts %}\n{% endblock %}\n',
            "other": "{% block facts %}\nother\n{% endblock %}\n",
        }
    )
    assert say(fill("mine")) == "other\nmine"


def test_blocks_may_include(say: Say, share: Share) -> None:
    """What fills a block may include files and use fields."""
    share({"layout": LAYOUT, "x": "{{ x }}!\n"})
    body = fill('{% include "x" %}')
    assert say(body, FIELD, given={"x": "1"}) == "top\n1!\nbottom"


def test_operators_file_comes_first(share: Share, templates: JinjaTemplates) -> None:
    """An operator's shared file replaces the shipped one in the shipped templates."""
    given = {"summary": "Disks", "start": "2026-12-05T22:00:00Z"}
    plain = render(templates, "maintenance", given=given).body
    share({"signature": "\nThe team\n"})
    assert render(templates, "maintenance", given=given).body == plain + "\n\nThe team"


def test_own_templates_use_shipped_files(
    write: Write, templates: JinjaTemplates
) -> None:
    """A template in the operator's folder finds the shipped shared files."""
    fields = FIELD.replace("fields.x", "fields.contact")
    body = 'a\n{% include "contact" %}\n'
    write("t", {"body.en": body, "body.de": body}, toml=TOML + fields)
    said = render(templates, given={"contact": "ann@example.org"}).body
    assert said == "a\n\nQuestions? ann@example.org"


def test_edits_of_shared_files_count_at_once(
    say: Say, share: Share, templates: JinjaTemplates
) -> None:
    """What is changed, added or taken away in `_shared` counts from the next call."""
    folder = share({"x": "one"})
    assert say('{% include "x" %}') == "one"
    share({"x": "two!"})
    assert render(templates).body == "two!"
    share({"x.en": "three"})
    assert render(templates).body == "three"
    (folder / "x.en.txt.j2").unlink()
    assert render(templates).body == "two!"
    (folder / "x.txt.j2").unlink()
    with pytest.raises(Invalid, match="broken"):
        render(templates)


def test_no_template_of_that_name(share: Share, templates: JinjaTemplates) -> None:
    """The folder of shared files is no template."""
    share({"x": "x"})
    assert "_shared" not in templates.names()
    with pytest.raises(Invalid, match="no template is called"):
        templates.get("_shared")


@pytest.mark.parametrize(
    ("body", "line", "reason"),
    [
        ('a\n{% include "nothing" %}', 2, "no _shared/nothing.en.txt.j2 or _shared/n"),
        ('{% include "../t/body.de" %}', 1, "is no shared file's name"),
        ('{% include "/etc/passwd" %}', 1, "is no shared file's name"),
        ('{% include "layout.txt.j2" %}', 1, "is no shared file's name"),
        ('{% include "" %}', 1, "is no shared file's name"),
        ("{% include x %}", 1, "quotation marks"),
        ("{% include 1 %}", 1, "quotation marks"),
        ('{% include ["a", "b"] %}', 1, "quotation marks"),
        ('{% include "x" if x else "y" %}', 1, "quotation marks"),
        ('{% include "layout" ignore missing %}', 1, "without more"),
        ('{% include "layout" without context %}', 1, "without more"),
        ("{% block a required %}{% endblock %}", 1, "without more"),
        ("{% block a scoped %}{% endblock %}", 1, "without more"),
        ("{% block a %}{% block b %}{% endblock %}{% endblock %}", 1, "in a block"),
        ("{% block a %}{% endblock %}\n{% block a %}{% endblock %}", 2, "twice"),
        ('{% extends "nothing" %}', 1, "there is no _shared/nothing.en"),
        ("{% extends x %}", 1, "quotation marks"),
        (fill("a", "fact"), 2, "layout.txt.j2 has no block 'fact'; it has facts"),
        (fill("a") + "\nmore", 5, "nothing outside of its blocks"),
        (fill("a") + "{{ x }}", 5, "nothing outside of its blocks"),
        ("before\n" + fill("a"), 1, "nothing outside of its blocks"),
        (fill("a") + fill("b"), 5, "nothing outside of its blocks"),
        (fill("{% block b %}{% endblock %}"), 3, "in a block"),
        ('a{% if x %}{% extends "layout" %}{% endif %}', 1, "outside of everything"),
        ('{% import "layout" as l %}', 1, "cannot import"),
        ("{{ super() }}", 1, "calls are not available"),
    ],
)
def test_refused(
    write: Write,
    share: Share,
    templates: JinjaTemplates,
    body: str,
    line: int,
    reason: str,
) -> None:
    """What is wrong with an inclusion is found at its line, and nothing is sent."""
    share({"layout": LAYOUT})
    write("t", {"body.en": body}, toml=TOML + FIELD)
    found = [entry for entry in faults(templates) if reason in entry[2]]
    assert [entry[:2] for entry in found] == [("body.en.txt.j2", line)]
    with pytest.raises(Invalid, match="broken"):
        render(templates)


def test_faults_in_shared_files(
    write: Write, share: Share, templates: JinjaTemplates
) -> None:
    """What is wrong in a shared file is found there, at its line, and once."""
    share(
        {
            "syntax": "a\n{{ x",
            "undeclared": "a\nb\n{{ contact }}",
            "filter": "{{ x | center }}",
            "illegal": "a\nb\x0bc",
        }
    )
    for number, stem in enumerate(("syntax", "undeclared", "filter", "illegal")):
        body = f'one\n{{% include "{stem}" %}}\ntwo\n{{% include "{stem}" %}}'
        write(f"t{number}", dict.fromkeys(("body.en", "body.de"), body))
    found = [fault for n in range(4) for fault in faults(templates, f"t{n}")]
    assert [(file, line) for file, line, _ in found] == [
        ("syntax.txt.j2", 2),
        ("undeclared.txt.j2", 3),
        ("filter.txt.j2", 1),
        ("illegal.txt.j2", 2),
    ]
    assert found[1][2] == "'contact' is not a declared field of 't1'"


def test_trial_names_the_shared_file(
    write: Write, share: Share, templates: JinjaTemplates
) -> None:
    """What only shows when filled in is found in the shared file, after it as well."""
    share({"x": "a\nb {{ x }}\n", "ok": "a\nb\nc\n"})
    body = '{% include "ok" %}\n{% include "x" %}\n'
    write("t", dict.fromkeys(("body.en", "body.de"), body), toml=TOML + FIELD)
    ((file, line, text),) = faults(templates)
    assert (file, line) == ("x.txt.j2", 2)
    assert "optional and not given" in text
    share({"x": "x"})
    body = '{% include "ok" %}\n{% include "ok" %}\n{{ x }}'
    write("t", dict.fromkeys(("body.en", "body.de"), body))
    assert [entry[:2] for entry in faults(templates)] == [
        ("body.de.txt.j2", 3),
        ("body.en.txt.j2", 3),
    ]


def test_one_language_lacks(
    write: Write, share: Share, templates: JinjaTemplates
) -> None:
    """A shared file that one language lacks is missed in that language."""
    share({"hi.en": "hello"})
    body = 'a\n{% include "hi" %}'
    write("t", {"body.en": body, "body.de": body})
    assert faults(templates) == [
        (
            "body.de.txt.j2",
            2,
            "there is no _shared/hi.de.txt.j2 or _shared/hi.txt.j2",
        )
    ]


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({"a": '{% include "a" %}'}, "a.txt.j2 → a.txt.j2"),
        (
            {"a": 'x\n{% include "b" %}', "b.en": '{% include "a" %}', "b": "x"},
            "a.txt.j2 → b.en.txt.j2 → a.txt.j2",
        ),
        ({"a": '{% extends "a" %}'}, "a.txt.j2 → a.txt.j2"),
        (
            {
                "a": '{% extends "b" %}{% block x %}{% include "a" %}{% endblock %}',
                "b": "{% block x %}{% endblock %}",
            },
            "a.txt.j2 → b.txt.j2 → a.txt.j2",
        ),
        (
            {
                "a": '{% extends "b" %}',
                "b": '{% block x %}{% include "a" %}{% endblock %}',
            },
            "a.txt.j2 → b.txt.j2 → a.txt.j2",
        ),
    ],
)
def test_cycle(
    write: Write,
    share: Share,
    templates: JinjaTemplates,
    files: dict[str, str],
    names: str,
) -> None:
    """Files that include each other are a fault that names them."""
    share(files)
    write("t", {"body.en": '{% include "a" %}'})
    ((_, _, text),) = faults(templates)
    assert text == f"these files stand in each other: {names}"


def chain(length: int) -> dict[str, str]:
    """So many files, each of which includes the next."""
    files = {f"f{n}": f'{{% include "f{n + 1}" %}}' for n in range(1, length)}
    return {**files, f"f{length}": "end"}


def test_depth_is_bounded(say: Say, share: Share) -> None:
    """Files may stand in one another so deep and no deeper."""
    share(chain(MAX_DEPTH))
    assert say('{% include "f2" %}') == "end"
    with pytest.raises(Invalid, match="broken"):
        say('{% include "f1" %}')


def test_growth_is_bounded(
    write: Write, share: Share, templates: JinjaTemplates
) -> None:
    """Files that double each other at every level are refused, in an instant."""
    share({f"f{n}": f'{{% include "f{n + 1}" %}}\n' * 2 for n in range(1, 7)})
    share({"f7": "x"})
    write("t", {"body.en": '{% include "f1" %}'})
    assert faults(templates) == [
        ("body.en.txt.j2", 1, f"it is put together from over {MAX_PARTS} files")
    ]


def test_number_of_files_is_exact(say: Say, share: Share) -> None:
    """As many files as the limit says may make up one wording, and no more."""
    share({"x": "x"})
    assert say('{% include "x" %}\n' * (MAX_PARTS - 1)) == "x\n" * 62 + "x"
    with pytest.raises(Invalid, match="broken"):
        say('{% include "x" %}\n' * MAX_PARTS)


def test_size_is_bounded(write: Write, share: Share, templates: JinjaTemplates) -> None:
    """A wording with all that it includes has the limits of one file."""
    share({"x": "{# " + "x" * 30_000 + " #}"})
    write("t", {"body.en": 'a\n{% include "x" %}\n{% include "x" %}'})
    assert faults(templates) == []
    write("t", {"body.en": 'a\n{% include "x" %}\n{% include "x" %}\n' * 2})
    assert faults(templates) == [
        ("body.en.txt.j2", 1, "with all that it includes it is over 65,536 bytes")
    ]


def test_output_limit_holds(
    write: Write, share: Share, templates: JinjaTemplates
) -> None:
    """What comes out of shared files counts towards the body's limit."""
    share({"x": "x" * 8_001})
    write("t", {"body.en": '{% include "x" %}\n{% include "x" %}'})
    assert faults(templates) == [("body.en.txt.j2", 1, "it is over 16,000 characters")]


def test_unused_shared_file(
    share: Share, templates: JinjaTemplates, tmp_path: Path
) -> None:
    """A shared file that nothing includes is found: its name may be misspelt."""
    share({"signatur.de": "Grüße", "signature.de": "Grüße"})
    assert [(fault.file, fault.text) for fault in templates.check_all()] == [
        (
            tmp_path / "_shared/signatur.de.txt.j2",
            "no template includes or extends this file",
        )
    ]
