"""How schedules, texts and broadcasts look, for people and as JSON."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot.cli import output
from bot.cli.reader import words
from bot.domain import coming as clocks
from bot.domain import meanings, moments, pacing
from bot.domain.access import OPERATOR
from bot.domain.broadcast import OccurrenceState, Progress
from bot.domain.characters import line
from bot.domain.lists import SubscriptionOrigin
from bot.domain.message import Text
from bot.domain.phrase import Counted, Listed, Phrase
from bot.domain.preview import Caution, Preview, rule_in_words
from bot.domain.schedule import Schedule

if TYPE_CHECKING:
    from bot.desk.verbs.announcing import Draft
    from bot.service.delivery.broadcasts import Account
    from bot.service.requests.schedules import Report


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
        if not one.is_final and (why := clocks.unreadable(one)) is not None:
            output.note(
                Phrase("#{number} can no longer be read: {why}", number=one.id, why=why)
            )


def draft(
    found: "Draft", rate: int, preview: Preview, warnings: Iterable[Caution]
) -> None:
    """What is going to happen; `rate`: messages a second."""
    drafted = found.schedule
    written(found.texts)
    output.details(
        [
            (Phrase("to"), target(drafted)),
            (Phrase("readers now"), found.readers),
            (Phrase("takes"), pacing.lasting(found.readers, rate)),
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


#: who put somebody on a list
BY = {
    SubscriptionOrigin.PRESENCE: Phrase("themselves"),
    SubscriptionOrigin.COMMAND: Phrase("themselves"),
    SubscriptionOrigin.ADMIN: Phrase("an admin"),
}


def told_so_far(found: "Account") -> Phrase:
    """Of one that was stopped just now."""
    return Counted(
        "Broadcast {name}: {count} of {total} has been told so far; what was on its"
        " way is still counted, see {command}.",
        "Broadcast {name}: {count} of {total} have been told so far; what was on its"
        " way is still counted, see {command}.",
        found.progress.sent,
        name=found.name.shown,
        total=found.progress.total,
        command=f"`carillon broadcasts show {found.name}`",
    )


def coming(found: "Iterable[Report]") -> None:
    """What is to be sent, a line each."""
    output.table(
        (
            *(Phrase("number"), Phrase("next"), Phrase("to")),
            *(Phrase("says"), Phrase("state")),
        ),
        [
            (
                f"#{one.id}",
                _when(one),
                target(one.schedule),
                _known_as(one.schedule),
                state(one),
            )
            for one in found
        ],
    )
    unreadable(one.schedule for one in found)


def _when(one: "Report") -> Phrase | str:
    if one.schedule.is_final:
        return ""
    moment = moments.local(one.schedule.next_at, one.zone)
    said = rule_in_words(one.schedule)
    if said is None:
        return moment
    return Phrase("{moment}, {rule}", moment=moment, rule=said) if moment else said


def _known_as(schedule: Schedule) -> Phrase | str:
    title, name = schedule.content.title, schedule.client_id
    if schedule.owner != OPERATOR:
        name = f"{name}, {schedule.owner}"
    return Phrase("{title} ({id})", title=title, id=name) if title else name


def state(one: "Report") -> Phrase:
    """In a word; that one of its occurrences waits for an admin stands beside it."""
    found = meanings.state(one.schedule.state)
    if not one.is_held:
        return found
    held = meanings.state(OccurrenceState.HELD)
    return held if one.schedule.next_at is None else Listed(found, held)


def broadcasts(found: "Iterable[Account]") -> None:
    """What is or was sent, a line each."""
    output.table(
        (
            *(Phrase("broadcast"), Phrase("began"), Phrase("to")),
            *(Phrase("says"), Phrase("state"), Phrase("told")),
        ),
        [
            (
                one.name.shown,
                moments.local(one.broadcast.created_at, one.zone),
                target(one.schedule),
                one.schedule.content.title,
                meanings.state(one.broadcast.state),
                told(one.progress),
            )
            for one in found
        ],
    )


def told(progress: Progress) -> Phrase:
    """How many so far, and how many not, or later."""
    so_far = Phrase("{count} of {total}", count=progress.sent, total=progress.total)
    failed = Counted("{count} failed", "{count} failed", progress.failed)
    later = Counted("{count} later", "{count} later", progress.waiting)
    rest = ((progress.failed, failed), (progress.waiting, later))
    return Listed(so_far, *(said for count, said in rest if count))
