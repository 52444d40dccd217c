"""What wording may ask of a value: `{{ value | filter }}`, and what a value alone
writes. All of it is in the reader's language and zone, whatever the value is.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.rendering import amounts, letters, plurals
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


@pass_context
def _upper(context: Context, value: Any) -> str:
    return letters.upper(_text(context, value), _formats(context).locale.language)


@pass_context
def _lower(context: Context, value: Any) -> str:
    return letters.lower(_text(context, value), _formats(context).locale.language)


@pass_context
def _capitalize(context: Context, value: Any) -> str:
    language = _formats(context).locale.language
    return letters.capitalised(_text(context, value), language)


@pass_context
def _trim(context: Context, value: Any) -> str:
    return _text(context, value).strip()


@pass_context
def _truncate(
    context: Context,
    value: Any,
    length: Any = 255,
    killwords: Any = False,
    end: Any = "…",
    leeway: Any = 5,
) -> str:
    text = _text(context, value)
    if type(length) is not int or type(leeway) is not int or not isinstance(end, str):
        raise Invalid(
            Phrase("write {example}", example='truncate(40) or truncate(40, true, "…")')
        )
    return letters.truncated(
        text, length, whole=not killwords, end=end, leeway=max(leeway, 0)
    )


@pass_context
def _bullets(context: Context, value: Any) -> str:
    lines = map(str.strip, _text(context, value).splitlines())
    return "\n".join(f"- {line}" for line in lines if line)


def _text(context: Context, value: Any) -> str:
    """The value as it would be written: what filters for text are given."""
    return str(shown(context, value))


def _default(value: Any, other: Any) -> Any:
    return other if value is None else value


def _formats(context: Context) -> Formats:
    formats: Formats = context[FORMATS]
    return formats


FILTERS: Mapping[str, Callable[..., Any]] = {
    "bullets": _bullets,
    "capitalize": _capitalize,
    "date": _date,
    "day": _day,
    "decimals": amounts.rounded,
    "default": _default,
    "duration": _duration,
    "lower": _lower,
    "moment": _moment,
    "money": _money,
    "plural": _plural,
    "time": _time,
    "trim": _trim,
    "truncate": _truncate,
    "until": _until,
    "upper": _upper,
}
