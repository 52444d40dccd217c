"""A list as the command line shows it."""

from typing import Any

from bot.domain import reminders
from bot.domain.lists import AnnouncementList, ListKind, OnList
from bot.domain.phrase import Listed, Phrase
from bot.domain.send_window import Outside, SendWindow

DEFAULT = Phrase("default")
KINDS = {
    ListKind.OPEN: Phrase("open"),
    ListKind.REQUEST: Phrase("on request"),
    ListKind.CLOSED: Phrase("closed"),
    ListKind.MANDATORY: Phrase("mandatory"),
}


def as_data(entry: AnnouncementList, address: str) -> dict[str, Any]:
    """For JSON."""
    window = entry.send_window
    return {
        "name": entry.name,
        "title": entry.title,
        "address": address,
        "default": entry.is_default,
        "declared": entry.is_declared,
        "kind": entry.kind,
        "language": entry.language,
        "timezone": entry.timezone,
        "type": entry.type,
        "publishers": sorted(entry.publishers),
        "welcome": entry.welcome,
        "reminders": reminders.seconds(entry.reminders),
        "public": entry.is_public,
        "corrections": entry.corrections,
        "send_window": window and window.shown,
        "send_window_zone": window and window.zone,
        "outside": window and window.outside,
    }


def facts(one: OnList, address: str) -> list[tuple[Phrase, object]]:
    """All that it has been given, for people."""
    entry = one.entry
    kind = KINDS[entry.kind]
    return [
        (Phrase("title"), entry.title),
        (Phrase("address"), address),
        (Phrase("kind"), Listed(kind, DEFAULT) if entry.is_default else kind),
        (Phrase("readers"), one.subscribers),
        (Phrase("suspended"), one.suspended or None),
        (Phrase("language"), entry.language),
        (Phrase("zone"), entry.timezone),
        (Phrase("sent as"), entry.type),
        (Phrase("publishers"), ", ".join(sorted(entry.publishers)) or None),
        (Phrase("greets with"), entry.welcome),
        (Phrase("reminders"), reminders.written(entry.reminders) or None),
        (Phrase("send window"), entry.send_window and _hours(entry.send_window)),
        (Phrase("public in feeds"), entry.is_public),
        (Phrase("corrects in place"), entry.corrections),
        (Phrase("in the configuration"), entry.is_declared),
    ]


def _hours(window: SendWindow) -> Phrase:
    return Phrase(
        "{hours}, {clocks}; {outside}",
        hours=window.shown,
        clocks=_OF_LIST if window.of_list else _OF_READER,
        outside=_SKIPS if window.outside is Outside.SKIP else _WAITS,
    )


_OF_LIST = Phrase("on the list's clocks")
_OF_READER = Phrase("on each reader's clocks")
_WAITS = Phrase("what falls outside waits")
_SKIPS = Phrase("what falls outside is left out")
