"""Time zones as people name them: in any case, misspelt, or by a name of the past."""

from collections.abc import Mapping

from bot.domain import wallclock
from bot.domain.phrase import Phrase

#: old names without a place, and places whose clocks are meant, if any
_PLACES: Mapping[str, str] = {
    "EST": "America/New_York",
    "MST": "America/Denver",
    "HST": "",
    "EST5EDT": "America/New_York",
    "CST6CDT": "America/Chicago",
    "MST7MDT": "America/Denver",
    "PST8PDT": "America/Los_Angeles",
}
_FIXED = "Etc/GMT"


def spelt(name: str) -> str:
    """The IANA name that is meant, whatever its case; raises Invalid."""
    given = name.strip()
    return wallclock.spellings().get(given.casefold()) or wallclock.zone(given).key


def fixed(name: str) -> Phrase | None:
    """What to know about a name that means other clocks than one may think."""
    if name.startswith(_FIXED) and name.removeprefix(_FIXED).strip("+-0"):
        hours = name.removeprefix(_FIXED)
        # the signs are POSIX's: west of Greenwich is positive
        offset = f"UTC{'-' if hours[0] == '+' else '+'}{int(hours[1:]):02}"
        return Phrase("{zone} is {offset} all year", zone=name, offset=offset)
    place = _PLACES.get(name)
    if place is None:
        return None
    if not place:
        return Phrase("{zone} never has summer time", zone=name)
    if name.endswith("DT"):
        return Phrase(
            "{zone} is an old name; say {place}, or another place",
            zone=name,
            place=place,
        )
    return Phrase(
        "{zone} never has summer time; {place} has it", zone=name, place=place
    )
