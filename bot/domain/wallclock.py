"""Wall clocks: between a moment (aware UTC) and what a clock on the wall shows.

A wall time (naive datetime) names exactly one moment (RFC 5545, 3.3.5):

    in a gap      the moment that the offset before the gap gives (02:30 → 03:30)
    in a fold     the first of the two, the second where it says so by `fold`
    otherwise     the only one

Python's `fold=0` means just this (PEP 495); in a gap its `fold=1` means something
else, which is never asked for. What `local` gives leads back to the moment.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.domain import guesses, zonedata
from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase

# Names that the system's folder has and that mean no place on earth
_NO_PLACE = frozenset({"localtime", "Factory"})


@cache
def _names() -> frozenset[str]:
    # Every zone is read after this: nobody else makes one.
    zonedata.take_newest()
    # Listed once, for it reads the folders: asking ZoneInfo alone would accept
    # "posix/UTC" anywhere and "europe/warsaw" on a file system without case.
    return frozenset(available_timezones()) - _NO_PLACE


def zone(name: str) -> ZoneInfo:
    """The zone with this IANA name, spelt exactly; raises Invalid."""
    if name not in _names():
        raise Invalid(_unknown(name[:64]), field="timezone")
    return ZoneInfo(name)


@cache
def spellings() -> Mapping[str, str]:
    """Each name by what it is without regard to case."""
    return {name.casefold(): name for name in sorted(_names())}


def _unknown(name: str) -> Phrase:
    meant = guesses.meant(name, spellings())
    if meant is not None:
        return Phrase(
            "{name!r} is not a time zone; did you mean {zone}?",
            name=name,
            zone=meant,
        )
    return Phrase(
        "{name!r} is not a time zone; use an IANA name such as Europe/Warsaw or UTC",
        name=name,
    )


def zone_or_utc(name: str) -> ZoneInfo:
    """To show a moment in a zone that a row names and this machine may not know."""
    return ZoneInfo(name if name in _names() else "UTC")


def resolve(local: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which clocks in `zone` show `local`; raises Invalid."""
    if local.tzinfo is not None:
        raise ValueError("a wall time is naive")
    second = int(local.fold and is_fold(local, zone))
    try:
        return local.replace(tzinfo=zone, fold=second).astimezone(UTC)
    except OverflowError:
        raise _unnameable(local, zone) from None


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """What clocks in `zone` show at `moment`, naive; raises Invalid.

    Its `fold` says which of two passes it is, and counts in no comparison.
    """
    if moment.tzinfo is None:
        raise ValueError("a naive datetime names no moment")
    try:
        return moment.astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        raise _unnameable(moment, zone) from None


def shown(moment: datetime, zone: ZoneInfo) -> str:
    """For people: what clocks there show and which they are, `2026-12-01 09:00 CET`;
    those of UTC where the calendar ends before.
    """
    try:
        there = moment.astimezone(zone)
    except OverflowError:
        there = moment
    seconds = f":{there:%S}" if there.second else ""
    # not %Y, which writes the year 1 with one digit
    return f"{there.date()} {there:%H:%M}{seconds} {abbreviation(there)}"


def shown_in(moment: datetime, name: str) -> str:
    """`shown` in the zone of that name, in UTC where the machine knows it no longer."""
    return shown(moment, zone_or_utc(name))


def abbreviation(local: datetime) -> str:
    """CET, CEST, or UTC+05 where the zone has no letters of its own."""
    name = local.tzname() or ""
    return name if name.isalpha() else f"UTC{name}"


def _unnameable(moment: datetime, zone: ZoneInfo) -> Invalid:
    return Invalid(
        Phrase(
            "{moment} in {zone} lies outside the years 1 to 9999",
            moment=moment,
            zone=zone,
        )
    )


def is_gap(local: datetime, zone: ZoneInfo) -> bool:
    """Whether clocks in `zone` jump over this wall time."""
    first, second = _offsets(local, zone)
    return first < second


def is_fold(local: datetime, zone: ZoneInfo) -> bool:
    """Whether clocks in `zone` show this wall time twice."""
    first, second = _offsets(local, zone)
    return first > second


def _offsets(local: datetime, zone: ZoneInfo) -> tuple[float, float]:
    """Seconds east of UTC before and after the change at `local`, equal if none."""
    first, second = (
        local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)
    )
    # a ZoneInfo knows the offset of every wall time
    assert first is not None  # noqa: S101
    assert second is not None  # noqa: S101
    return first.total_seconds(), second.total_seconds()


def look_again() -> None:
    """Zones are read anew from here on: their rules may have been brought up to date
    while this process was running, and others may be the newest now.
    """
    _names.cache_clear()
    _names()
