"""What a look at the service and at what is around it shows, and what to change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """All that was found, and when."""

    at: datetime
    findings: Sequence[Finding]
