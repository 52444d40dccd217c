"""How long before a maintenance begins its readers are reminded: 24h, 1h."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TypeAlias

from bot.domain import durations
from bot.domain.errors import Invalid
from bot.domain.maintenance import (
    EARLIEST_REMINDER,
    MOST_REMINDERS,
    SOONEST_REMINDER,
)
from bot.domain.phrase import Phrase

#: the longest first
Reminders: TypeAlias = tuple[timedelta, ...]


def read(texts: Iterable[str]) -> Reminders:
    """As people and programs write lengths of time; none: nobody is reminded.

    Raises Invalid.
    """
    found = {_one(text) for text in texts}
    if len(found) > MOST_REMINDERS:
        raise Invalid(Phrase("at most {most} reminders", most=MOST_REMINDERS))
    return tuple(sorted(found, reverse=True))


def _one(text: str) -> timedelta:
    length = durations.parse(text)
    if not SOONEST_REMINDER <= length <= EARLIEST_REMINDER:
        raise Invalid(
            Phrase(
                "{text!r}: a reminder comes at least {shortest} and at most {longest}"
                " before the start",
                text=text[:40],
                shortest=_written(SOONEST_REMINDER),
                longest=_written(EARLIEST_REMINDER),
            )
        )
    return length


def listed(text: str) -> Reminders:
    """Several in one line, with blanks or commas between; '' for none."""
    return read(text.replace(",", " ").split())


def written(found: Reminders) -> str:
    """As `listed` reads it."""
    return " ".join(map(_written, found))


def seconds(found: Reminders) -> list[int]:
    """For programs."""
    return [int(one.total_seconds()) for one in found]


def _written(length: timedelta) -> str:
    return durations.written(int(length.total_seconds()))
