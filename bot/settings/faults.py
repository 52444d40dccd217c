"""Why a configuration cannot be used, in words for people."""

from typing import Any

from pydantic import ValidationError

from bot.domain.phrase import Listed, Phrase
from bot.texts.validation import reason


def reasons(error: ValidationError) -> Phrase:
    """All that is wrong, each with its key, in one line."""
    return Listed(*map(_with_key, error.errors()), separator="; ")


def key_of(entry: Any) -> str:
    """Where the fault is, `lists.news.title`; empty for the whole."""
    # pydantic puts this behind a key that is itself the fault
    return ".".join(str(part) for part in entry["loc"] if part != "[key]")


def _with_key(entry: Any) -> Phrase:
    if not (key := key_of(entry)):
        return reason(entry)
    return Phrase("{key}: {text}", key=key, text=reason(entry))
