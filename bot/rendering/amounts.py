"""Numbers and sums of money, with the decimals that they were given with."""

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from babel import Locale
from babel.numbers import NumberPattern, get_currency_precision, is_currency
from babel.numbers import parse_pattern as parsed

from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase

MAX_PLACES = 15
#: where four digits stand together: CLDR says so, Babel does not read it
_GROUPED_FROM_FIVE_DIGITS = frozenset({"es", "es_ES", "pl", "pl_PL", "pt_PT"})
_GROUPED_FROM = 10_000
#: wide enough to round whatever numbers a field takes, added up
_WIDE = Context(prec=100, rounding=ROUND_HALF_UP)


def number_of(value: Any) -> int | Decimal:
    """The value, which is a number; raises Invalid."""
    if isinstance(value, float):  # written in the wording itself
        return Decimal(repr(value))
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Invalid(Phrase("it is no number"))
    return value


def number(locale: Locale, value: Any) -> str:
    """`1,234.50`: as many decimals as it has."""
    exact = Decimal(number_of(value))
    return _written(parsed(locale.decimal_formats[None].pattern), locale, exact)


def rounded(value: Any, places: Any) -> Decimal:
    """With exactly so many decimals, a half rounded up; a number that can be shown,
    counted with (`plural`) and calculated with as any other.
    """
    if type(places) is not int or not 0 <= places <= MAX_PLACES:
        raise Invalid(
            Phrase("`decimals` takes a number of places, 0 to {most}", most=MAX_PLACES)
        )
    return _with_places(Decimal(number_of(value)), places)


def money(locale: Locale, value: Any, currency: Any) -> str:
    """`€1,234.50`: the decimals of the currency, more only where there are more."""
    if not isinstance(currency, str) or not is_currency(currency):
        raise Invalid(
            Phrase(
                "{text!r} is no currency such as {example}",
                text=str(currency)[:40],
                example="EUR",
            )
        )
    exact = Decimal(number_of(value))
    usual = get_currency_precision(currency)
    if _places(exact) < usual:
        exact = _with_places(exact, usual)
    pattern = parsed(locale.currency_formats["standard"].pattern)
    return _written(pattern, locale, exact, currency)


def _written(
    pattern: NumberPattern, locale: Locale, exact: Decimal, currency: str | None = None
) -> str:
    places = _places(exact)
    pattern.frac_prec = (places, places)
    together = str(locale) in _GROUPED_FROM_FIVE_DIGITS and abs(exact) < _GROUPED_FROM
    text: str = pattern.apply(
        exact,
        locale,
        currency=currency,
        currency_digits=False,
        decimal_quantization=False,
        group_separator=not together,
    )
    # CLDR's narrow no-break space between groups is a box in some fonts
    return text.replace("\u202f", "\u00a0")


def _places(exact: Decimal) -> int:
    exponent = exact.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _with_places(exact: Decimal, places: int) -> Decimal:
    return exact.quantize(Decimal(1).scaleb(-places), context=_WIDE)
