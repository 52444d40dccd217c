"""Numbers and money."""

import pytest
from babel.localedata import locale_identifiers

from bot.domain.errors import Invalid
from bot.rendering import amounts
from bot.rendering.formats import locale_for
from tests.rendering.conftest import Say

FIELDS = """
[fields.n]
type = "number"
label.en = "N"

[fields.currency]
type = "line"
label.en = "C"
"""


@pytest.mark.parametrize(
    ("language", "given", "said"),
    [
        ("en", "2500.5", "2,500.5"),
        ("de", "2500.5", "2.500,5"),
        ("en", "1234.50", "1,234.50"),
        ("de", "1234.50", "1.234,50"),
        ("fr", "1234.50", "1\u00a0234,50"),
        ("pl", "1234.50", "1234,50"),
        ("pl", "12345", "12\u00a0345"),
        ("es", "1234", "1234"),
        ("es", "-12345.0", "-12.345,0"),
        ("en", "0.0001", "0.0001"),
        ("en", "-0.00", "0.00"),
        ("en", "0", "0"),
        ("en", "3.", "3"),
        ("en", ".5", "0.5"),
        ("en", "123456789012.345", "123,456,789,012.345"),
    ],
)
def test_number(say: Say, language: str, given: str, said: str) -> None:
    """A number keeps its decimals, and is grouped as the language does."""
    assert written(say, "{{ n }}", language, n=given) == said


@pytest.mark.parametrize(
    ("wording", "given", "said"),
    [
        ("{{ n + 1 }}", "1.50", "2.50"),
        ("{{ n - n }}", "1.50", "0.00"),
        ("{{ 2.50 }} {{ 0.0000001 }}", "1", "2.5 0.0000001"),
        ("{{ n | decimals(0) }}", "2.5", "3"),
        ("{{ n | decimals(2) }}", "1234", "1,234.00"),
        ("{{ n | decimals(2) }}", "-0.005", "-0.01"),
        ("{{ n | decimals(0) | plural(one='seat', other='seats') }}", "1.4", "seat"),
        ("{{ n | decimals(1) | plural(one='seat', other='seats') }}", "1", "seats"),
        ("{{ 9.99 | decimals(1) }}", "1", "10.0"),
        ("{{ n + 0.5 }}", "1.50", "2.00"),
        ("{{ 0.1 + 0.2 }}", "1", "0.3"),
        ("{{ n | decimals(0) }}", "-0.04", "0"),
        ("{{ n | decimals(0) | money('EUR') }}", "-0.04", "€0.00"),
        ("{{ n | decimals(2, least=0) }}", "22", "22"),
        ("{{ n | decimals(2, 0) }}", "22.504", "22.5"),
        ("{{ n | decimals(2, least=1) }}", "22", "22.0"),
        ("{{ n | decimals(0, 0) }}", "100", "100"),
        ("{{ n | percent }}", "99.95", "99.95%"),
        ("{{ n | decimals(1, 0) | percent }}", "22", "22%"),
        ("{{ (n + 99999999999999999999999999) }}", "1", "100" + ",000" * 8),
    ],
)
def test_calculated(say: Say, wording: str, given: str, said: str) -> None:
    """What is calculated, rounded or written in the wording is a number as well."""
    assert written(say, wording, n=given) == said


@pytest.mark.parametrize(
    ("language", "given", "currency", "said"),
    [
        ("en", "1234.50", "EUR", "€1,234.50"),
        ("de", "1234.5", "EUR", "1.234,50\u00a0€"),
        ("fr", "1234.50", "EUR", "1\u00a0234,50\u00a0€"),
        ("pl", "1234.50", "PLN", "1234,50\u00a0zł"),
        ("de", "5", "EUR", "5,00\u00a0€"),
        ("de", "0.125", "EUR", "0,125\u00a0€"),
        ("en", "1200", "JPY", "¥1,200"),
        ("en", "-5", "USD", "-$5.00"),
    ],
)
def test_money(say: Say, language: str, given: str, currency: str, said: str) -> None:
    """Money has the currency's decimals, its sign and place, and loses nothing."""
    for wording in (f"{{{{ n | money('{currency}') }}}}", "{{ n | money(currency) }}"):
        found = written(say, wording, language, n=given, currency=currency)
        assert found == said


@pytest.mark.parametrize(
    ("language", "money", "percent"),
    [
        ("en", "€5", "5.5%"),
        ("de", "5\u00a0€", "5,5\u00a0%"),
        ("fr", "5\u00a0€", "5,5\u00a0%"),
        ("es", "5\u00a0€", "5,5\u00a0%"),
        ("pl", "5\u00a0€", "5,5%"),
    ],
)
def test_round_sums_and_percents(
    say: Say, language: str, money: str, percent: str
) -> None:
    """Money without cents, and percents with the space of the language."""
    assert written(say, "{{ n | money('EUR', 0) }}", language, n="5") == money
    wording = "{{ n | money('EUR', decimals=0) }}"
    assert written(say, wording, language, n="5.2") == money
    assert written(say, "{{ n | percent }}", language, n="5.5") == percent


@pytest.mark.parametrize(
    ("wording", "reason"),
    [
        ("{{ n | money('Euro') }}", "'Euro' is no currency such as EUR"),
        ("{{ n | money('eur') }}", "no currency"),
        ("{{ n | money(3) }}", "no currency"),
        ("{{ n | decimals(1 - 2) }}", "0 to 15"),
        ("{{ n | decimals(true) }}", "0 to 15"),
        ("{{ n | decimals(99) }}", "0 to 15"),
        ("{{ n | decimals(1, 'x') }}", "0 to 15"),
        ("{{ n | money('EUR', 99) }}", "0 to 15"),
        ("{{ n + 1" + "0" * 40 + " }}", "too large"),
        ("{{ 1e-300 }}", "too many decimals"),
        ("{{ 'x' | decimals(1) }}", '`decimals` is for numbers; `"x"` is text'),
        ("{{ 'x' | money('EUR') }}", "`money` is for numbers"),
        ("{{ currency | money('EUR') }}", "`currency` is optional and not given"),
    ],
)
def test_refused(say: Say, wording: str, reason: str) -> None:
    """What is no number, no currency or no number of places is refused."""
    with pytest.raises(Invalid, match=reason):
        written(say, wording, n="5")


def test_every_language() -> None:
    """Every language that CLDR knows writes every digit that was given."""
    for tag in locale_identifiers():
        locale = locale_for(tag.replace("_", "-"), "")
        for text in (
            amounts.number(locale, 1234),
            amounts.money(locale, 1234, "EUR"),
            amounts.number(locale, amounts.rounded(1234, 3)),
            amounts.percent(locale, 1234),
        ):
            digits = "".join(one for one in text if one.isdecimal())
            assert digits.startswith("1234"), tag


def written(say: Say, wording: str, language: str = "en", **given: str) -> str:
    return say(wording, FIELDS, given=given, language=language, languages=[language])
