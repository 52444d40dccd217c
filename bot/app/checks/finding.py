"""What a check found, and what to change where."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.phrase import Phrase


class Result(StrEnum):
    OK = "ok"
    #: it works; something is not as it should be
    WARNING = "warning"
    #: it does not work, or is not safe
    FAULT = "fault"
    #: it could not be looked at; the text says why
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """`change` is what to do about it: where and what, perhaps in several lines.

    The name is the same in every language.
    """

    name: str
    result: Result
    text: Phrase
    #: a str is what to type
    change: Phrase | str | None = None


def ok(name: str, text: Phrase) -> Finding:
    return Finding(name, Result.OK, text)


def warning(name: str, text: Phrase, change: Phrase | str | None = None) -> Finding:
    return Finding(name, Result.WARNING, text, change)


def fault(name: str, text: Phrase, change: Phrase | str | None = None) -> Finding:
    return Finding(name, Result.FAULT, text, change)


def skipped(name: str, text: Phrase) -> Finding:
    return Finding(name, Result.SKIPPED, text)
