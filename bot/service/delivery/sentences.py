"""What owners are told of their schedules, in sentences.

Each is for whoever reads clocks in a zone, and names its schedule, whom it was for and
when; never what it says. A person to whom the owner wrote is named where the audience
has his JID.
"""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain import meanings, wallclock
from bot.domain.amendment import Amendment
from bot.domain.broadcast import (
    DeliveryException,
    ExceptionKind,
    Occurrence,
    OccurrenceState,
    Progress,
)
from bot.domain.characters import printable
from bot.domain.phrase import Counted, Listed, Phrase
from bot.domain.schedule import Audience, PersonAudience, Schedule
from bot.service.ports.schedules import Untold


def unsent(schedule: Schedule, zone: ZoneInfo, untold: list[Untold]) -> list[Phrase]:
    """A sentence for each fate, moments as clocks in `zone` show them."""
    by_state: dict[OccurrenceState, list[Untold]] = {}
    for one in untold:
        by_state.setdefault(one.state, []).append(one)
    sentences: list[Phrase] = []
    for state, groups in by_state.items():
        # of a backlog the last one says what happened: that it was too late as well
        whole = replace(
            groups[-1],
            count=sum(one.count for one in groups),
            first=min(one.first for one in groups),
            last=max(one.last for one in groups),
        )
        sentences.append(_SENTENCES[state](schedule, whole, zone))
    if schedule.is_final and OccurrenceState.SKIPPED in by_state:
        sentences.append(Phrase("Nothing of it is left to send."))
    return sentences


def stopped(
    schedule: Schedule, zone: ZoneInfo, occurrence: Occurrence, progress: Progress
) -> list[Phrase]:
    """An admin has stopped a broadcast."""
    return [
        Counted(
            "Announcement #{reference} ({id}) to {audience}, due {due}, was stopped"
            " by an admin: {count} of {total} was told.",
            "Announcement #{reference} ({id}) to {audience}, due {due}, was stopped"
            " by an admin: {count} of {total} were told.",
            progress.sent,
            total=progress.total,
            **_about(schedule, occurrence.due_at, zone),
        )
    ]


def retried(
    schedule: Schedule, zone: ZoneInfo, occurrence: Occurrence, progress: Progress
) -> list[Phrase]:
    """An admin had those tried once more who had not been reached."""
    told = Counted(
        "{count} of {total} has been told by now",
        "{count} of {total} have been told by now",
        progress.sent,
        total=progress.total,
    )
    failed = Counted("{count} failed", "{count} failed", progress.failed)
    return [
        Phrase(
            "Announcement #{reference} ({id}) to {audience}, due {due}, was tried once"
            " more: {counts}.",
            counts=Listed(told, failed) if progress.failed else told,
            **_about(schedule, occurrence.due_at, zone),
        )
    ]


def holidays_lost(
    schedule: Schedule, zone: ZoneInfo, due: datetime, fault: Phrase
) -> list[Phrase]:
    """No holidays are known: so it is sent on all days of its rule."""
    return [
        Phrase(
            "Announcement #{reference} ({id}) to {audience}, due {due}, goes out"
            " whatever the day, until its holidays can be read again: {fault}.",
            fault=fault,
            **_about(schedule, due, zone),
        )
    ]


def _not_sent(schedule: Schedule, untold: Untold, zone: ZoneInfo) -> Phrase:
    if untold.count == 1:
        about = _about(schedule, untold.first, zone)
        about["why"] = meanings.reason(untold.reason)
        if schedule.amendment is not None:
            return Phrase(
                "Correction or retraction #{reference} ({id}) to {audience}, due {due},"
                " was not sent: {why}.",
                **about,
            )
        return Phrase(
            "Announcement #{reference} ({id}) to {audience}, due {due}, was not sent:"
            " {why}.",
            **about,
        )
    return Counted(
        "Of announcement #{reference} ({id}) to {audience} {count} occurrence,"
        " due from {first} to {last}, was not sent: {why}.",
        "Of announcement #{reference} ({id}) to {audience} {count} occurrences,"
        " due from {first} to {last}, were not sent: {why}.",
        untold.count,
        why=meanings.reason(untold.reason, many=True),
        **_between(untold, zone),
        **_about(schedule, untold.last, zone),
    )


def _held(schedule: Schedule, untold: Untold, zone: ZoneInfo) -> Phrase:
    return Phrase(
        "Announcement #{reference} ({id}) to {audience}, due {due}, is held:"
        " the service was not up when it was due."
        " An admin can let it go (resume) or skip it.",
        **_about(schedule, untold.last, zone),
    )


_SENTENCES = {
    OccurrenceState.MISSED: _not_sent,
    OccurrenceState.FAILED: _not_sent,
    OccurrenceState.SKIPPED: _not_sent,
    OccurrenceState.HELD: _held,
}


def _between(untold: Untold, zone: ZoneInfo) -> dict[str, object]:
    return {
        "first": wallclock.shown(untold.first, zone),
        "last": wallclock.shown(untold.last, zone),
    }


def counts(
    schedule: Schedule, zone: ZoneInfo, occurrence: Occurrence, progress: Progress
) -> list[Phrase]:
    """What the owner should know of a broadcast that did not reach everybody; nothing
    of one that did.
    """
    missing = progress.left_out
    stopped = occurrence.state is OccurrenceState.STOPPED
    later = progress.waiting
    if not progress.failed and not later and (stopped or not missing):
        return []
    # a sentence inflects by one number: each has its own
    counts: list[Phrase] = [
        Counted(
            "{count} of {total} was told",
            "{count} of {total} were told",
            progress.sent,
            total=progress.total,
        ),
    ]
    if progress.failed or not later:
        counts.append(Counted("{count} failed", "{count} failed", progress.failed))
    if later:
        counts.append(Counted("{count} hears it later", "{count} hear it later", later))
    if missing and not stopped:
        counts.append(
            Counted(
                "{count} was not reached: {why}",
                "{count} were not reached: {why}",
                missing,
                why=meanings.reason(occurrence.reason),
            )
        )
    if stopped:
        counts.append(Phrase("the rest was stopped"))
    about = _about(schedule, occurrence.due_at, zone) | {"counts": Listed(*counts)}
    match schedule.amendment:
        case Amendment.CORRECT:
            return [
                Phrase(
                    "Correction #{reference} ({id}) to {audience}, due {due}:"
                    " {counts}.",
                    **about,
                )
            ]
        case Amendment.RETRACT:
            return [
                Phrase(
                    "Retraction #{reference} ({id}) to {audience}, due {due}:"
                    " {counts}.",
                    **about,
                )
            ]
    return [
        Phrase(
            "Announcement #{reference} ({id}) to {audience}, due {due}: {counts}.",
            **about,
        )
    ]


def undelivered(
    schedule: Schedule, zone: ZoneInfo, occurrence: Occurrence, condition: str
) -> list[Phrase]:
    """A message to a person failed on that condition."""
    return [
        Phrase(
            "Announcement #{reference} ({id}) to {audience}, due {due}, was not"
            " delivered: {why}.",
            why=meanings.condition(condition),
            **_about(schedule, occurrence.due_at, zone),
        )
    ]


def returned(
    schedule: Schedule,
    zone: ZoneInfo,
    occurrence: Occurrence,
    exception: DeliveryException,
) -> list[Phrase]:
    """A message to a person came back, for good or to be tried again."""
    if exception.kind is ExceptionKind.FAILED:
        return undelivered(schedule, zone, occurrence, exception.condition)
    return [
        Phrase(
            "Announcement #{reference} ({id}) to {audience}, due {due}, could not be"
            " delivered yet, and is tried again: {why}.",
            why=meanings.condition(exception.condition),
            **_about(schedule, occurrence.due_at, zone),
        )
    ]


def _about(schedule: Schedule, due: datetime, zone: ZoneInfo) -> dict[str, object]:
    """The values that every sentence has."""
    return {
        "reference": schedule.id,
        "id": printable(schedule.client_id),
        "audience": _audience(schedule.audience),
        "due": wallclock.shown(due, zone),
    }


def _audience(audience: Audience) -> Phrase | str:
    person = audience.jid if isinstance(audience, PersonAudience) else ""
    return printable(person) or audience.label
