"""What every door turns its input into: values as given, not yet judged.

Times, zones and rules are text here; `bot.service.requests.moments` reads them, so that
each fault is found and worded in one place.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from bot.domain.broadcast import BroadcastName
from bot.domain.schedule import Origin, Original


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleName:
    """Which job is meant: by the service-wide number, or by the owner's id."""

    #: the reference, shown as #123; where it is given, the rest is not looked at
    number: int | None = None
    #: the draft's <id/>
    id: str | None = None
    #: whose id it is; None: the caller's
    owner: str | None = None
    #: the one that the caller has seen, where he says so; steering refuses another
    revision: int | None = None

    @property
    def about(self) -> str:
        """What the audit trail says of it."""
        if self.number is not None:
            return f"#{self.number}"
        return f"{self.id} of {self.owner}" if self.owner else str(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRequest:
    """The draft's `<schedule/>` (§7.1) with Carillon's extensions."""

    origin: Origin
    #: a JID as given: a list's address or one person
    to: str | None = None
    list_name: str | None = None
    #: single people told by the service
    people: tuple[str, ...] = ()
    #: a test: what the list would be told, told to these alone and at once
    only: tuple[str, ...] = ()
    #: of the list's readers these alone, at once: who is known to be online
    present: tuple[str, ...] = ()
    #: of the list's readers those alone whom this broadcast reached
    only_told: BroadcastName | None = None
    #: (language tag or '', text), as given
    bodies: tuple[tuple[str, str], ...] = ()
    subjects: tuple[tuple[str, str], ...] = ()
    #: the request's own xml:lang, which untagged texts inherit
    language: str = ""
    #: serialised XML elements in other namespaces
    payloads: tuple[str, ...] = ()
    #: of a message that came in whole
    original: Original | None = None
    template: str | None = None
    #: {field: {language or '': text}}
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: XEP-0082 dateTime
    deliver_at: str | None = None
    #: a whole number of seconds
    delay_seconds: str | None = None
    timezone: str | None = None
    recurrence: str | None = None
    expires: str | None = None
    #: whether a dateTime may lack its offset: then it is a wall time in `timezone`
    on_the_wall: bool = False
    #: with `only` that of the announcement: a test has one of its own
    client_id: str | None = None
    late_policy: str | None = None
    #: seconds
    late_within: str | None = None
    #: neither quiet hours nor pauses of readers hold it back
    urgent: bool = False
    #: the name of a calendar, and what becomes of what falls on one of its days
    holidays: str | None = None
    on_holiday: str | None = None
    updates: bool = True
    #: the <metadata/> as given, serialised
    metadata: str | None = None

    @property
    def about(self) -> str:
        """Which and to whom, without its content."""
        target = self.list_name or self.to or ", ".join(self.people)
        about = f"{self.client_id or '(no id)'} to {target or '(nobody)'}"
        if self.present:
            return f"{about}, those online"
        if self.only_told is not None:
            return f"{about}, those told by {self.only_told.shown}"
        return f"{about}, only {', '.join(self.only)}" if self.only else about

    def fingerprint(self) -> str:
        """Equal for a repeat of the same request, before times are resolved."""
        given = asdict(self)
        del given["client_id"], given["origin"]
        if not self.only:  # so that it is the digest of releases that knew no tests
            del given["only"]
        if not self.present:  # likewise, that knew nobody's presence
            del given["present"]
        if self.only_told is None:  # likewise, that knew nobody who was told
            del given["only_told"]
        if not self.urgent:  # likewise, that knew no quiet hours
            del given["urgent"]
        _without_holidays(given)
        if self.original is None:  # likewise, that knew no whole messages
            del given["original"]
        return _digest(given)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleChange:
    """An edit as given: what is None or empty here stays as it is."""

    #: one of these is another target
    to: str | None = None
    list_name: str | None = None
    people: tuple[str, ...] = ()
    #: any of these replaces all of its kind
    bodies: tuple[tuple[str, str], ...] = ()
    subjects: tuple[tuple[str, str], ...] = ()
    payloads: tuple[str, ...] = ()
    #: the edit's own xml:lang, which untagged bodies inherit
    language: str = ""
    #: replaces all values with these; without it they replace those of their fields
    template: str | None = None
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: one of these moves the next occurrence and anchors the rule anew
    deliver_at: str | None = None
    delay_seconds: str | None = None
    #: '' takes these away
    timezone: str | None = None
    recurrence: str | None = None
    expires: str | None = None
    #: whether a moment may lack its offset: then it is a wall time in the job's zone
    on_the_wall: bool = False
    late_policy: str | None = None
    late_within: str | None = None
    urgent: bool | None = None
    #: '' takes them away
    holidays: str | None = None
    on_holiday: str | None = None
    updates: bool | None = None
    #: the <metadata/> as given, serialised: replaces elements of equal names
    metadata: str | None = None

    @property
    def changes_content(self) -> bool:
        texts = self.bodies or self.subjects or self.payloads
        return bool(texts or self.template is not None or self.values)

    @property
    def changes_target(self) -> bool:
        return bool(self.to or self.list_name or self.people)

    @property
    def changes_moment(self) -> bool:
        return self.deliver_at is not None or self.delay_seconds is not None

    @property
    def changes_holidays(self) -> bool:
        return self.holidays is not None or self.on_holiday is not None

    @property
    def changes_late(self) -> bool:
        return self.late_policy is not None or self.late_within is not None

    def fingerprint(self, revision: int | None) -> str:
        """Equal for a repeat of the same edit of the same revision."""
        given = {**asdict(self), "revision": revision}
        if self.urgent is None:  # so that it is the digest of releases without it
            del given["urgent"]
        _without_holidays(given)
        return _digest(given)


def _without_holidays(given: dict[str, Any]) -> None:
    """Likewise, that knew none."""
    for name in ("holidays", "on_holiday"):
        if given[name] is None:
            del given[name]


def _digest(given: dict[str, Any]) -> str:
    """Of what has an order, in none; servers stamp a language on stanzas, which is
    not the request's.
    """
    # what lacks an offset says itself that it is on the wall
    del given["language"], given["on_the_wall"]
    given |= {
        "bodies": sorted(given["bodies"]),
        "subjects": sorted(given["subjects"]),
        "payloads": sorted(given["payloads"]),
        "metadata": canonical_metadata(given["metadata"]),
    }
    text = json.dumps(given, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def canonical_metadata(metadata: str | None) -> list[str]:
    """What is said, in no order and whatever the space between the elements."""
    if metadata is None:
        return []
    element = ET.fromstring(metadata)  # noqa: S314 - read and written by a door
    said = [_said(child) for child in element]
    said += [(child.tail or "").strip() for child in element]
    said += [(element.text or "").strip(), *map(str, sorted(element.items()))]
    return sorted(filter(None, said))


def _said(element: ET.Element) -> str:
    """An element whatever its prefixes and the order of its attributes."""
    return json.dumps(_parts(element))


def _parts(element: ET.Element) -> list[object]:
    inner = [(_parts(child), (child.tail or "").strip()) for child in element]
    text = (element.text or "").strip()
    return [element.tag, sorted(element.attrib.items()), text, inner]
