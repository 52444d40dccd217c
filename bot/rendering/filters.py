"""What wording may ask of a value: `{{ value | filter }}`, and what a value alone
writes. All of it is in the reader's language and zone, whatever the value is.

Each filter says what kind of value it is for and how it is written; what does not fit
is refused here, once for all, in words that name the value as the wording has it.
"""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain, repeat
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.rendering import amounts, letters, operations, plurals
from bot.rendering.formats import Formats
from bot.rendering.kinds import Kind, given

#: the variable that carries the reader's `Formats`; no wording can name it
FORMATS = "_formats"
#: what operators and `{{ … }}` become (`naming`); no wording can name these
CALCULATED, COMPARED, SHOWN = "calculated ", "compared ", "shown "

#: what people put before the lines of a list
_MARKER = re.compile(r"\A(?:[-*+\u2013\u2014]\s+|[\u2022\u2023\u25aa\u00b7]\s*)")
_RULES: Mapping[Kind, Callable[[str], Phrase]] = {
    Kind.MOMENT: lambda name: Phrase("`{filter}` is for moments", filter=name),
    Kind.LENGTH: lambda name: Phrase("`{filter}` is for lengths of time", filter=name),
    Kind.NUMBER: lambda name: Phrase("`{filter}` is for numbers", filter=name),
}


def written(formats: Formats, value: Any, told: str) -> str:
    """What `{{ value }}` writes for each type that a field may have; `told` is how the
    wording has the value.
    """
    match given(value, told):
        case Kind.TEXT:
            return str(value)
        case Kind.MOMENT:
            return formats.moment(value)
        case Kind.LENGTH:
            return formats.duration(_positive(value, told))
        case Kind.NUMBER:
            return amounts.number(formats.locale, value)
        case _:
            raise Invalid(
                Phrase(
                    "`{value}` is true or false, which cannot be shown; use {tag}",
                    value=told,
                    tag="{% if %}",
                )
            )


@pass_context
def finalized(context: Context, value: Any) -> str:
    """What Jinja writes: text, after all that was made of it before (`naming`)."""
    return written(context[FORMATS], value, "…")


@pass_context
def _shown(context: Context, value: Any, told: str, /) -> str:
    return written(context[FORMATS], value, told)


@pass_context
def _calculated(
    context: Context,
    left: Any,
    told: Sequence[str],
    sign: str,
    brackets: str,
    right: Any,
    /,
) -> Any:
    return operations.calculated(
        context[FORMATS], left, right, sign=sign, told=told, brackets=brackets
    )


def _compared(
    left: Any, told: Sequence[str], operators: Sequence[str], /, *rights: Any
) -> bool:
    return operations.compared(left, rights, operators=operators, told=told)


def _filter(
    name: str, write: Callable[..., Any], takes: Kind | None, example: str
) -> Callable[..., Any]:
    """`write(formats, value, *arguments)` with everything that is not its business
    refused before; `takes` None: whatever there is.
    """
    signature = inspect.signature(write)

    @pass_context
    def applied(
        context: Context,
        value: Any,
        told: Sequence[str],
        /,
        *arguments: Any,
        **named: Any,
    ) -> Any:
        formats: Formats = context[FORMATS]
        if takes is Kind.TEXT:
            value = written(formats, value, told[0])
        elif takes is not None and (found := given(value, told[0])) is not takes:
            raise Invalid(
                Phrase(
                    "{rule}; `{value}` is {kind}",
                    rule=_RULES[takes](name),
                    value=told[0],
                    kind=found.value,
                )
            )
        if takes is Kind.LENGTH:
            value = _positive(value, told[0])
        if takes is not None:
            words = chain(told[1:], repeat("…"))  # of `*` none are known
            for argument in (*arguments, *named.values()):
                given(argument, next(words))
        try:
            signature.bind(formats, value, *arguments, **named)
        except TypeError:
            raise _miswritten(name, example) from None
        try:
            return write(formats, value, *arguments, **named)
        except _Miswritten:
            raise _miswritten(name, example) from None

    return applied


class _Miswritten(Exception):
    """An argument is not of the kind that the filter takes."""


def _miswritten(name: str, example: str) -> Invalid:
    return Invalid(
        Phrase(
            "`{filter}` takes other arguments; write {example}",
            filter=name,
            example=f"{{{{ {example} }}}}",
        )
    )


def _positive(value: timedelta, told: str) -> timedelta:
    if value < timedelta():
        raise Invalid(
            Phrase(
                "`{value}` comes to less than no time; what stands before the `-` has"
                " to be later, or longer",
                value=told,
            )
        )
    return value


def _until(formats: Formats, value: datetime, start: Any) -> str:
    if not isinstance(start, datetime):
        raise _Miswritten
    return formats.until(value, start)


def _plural(formats: Formats, value: Any, **forms: Any) -> str:
    """The word that goes with a number, of those given by category."""
    if not all(isinstance(form, str) for form in forms.values()):
        raise _Miswritten
    return plurals.form(formats.locale, amounts.number_of(value), forms)


def _money(formats: Formats, value: Any, currency: Any, decimals: Any = None) -> str:
    return amounts.money(formats.locale, value, currency, decimals)


def _decimals(_: Formats, value: Any, places: Any, least: Any = None) -> Decimal:
    return amounts.rounded(value, places, least)


def _in(unit: timedelta) -> Callable[[Formats, timedelta], Decimal]:
    """How many of the unit, to the hundredth where it does not come out even."""

    def count(_: Formats, value: timedelta) -> Decimal:
        seconds = Decimal(value // timedelta(seconds=1))
        return amounts.rounded(seconds / (unit // timedelta(seconds=1)), 2, 0)

    return count


def _truncate(
    _: Formats,
    text: str,
    length: Any = 255,
    killwords: Any = False,
    end: Any = "…",
    leeway: Any = 5,
) -> str:
    if type(length) is not int or type(leeway) is not int or not isinstance(end, str):
        raise _Miswritten
    return letters.truncated(
        text, length, whole=not killwords, end=end, leeway=max(leeway, 0)
    )


def _lines(text: str) -> list[str]:
    """Those of a list, without the marks before them that it was pasted with."""
    lines = (_MARKER.sub("", line.strip(), count=1) for line in text.splitlines())
    return [line for line in lines if line]


FILTERS: Mapping[str, Callable[..., Any]] = {
    name: _filter(name, write, takes, example)
    for name, write, takes, example in (
        (
            "bullets",
            lambda _, text: "\n".join(f"- {line}" for line in _lines(text)),
            Kind.TEXT,
            "agenda | bullets",
        ),
        (
            "capitalize",
            lambda formats, text: letters.capitalised(text, formats.locale.language),
            Kind.TEXT,
            "topic | capitalize",
        ),
        ("date", Formats.date, Kind.MOMENT, "start | date"),
        ("day", Formats.day, Kind.MOMENT, "start | day"),
        ("days", _in(timedelta(days=1)), Kind.LENGTH, "length | days"),
        ("decimals", _decimals, Kind.NUMBER, "price | decimals(2)"),
        (
            "default",
            lambda _, value, other: other if value is None else value,
            None,
            'topic | default("nothing")',
        ),
        ("duration", Formats.duration, Kind.LENGTH, "length | duration"),
        ("hours", _in(timedelta(hours=1)), Kind.LENGTH, "length | hours"),
        (
            "listed",
            lambda formats, text: formats.listed(_lines(text)),
            Kind.TEXT,
            "agenda | listed",
        ),
        (
            "lower",
            lambda formats, text: letters.lower(text, formats.locale.language),
            Kind.TEXT,
            "topic | lower",
        ),
        ("minutes", _in(timedelta(minutes=1)), Kind.LENGTH, "length | minutes"),
        ("moment", Formats.moment, Kind.MOMENT, "start | moment"),
        ("money", _money, Kind.NUMBER, 'price | money("EUR")'),
        ("month", Formats.month, Kind.MOMENT, "start | month"),
        (
            "percent",
            lambda formats, value: amounts.percent(formats.locale, value),
            Kind.NUMBER,
            "share | percent",
        ),
        ("plural", _plural, Kind.NUMBER, 'seats | plural(one="seat", other="seats")'),
        ("time", Formats.time, Kind.MOMENT, "start | time"),
        ("trim", lambda _, text: text.strip(), Kind.TEXT, "topic | trim"),
        ("truncate", _truncate, Kind.TEXT, 'topic | truncate(40, true, "…")'),
        ("until", _until, Kind.MOMENT, "end | until(start)"),
        (
            "upper",
            lambda formats, text: letters.upper(text, formats.locale.language),
            Kind.TEXT,
            "topic | upper",
        ),
        ("weekday", Formats.weekday, Kind.MOMENT, "start | weekday"),
    )
}
#: what each is for and gives, as far as it is known; the others write text
GIVES_NUMBERS = frozenset({"days", "decimals", "hours", "minutes"})
HIDDEN: Mapping[str, Callable[..., Any]] = {
    CALCULATED: _calculated,
    COMPARED: _compared,
    SHOWN: _shown,
}
