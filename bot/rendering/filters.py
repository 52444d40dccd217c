"""What wording may ask of a value: `{{ value | filter }}`, and what a value alone
writes. All of it is in the reader's language and zone, whatever the value is.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from jinja2 import pass_context
from jinja2.filters import FILTERS as STOCK
from jinja2.runtime import Context

from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.rendering import amounts, plurals
from bot.rendering.formats import Formats

#: the variable that carries the reader's `Formats`; no wording can name it
FORMATS = "_formats"


@pass_context
def shown(context: Context, value: Any) -> Any:
    """What `{{ value }}` writes for each type that a field may have."""
    formats = _formats(context)
    match value:
        case str():
            return value
        case datetime():
            return formats.moment(value)
        case timedelta():
            return formats.duration(value)
        case bool():
            raise Invalid(
                Phrase("true or false cannot be shown; use {tag}", tag="{% if %}")
            )
        case int() | Decimal() | float():
            return amounts.number(formats.locale, value)
        case None:
            raise Invalid(
                Phrase("it is optional and not given; use {tag}", tag="{% if %}")
            )
    return value  # an undefined, which says so itself


@pass_context
def _moment(context: Context, value: Any) -> str:
    return _formats(context).moment(value)


@pass_context
def _date(context: Context, value: Any) -> str:
    return _formats(context).date(value)


@pass_context
def _day(context: Context, value: Any) -> str:
    return _formats(context).day(value)


@pass_context
def _time(context: Context, value: Any) -> str:
    return _formats(context).time(value)


@pass_context
def _until(context: Context, value: Any, start: Any) -> str:
    return _formats(context).until(value, start)


@pass_context
def _duration(context: Context, value: Any) -> str:
    return _formats(context).duration(value)


@pass_context
def _plural(context: Context, value: Any, *unnamed: Any, **forms: Any) -> str:
    """The word that goes with a number, of those given by category."""
    if unnamed or not all(isinstance(form, str) for form in forms.values()):
        raise Invalid(
            Phrase("write {example}", example='plural(one="seat", other="seats")')
        )
    return plurals.form(_formats(context).locale, amounts.number_of(value), forms)


@pass_context
def _money(context: Context, value: Any, currency: Any) -> str:
    return amounts.money(_formats(context).locale, value, currency)


def _default(value: Any, other: Any) -> Any:
    return other if value is None else value


def _bullets(value: str) -> str:
    return "\n".join(f"- {line.strip()}" for line in value.splitlines() if line.strip())


def _formats(context: Context) -> Formats:
    formats: Formats = context[FORMATS]
    return formats


FILTERS: Mapping[str, Callable[..., Any]] = {
    **{
        name: STOCK[name]
        for name in ("capitalize", "lower", "trim", "truncate", "upper")
    },
    "bullets": _bullets,
    "date": _date,
    "day": _day,
    "decimals": amounts.rounded,
    "default": _default,
    "duration": _duration,
    "moment": _moment,
    "money": _money,
    "plural": _plural,
    "time": _time,
    "until": _until,
}
