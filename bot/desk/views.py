"""What is found, as data: for JSON on the command line, and for pages to come."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bot.domain import coming, reminders, wallclock
from bot.domain.broadcast import DeliveryException, Occurrence
from bot.domain.incident import Incident
from bot.domain.maintenance import Maintenance, Window
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.domain.preview import rule_in_words
from bot.domain.schedule import Schedule, TemplateContent, TextContent
from bot.service.ports.pulses import Reading

if TYPE_CHECKING:
    from bot.service.delivery.broadcasts import Account, AmendedBy
    from bot.service.incidents.incidents import Thread
    from bot.service.maintenance.shown import Notice, Shown
    from bot.service.requests.schedules import Report


def texts(found: Iterable[Text]) -> list[dict[str, Any]]:
    return [
        {"language": text.language, "subject": text.subject, "body": text.body}
        for text in found
    ]


def schedule(one: Schedule) -> dict[str, Any]:
    content = one.content
    template = content if isinstance(content, TemplateContent) else None
    return {
        "reference": one.id,
        "id": one.client_id,
        "owner": one.owner,
        "origin": one.origin,
        "list": one.audience.list_name,
        "people": list(one.audience.jids),
        "in_owners_name": one.in_owners_name,
        "status": one.wire_state,
        "state": one.state,
        "reason": one.reason,
        "unreadable": _english(coming.unreadable(one)),
        "next_at": one.next_at,
        "deliver_at": one.deliver_at,
        "timezone": one.zone,
        "recurrence": one.recurrence,
        "rule": rule_in_words(one),
        "planned": one.planned,
        "revision": one.revision,
        "expires_at": one.expires_at,
        "late": {"policy": one.late.policy, "within": one.late.within},
        "urgent": one.urgent,
        "holidays": one.holidays,
        "on_holiday": one.on_holiday if one.holidays else None,
        "title": content.title,
        "template": template.template if template else None,
        "values": template.values if template else None,
        "created_at": one.created_at,
        "paused_at": one.paused_at,
        "ended_at": one.ended_at,
        "purged_at": one.purged_at,
    }


def own(one: Schedule) -> dict[str, Any]:
    """For its owner, with all that it says."""
    content = one.content
    words = content if isinstance(content, TextContent) else TextContent(texts=())
    return {
        **schedule(one),
        "texts": texts(words.texts),
        "payloads": list(words.payloads),
        "metadata": one.metadata,
        "language": one.language,
    }


def report(one: "Report") -> dict[str, Any]:
    """Also what an occurrence of it waits for."""
    return {**schedule(one.schedule), "held": one.is_held}


def incident(one: Incident) -> dict[str, Any]:
    content = one.content
    template = content if isinstance(content, TemplateContent) else None
    return {
        "incident": one.shown,
        "id": one.client_id,
        "owner": one.owner,
        "list": one.list_name,
        "state": one.state,
        "revision": one.revision,
        "timezone": one.timezone,
        "urgent": one.urgent,
        "template": template.template if template else None,
        "values": template.values if template else None,
        "created_at": one.created_at,
        "changed_at": one.changed_at,
        "ended_at": one.ended_at,
        "purged_at": one.purged_at,
    }


def thread(one: "Thread") -> dict[str, Any]:
    """With what was said last, and the announcements that said it."""
    return {
        **incident(one.incident),
        "texts": texts(one.texts),
        "updates": [
            {
                "number": notice.update.number,
                "kind": notice.update.kind,
                "schedule": notice.update.schedule_id,
                "at": notice.update.at,
                "state": notice.schedule.state,
                "total": notice.progress.total if notice.progress else None,
                "sent": notice.progress.sent if notice.progress else None,
            }
            for notice in one.notices
        ],
    }


def _english(why: Phrase | None) -> str | None:
    return None if why is None else str(why)


def broadcast(one: "Account") -> dict[str, Any]:
    found, progress, content = one.broadcast, one.progress, one.schedule.content
    return {
        "broadcast": str(one.name),
        "schedule": found.schedule_id,
        "list": one.schedule.audience.list_name,
        "people": list(one.schedule.audience.jids),
        "template": content.template if isinstance(content, TemplateContent) else None,
        "title": content.title,
        "state": found.state,
        "reason": found.reason,
        "total": progress.total,
        "sent": progress.sent,
        "failed": progress.failed,
        "skipped": progress.skipped,
        "deferred": progress.deferred,
        "waiting": progress.waiting,
        "timezone": one.zone,
        "started_at": found.created_at,
        "finished_at": found.finished_at,
        "expires_at": found.expires_at,
        "amendments": [amendment(each) for each in one.amendments],
    }


def amendment(one: "AmendedBy") -> dict[str, Any]:
    """What corrected a broadcast, or withdrew it."""
    progress = one.progress
    return {
        "kind": one.kind,
        "reference": one.schedule.id,
        "id": one.schedule.client_id,
        "state": one.schedule.state,
        "broadcast": None if one.name is None else str(one.name),
        "total": progress and progress.total,
        "sent": progress and progress.sent,
    }


def occurrence(one: Occurrence) -> dict[str, Any]:
    return {"due_at": one.due_at, "state": one.state, "reason": one.reason}


def failure(one: DeliveryException) -> dict[str, Any]:
    return {
        "jid": one.jid,
        "state": one.kind,
        "condition": one.condition,
        "text": one.text,
        "repeats": one.attempts,
        "first_at": one.first_at,
        "next_at": one.next_at,
    }


def told(one: "Shown") -> dict[str, Any]:
    """With what is told of the window that is meant."""
    return {**maintenance(one), "notices": [notice(it) for it in one.notices]}


def maintenance(one: "Shown") -> dict[str, Any]:
    """With the window that is meant."""
    found = one.maintenance
    return {
        "maintenance": _named(found, one.window),
        "id": found.client_id,
        "owner": found.owner,
        "origin": found.origin,
        "list": found.list_name,
        **window(found, one.window),
        "timezone": found.zone,
        "recurrence": found.recurrence,
        "rule": rule_in_words(found),
        "finish": found.finish,
        "reminders": reminders.seconds(found.reminders),
        "template": found.template,
        "values": found.values,
        "revision": found.revision,
        "readers": one.readers,
        "windows": [
            {"maintenance": _named(found, it), **window(found, it)}
            for it in one.windows
        ],
        "created_at": found.created_at,
        "ended_at": found.ended_at,
    }


def _named(found: Maintenance, one: Window) -> str | None:
    """As people type it; None: it is only looked at, and not stored."""
    return str(found.window_name(one)) if found.id else None


def window(found: Maintenance, one: Window) -> dict[str, Any]:
    zone = wallclock.zone_or_utc(found.zone)
    return {
        "state": one.state,
        "due_at": wallclock.resolve(one.wall, zone),
        "starts_at": one.starts_at,
        "ends_at": one.until,
        "planned_end_at": one.ends_at,
    }


def notice(one: "Notice") -> dict[str, Any]:
    made, progress = one.schedule, one.progress
    return {
        "phase": one.phase,
        "at": one.at,
        "schedule": None if made is None else made.id,
        "state": None if made is None else made.state,
        "total": None if progress is None else progress.total,
        "sent": None if progress is None else progress.sent,
        "corrections": one.corrections,
    }


def reading(one: Reading) -> dict[str, Any]:
    """What a service has read of its configuration."""
    return {
        "file": one.file,
        "read_at": one.at,
        "templates": one.templates,
        "changed": one.changed,
        "waiting": one.waiting,
        "faults": one.faults,
        "broken": one.broken,
    }
