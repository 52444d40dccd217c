"""Moments and lengths of time, as the reader writes them (CLDR)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, dates, lists

from bot.domain import wallclock
from bot.domain.errors import Invalid
from bot.domain.language import base_of, is_tag
from bot.domain.phrase import Counted

_Unit = Literal["day", "hour", "minute", "second"]
_UNITS: tuple[tuple[_Unit, int], ...] = (
    ("day", 86_400),
    ("hour", 3_600),
    ("minute", 60),
    ("second", 1),
)
_NEVER_ROUND_UP = 10**9
_UTC = ZoneInfo("UTC")
#: where CLDR has nothing between day and time, and people write a comma
_WITH_COMMA = frozenset({"pl"})
#: what clocks are called where nobody says it as the IANA data do
_ABBREVIATIONS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "WET": "WEZ",
        "WEST": "WESZ",
        "CET": "MEZ",
        "CEST": "MESZ",
        "EET": "OEZ",
        "EEST": "OESZ",
    }
}
_FRENCH_FIRST = re.compile(r"\b1 ")
#: before the sound of an i, Spanish has `e` for `y`
_SPANISH_I = re.compile(r"h?i(?![aeou])", re.IGNORECASE)
MAX_LISTED = 100  #: lines that a sentence lists


@dataclass(frozen=True, slots=True)
class Formats:
    """How one reader sees time: a locale for the wording, a zone for the clock."""

    locale: Locale
    zone: ZoneInfo
    #: where days are counted, the announcement's: an end is one moment for all
    wall: ZoneInfo = _UTC

    def moment(self, value: datetime) -> str:
        """Day and time: `Saturday, December 5, 2026, 11:00 PM CET`."""
        pattern = str(self.locale.datetime_formats["full"]).replace("'", "")
        if self.locale.language in _WITH_COMMA:
            pattern = "{1}, {0}"
        return pattern.format(self.time(value), self.date(value))

    def date(self, value: datetime) -> str:
        """The day alone: `Samstag, 5. Dezember 2026`."""
        return self._day(value, "full")

    def day(self, value: datetime) -> str:
        """The day without its name: `5. Dezember 2026`."""
        return self._day(value, "long")

    def month(self, value: datetime) -> str:
        """The month and its year, as it stands alone: `listopad 2026`."""
        day = self._local(value).date()
        return dates.format_skeleton("yMMMM", day, locale=self.locale)

    def weekday(self, value: datetime) -> str:
        """The day's name, as it stands alone: `sobota`."""
        names = self.locale.days["stand-alone"]["wide"]
        return str(names[self._local(value).weekday()])

    def until(self, value: datetime, start: datetime) -> str:
        """The end of what begins at `start`: on the same day, the time alone."""
        same = self.day(value) == self.day(start)
        return self.time(value) if same else self.moment(value)

    def time(self, value: datetime) -> str:
        """The time with its zone's abbreviation: `23:00 CET`, `02:00 UTC-03`."""
        local = self._local(value)
        clock = dates.format_time(local.time(), format="short", locale=self.locale)
        # CLDR's narrow no-break space before AM and PM is a box in some fonts
        there = _abbreviation(local, self.locale.language)
        return f"{clock} {there}".replace("\u202f", " ")

    def duration(self, value: timedelta) -> str:
        """A length of time in whole units: `1 hour and 30 minutes`."""
        rest = int(value.total_seconds())
        parts = []
        for unit, size in _UNITS:
            count, rest = divmod(rest, size)
            if count:
                parts.append(self._count(timedelta(seconds=count * size), unit))
        if not parts:
            return self._count(timedelta(), "minute")
        # Babel 2.18 knows the style "unit" only in part: KeyError on three units
        return lists.format_list(parts, style="standard", locale=self.locale)

    def listed(self, items: Sequence[str]) -> str:
        """Several in one sentence: `mail, chat, and web`; raises Invalid."""
        if len(items) > MAX_LISTED:
            raise Invalid(
                Counted(
                    "a sentence lists at most {count} line; use `| bullets`",
                    "a sentence lists at most {count} lines; use `| bullets`",
                    MAX_LISTED,
                )
            )
        text = lists.format_list(items, style="standard", locale=self.locale)
        if self.locale.language == "es" and items and _SPANISH_I.match(items[-1]):
            before = text.removesuffix(f" y {items[-1]}")
            return text if before == text else f"{before} e {items[-1]}"
        return text

    def _day(self, value: datetime, length: Literal["full", "long"]) -> str:
        local = self._local(value)
        day = dates.format_date(local.date(), format=length, locale=self.locale)
        # CLDR's French has no ordinals, but the first of a month always is one
        french_first = self.locale.language == "fr" and local.day == 1
        return _FRENCH_FIRST.sub("1er ", day, count=1) if french_first else day

    def _local(self, value: datetime) -> datetime:
        return wallclock.local(value, self.zone).replace(tzinfo=self.zone)

    def _count(self, length: timedelta, unit: _Unit) -> str:
        text = dates.format_timedelta(
            length, granularity=unit, threshold=_NEVER_ROUND_UP, locale=self.locale
        )
        # CLDR's French binds days and hours to their numbers, and not minutes
        return text.replace(" ", "\u00a0") if self.locale.language == "fr" else text


def _abbreviation(local: datetime, language: str) -> str:
    # zones without letters of their own are named +03 or +0545 by the IANA data
    name = local.tzname() or "UTC"
    if name[0] not in "+-":
        return _ABBREVIATIONS.get(language, {}).get(name, name)
    return f"UTC{name[:3]}:{name[3:]}" if name[3:] else f"UTC{name}"


@lru_cache(maxsize=256)
def locale_for(text: str, reader: str) -> Locale:
    """The reader's locale where it varies the text's language, else the text's.

    Who reads an `en` text as `en-GB` sees `5 December` and a 24-hour clock.
    """
    base = base_of(text)
    wanted = [reader] if base_of(reader) == base else []
    for tag in (*wanted, text, base):
        # a reader's tag is whatever a client has put into xml:lang
        if is_tag(tag):
            try:
                return Locale.parse(tag, sep="-")
            except (UnknownLocaleError, ValueError):
                continue
    return Locale("en")


def variety(text: str, reader: str) -> str:
    """The tag of the reader's locale where it varies the text's language, else `text`.

    Of all that clients put into xml:lang, only what CLDR knows comes out.
    """
    if not is_tag(reader) or base_of(reader) != base_of(text):
        return text
    try:
        return str(Locale.parse(reader, sep="-")).replace("_", "-")
    except (UnknownLocaleError, ValueError):
        return text
