"""The catalogues: what Carillon says, in the reader's language (GNU gettext).

    said(Phrase("The body is empty."), "de-AT", "en")

They are read as the translators write them (`locale/LANGUAGE/LC_MESSAGES/*.po`), each
when it is first needed; docs/decisions/0018 says why there are no compiled ones.
"""

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

from bot.domain.language import choose
from bot.domain.phrase import Phrase

ENGLISH = "en"
LANGUAGES = (ENGLISH, "de", "fr", "es", "pl")


def language_for(*wanted: str) -> str:
    """The one of LANGUAGES for the tags that are wanted, most wanted first."""
    return choose(LANGUAGES, *wanted)


def said(phrase: Phrase, *wanted: str) -> str:
    """The phrase in the best language for the tags that are wanted; else in English."""
    return phrase.through(translations(language_for(*wanted)))


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of one of LANGUAGES."""
    if language == ENGLISH:
        return NullTranslations()
    # not above: slow, and no use to whoever reads English
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    written = files(__name__) / "locale" / language / "LC_MESSAGES" / "carillon.po"
    compiled = io.BytesIO()
    with written.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
