"""Declared fields and the typed values made of what people give."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.characters import illegal
from bot.domain.errors import Invalid
from bot.domain.fields import (
    MAX_LINE,
    MAX_TEXT,
    WANTED,
    Field,
    FieldType,
    Template,
    check,
    typed,
)
from bot.domain.lengths import Length
from bot.domain.relative import Relative


def field(kind: FieldType, **more: Any) -> Field:
    if kind is FieldType.CHOICE:
        more.setdefault("choices", ("low", "high"))
    return Field(name="x", type=kind, label={"en": "X"}, help={}, **more)


def template(*fields: Field) -> Template:
    return Template(
        name="t", title={"en": "T"}, description={}, fields=fields, languages=("en",)
    )


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FieldType.TEXT, "a\r\nb\rc\n", "a\nb\nc"),
        (FieldType.TEXT, "{{ 7 * 7 }} <b>&amp;", "{{ 7 * 7 }} <b>&amp;"),
        (FieldType.LINE, " one line \n", "one line"),
        (
            FieldType.MOMENT,
            "2026-12-05T23:00:00+01:00",
            datetime(2026, 12, 5, 22, tzinfo=UTC),
        ),
        (
            FieldType.MOMENT,
            " 2026-12-05T22:00:00Z ",
            datetime(2026, 12, 5, 22, tzinfo=UTC),
        ),
        (FieldType.MOMENT, "+28h", Relative(0, 28 * 3600)),
        (FieldType.MOMENT, " -PT30M ", Relative(0, -1800)),
        (FieldType.DURATION, "90m", Length(0, 5_400)),
        (FieldType.DURATION, "PT2H", Length(0, 7_200)),
        (FieldType.JID, "Ann@Example.ORG", "ann@example.org"),
        (FieldType.CHOICE, "high", "high"),
        (FieldType.NUMBER, "-3", -3),
        (FieldType.NUMBER, "2.50", Decimal("2.50")),
        (FieldType.BOOLEAN, "1", True),
        (FieldType.BOOLEAN, "TRUE", True),
        (FieldType.BOOLEAN, "0", False),
        (FieldType.BOOLEAN, "false", False),
    ],
)
def test_types(kind: FieldType, text: str, value: Any) -> None:
    """Each type reads its forms into one Python value."""
    found = typed(field(kind), text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (FieldType.TEXT, "a\x00b", r"U\+0000"),
        (FieldType.TEXT, "a" * (MAX_TEXT + 1), "at most 16000"),
        (FieldType.LINE, "a" * (MAX_LINE + 1), "at most 1024"),
        (FieldType.LINE, "a\nb", "one line"),
        (FieldType.LINE, "a\rb", "one line"),
        (FieldType.LINE, "a\u2028b", "one line"),
        (FieldType.LINE, "a\x85b", "one line"),
        (FieldType.MOMENT, "2026-12-05T23:00:00", "Z"),
        (FieldType.MOMENT, "tomorrow", "tomorrow"),
        (FieldType.MOMENT, "2026-02-30T00:00:00Z", "2026-02-30"),
        (FieldType.MOMENT, "+90", r"from the announcement on; write \+28h"),
        (FieldType.MOMENT, "+2h-30m", "from the announcement on"),
        (FieldType.DURATION, "90", "90m"),
        (FieldType.DURATION, "+90m", "90m"),
        (FieldType.JID, "ann@example.org/phone", "resource"),
        (FieldType.JID, "@example.org", "before the @"),
        (FieldType.CHOICE, "medium", "low, high"),
        (FieldType.NUMBER, "NaN", "no number"),
        (FieldType.NUMBER, "1e9", "no number"),
        (FieldType.NUMBER, "٣", "no number"),
        (FieldType.NUMBER, "--3", "no number"),
        (FieldType.NUMBER, "9" * 16, "too long for a number; at most 15 digits"),
        (FieldType.NUMBER, "0." + "1" * 15, "at most 15 digits are taken"),
        (FieldType.DURATION, "0s", "'0s' is no time at all; give more than nothing"),
        (FieldType.DURATION, "PT0H", "give more than nothing"),
        (FieldType.BOOLEAN, "yes", "true"),
    ],
)
def test_refusals(kind: FieldType, text: str, reason: str) -> None:
    """A wrong value is refused with the field's name and what to do."""
    with pytest.raises(Invalid, match=reason) as refusal:
        typed(field(kind), text)
    assert refusal.value.field == "set.x"


def test_unknown_field() -> None:
    """A field that is not declared is refused, with those that are."""
    with pytest.raises(Invalid, match=r"no field 'y'; it has x") as refusal:
        check(template(field(FieldType.LINE)), {"y": {"": "1"}})
    assert refusal.value.field == "set.y"


@pytest.mark.parametrize("values", [{}, {"x": {}}, {"x": {"": "", "de": " \n"}}])
@pytest.mark.parametrize("kind", FieldType)
def test_missing(kind: FieldType, values: dict[str, dict[str, str]]) -> None:
    """A required field that is absent or blank is named, with what it wants."""
    with pytest.raises(Invalid, match="lacks 1 field") as refusal:
        check(template(field(kind, required=True)), values)
    assert refusal.value.field == "template"
    assert str(WANTED[kind]) in refusal.value.text


def test_all_that_is_missing() -> None:
    """Several missing fields are named at once."""
    two: list[Field] = [
        Field(name=name, type=FieldType.LINE, label={}, help={}, required=True)
        for name in ("what", "where")
    ]
    with pytest.raises(Invalid, match=r"lacks 2 fields: 'what' .*, 'where' "):
        check(template(*two), {})


def test_optional_and_default() -> None:
    """Optional fields stay absent, defaults come in typed, given values win."""
    plain, default = field(FieldType.LINE), field(FieldType.DURATION, default="1h")
    assert check(template(plain), {"x": {"": ""}}) == {}
    assert check(template(default), {}) == {"x": {"": timedelta(hours=1)}}
    assert check(template(default), {"x": {"": "2h"}}) == {"x": {"": Length(0, 7_200)}}


def test_languages() -> None:
    """Every language of a value is kept; a blank one is dropped; a bad tag refused."""
    values = {"x": {"en": "disks", "de": "Platten", "fr": ""}}
    found = check(template(field(FieldType.LINE)), values)
    assert found == {"x": {"en": "disks", "de": "Platten"}}
    with pytest.raises(Invalid, match="language tag"):
        check(template(field(FieldType.LINE)), {"x": {"en us": "disks"}})


@given(st.sampled_from(FieldType), st.text())
def test_total(kind: FieldType, text: str) -> None:
    """Whatever is given, the answer is a value or an Invalid that can be sent."""
    refusal: Invalid | None = None
    try:
        typed(field(kind), text)
    except Invalid as error:
        refusal = error
    if refusal is not None:
        assert refusal.field == "set.x"
        assert illegal(refusal.text) is None
