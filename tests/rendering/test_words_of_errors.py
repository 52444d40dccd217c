"""Whatever is done with whatever: a text, or an error in words of ours."""

import itertools
import re
from collections.abc import Callable, Iterable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from bot.domain.fields import Field, FieldType, typed
from bot.rendering import wording
from bot.rendering.filters import FILTERS, FORMATS
from bot.rendering.formats import Formats
from bot.rendering.sandbox import Sandbox
from bot.rendering.shared import Shared
from bot.rendering.wording import Unwritable

TYPES = {kind.value: kind for kind in FieldType}
GIVEN = {
    "text_": "two\nlines",
    "line_": "3",
    "moment_": "2026-12-05T22:00:00Z",
    "duration_": "1d2h",
    "jid_": "user@example.org",
    "choice_": "one",
    "number_": "2.50",
    "boolean_": "true",
}
#: of every kind, given, not given, calculated and written in the wording
VALUES = (
    *GIVEN,
    *("no_moment", "no_number", "no_text"),
    *('"EUR"', "3", "0.5", "true", "none", "1e300", "99999999999999999999999999999999"),
    *("(moment_ - moment_)", "(duration_ - duration_ - duration_)"),
)
#: Python's and Jinja's own ways to say it
FOREIGN = re.compile(
    r"'(?:str|int|float|bool|datetime\.\w+|decimal\.\w+|NoneType|Length)'|_\w+\(\)"
    r"|positional|argument of type|unsupported operand|not supported|must be"
    r"|<class|Traceback|Undefined|cannot be written here|object"
)


Tell = Callable[[str], str]


@pytest.fixture(scope="module")
def tell(tmp_path_factory: pytest.TempPathFactory) -> Tell:
    """What is said of an expression, its text or its error; the latter in our words."""
    path = tmp_path_factory.mktemp("wording") / "body.en.txt.j2"
    sandbox, shared = Sandbox(), Shared((), "en")
    variables: dict[str, Any] = {
        f"{name}_": typed(
            Field(name=name, type=kind, label="", help="", choices=("one",)),
            GIVEN[f"{name}_"],
        )
        for name, kind in TYPES.items()
    }
    variables |= {name: None for name in VALUES if name.startswith("no_")}
    utc = ZoneInfo("UTC")
    variables[FORMATS] = Formats(Locale("en"), utc, utc)

    def tell(body: str) -> str:
        path.write_text(body)
        found = wording.read(path, sandbox, shared)
        try:
            return found.write(variables, limit=16_000)
        except Unwritable as error:
            told = " ".join(fault.text for fault in found.faults or (error.fault,))
        assert not FOREIGN.search(told), (body, told)
        return told

    return tell


#: one of so many pairs; `drill_words_of_errors.py` has all
SAMPLE = 5


def pairs(lefts: Iterable[str], rights: Iterable[str], every: int) -> list[Any]:
    """Of all pairs one of `every`, in which each of both stands."""
    return list(itertools.product(lefts, rights))[::every]


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_filters(tell: Tell, name: str) -> None:
    filtered(tell, name, SAMPLE)


def filtered(tell: Tell, name: str, every: int) -> None:
    """A filter, on every value, with every number and kind of arguments."""
    arguments = ["", "()", "(1)", '("EUR")', '("x", 1)', "(1, 1)", "(1, 2, 3, 4, 5)"]
    arguments += [f"({value})" for value in VALUES[::2]]
    arguments += ['(one="a", other="b")', "(one=1)", "(formats=1)", "(value=1)"]
    arguments += ["(told=1)", "(context=1)", "(start=moment_)", "(decimals=no_number)"]
    for value, argument in pairs(VALUES, arguments, every):
        tell(f"{{{{ {value} | {name}{argument} }}}}")


SIGNS = (
    *("+", "-", "==", "!=", "<", "<=", ">", ">="),
    *("in", "not in", "and", "or", "*", "~"),
)


@pytest.mark.parametrize("sign", SIGNS)
def test_operators(tell: Tell, sign: str) -> None:
    compared(tell, sign, SAMPLE)


def compared(tell: Tell, sign: str, every: int) -> None:
    """An operator between every two values, shown and as a condition."""
    for left, right in pairs(VALUES, VALUES, every):
        tell(f"{{{{ {left} {sign} {right} }}}}")
        tell(f"{{% if {left} {sign} {right} %}}a{{% endif %}}b")


def test_conditions(tell: Tell) -> None:
    """Every test of every value."""
    for value, test in itertools.product(VALUES, ("none", "true", "false", "odd")):
        tell(f"{{% if {value} is {test} %}}a{{% endif %}}b")
        tell(f"{{% if not {value} is not {test}(1) %}}a{{% endif %}}b")


@pytest.mark.parametrize(
    ("wording", "told"),
    [
        (
            "{% if duration_ > '1d' %}a{% endif %}",
            (
                "`>` compares two of a kind: moments, lengths of time, numbers, texts;"
                ' `duration_` is a length of time, `"1d"` is text'
            ),
        ),
        ("{% if number_ > '3' %}a{% endif %}", '`number_` is a number, `"3"` is text'),
        (
            "{% if no_number > 3 %}a{% endif %}",
            (
                "`no_number` is optional and not given; ask for it before, by"
                " {% if no_number is not none %}"
            ),
        ),
        *(
            (
                wording,
                (
                    f"`{none}` is nothing, which is only asked for, as in"
                    " {% if length is none %}"
                ),
            )
            for wording, none in (
                ("{{ none }}", "none"),
                ("{{ number_ + None }}", "none"),
                ("{{ none | upper }}", "none"),
            )
        ),
        (
            "{{ number_ + duration_ }}",
            (
                "`+` takes two numbers, two lengths of time, or a moment and a length;"
                " `number_` is a number, `duration_` is a length of time"
            ),
        ),
        (
            "{{ moment_ | date('MMMM') }}",
            "`date` takes other arguments; write {{ start | date }}",
        ),
        (
            "{{ number_ | money }}",
            '`money` takes other arguments; write {{ price | money("EUR") }}',
        ),
        (
            "{{ moment_ | until }}",
            "`until` takes other arguments; write {{ end | until(start) }}",
        ),
        ("{{ number_ | time }}", "`time` is for moments; `number_` is a number"),
        (
            "{{ number_ - number_ | money('EUR') }}",
            (
                "a filter goes with the value right before it; put in brackets what it"
                " is for: (number_ - number_) | money"
            ),
        ),
        (
            "{{ number_ - number_ | upper }}",
            "put in brackets what it is for: (number_ - number_) | upper",
        ),
        (
            "{{ moment_ | money(no_text) }}",
            "`money` is for numbers; `moment_` is a moment",
        ),
        (
            "{{ number_ | money(no_text) }}",
            "`no_text` is optional and not given",
        ),
        (
            "{{ (number_ - 1) | money('EUR') | time }}",
            "`(number_ - 1) | money(…)` is text",
        ),
        (
            "{% if number_ in text_ %}a{% endif %}",
            "`in` looks for a text in a text; `number_` is a number",
        ),
        ("{{ boolean_ }}", "`boolean_` is true or false, which cannot be shown"),
        ("{{ number_ ", "what begins with {{ does not end with }}: "),
        ("{% if number_ ", "what begins with {% does not end with %}: "),
    ],
)
def test_errors_name_field_and_filter(tell: Tell, wording: str, told: str) -> None:
    """The value is named as the wording has it, and what to write instead."""
    assert told in tell(wording)


def test_errors_stay_short(tell: Tell) -> None:
    """Of a long expression, an error repeats little."""
    told = tell("{{ (" + "1 + " * 50 + "1) | time }}")
    assert told.startswith("`time` is for moments")
    assert len(told) < 120
