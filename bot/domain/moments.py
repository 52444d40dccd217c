"""Moments as people type and read them."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from bot.domain import relative, timestamps, wallclock
from bot.domain.errors import Invalid, about
from bot.domain.fields import FieldType, Template
from bot.domain.hours import HOLIDAY, OUTSIDE
from bot.domain.phrase import Listed, Phrase
from bot.domain.preview import Caution, CautionKind, Entry, Note, Preview
from bot.domain.schedule import FieldValues

# as clocks show it, the offset as in 09:00Z and the abbreviation as in 09:00 CET
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})(?:\s+|T)"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
    r"(?:\s*(?P<offset>Z|[+-]\d{2}:\d{2})"
    r"|\s+(?P<clocks>[A-Z]{2,6}|UTC[+-]\d{2,4}))?",
    re.ASCII | re.IGNORECASE,
)
# not strftime's, which follow the locale of the process
_WEEKDAYS = (
    *(Phrase("Mon"), Phrase("Tue"), Phrase("Wed"), Phrase("Thu"), Phrase("Fri")),
    *(Phrase("Sat"), Phrase("Sun")),
)
_ABSOLUTE = re.compile(r"(?:Z|[+-]\d{2}:\d{2})$", re.ASCII)
_NOTES = {
    Note.SHIFTED: Phrase("shifted"),
    Note.FIRST: Phrase("first"),
    Note.SECOND: Phrase("second"),
}
_LEFT_OUT = {OUTSIDE: Phrase("left out: outside of the send window")}


def read(text: str, zone: ZoneInfo, field: str) -> datetime:
    """A moment: XEP-0082 with Z or offset, else wall time in `zone`, perhaps with the
    abbreviation of its clocks, as it is shown. Raises Invalid naming the field.
    """
    with about(field):
        return _read(text.strip(), zone)


def _read(given: str, zone: ZoneInfo) -> datetime:
    found = _MOMENT.fullmatch(given)
    if found is None and _ABSOLUTE.search(given):
        return timestamps.parse(given)
    if found is None:
        raise Invalid(
            Phrase(
                "{text!r} is not a moment; write '2026-12-01 09:00' or {sample}",
                text=given[:64],
                sample=timestamps.SAMPLE,
            )
        )
    wall = _wall(found)
    if found["offset"]:
        return timestamps.parse(f"{wall.isoformat()}{found['offset'].upper()}")
    if found["clocks"]:
        return _at_clocks(wall, found["clocks"].upper(), zone)
    return wallclock.resolve(wall, zone)


def _at_clocks(wall: datetime, name: str, zone: ZoneInfo) -> datetime:
    """When clocks in `zone`, or those of UTC, show `wall` under that abbreviation."""
    if name == "UTC":
        return wallclock.resolve(wall, wallclock.zone("UTC"))
    for fold in (0, 1):
        moment = wallclock.resolve(wall.replace(fold=fold), zone)
        there = moment.astimezone(zone)
        if (there.replace(tzinfo=None), wallclock.abbreviation(there)) == (wall, name):
            return moment
    raise Invalid(
        Phrase("clocks in {zone} do not show {name} then", zone=zone.key, name=name)
    )


def as_typed(text: str, zone: ZoneInfo, field: str) -> str:
    """As a request takes it: with an offset, or the wall time without one, which may
    be one that clocks skip. Raises Invalid naming the field.
    """
    moment, wall = read(text, zone, field), _wall_alone(text)
    return timestamps.format(moment) if wall is None else wall.isoformat()


def instant(text: str, zone: ZoneInfo, field: str) -> str:
    """The moment that is meant, as XEP-0082 has it. Raises Invalid naming the field."""
    return timestamps.format(read(text, zone, field))


def in_fields(
    template: Template, values: FieldValues, zone: ZoneInfo
) -> dict[str, dict[str, str]]:
    """The values of a template's fields; in those that take a moment wall times become
    UTC, and what is relative to the announcement takes one form. Raises Invalid.
    """
    found = {name: dict(told) for name, told in values.items()}
    for field in template.fields:
        if field.type is FieldType.MOMENT:
            for tag, text in found.get(field.name, {}).items():
                found[field.name][tag] = _told(text, zone, f"set.{field.name}")
    return found


def _told(text: str, zone: ZoneInfo, field: str) -> str:
    if not text.strip():
        return ""
    with about(field):
        offset = relative.parse(text)
    return instant(text, zone, field) if offset is None else str(offset)


def _wall_alone(text: str) -> datetime | None:
    """The wall time where nothing is said of its offset."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None or found["offset"] or found["clocks"]:
        return None
    return _wall(found)


def _wall(found: re.Match[str]) -> datetime:
    """What clocks show, 9:00 and 24:00 too; raises Invalid where none does."""
    try:
        day = datetime.strptime(f"{found['day']}Z", "%Y-%m-%d%z").replace(tzinfo=None)
        clock = f"{found['hour']:0>2}:{found['minute']}:{found['second'] or '00'}"
        # the end of a day (ISO 8601) is the beginning of the next
        if clock == "24:00:00":
            return day + timedelta(days=1)
        return datetime.combine(day, time.fromisoformat(clock))
    except (ValueError, OverflowError):
        raise Invalid(
            Phrase("{text!r} names a day or time that does not exist", text=found[0])
        ) from None


def oddity(text: str, zone: ZoneInfo) -> Caution | None:
    """Where clocks in `zone` skip the wall time `text`, or show it twice."""
    plain = _wall_alone(text)
    if plain is None:
        return None
    told = {"zone": zone.key, "time": f"{plain:%H:%M}", "day": plain.date()}
    moment = wallclock.resolve(plain, zone)
    if wallclock.is_gap(plain, zone):
        why = Phrase(
            "clocks in {zone} skip {time} on {day}; it is read as {later}",
            later=f"{moment.astimezone(zone):%H:%M}",
            **told,
        )
        return Caution(kind=CautionKind.GAP, phrase=why, moment=moment)
    if wallclock.is_fold(plain, zone):
        why = Phrase("clocks in {zone} show {time} twice on {day}: the first", **told)
        return Caution(kind=CautionKind.FOLD, phrase=why, moment=moment)
    return None


def together(*several: Iterable[Caution]) -> tuple[Caution, ...]:
    """Each once: clocks are as odd for what was typed as for what comes of it."""
    found: dict[object, Caution] = {}
    for caution in chain(*several):
        of_clocks = caution.kind in {CautionKind.GAP, CautionKind.FOLD}
        about = caution.moment if of_clocks else caution.phrase
        found.setdefault((caution.kind, about), caution)
    return tuple(found.values())


def local(moment: datetime | None, zone_name: str) -> str:
    """What clocks there show, '' where there is no moment."""
    return "" if moment is None else wallclock.shown_in(moment, zone_name)


def told(preview: Preview) -> Iterator[Phrase]:
    """For a list: on its clocks, and what to know about it."""
    for entry, note in _in_order(preview):
        weekday = _WEEKDAYS[entry.local.weekday()]
        shown = f"{entry.local:%Y-%m-%d %H:%M}"
        if entry.local.second:
            shown = f"{entry.local:%Y-%m-%d %H:%M:%S}"
        moment = Phrase(
            "{weekday} {time} {zone}",
            weekday=weekday,
            time=shown,
            zone=entry.abbreviation,
        )
        yield moment if note is None else Listed(moment, note)


def _in_order(preview: Preview) -> list[tuple[Entry, Phrase | None]]:
    """What is left out stands among what is sent, and says so."""
    both = (*preview.entries, *preview.skipped)
    return [(one, _note(one)) for one in sorted(both, key=lambda one: one.moment)]


def _note(entry: Entry) -> Phrase | None:
    if entry.reason == HOLIDAY:
        return Phrase("left out: {holiday}", holiday=entry.holiday)
    if entry.reason is not None:
        return _LEFT_OUT.get(entry.reason, Phrase("skipped"))
    notes = [_NOTES[entry.note]] if entry.note else []
    if entry.holiday is not None:
        notes.append(
            Phrase("for {day}: {holiday}", day=entry.day, holiday=entry.holiday)
        )
    if entry.begins is not None:
        notes.append(
            Phrase(
                "goes out {time} {zone}",
                time=f"{entry.begins:%Y-%m-%d %H:%M}",
                zone=wallclock.abbreviation(entry.begins),
            )
        )
    return Listed(*notes) if notes else None


def rows(preview: Preview) -> list[tuple[Phrase, str, Phrase | None]]:
    """For a table: local, UTC, note."""
    return [
        (
            Phrase(
                "{weekday} {time:%Y-%m-%d %H:%M:%S} {zone}",
                weekday=_WEEKDAYS[entry.local.weekday()],
                time=entry.local,
                zone=entry.abbreviation,
            ),
            timestamps.format(entry.moment),
            note,
        )
        for entry, note in _in_order(preview)
    ]
