"""Short ways to say what a check found."""

from bot.domain.findings import Finding, Result
from bot.domain.phrase import Phrase


def ok(name: str, text: Phrase) -> Finding:
    return Finding(name, Result.OK, text)


def warning(name: str, text: Phrase, change: Phrase | str | None = None) -> Finding:
    return Finding(name, Result.WARNING, text, change)


def fault(name: str, text: Phrase, change: Phrase | str | None = None) -> Finding:
    return Finding(name, Result.FAULT, text, change)


def skipped(name: str, text: Phrase) -> Finding:
    return Finding(name, Result.SKIPPED, text)
