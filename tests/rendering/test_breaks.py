"""Line breaks that tags take along."""

import pytest

from bot.rendering.templates import JinjaTemplates
from tests.rendering.conftest import TOML, Share, Write, render

FIELD = '[fields.x]\ntype = "line"\nlabel = { en = "X", de = "X" }\n'
USED = {"body.de": "{% if x %}\n{{ x }}\n{% endif %}\nde"}


def told(write: Write, templates: JinjaTemplates, body: str) -> list[tuple[int, str]]:
    write("t", {"body.en": body, **USED}, toml=TOML + FIELD)
    return [
        (fault.line, fault.text.partition(" takes the line break along")[0])
        for fault in templates.check("t")
        if "takes the line break along" in fault.text
    ]


@pytest.mark.parametrize(
    ("body", "line", "tag"),
    [
        ("a{% if x %} b.{% endif %}\nc", 1, "{% endif %}"),
        ("a\nb{% if x %} {{ x }}{% endif %}\n\nc", 2, "{% endif %}"),
        ("a {{ x }}{% if x %}\nb{% endif %}", 1, "{% if … %}"),
        ("a {% if x %}\nb{% else %}\nc{% endif %}\nd", 2, "{% else %}"),
        ("{% if x %}b{% endif %}\n{{ x }}", 1, "{% endif %}"),
        ("{% if x %}b{% endif %}{# note #}\nc", 1, "{# … #}"),
        ("a {{ x }}{# note #}\n{% if x %}b{% endif %}", 1, "{# … #}"),
        ("{% raw %}{{ x }}{% endraw %}\nb", 1, "{% endraw %}"),
        ("a{% block b %}\n{{ x }}{% endblock %}\nc", 1, "{% block … %}"),
        (
            "{% block b %}\n{{ x }}{% if x %}a{% endif %}\n{% endblock %}\nc",
            2,
            "{% endif %}",
        ),
    ],
)
def test_glued(
    write: Write, templates: JinjaTemplates, body: str, line: int, tag: str
) -> None:
    """A tag behind text that takes the line break along is told, and what keeps it."""
    assert (line, tag) in told(write, templates, body)
    kept = tag.replace("%}", "+%}").replace("#}", "+#}")
    [why] = {
        fault.text
        for fault in templates.check("t")
        if fault.line == line and fault.text.startswith(tag)
    }
    assert why.endswith(f"; {kept} keeps it")


@pytest.mark.parametrize(
    "body",
    [
        "a\n{% if x %}\nb\n{% endif %}\nc",
        "a{% if x %} b{% endif +%}\nc",
        "a{% if x %} b{% endif -%}\nc",
        "a{% if x %} b{% endif %}",
        "a{% if x %} b{% endif %}\n",
        "{% if x %}\na{% if x %} b{% endif %}\n{% endif %}\n",
        "a {% if x %}\nb{% else %}c{% endif %}.\nd",
        "a{% if x %}\n b{% endif %}",
        "a {{ x }}{# note +#}\nb",
        "{# note #}\na",
        "{% raw %}\na\n{% endraw %}\nb",
        "a\n  {% if x %}  {% endif %}\nb",
    ],
)
def test_nothing_is_glued(write: Write, templates: JinjaTemplates, body: str) -> None:
    """What is on a line of its own, kept or joined on purpose, or last is let be."""
    assert told(write, templates, body) == []


def test_what_is_told_keeps_the_line_break(
    write: Write, templates: JinjaTemplates
) -> None:
    """What `check` says to write does what it says."""
    write(
        "t",
        {"body.en": "Bye{% if x %}, {{ x }}{% endif +%}\nCarl", **USED},
        TOML + FIELD,
    )
    assert render(templates, given={"x": "Ann"}).body == "Bye, Ann\nCarl"
    assert render(templates).body == "Bye\nCarl"


def test_shared_files(write: Write, share: Share, templates: JinjaTemplates) -> None:
    """The last line of a shared file stands before what follows the `include`."""
    share({"s.en": "a{% if x %}b{% endif %}\n", "s.de": "a\n{{ x | default('') }}"})
    include = 'Hello\n{% include "s" %}\nb'
    write("t", {"body.en": include, "body.de": include}, TOML + FIELD)
    assert [(fault.file.name, fault.line) for fault in templates.check("t")] == [
        ("s.en.txt.j2", 1)
    ]
    assert templates.check_all() == templates.check("t")


def test_an_include_behind_text(
    write: Write, share: Share, templates: JinjaTemplates
) -> None:
    """What is included ends with a line break of its own."""
    share({"s": "{{ x | default('us') }}\n"})
    body = 'Ask {% include "s" %}\nBye'
    write("t", {"body.en": body, "body.de": body}, TOML + FIELD)
    assert templates.check("t") == []
    assert render(templates).body == "Ask us\nBye"


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ('Ask {% include "s" %} here.', [1]),
        ('a\n{% include "s" %}{{ x | default("") }}b', [2]),
        ('{% if x %}{% include "s" %}{% endif %} b', [1]),
        ('Ask {% include "s" %}\nb', []),
        ('{% include "s" %}\nb', []),
        ('{% if x %}{% include "s" %}{% endif %}\nb', []),
        ('  {% include "s" %}  \nb', []),
        ('a {% include "s" %}', []),
    ],
)
def test_an_include_in_the_middle_of_a_line(
    write: Write, share: Share, templates: JinjaTemplates, body: str, lines: list[int]
) -> None:
    """What is included are whole lines: text behind it begins another."""
    share({"s": "{{ x | default('us') }}\n"})
    write("t", {"body.en": body, **USED}, TOML + FIELD)
    assert [
        fault.line
        for fault in templates.check("t")
        if "put it on a line of its own" in fault.text
    ] == lines


def test_it_is_advice(write: Write, templates: JinjaTemplates) -> None:
    """A template that glues is told, and can be used."""
    assert told(write, templates, "a{% if x %}b{% endif %}\nc")
    assert render(templates, given={"x": "1"}).body == "abc"
