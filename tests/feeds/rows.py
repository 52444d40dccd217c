"""Rows as they might be public."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.feeds import (
    Feed,
    Incident,
    Public,
    Sent,
    Stage,
    Window,
    Words,
    identity,
)

NOON = datetime(2040, 3, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEWS = Feed(name="news", title="News", language="en")


#: any of them
Row = Window | Incident | Sent


def words(title: str = "New disks", text: str = "The mail server.") -> dict[str, Words]:
    return {
        "en": Words(title, text),
        "de": Words(f"{title} (de)", f"{text} (de)"),
    }


def _values(kind: str, row: int, changes: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "uid": identity(kind, row, NOON),
        "list_name": "news",
        "language": "en",
        "words": words(f"{kind} {row}"),
        "created_at": NOON,
        "changed_at": NOON,
    }
    return values | changes


def window(row: int = 1, **changes: Any) -> Window:
    values = {
        "starts_at": NOON + DAY,
        "ends_at": NOON + DAY + 2 * HOUR,
        "stage": Stage.PLANNED,
        "sequence": 0,
    }
    return Window(**_values("maintenance", row, values | changes))


def incident(row: int = 1, **changes: Any) -> Incident:
    values = {"began_at": NOON - HOUR, "is_open": True}
    return Incident(**_values("incident", row, values | changes))


def sent(row: int = 1, **changes: Any) -> Sent:
    return Sent(**_values("broadcast", row, changes))


def public(*rows: Row, feeds: tuple[Feed, ...] = (NEWS,)) -> Public:
    return Public(
        feeds=feeds,
        windows=tuple(one for one in rows if isinstance(one, Window)),
        incidents=tuple(one for one in rows if isinstance(one, Incident)),
        sent=tuple(one for one in rows if isinstance(one, Sent)),
    )
