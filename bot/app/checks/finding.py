"""What a check found, and what to change where."""

from dataclasses import dataclass
from enum import StrEnum


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
    """`change` is what to do about it: where and what, perhaps in several lines."""

    name: str
    result: Result
    text: str
    change: str | None = None


def ok(name: str, text: str) -> Finding:
    return Finding(name, Result.OK, text)


def warning(name: str, text: str, change: str | None = None) -> Finding:
    return Finding(name, Result.WARNING, text, change)


def fault(name: str, text: str, change: str | None = None) -> Finding:
    return Finding(name, Result.FAULT, text, change)


def skipped(name: str, text: str) -> Finding:
    return Finding(name, Result.SKIPPED, text)
