"""What is found, as data: for JSON on the command line, and for pages to come."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bot.domain import coming
from bot.domain.broadcast import DeliveryException, Occurrence
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.domain.preview import rule_in_words
from bot.domain.schedule import Schedule, TemplateContent, TextContent
from bot.service.ports.pulses import Reading

if TYPE_CHECKING:
    from bot.service.delivery.broadcasts import Account, AmendedBy
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


def reading(one: Reading) -> dict[str, Any]:
    """What a service has read of its configuration."""
    return {
        "file": one.file,
        "read_at": one.at,
        "templates": one.templates,
        "changed": one.changed,
        "waiting": one.waiting,
        "faults": one.faults,
    }
