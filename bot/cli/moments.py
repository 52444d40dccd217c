"""Moments as an operator types and reads them."""

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cli import output
from bot.domain import timestamps, wallclock
from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.domain.preview import Note, Preview

_WALL = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(:\d{2})?", re.ASCII)
# not strftime's, which follow the locale of the process
_WEEKDAYS = (
    *(Phrase("Mon"), Phrase("Tue"), Phrase("Wed"), Phrase("Thu"), Phrase("Fri")),
    *(Phrase("Sat"), Phrase("Sun")),
)
_NOTES = {
    Note.SHIFTED: Phrase("shifted"),
    Note.FIRST: Phrase("first"),
    Note.SECOND: Phrase("second"),
}
_ABSOLUTE = re.compile(r"(?:Z|[+-]\d{2}:\d{2})$", re.ASCII)


def read(text: str, zone: ZoneInfo, option: str) -> datetime:
    """A moment: XEP-0082 with Z or offset, else wall time in `zone`.

    Raises Invalid naming the option.
    """
    try:
        return _read(text.strip(), zone)
    except Invalid as error:
        raise Invalid(output.about(option, error), field=error.field) from None


def _read(given: str, zone: ZoneInfo) -> datetime:
    if _ABSOLUTE.search(given):
        return timestamps.parse(given)
    wall = _WALL.fullmatch(given)
    if wall is None:
        raise Invalid(
            Phrase(
                "{text!r} is not a moment; write '2026-12-01 09:00' or {sample}",
                text=given[:64],
                sample=timestamps.SAMPLE,
            )
        )
    plain = timestamps.parse(f"{wall[1]}T{wall[2]}{wall[3] or ':00'}Z")
    return wallclock.resolve(plain.replace(tzinfo=None), zone)


def as_typed(text: str, zone: ZoneInfo, option: str) -> str:
    """As a request takes it: with an offset, or the wall time without one, which may
    be one that clocks skip. Raises Invalid naming the option.
    """
    moment = read(text, zone, option)
    wall = _WALL.fullmatch(text.strip())
    if wall is None:
        return timestamps.format(moment)
    return f"{wall[1]}T{wall[2]}{wall[3] or ':00'}"


def oddity(text: str, zone: ZoneInfo) -> Phrase | None:
    """A warning where clocks in `zone` skip the wall time `text`, or show it twice."""
    wall = _WALL.fullmatch(text.strip())
    if wall is None:
        return None
    plain = datetime.fromisoformat(f"{wall[1]}T{wall[2]}{wall[3] or ':00'}")
    if wallclock.is_gap(plain, zone):
        return Phrase(
            "clocks in {zone} skip {time} on {day}; it is read as later",
            zone=zone.key,
            time=wall[2],
            day=wall[1],
        )
    if wallclock.is_fold(plain, zone):
        return Phrase(
            "clocks in {zone} show {time} twice on {day}: the first",
            zone=zone.key,
            time=wall[2],
            day=wall[1],
        )
    return None


def local(moment: datetime | None, zone_name: str) -> str:
    """What clocks there show, with the zone's abbreviation: `2026-12-01 09:00 CET`."""
    if moment is None:
        return ""
    shown = moment.astimezone(wallclock.zone(zone_name))
    name = shown.tzname() or ""
    seconds = f":{shown:%S}" if shown.second else ""
    return f"{shown:%Y-%m-%d %H:%M}{seconds} {name if name.isalpha() else f'UTC{name}'}"


def rows(preview: Preview) -> list[tuple[Phrase, str, Phrase | None]]:
    """For a table: local, UTC, note; what is left out stands among what is sent."""
    sent = (
        (entry, _NOTES[entry.note] if entry.note else None) for entry in preview.entries
    )
    left_out = ((entry, Phrase("skipped")) for entry in preview.skipped)
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
        for entry, note in sorted((*sent, *left_out), key=lambda one: one[0].moment)
    ]


def as_data(preview: Preview, warnings: Sequence[Phrase] = ()) -> dict[str, object]:
    """For JSON; `warnings` come on top of the preview's."""
    return {
        "moments": [
            {
                "utc": entry.moment,
                "local": entry.local.isoformat(),
                "abbreviation": entry.abbreviation,
                "note": entry.note,
            }
            for entry in preview.entries
        ],
        "skipped": [entry.moment for entry in preview.skipped],
        "warnings": [
            *({"kind": "clock", "text": text} for text in warnings),
            *({"kind": one.kind, "text": one.text} for one in preview.warnings),
        ],
    }
