"""What wording cannot do, and what values cannot make it do."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.errors import Invalid, PolicyViolation
from bot.rendering.sandbox import Sandbox
from bot.rendering.templates import JinjaTemplates
from tests.rendering.conftest import TOML, Say, Write, render

FIELDS = """
[fields.x]
type = "text"
label.en = "X"
[fields.n]
type = "number"
label.en = "N"
"""


@pytest.mark.parametrize(
    "body",
    [
        "{{ x.__class__ }}",
        "{{ x.__class__.__mro__[1].__subclasses__() }}",
        "{{ x['__class__'] }}",
        "{{ x | attr('__class__') }}",
        "{{ x.upper }}",
        "{{ ''.join }}",
        "{{ x[0] }}",
        "{{ x[:1] }}",
        "{{ x.format(x) }}",
        "{{ '{0.__class__}'.format(x) }}",
        "{{ '%1000000000d' % n }}",
        "{{ '%s' | format(x) }}",
        "{{ '{0.__class__}' | format(x) }}",
        "{{ self }}",
        "{{ self.__init__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ cycler }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ lipsum() }}",
        "{{ namespace(x=1) }}",
        "{{ dict() }}",
        "{{ range(10 ** 9) }}",
        "{{ n() }}",
        "{{ _formats }}",
        "{{ _formats.locale }}",
        "{% for i in range(1000000000) %}x{% endfor %}",
        "{% for c in x %}{% for d in x %}{% endfor %}{% endfor %}",
        "{% for c in x recursive %}{{ loop(x) }}{% endfor %}",
        "{{ 10 ** 10 ** 9 }}",
        "{{ 'x' * 10 ** 10 }}",
        "{{ 'x' * n }}",
        "{{ x ~ x }}",
        "{{ x + x }}",
        "{{ 'a' + 'b' }}",
        "{{ x - n }}",
        "{{ 7 // 0 }}",
        "{{ [1, 2] }}",
        "{{ {'a': 1} }}",
        "{{ (1, 2) }}",
        "{{ x | center(1000000000) }}",
        "{{ x | indent(1000000000) }}",
        "{{ x | replace('', x) }}",
        "{{ x | map('upper') }}",
        "{{ x | batch(2) }}",
        "{{ x | list }}",
        "{{ x | safe }}",
        "{{ x | pprint }}",
        "{{ x | tojson }}",
        "{% if false %}{{ x | center(9) }}{% endif %}",
        "{{ x if x is sameas x }}",
        "{{ x if x is divisibleby 2 }}",
        "{% set x = 1 %}",
        "{% set x %}{{ x }}{% endset %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% call m() %}{% endcall %}",
        "{% filter upper %}x{% endfilter %}",
        "{% with y = x %}{{ y }}{% endwith %}",
        "{% include '/etc/passwd' %}",
        "{% include '../../welcome/body.en.txt.j2' %}",
        "{% include 'body.de.txt.j2' %}",
        "{% include x %}",
        "{% extends 'body.de.txt.j2' %}",
        "{% import 'body.de.txt.j2' as d %}",
        "{% from 'body.de.txt.j2' import d %}",
        "{% autoescape true %}{{ x }}{% endautoescape %}",
        "{% do x %}",
        "{% debug %}",
        "{{ " + "9" * 5000 + " }}",
        "{{ " + "(" * 30_000 + "x" + ")" * 30_000 + " }}",
        "{{ " + "not " * 15_000 + "x }}",
        "{{ x" + " and x" * 10_000 + " }}",
        "{{ n" + " + n" * 15_000 + " }}",
        "{{ x" + "|upper" * 10_000 + " }}",
        "{% if x %}" * 2_000 + "x" + "{% endif %}" * 2_000,
        "{{ undeclared }}",
        "{{ x",
    ],
    ids=lambda body: body[:50],
)
def test_refused(say: Say, body: str) -> None:
    """Wording outside the small language is refused, in an instant."""
    with pytest.raises(Invalid):
        say(body, FIELDS, given={"x": "value", "n": "5"})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{{ x }}", "value"),
        ("{{ x | upper }}", "VALUE"),
        ("{{ x | truncate(3, true, '…', 0) }}", "va…"),
        ("{{ x if x == 'value' else 'other' }}", "value"),
        (
            "{% if x and not (n > 5 or n < 2) %}a{% elif x %}b{% else %}c{% endif %}",
            "a",
        ),
        ("{% if 'al' in x %}in{% endif %}", "in"),
        ("{{ n + 1 }} {{ n - 1 }}", "6 4"),
        ("{% if x is none %}nothing{% else %}something{% endif %}", "something"),
        ("{# unseen #}{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("{{ '<b>' }} & {{ x }}", "<b> & value"),
        ("{{ '{{' }} and {{ '}}' }}", "{{ and }}"),
        ("{% if 1 < n <= 5 < 9 %}a{% endif %}", "a"),
        ("{% if 'a' not in 'b' %}a{% endif %}", "a"),
        ("{% if n == 5.0 and n - 4.9 == 0.1 %}a{% endif %}", "a"),
    ],
)
def test_understood(say: Say, body: str, said: str) -> None:
    """The small language does what Jinja does."""
    assert say(body, FIELDS, given={"x": "value", "n": "5"}) == said


@pytest.mark.parametrize(
    "value",
    [
        "{{ 7 * 7 }}",
        "{% for i in range(9) %}x{% endfor %}",
        "{{ x.__class__ }}{# gone? #}",
        "{0.__class__} %s %(x)s $x ${x}",
        "<b>&amp;</b>]]>",
        "{% raw %}{% endraw %}",
    ],
)
def test_values_are_never_evaluated(say: Say, value: str) -> None:
    """A value comes out letter by letter, whatever it looks like."""
    assert say("[{{ x }}]{{ n }}", FIELDS, given={"x": value, "n": "1"}) == (
        f"[{value}]1"
    )


@settings(
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
    ],
    max_examples=60,
)
@given(st.text(alphabet=st.sampled_from("{}%#-+ x.|_[]()'\"\\<&é\n")))
def test_any_value_comes_out_verbatim(
    templates: JinjaTemplates, write: Write, value: str
) -> None:
    """No value of Jinja's own characters changes what is written."""
    files: dict[str, str | None] = dict.fromkeys(("body.en", "body.de"), "[{{ x }}]")
    write("t", files, toml=TOML + FIELDS)
    said = render(templates, given={"x": "a" + value + "b"}).body
    assert said == f"[a{value}b]"


def test_output_is_capped(say: Say) -> None:
    """A text over the limit is refused with the limit's name."""
    with pytest.raises(PolicyViolation) as refusal:
        say("{{ x }}" * 9_000, FIELDS, given={"x": "y" * 16_000})
    assert (refusal.value.limit, refusal.value.maximum) == ("body", 16_000)
    assert refusal.value.wait is False


def test_limit_is_exact(say: Say) -> None:
    """A text of exactly the limit passes; the space around it does not count."""
    assert len(say("\n\n{{ x }}\n\n", FIELDS, given={"x": "y" * 16_000})) == 16_000


def test_second_wall() -> None:
    """The environment itself has no globals, no loader and few filters."""
    sandbox = Sandbox()
    assert sandbox.globals == {}
    assert sandbox.loader is None
    assert not sandbox.autoescape
    assert set(sandbox.filters) == {
        *("bullets", "capitalize", "date", "day", "days", "decimals", "default"),
        *("duration", "hours", "listed", "lower", "minutes", "moment", "money"),
        *("month", "percent", "plural", "time", "trim", "truncate", "until"),
        *("upper", "weekday"),
        # what operators become; with a space they have no name in wording
        *("calculated ", "compared ", "shown "),
    }


def test_escape_in_a_constant(say: Say) -> None:
    """A character that wording builds by an escape is caught in the output."""
    with pytest.raises(Invalid, match=r"U\+0000"):
        say(r"{{ 'a\x00b' }}")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("{{ n | plural(other='a', other='b') }}", "'other' is given twice"),
        ("{{ 1 if x is none(1) }}", "`is none` stands without more"),
        ("{{ " + "9" * 5000 + " }}", "a number in it has too many digits"),
        ("{{ 1e999 }}", "a number in it has too many digits"),
        ("{{ 7 % 2 }}", "`%` is not available there"),
        ("{{ 7 * 2 }}", "`*` is not available there"),
        ("{{ 7 // 2 }}", "`//` is not available there"),
        ("{{ 7 ** 2 }}", "`**` is not available there"),
        ("{{ -7 }}", "`-` is not available there"),
        ("{{ 'a' ~ 'b' }}", "`~` is not available; write the values side by side"),
        ("{{ [1] }}", "lists are not available"),
        ("{% if 1 in (1, 2) %}a{% endif %}b", "lists are not available"),
        ("{% set a = 1 %}b", "a template cannot set anything"),
        ("{% macro a() %}{% endmacro %}b", "macros and the like are not available"),
        ("{% filter upper %}a{% endfilter %}", "macros and the like are not available"),
    ],
)
def test_what_is_not_available_has_the_authors_name(
    write: Write, templates: JinjaTemplates, body: str, told: str
) -> None:
    """What wording cannot do is told as it was written, not as parsers call it."""
    write("t", {"body.en": body})
    assert [fault.text for fault in templates.check("t") if told in fault.text]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{{ 'a {{ x }}' }}", "a {{ x }}"),
        ("{{ 'a' if x is none else 'b {% if x %}' }}", "a"),
        ("{{ none | default(*'c') }}", "c"),
        ("{{ 2 | plural(one='ein Konto', other='{{ n }} Konten') }}", "{{ n }} Konten"),
        ("a{% if x is not none %}{{ x | bullets(*x) }}{% endif %}", "a"),
        ("a{% if x is not none %}{{ 1 | plural(**x) }}{% endif %}", "a"),
    ],
)
def test_what_is_hardly_meant_is_told_and_used(
    write: Write, templates: JinjaTemplates, body: str, said: str
) -> None:
    """What was sent before is no reason to let what is pending fail."""
    write("t", {"body.en": body}, toml=TOML + FIELDS)
    told = ("stands as it is", "`*` is not available")
    assert [
        fault.text
        for fault in templates.check("t")
        if any(each in fault.text for each in told)
    ]
    assert render(templates).body == said
