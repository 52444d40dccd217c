"""How schedules, texts and broadcasts look, for people and as JSON."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.cli import moments, output
from bot.domain.broadcast import Broadcast, Progress
from bot.domain.characters import line
from bot.domain.message import Text
from bot.domain.preview import Preview
from bot.domain.schedule import Schedule, TemplateContent


def target(schedule: Schedule) -> str:
    """Who is told: the list's name, or the people."""
    return ", ".join(schedule.audience.jids) or str(schedule.audience.label)


def draft(
    drafted: Schedule,
    readers: int,
    texts: Sequence[Text],
    preview: Preview,
    warnings: Sequence[str],
) -> None:
    """What is going to happen."""
    written(texts)
    output.details(
        [
            ("to", target(drafted)),
            ("readers now", readers),
            ("rule", drafted.recurrence),
            ("expires", moments.local(drafted.expires_at, drafted.zone)),
        ]
    )
    output.say()
    ahead(preview, warnings)


def written(texts: Iterable[Text]) -> None:
    """Each text under its language."""
    for text in texts:
        subject = line(text.subject or "")
        output.say(f"[{text.language or 'any language'}] {subject}".rstrip())
        output.say("\n".join(f"    {row}" for row in text.body.split("\n")))
        output.say()


def ahead(preview: Preview, warnings: Sequence[str] = ()) -> None:
    """The next moments, and what to know about them."""
    output.table(("local", "utc", "note"), moments.rows(preview))
    for text in (*warnings, *(caution.text for caution in preview.warnings)):
        output.say(f"Note: {text}.")


def texts_as_data(texts: Iterable[Text]) -> list[dict[str, Any]]:
    return [
        {"language": text.language, "subject": text.subject, "body": text.body}
        for text in texts
    ]


def schedule_as_data(schedule: Schedule) -> dict[str, Any]:
    content = schedule.content
    template = content if isinstance(content, TemplateContent) else None
    return {
        "reference": schedule.id,
        "id": schedule.client_id,
        "owner": schedule.owner,
        "origin": schedule.origin,
        "list": schedule.audience.list_name,
        "people": list(schedule.audience.jids),
        "status": schedule.wire_state,
        "state": schedule.state,
        "reason": schedule.reason,
        "next_at": schedule.next_at,
        "deliver_at": schedule.deliver_at,
        "timezone": schedule.zone,
        "recurrence": schedule.recurrence,
        "planned": schedule.planned,
        "expires_at": schedule.expires_at,
        "late": {"policy": schedule.late.policy, "within": schedule.late.within},
        "template": template.template if template else None,
        "values": template.values if template else None,
        "created_at": schedule.created_at,
        "ended_at": schedule.ended_at,
    }


def broadcast_as_data(broadcast: Broadcast, progress: Progress) -> dict[str, Any]:
    return {
        "broadcast": broadcast.id,
        "schedule": broadcast.schedule_id,
        "state": broadcast.state,
        "reason": broadcast.reason,
        "total": progress.total,
        "sent": progress.sent,
        "failed": progress.failed,
        "skipped": progress.skipped,
        "deferred": progress.deferred,
        "started_at": broadcast.created_at,
        "finished_at": broadcast.finished_at,
        "expires_at": broadcast.expires_at,
    }


COUNTS = ("total", "sent", "failed", "skipped", "deferred")


def broadcasts(found: Iterable[tuple[Broadcast, Progress]]) -> None:
    output.table(
        ("broadcast", "schedule", "state", *COUNTS, "started"),
        [
            (
                broadcast.id,
                f"#{broadcast.schedule_id}",
                broadcast.state,
                *(getattr(progress, name) for name in COUNTS),
                broadcast.created_at,
            )
            for broadcast, progress in found
        ],
        numbers=COUNTS,
    )
