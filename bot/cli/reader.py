"""The language of whoever sits at the terminal, as gettext takes it.

LC_ALL, LC_MESSAGES or LANG, the first that is set, is the locale. LANGUAGE, a list
with colons, goes before it, but not before `C`: a script that sets LC_ALL=C reads
English (GNU gettext's manual, "Specifying a Priority List of Languages").
"""

import os
from collections.abc import Mapping
from gettext import NullTranslations

from bot.domain.phrase import Phrase
from bot.texts import ENGLISH, language_for, translations

_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
_NO_LANGUAGE = ("C", "POSIX")


def tags(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The languages that are wanted (BCP 47), most wanted first."""
    locale = next(filter(None, map(environment.get, _LOCALE)), "")
    listed = environment.get("LANGUAGE")
    if not listed or locale in _NO_LANGUAGE:
        return (_tag(locale),)
    return tuple(_tag(name) for name in listed.split(":"))


def language() -> str:
    """The one of `bot.texts.LANGUAGES`."""
    return language_for(*tags())


def catalogue() -> NullTranslations:
    """That of the language."""
    return translations(language())


def words(text: Phrase | str) -> str:
    """A phrase as the reader has it; what is no phrase as it is."""
    return text if isinstance(text, str) else text.through(catalogue())


def _tag(locale: str) -> str:
    """`de_AT.UTF-8@euro` as de-AT; `C`, which is no language, speaks English."""
    territory = locale.partition("@")[0].partition(".")[0]
    return ENGLISH if territory in _NO_LANGUAGE else territory.replace("_", "-")
