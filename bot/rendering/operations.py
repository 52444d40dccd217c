"""Calculating and comparing, for every pair of kinds: a value, or an error that names
both sides as the wording has them.

Python's own operators answer what it does not know in words that no author has
written, and compare 0.1 with the number 0.1 wrongly.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.domain import lengths
from bot.domain.errors import Invalid
from bot.domain.lengths import Length
from bot.domain.phrase import Phrase
from bot.rendering import amounts
from bot.rendering.formats import Formats
from bot.rendering.kinds import Kind, given, kind

#: Jinja's name -> sign
SIGNS: Mapping[str, str] = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "lteq": "<=",
    "gt": ">",
    "gteq": ">=",
    "in": "in",
    "notin": "not in",
}
_ORDER: Mapping[str, Callable[[Any, Any], Any]] = {
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}
_ORDERED = (Kind.MOMENT, Kind.LENGTH, Kind.NUMBER, Kind.TEXT)


def calculated(
    formats: Formats,
    left: Any,
    right: Any,
    *,
    sign: str,
    told: Sequence[str],
    brackets: str = "",
) -> Any:
    """`left + right` or `left - right`; days count on the wall of the announcement.

    `brackets` is what may have been meant where the right side is written already.
    """
    factor = 1 if sign == "+" else -1
    match given(left, told[0]), given(right, told[1]):
        case Kind.NUMBER, Kind.NUMBER:
            return amounts.total(left, right, factor)
        case Kind.LENGTH, Kind.LENGTH:
            return _length(left).plus(_length(right), factor)
        case Kind.MOMENT, Kind.LENGTH:
            return _later(formats, left, _length(right), factor, told)
        case Kind.LENGTH, Kind.MOMENT if factor > 0:
            return _later(formats, right, _length(left), factor, told)
        case Kind.MOMENT, Kind.MOMENT if factor < 0:
            return lengths.between(right, left, formats.wall)
        case _, Kind.TEXT if brackets:
            raise Invalid(
                Phrase(
                    "a filter goes with the value right before it;"
                    " put in brackets what it is for: {example}",
                    example=brackets,
                )
            )
    if sign == "+":
        rule = Phrase(
            "`+` takes two numbers, two lengths of time, or a moment and a length"
        )
    else:
        rule = Phrase(
            "`-` takes two numbers, two lengths of time, two moments,"
            " or a moment and a length"
        )
    raise _mismatch(rule, left, right, told)


def compared(
    left: Any, rights: Sequence[Any], *, operators: Sequence[str], told: Sequence[str]
) -> bool:
    """`left < right`, and the next right one where there are several."""
    values = (left, *rights)
    return all(
        _holds(name, values[place : place + 2], told[place : place + 2])
        for place, name in enumerate(operators)
    )


def comparable(one: Kind, other: Kind) -> bool:
    """Whether two values of these kinds can ever be equal."""
    numbers = {Kind.NUMBER, Kind.BOOLEAN}
    return one is other or {one, other} <= numbers or Kind.NOTHING in (one, other)


def _holds(name: str, pair: Sequence[Any], told: Sequence[str]) -> bool:
    left: Any
    right: Any
    left, right = (
        amounts.number_of(value) if isinstance(value, float) else value
        for value in pair
    )
    if name in ("eq", "ne"):
        return bool(left == right) is (name == "eq")
    kinds = (given(left, told[0]), given(right, told[1]))
    if name in ("in", "notin"):
        if kinds != (Kind.TEXT, Kind.TEXT):
            rule = Phrase("`in` looks for a text in a text")
            raise _mismatch(rule, left, right, told)
        return (left in right) is (name == "in")
    if kinds[0] is not kinds[1] or kinds[0] not in _ORDERED:
        rule = Phrase(
            "`{sign}` compares two of a kind: moments, lengths of time, numbers, texts",
            sign=SIGNS[name],
        )
        raise _mismatch(rule, left, right, told)
    return bool(_ORDER[name](left, right))


def _mismatch(rule: Phrase, left: Any, right: Any, told: Sequence[str]) -> Invalid:
    return Invalid(
        Phrase(
            "{rule}; `{left}` is {kind}, `{right}` is {other}",
            rule=rule,
            left=told[0],
            kind=kind(left).value,
            right=told[1],
            other=kind(right).value,
        )
    )


def _length(value: timedelta) -> Length:
    if isinstance(value, Length):
        return value
    return Length(exact_seconds=value.days * 86_400 + value.seconds)


def _later(
    formats: Formats,
    moment: datetime,
    length: Length,
    factor: int,
    told: Sequence[str],
) -> datetime:
    days, seconds = factor * length.wall_days, factor * length.exact_seconds
    try:
        return lengths.later(moment, formats.wall, days, seconds)
    except Invalid:
        raise Invalid(
            Phrase(
                "`{value}` lies outside the years 1 to 9999",
                value=f"{told[0]} {'+' if factor > 0 else '-'} {told[1]}",
            )
        ) from None
