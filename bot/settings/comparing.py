"""Which keys differ between two configurations, here or by digests, and which of them
a running service can take up.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.settings.sections import Settings

#: what a service that runs takes up, by section or key; all else waits for a start
ALIVE = (
    *("access", "people", "lists", "limits", "notify", "templates", "audit"),
    "holidays",
    *("storage", "retention"),
    *("xmpp.contact", "log.level"),
)
#: secrets, and what may well differ between two who see the same database
_OWN = ("xmpp.password", "xmpp.password_file", "xmpp.ca_file", "database", "log")

#: stand for what lies in them, wherever that is seen
TEMPLATES, KEYS = "templates.folder", "storage.key_file"


def changed(old: Settings, new: Settings) -> tuple[str, ...]:
    """The keys whose values are others; a list that comes or goes as a whole."""
    return differing(_values(old), _values(new))


def digests(settings: Settings, templates: str) -> Mapping[str, str]:
    """Key -> digest of its value, where that is not the default; `templates` is that of
    what lies in their folder.
    """
    found = {
        key: _digest(value)
        for key, value in _values(settings).items()
        if not _is_of(key, (*_OWN, TEMPLATES))
    }
    return found | ({TEMPLATES: templates} if templates else {})


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys that are not the same in both, without those within such a one."""
    keys = {key for key in {*one, *other} if one.get(key) != other.get(key)}
    return tuple(sorted(key for key in keys if not _is_of(key, keys - {key})))


def taken_up(old: Settings, new: Settings) -> Settings:
    """`new`, as far as a service that runs with `old` takes it up."""
    kept = {
        name: getattr(old, name)
        for name in Settings.model_fields
        if name not in ALIVE and name not in {"xmpp", "log"}
    }
    xmpp = old.xmpp.model_copy(update={"contact": new.xmpp.contact})
    log = old.log.model_copy(update={"level": new.log.level})
    return new.model_copy(update=kept | {"xmpp": xmpp, "log": log})


def waits(key: str) -> bool:
    """Whether a change of it has to wait for a start."""
    return not _is_of(key, ALIVE)


def _is_of(key: str, sections: Any) -> bool:
    return any(key == one or key.startswith(f"{one}.") for one in sections)


def _values(settings: Settings) -> Mapping[str, Any]:
    """What is not the default; that a list is there counts, too."""
    content = settings.model_dump(exclude_defaults=True)
    # what it says itself: all else is as for users
    said = settings.limits.publisher.model_dump(exclude_unset=True)
    content.setdefault("limits", {})["publisher"] = said
    found = dict(_flat(content))
    if settings.storage.keys:
        found[KEYS] = [_digest(key.hex()) for key in settings.storage.keys]
    for name, holidays in settings.holidays.items():
        found[f"holidays.{name}.file"] = [str(holidays.file), holidays.digest]
    return found | {f"lists.{name}": True for name in settings.lists}


def _flat(content: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _digest(value: object) -> str:
    text = json.dumps(value, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
