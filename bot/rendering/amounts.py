"""Numbers and sums of money, with the decimals that they were given with."""

from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
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
#: beyond what fields take and their sums come to
_MOST = 10**30
_FINEST = 30
#: wide enough to round whatever numbers a field takes, added up
_WIDE = Context(prec=100, rounding=ROUND_HALF_UP)


def number_of(value: float | Decimal) -> int | Decimal:
    """The number, within what can be written; raises Invalid."""
    # a float is one that is written in the wording itself
    found = Decimal(repr(value)) if isinstance(value, float) else value
    if not Decimal(found).is_finite() or not -_MOST < found < _MOST:
        raise Invalid(Phrase("a number is too large"))
    if _places(Decimal(found)) > _FINEST:
        raise Invalid(Phrase("a number has too many decimals"))
    return found


def total(left: Any, right: Any, factor: int) -> int | Decimal:
    """The one and `factor` (1 or -1) times the other, to the last digit."""
    one, other = number_of(left), factor * number_of(right)
    if isinstance(one, int) and isinstance(other, int):
        return one + other
    return _WIDE.add(Decimal(one), Decimal(other))


def number(locale: Locale, value: Any) -> str:
    """`1,234.50`: as many decimals as it has."""
    exact = Decimal(number_of(value))
    return _written(parsed(locale.decimal_formats[None].pattern), locale, exact)


def percent(locale: Locale, value: Any) -> str:
    """`99.95%`: so many in a hundred, with the space of the language."""
    exact = Decimal(number_of(value))
    pattern = parsed(locale.percent_formats[None].pattern)
    return _written(pattern, locale, exact, scale=-2)


def rounded(value: Any, places: Any, least: Any = None) -> Decimal:
    """With exactly so many decimals, a half rounded up; `least`: without zeros at the
    end that are more than so many. It is a number that can be shown, counted with
    (`plural`) and calculated with as any other.
    """
    fewest = places if least is None else least
    for given in (places, fewest):
        if type(given) is not int or not 0 <= given <= MAX_PLACES:
            raise Invalid(
                Phrase(
                    "`decimals` takes a number of places, 0 to {most}", most=MAX_PLACES
                )
            )
    exact = _with_places(Decimal(number_of(value)), places)
    while _places(exact) > fewest and exact == _with_places(exact, _places(exact) - 1):
        exact = _with_places(exact, _places(exact) - 1)
    return exact


def money(locale: Locale, value: Any, currency: Any, decimals: Any = None) -> str:
    """`€1,234.50`: the decimals of the currency, more only where there are more, or
    exactly so many.
    """
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
    if decimals is not None:
        exact = rounded(exact, decimals)
    elif _places(exact) < usual:
        exact = _with_places(exact, usual)
    pattern = parsed(locale.currency_formats["standard"].pattern)
    return _written(pattern, locale, exact, currency)


def _written(
    pattern: NumberPattern,
    locale: Locale,
    exact: Decimal,
    currency: str | None = None,
    scale: int = 0,
) -> str:
    places = _places(exact)
    pattern.frac_prec = (places, places)
    together = str(locale) in _GROUPED_FROM_FIVE_DIGITS and abs(exact) < _GROUPED_FROM
    if exact.is_zero():
        exact = abs(exact)  # nothing is not less than nothing
    with localcontext(_WIDE):
        text: str = pattern.apply(
            exact.scaleb(scale),
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
