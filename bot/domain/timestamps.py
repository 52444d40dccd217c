"""Moments on the wire: the dateTime profile of XEP-0082 (version 1.1.1, section 3.2).

    CCYY-MM-DDThh:mm:ss[.sss]TZD        TZD is Z or (+|-)hh:mm

Inside, a moment is an aware UTC datetime of whole seconds. Fractions round up,
since rounding down would send early.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase

SAMPLE = "2026-12-01T09:00:00Z"

_LONGEST = 64  # characters; nobody measures an announcement in attoseconds
_SECOND = timedelta(seconds=1)
_DATE_TIME = re.compile(
    r"(?P<plain>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]+))?"
    r"(?P<zone>Z|(?P<sign>[+-])(?P<hours>[0-9]{2}):(?P<minutes>[0-9]{2}))?"
)


def parse(text: str) -> datetime:
    """The moment that `text` names, in UTC and whole seconds; raises Invalid."""
    found = _DATE_TIME.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise Invalid(
            Phrase(
                "{text!r} is not a date and time such as {sample}",
                text=text[:_LONGEST],
                sample=SAMPLE,
            )
        )
    if found["zone"] is None:
        raise Invalid(
            Phrase("{text!r} needs an offset: end it with Z or +hh:mm", text=text)
        )
    try:
        # not fromisoformat: from Python 3.13 on it takes 24:00:00
        plain = datetime.strptime(found["plain"] + "Z", "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        # leap seconds among them: clocks here never show second 60
        raise Invalid(
            Phrase("{text!r} names a day or time that does not exist", text=text)
        ) from None
    return _in_utc(plain.replace(tzinfo=_offset(text, found)), text, found)


def is_wall_time(text: str) -> bool:
    """Whether it is of the form of a date and time, but without an offset."""
    found = _DATE_TIME.fullmatch(text)
    return found is not None and found["zone"] is None


def _offset(text: str, found: re.Match[str]) -> timezone:
    if found["zone"] == "Z":
        return UTC
    hours, minutes = int(found["hours"]), int(found["minutes"])
    # XML Schema part 2, section 3.2.7.3: up to 14:00 and no further
    if minutes > 59 or hours * 60 + minutes > 14 * 60:  # noqa: PLR2004
        raise Invalid(Phrase("{text!r} has an offset beyond 14:00", text=text))
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if found["sign"] == "-" else offset)


def _in_utc(moment: datetime, text: str, found: re.Match[str]) -> datetime:
    late = bool((found["fraction"] or "").strip("0"))
    try:
        return moment.astimezone(UTC) + (_SECOND if late else timedelta())
    except OverflowError:
        raise Invalid(
            Phrase("{text!r} lies outside the years 1 to 9999", text=text)
        ) from None


def round_up(moment: datetime) -> datetime:
    """`moment` in UTC, raised to the next whole second where it has a fraction."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime names no moment")
    moment = moment.astimezone(UTC)
    if moment.microsecond:
        moment = moment.replace(microsecond=0) + _SECOND
    return moment


def format(moment: datetime) -> str:  # noqa: A001 - read as timestamps.format
    """`moment` (aware) as YYYY-MM-DDThh:mm:ssZ; fractions round up."""
    return round_up(moment).replace(tzinfo=None).isoformat() + "Z"
