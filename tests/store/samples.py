"""Objects to store, with whatever a test does not care about filled in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.broadcast import Broadcast, Occurrence, OccurrenceState
from bot.domain.incident import Incident
from bot.domain.lengths import Length
from bot.domain.lists import AnnouncementList, ListKind, SubscriptionOrigin
from bot.domain.maintenance import Maintenance, Window
from bot.domain.message import MessageType, Text
from bot.domain.people import Person
from bot.domain.schedule import (
    ListAudience,
    Origin,
    Schedule,
    TemplateContent,
    TextContent,
)
from bot.service.ports.paging import Paging
from bot.service.ports.unit_of_work import UnitOfWork

SERVICE = "announce.example.org"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def a_list(name: str = "news", **changes: Any) -> AnnouncementList:
    values: dict[str, Any] = {
        "name": name,
        "title": name.title(),
        "is_default": False,
        "kind": ListKind.OPEN,
        "language": "en",
        "timezone": "Europe/Warsaw",
        "type": MessageType.CHAT,
        "publishers": frozenset(),
        "welcome": None,
    }
    return AnnouncementList(**values | changes)


def a_schedule(client_id: str = "s1", **changes: Any) -> Schedule:
    values: dict[str, Any] = {
        "owner": "admin@example.org",
        "client_id": client_id,
        "origin": Origin.IQ,
        "fingerprint": "f00d",
        "audience": ListAudience(list_name="news"),
        "content": TextContent(texts=(Text(language="en", body="Hello"),)),
        "timezone": "UTC",
        "deliver_at": NOON,
        "next_at": NOON,
        "created_at": NOON - MINUTE,
    }
    return Schedule(**values | changes)


def a_maintenance(client_id: str = "m1", **changes: Any) -> Maintenance:
    values: dict[str, Any] = {
        "owner": "admin@example.org",
        "client_id": client_id,
        "origin": Origin.IQ,
        "fingerprint": "f00d",
        "list_name": "news",
        "template": "maintenance",
        "values": {"summary": {"": "New disks"}},
        "timezone": "Europe/Warsaw",
        "recurrence": "FREQ=WEEKLY",
        "start": NOON.replace(tzinfo=None),
        "lasts": Length(1, 3600),
        "through": NOON.replace(tzinfo=None),
        "opened": 1,
        "next_at": NOON,
        "created_at": NOON - MINUTE,
    }
    return Maintenance(**values | changes)


def a_window(maintenance_id: int, **changes: Any) -> Window:
    values: dict[str, Any] = {
        "maintenance_id": maintenance_id,
        "wall": NOON.replace(tzinfo=None),
        "start": NOON.replace(tzinfo=None),
        "starts_at": NOON,
        "ends_at": NOON + 60 * MINUTE,
        "changed_at": NOON - MINUTE,
        "next_at": NOON,
    }
    return Window(**values | changes)


def an_incident(client_id: str = "i1", **changes: Any) -> Incident:
    values: dict[str, Any] = {
        "owner": "admin@example.org",
        "client_id": client_id,
        "fingerprint": "f00d",
        "list_name": "news",
        "content": TemplateContent(
            template="incident", values={"summary": {"": "It is slow"}}
        ),
        "timezone": "UTC",
        "created_at": NOON,
        "changed_at": NOON,
    }
    return Incident(**values | changes)


def a_broadcast(occurrence: Occurrence, **changes: Any) -> Broadcast:
    values: dict[str, Any] = {
        "occurrence_id": occurrence.id,
        "schedule_id": occurrence.schedule_id,
        "key": f"key{occurrence.id}",
        "list_id": None,
        "frozen_at": NOON,
        "total": 3,
        "created_at": NOON,
    }
    return Broadcast(**values | changes)


def declare(unit: UnitOfWork, *names: str) -> dict[str, int]:
    """Lists of these names; their ids."""
    unit.lists.declare([a_list(name) for name in names])
    return {entry.name: entry.id for entry in unit.lists.all()}


def subscribe(
    unit: UnitOfWork, list_id: int, *jids: str, at: datetime = NOON - MINUTE
) -> None:
    for jid in jids:
        person = unit.subscribers.ensure(jid, at)
        unit.subscriptions.open(list_id, person, SubscriptionOrigin.ADMIN, at)


def prefer(unit: UnitOfWork, list_id: int, *people: Person) -> None:
    """As an import does; who stands on the list already goes on standing there."""
    unit.people.put(list_id, people, SubscriptionOrigin.ADMIN, NOON)


def sending(
    unit: UnitOfWork,
    *chunks: tuple[int, int, int],
    recipients: tuple[str, ...] = (),
    **changes: Any,
) -> Broadcast:
    """A broadcast with these chunks, and the schedule and occurrence behind it."""
    number = unit.broadcasts.page(Paging(limit=0)).count + 1
    schedule = unit.schedules.add(a_schedule(f"s{number}", next_at=None))
    occurrence = unit.occurrences.add(
        Occurrence(schedule_id=schedule.id, due_at=NOON, state=OccurrenceState.SENDING)
    )
    assert occurrence is not None
    broadcast = a_broadcast(occurrence, **changes)
    return unit.broadcasts.add(broadcast, chunks, recipients)
