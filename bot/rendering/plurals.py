"""Which form of a word goes with a number: the plural categories of CLDR.

    {{ seats }} {{ seats | plural(one="miejsce", few="miejsca", many="miejsc",
                                  other="miejsca") }}

A language has some of the six, and its own rule for which number falls into which:
in Polish 22 is `few`, 25 is `many`, 1.5 is `other`.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale

from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase

CATEGORIES = ("zero", "one", "two", "few", "many", "other")
#: what wording is tried with in every language
TRIED: tuple[int | Decimal, ...] = (0, 1, 2, 5, 22, Decimal("1.5"))


@lru_cache(maxsize=256)
def examples(locale: Locale) -> Mapping[str, int | Decimal]:
    """The categories that wording has to have forms for, each with a number of it.

    What only millions fall into (`many` in French and Spanish) is not among them.
    """
    found: dict[str, int | Decimal] = {}
    for number in (*TRIED, *range(101)):
        found.setdefault(locale.plural_form(number), number)
    return {name: found[name] for name in CATEGORIES if name in found}


def strange(locale: Locale, names: Iterable[Any]) -> Phrase | None:
    """What to write for the first of the names that no number of the language has."""
    known = {*locale.plural_form.tags, "other"}
    for name in names:
        if name in known:
            continue
        there = ", ".join(each for each in CATEGORIES if each in known)
        if name == "zero":
            return Phrase(
                "`plural` has no category {name!r} in {language!r}, only {names};"
                " for 0 write {tag}",
                name=name,
                language=locale.language,
                names=there,
                tag="{% if … == 0 %}",
            )
        return Phrase(
            "`plural` has no category {name!r} in {language!r}, only {names}",
            name=name,
            language=locale.language,
            names=there,
        )
    return None


def form(locale: Locale, number: int | Decimal, forms: Mapping[str, str]) -> str:
    """The one of `forms` for the number; raises Invalid where that is missing, or
    where a form has the name of no language's category.
    """
    unknown = [name for name in forms if name not in CATEGORIES]
    if unknown and (why := strange(locale, unknown)):
        raise Invalid(why)
    category = locale.plural_form(number)
    needed = examples(locale)
    if category not in needed:
        category = category if category in forms else "other"
    if category not in forms:
        raise Invalid(
            Phrase(
                "`plural` lacks {category}, say for {number};"
                " in {language!r} there are {names}",
                category=category,
                number=needed[category],
                language=locale.language,
                names=", ".join(needed),
            )
        )
    return forms[category]
