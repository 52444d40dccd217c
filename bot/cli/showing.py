"""How schedules, texts and broadcasts look, for people and as JSON."""

from collections.abc import Iterable, Sequence

from bot.cli import moments, output
from bot.cli.reader import words
from bot.domain import coming
from bot.domain.broadcast import Broadcast, Progress
from bot.domain.characters import line
from bot.domain.message import Text
from bot.domain.phrase import Counted, Phrase
from bot.domain.preview import Caution, Preview, rule_in_words
from bot.domain.schedule import Schedule


def target(schedule: Schedule) -> str:
    """Who is told: the list's name, or the people."""
    return ", ".join(schedule.audience.jids) or words(schedule.audience.label)


def rule(schedule: Schedule) -> Phrase | None:
    """In words, and as it was given."""
    said = rule_in_words(schedule)
    if said is None or str(said) == schedule.recurrence:
        return said
    return Phrase("{words} ({rule})", words=said, rule=schedule.recurrence)


def unreadable(found: Iterable[Schedule]) -> None:
    """A note for each that is not over and can be done no longer."""
    for one in found:
        if not one.is_final and (why := coming.unreadable(one)) is not None:
            output.note(
                Phrase("#{number} can no longer be read: {why}", number=one.id, why=why)
            )


def draft(
    drafted: Schedule,
    readers: int,
    texts: Sequence[Text],
    preview: Preview,
    warnings: Iterable[Caution],
) -> None:
    """What is going to happen."""
    written(texts)
    output.details(
        [
            (Phrase("to"), target(drafted)),
            (Phrase("readers now"), readers),
            (Phrase("rule"), rule(drafted)),
            (Phrase("expires"), moments.local(drafted.expires_at, drafted.zone)),
        ]
    )
    output.plain()
    ahead(preview, warnings)


def written(texts: Iterable[Text]) -> None:
    """Each text under its language."""
    for text in texts:
        subject = line(text.subject or "")
        language = text.language or words(Phrase("any language"))
        output.plain(f"[{language}] {subject}".rstrip())
        output.plain(text.body, indent=4)
        output.plain()


def ahead(preview: Preview, warnings: Iterable[Caution]) -> None:
    """The next moments, and what to know about them."""
    headings = (Phrase("local"), Phrase("utc"), Phrase("note"))
    output.table(headings, moments.rows(preview))
    cautions(warnings)


def cautions(found: Iterable[Caution]) -> None:
    """What to know, a line each."""
    for caution in found:
        output.say(Phrase("Note: {text}.", text=caution.phrase))


COUNTS = (
    *(Phrase("total"), Phrase("sent"), Phrase("failed"), Phrase("skipped")),
    Phrase("deferred"),
)


def counts(progress: Progress) -> tuple[int, ...]:
    """As COUNTS names them."""
    reached = (progress.total, progress.sent, progress.failed, progress.skipped)
    return (*reached, progress.deferred)


def told_so_far(found: Broadcast, progress: Progress) -> Phrase:
    """Of one that was stopped just now."""
    return Counted(
        "Broadcast {number}: {count} of {total} has been told so far; what was on its"
        " way is still counted, see {command}.",
        "Broadcast {number}: {count} of {total} have been told so far; what was on its"
        " way is still counted, see {command}.",
        progress.sent,
        number=found.id,
        total=progress.total,
        command=f"`carillon broadcasts show {found.id}`",
    )


def broadcasts(
    found: Iterable[tuple[Broadcast, Progress]], zone: str | None = None
) -> None:
    """A line each; `zone`: whose clocks tell when they began, else UTC for programs."""
    output.table(
        (
            *(Phrase("broadcast"), Phrase("schedule"), Phrase("state")),
            *COUNTS,
            Phrase("started"),
        ),
        [
            (
                broadcast.id,
                f"#{broadcast.schedule_id}",
                broadcast.state,
                *counts(progress),
                moments.local(broadcast.created_at, zone)
                if zone
                else broadcast.created_at,
            )
            for broadcast, progress in found
        ],
        numbers=COUNTS,
    )
