"""Durations as people and programs write them: `90m`, `1h30m`, `PT1H30M`."""

import re
from datetime import timedelta

from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase

_UNITS = ("weeks", "days", "hours", "minutes", "seconds")
_PLAIN = re.compile(
    r"(?:(\d{1,5})w)?(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?",
    re.ASCII | re.IGNORECASE,
)
#: ISO 8601 without years and months, which have no length of their own
_ISO = re.compile(
    r"P(?:(\d{1,5})W)?(?:(\d{1,5})D)?"
    r"(?:T(?=\d)(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?",
    re.ASCII,
)


def parse(text: str) -> timedelta:
    """A length of time over zero, in whole seconds; raises Invalid."""
    found = units(text.strip())
    length = timedelta(**(found or {}))
    if found and not length:
        raise Invalid(
            Phrase("{text!r} is no time at all; give more than nothing", text=text[:40])
        )
    if not length:
        raise Invalid(
            Phrase(
                "{text!r} is no length of time; write 90m, 2h, 1d12h or PT1H30M",
                text=text[:40],
            )
        )
    return length


def written(seconds: int) -> str:
    """As `parse` reads it, in the longest units; '' for none."""
    found = ""
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        number, seconds = divmod(seconds, length)
        found += f"{number}{unit}" if number else ""
    return found


def units(text: str) -> dict[str, int] | None:
    """How many weeks, days, hours, minutes and seconds; None where it is no length."""
    match = _ISO.fullmatch(text) or _PLAIN.fullmatch(text)
    if match is None or not any(match.groups()):
        return None
    digits = match.groups(default="0")
    return {unit: int(number) for unit, number in zip(_UNITS, digits, strict=True)}
