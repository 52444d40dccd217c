"""Moments relative to the occurrence that tells them: `+28h`, `-PT30M`, `+P1DT12H`.

So a recurring announcement of what happens a day later names another day each time.
Weeks and days are counted on the wall of the schedule's zone, hours, minutes and
seconds after them are exact, as in every length of time (`lengths`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain import durations, lengths
from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase

#: as many days or hours as the canonical form has digits for
_MOST = 99_999


@dataclass(frozen=True, slots=True)
class Anchor:
    """A moment at which a schedule is due, and the zone in which it counts days."""

    moment: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Relative:
    """So long after an occurrence, or before it; both have one sign."""

    #: on the wall
    days: int
    #: exact
    seconds: int

    def at(self, due: Anchor) -> datetime:
        """The moment that it is for that occurrence; raises Invalid."""
        try:
            return lengths.later(due.moment, due.zone, self.days, self.seconds)
        except Invalid:
            raise Invalid(
                Phrase("{text} lies outside the years 1 to 9999", text=self)
            ) from None

    def __str__(self) -> str:
        """As ISO 8601 has it, one form for each: `+P1DT12H`."""
        minutes, seconds = divmod(abs(self.seconds), 60)
        hours, minutes = divmod(minutes, 60)
        parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
        clock = "".join(f"{number}{unit}" for number, unit in parts if number)
        day = f"{abs(self.days)}D" if self.days else ""
        sign = "-" if self.days < 0 or self.seconds < 0 else "+"
        if not day and not clock:
            clock = "0S"
        return f"{sign}P{day}{'T' if clock else ''}{clock}"


def parse(text: str) -> Relative | None:
    """None where no sign says that it is relative; raises Invalid, for a length that
    has none as well.
    """
    wanted = text.strip()
    if not wanted.startswith(("+", "-")):
        if durations.units(wanted) is None:
            return None
        raise Invalid(
            Phrase(
                "{text!r} needs a sign: +{text} is after the announcement,"
                " -{text} before it",
                text=wanted,
            )
        )
    units = durations.units(wanted[1:])
    if units is None:
        raise Invalid(
            Phrase(
                "{text!r} is no time from the announcement on;"
                " write +28h, -30m, +1d12h or +PT28H",
                text=text[:40],
            )
        )
    sign = -1 if wanted[0] == "-" else 1
    days = units.pop("weeks") * 7 + units.pop("days")
    seconds = timedelta(**units) // timedelta(seconds=1)
    if days > _MOST or seconds // 3600 > _MOST:
        raise Invalid(
            Phrase("{text!r} is too far from the announcement", text=text[:40])
        )
    return Relative(sign * days, sign * seconds)
