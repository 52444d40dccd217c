"""What wording asks of its fields, told where it has another answer than it looks."""

import pytest

from bot.rendering.templates import JinjaTemplates
from tests.rendering.conftest import Write

FIELDS = """
languages = ["en"]
title.en = "T"
[fields.n]
type = "number"
label.en = "N"
[fields.needed]
type = "number"
required = true
label.en = "N"
[fields.x]
type = "line"
label.en = "X"
[fields.flag]
type = "boolean"
label.en = "F"
"""
END = "{% if n is not none %}{{ n }}{% endif %}{{ needed }}{{ x | default('') }}"
END += "{% if flag %}f{% endif %}"


def told(write: Write, templates: JinjaTemplates, body: str, *words: str) -> list[str]:
    write("t", {"body.en": f"{body}\n{END}"}, toml=FIELDS, languages=["en"])
    return [
        fault.text
        for fault in templates.check("t")
        if any(word in fault.text for word in words)
    ]


@pytest.mark.parametrize(
    "body",
    [
        "{% if n %}a{% endif %}",
        "{% if x %}a{% elif n %}b{% endif %}",
        "{% if not n %}a{% endif %}",
        "{% if x and n %}a{% endif %}",
        "{% if n or x %}a{% endif %}",
        "{{ 'a' if n else 'b' }}",
        "{{ n or 'none' }}",
    ],
)
def test_zero_is_not_given(write: Write, templates: JinjaTemplates, body: str) -> None:
    """An optional number that is asked for alone is told, for 0 would not count."""
    [why] = told(write, templates, body, "0 counts as")
    assert why == (
        "0 counts as not given here; write `n is not none`, or `n and n != 0` where"
        " that is meant"
    )


@pytest.mark.parametrize(
    "body",
    [
        "{% if n is not none %}a{% endif %}",
        "{% if n == 0 %}a{% elif n %}b{% endif %}",
        "{% if n and n != 0 %}a{% endif %}",
        "{% if needed %}a{% endif %}",
        "{% if x %}a{% endif %}",
        "{% if flag %}a{% endif %}",
    ],
)
def test_zero_was_thought_of(
    write: Write, templates: JinjaTemplates, body: str
) -> None:
    """Where 0 is compared with, or cannot be mistaken, nothing is told."""
    assert told(write, templates, body, "0 counts as") == []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ('n == "5"', '`n` is a number and never equals `"5"`, which is text'),
        ('"5" != n', '`"5"` is text and never equals `n`, which is a number'),
        ('flag == "true"', "`flag` is true or false and never equals"),
        ("n == x", "`n` is a number and never equals `x`, which is text"),
        ('n | decimals(1) == "5"', "`n | decimals(…)` is a number"),
        ('needed | money("EUR") == 5', "`needed | money(…)` is text"),
    ],
)
def test_what_is_never_equal(
    write: Write, templates: JinjaTemplates, body: str, why: str
) -> None:
    """A number is compared with numbers."""
    [found] = told(write, templates, f"{{% if {body} %}}a{{% endif %}}", "never equals")
    assert why in found


@pytest.mark.parametrize(
    "body", ["n == 5", "n == none", "flag == true", "flag == 1", 'x == "5"', "n == n"]
)
def test_what_can_be_equal(write: Write, templates: JinjaTemplates, body: str) -> None:
    """Nothing is told of two of a kind."""
    body = f"{{% if {body} %}}a{{% endif %}}"
    assert told(write, templates, body, "never equals") == []


@pytest.mark.parametrize(
    ("body", "name", "value"),
    [
        ("{{ 5 - needed | decimals(1) }}", "decimals", "needed"),
        ("{% if 5 + needed | decimals(1) > 3 %}a{% endif %}", "decimals", "needed"),
        ("{{ 5 - (needed + 1) | decimals(1) }}", "decimals", "(…)"),
        ("{{ 9 | decimals(0 + needed | decimals(0)) }}", "decimals", "needed"),
    ],
)
def test_a_filter_behind_a_sum(
    write: Write, templates: JinjaTemplates, body: str, name: str, value: str
) -> None:
    """A filter that goes with the last value alone is told."""
    [found] = told(write, templates, body, "right before it; put in")
    assert found == (
        f"`{name}` goes with `{value}` alone, which is right before it; put in brackets"
        " what it is for"
    )


@pytest.mark.parametrize(
    "body",
    [
        "{{ (5 - needed) | decimals(1) }}",
        "{{ 5 - (needed | decimals(1)) }}",
        "{{ needed | decimals(1) - 5 }}",
        "{% if needed - 5 > 3 and x | upper == 'A' %}a{% endif %}",
        "{{ 'a+b' | upper }}",
        "a - b {{ x | upper if x }}",
        "{%- if x -%}{{- x | upper -}}{%- endif -%}",
    ],
)
def test_a_filter_in_brackets(
    write: Write, templates: JinjaTemplates, body: str
) -> None:
    """Brackets, either way, say what is meant."""
    assert told(write, templates, body, "right before it; put in") == []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("One. {% if x %}Two.{% endif %} Three", "in 'One.  Three'"),
        ("Eins {{ x | default('') }} drei", "in 'Eins  drei'"),
        ("On Monday, {% if x %}x{% endif %}.", "before '.' in 'On Monday, .'"),
        ("On Monday {% if x %}x{% endif %}, too", "before ',' in 'On Monday , too'"),
        ("(see {% if x %}x{% endif %})", "before ')'"),
        ("Always {% if x %} there{% endif %} too", "in 'Always  there too'"),
        ("One {% if x %}a{% endif %} {% if flag %}b{% endif %} c", "two spaces"),
    ],
)
def test_spaces_that_come_together(
    write: Write, templates: JinjaTemplates, body: str, why: str
) -> None:
    """What an optional part leaves behind is told, with its line."""
    write("t", {"body.en": f"a\n{body}\n{END}"}, toml=FIELDS, languages=["en"])
    found = [fault for fault in templates.check("t") if why in fault.text]
    assert {fault.line for fault in found} == {2}


@pytest.mark.parametrize(
    "body",
    [
        "One.{% if x %} Two.{% endif %} Three",
        "Seats:   3\n  indented .net\nName:    {{ x | default('-') }}",
        "Look {% if x %}here{% else %}there{% endif %}.",
        "a {% if x %}b{% endif +%}\n b",
        "Voir\u00a0{% if x %}x{% endif %}\u00a0!",
    ],
)
def test_spaces_of_the_author(
    write: Write, templates: JinjaTemplates, body: str
) -> None:
    """Spaces that stand together in the file, and around line breaks, are let be."""
    assert told(write, templates, body, "two spaces", "a space comes") == []
