"""Which time zone may be meant by a name that no zone has: a proposal, never taken."""

from collections.abc import Mapping
from difflib import get_close_matches

#: abbreviations that are no names, each by a place whose clocks show it
_ABBREVIATIONS: Mapping[str, str] = {
    "aedt": "Australia/Sydney",
    "aest": "Australia/Sydney",
    "akdt": "America/Anchorage",
    "akst": "America/Anchorage",
    "bst": "Europe/London",
    "cdt": "America/Chicago",
    "cest": "Europe/Warsaw",
    "cst": "America/Chicago",
    "edt": "America/New_York",
    "eest": "Europe/Kyiv",
    "ist": "Asia/Kolkata",
    "jst": "Asia/Tokyo",
    "kst": "Asia/Seoul",
    "mdt": "America/Denver",
    "mesz": "Europe/Berlin",
    "mez": "Europe/Berlin",
    "msk": "Europe/Moscow",
    "nzdt": "Pacific/Auckland",
    "nzst": "Pacific/Auckland",
    "pdt": "America/Los_Angeles",
    "pst": "America/Los_Angeles",
    "sast": "Africa/Johannesburg",
    "west": "Europe/Lisbon",
}
_ALIKE = 0.75


def meant(name: str, spellings: Mapping[str, str]) -> str | None:
    """A zone of `spellings`, which has the names by what they are without case."""
    given = "_".join(name.casefold().split())
    if given in _ABBREVIATIONS:
        return spellings.get(_ABBREVIATIONS[given].casefold())
    # places: what is like `EST` or `Etc/GMT+5` is seldom what is meant
    places = [one for one in spellings if "/" in one and not one.startswith("etc/")]
    of_that_city = [one for one in places if one.rpartition("/")[2] == given]
    if of_that_city:
        return spellings[min(of_that_city, key=len)]
    alike = get_close_matches(given, places, n=1, cutoff=_ALIKE)
    return spellings[alike[0]] if alike else None
