"""When something goes out: for JSON, and by which clocks."""

from collections.abc import Iterable
from datetime import UTC
from typing import TYPE_CHECKING

from bot.domain.preview import Caution, Preview

if TYPE_CHECKING:
    from bot.settings import Settings


def here(settings: "Settings") -> str:
    """The zone whose clocks tell of what is no list's: that of the default list."""
    name = settings.default_list
    return settings.lists[name].timezone if name else "UTC"


def as_data(preview: Preview, warnings: Iterable[Caution]) -> dict[str, object]:
    """For JSON."""
    return {
        "moments": [
            {
                "utc": entry.moment,
                "local": entry.local.isoformat(),
                "abbreviation": entry.abbreviation,
                "note": entry.note,
                "begins": entry.begins and entry.begins.astimezone(UTC),
                "holiday": entry.holiday,
            }
            for entry in preview.entries
        ],
        "skipped": [entry.moment for entry in preview.skipped],
        "left_out": [
            {"utc": entry.moment, "reason": entry.reason, "holiday": entry.holiday}
            for entry in preview.skipped
        ],
        "warnings": cautions(warnings),
    }


def cautions(found: Iterable[Caution]) -> list[dict[str, object]]:
    """For JSON: a code that stays, and a sentence."""
    return [{"code": one.kind, "text": one.text} for one in found]
