"""Moments as an operator types and reads them."""

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain import timestamps, wallclock
from bot.domain.errors import Invalid
from bot.domain.preview import Preview

_WALL = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(:\d{2})?", re.ASCII)
_ABSOLUTE = re.compile(r"(?:Z|[+-]\d{2}:\d{2})$", re.ASCII)


def read(text: str, zone: ZoneInfo, option: str) -> datetime:
    """A moment: XEP-0082 with Z or offset, else wall time in `zone`.

    Raises Invalid naming the option.
    """
    try:
        return _read(text.strip(), zone)
    except Invalid as error:
        raise Invalid(f"{option}: {error.text}", field=error.field) from None


def _read(given: str, zone: ZoneInfo) -> datetime:
    if _ABSOLUTE.search(given):
        return timestamps.parse(given)
    wall = _WALL.fullmatch(given)
    if wall is None:
        raise Invalid(
            f"{given[:64]!r} is not a moment; write '2026-12-01 09:00' or"
            f" {timestamps.SAMPLE}"
        )
    plain = timestamps.parse(f"{wall[1]}T{wall[2]}{wall[3] or ':00'}Z")
    return wallclock.resolve(plain.replace(tzinfo=None), zone)


def oddity(text: str, zone: ZoneInfo) -> str | None:
    """A warning where clocks in `zone` skip the wall time `text`, or show it twice."""
    wall = _WALL.fullmatch(text.strip())
    if wall is None:
        return None
    plain = datetime.fromisoformat(f"{wall[1]}T{wall[2]}{wall[3] or ':00'}")
    if wallclock.is_gap(plain, zone):
        return f"clocks in {zone.key} skip {wall[2]} on {wall[1]}; it is read as later"
    if wallclock.is_fold(plain, zone):
        return f"clocks in {zone.key} show {wall[2]} twice on {wall[1]}: the first"
    return None


def local(moment: datetime | None, zone_name: str) -> str:
    """What clocks there show, with the zone's abbreviation: `2026-12-01 09:00 CET`."""
    if moment is None:
        return ""
    shown = moment.astimezone(ZoneInfo(zone_name))
    name = shown.tzname() or ""
    seconds = f":{shown:%S}" if shown.second else ""
    return f"{shown:%Y-%m-%d %H:%M}{seconds} {name if name.isalpha() else f'UTC{name}'}"


def rows(preview: Preview) -> list[tuple[str, str, str]]:
    """For a table: local, UTC, note."""
    return [
        (
            f"{entry.local:%a %Y-%m-%d %H:%M:%S} {entry.abbreviation}",
            timestamps.format(entry.moment),
            entry.note or "",
        )
        for entry in preview.entries
    ]


def as_data(preview: Preview, warnings: Sequence[str] = ()) -> dict[str, object]:
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
        "warnings": [
            *({"kind": "clock", "text": text} for text in warnings),
            *({"kind": one.kind, "text": one.text} for one in preview.warnings),
        ],
    }
