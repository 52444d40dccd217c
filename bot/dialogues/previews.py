"""What will become of it, shown before somebody agrees: how it reads, to how many,
when, and what to know; then it is tried out, sent, or left.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from bot.desk.verbs.announcing import DRAFT, SCHEDULE
from bot.dialogues import drafting, lines
from bot.dialogues.choices import one_of
from bot.dialogues.forms import Form, Words
from bot.dialogues.talk import (
    Again,
    Dialogue,
    Go,
    Level,
    Said,
    Talk,
    on_with,
)
from bot.domain import meanings, moments, pacing
from bot.domain.message import Text
from bot.domain.phrase import Counted, Phrase
from bot.domain.preview import Caution, rule_in_words, upcoming
from bot.domain.schedule import Schedule
from bot.service.requests.request import ScheduleRequest
from bot.service.requests.schedules import Report

#: moments that are shown
MOMENTS = 10


#: seconds from now, where nobody says when
AT_ONCE = "1"
NOW = Phrase("It goes out once you say yes.")
#: a first no may be what the form began with: what was typed is not thrown away for it
NOT_YET = Phrase(
    "Nothing was sent yet. Choose what is to be done; to leave it, say no once more."
)
#: the same where it is a yes or a no
NOT_ANNOUNCED_YET = Phrase(
    "Nothing was announced yet. To announce it, say yes; to leave it, no once more."
)
NOTHING = Said(Phrase("Nothing was announced."), Level.WARN)
URGENT = Phrase("Urgent: quiet hours, pauses and send windows do not hold it back.")


def decided(request: ScheduleRequest, typed: Iterable[Caution] = ()) -> Go:
    """On to a yes or no. `typed`: what to know of what was typed."""
    return on_with(_decide, request, tuple(typed))


async def _decide(
    talk: Talk, request: ScheduleRequest, typed: Sequence[Caution]
) -> Dialogue:
    named, draft = await drafting.drafted(
        talk, request, DRAFT, lambda draft: draft.schedule
    )
    drafted, count = draft.schedule, draft.readers
    if drafted.id:
        yield Said(_there_already(drafted))
        return
    ahead = upcoming(clocked(drafted, talk), limit=MOMENTS)
    cautions = moments.together(ahead.warnings, typed, draft.cautions)
    opens = next((entry.begins for entry in ahead.entries), None)
    is_at_once = _is_at_once(request) and opens is None
    given = yield Form(
        heading=(Phrase("Last step. This is what readers get."),),
        shows=(
            *written(draft.texts),
            *facts(drafted, count, talk),
            *((NOW,) if is_at_once else moments.told(ahead)),
            *noted(cautions),
        ),
        fields=(
            one_of(
                "send",
                Phrase("Send it?"),
                {
                    "no": Phrase("No, not yet"),
                    "me": Phrase("To me alone, to try it"),
                    "yes": Counted(
                        "Yes, to {count} reader", "Yes, to {count} readers", count
                    ),
                },
            ),
        ),
        is_last=True,
    )
    declined = False
    while (choice := given.text("send")) != "yes":
        if choice == "me":
            await talk.beside(SCHEDULE(replace(request, only=(talk.jid,))))
            given = yield Again(
                Phrase("Sent to you alone. What is to be done with it now?")
            )
        elif declined:
            yield NOTHING
            return
        else:
            declined = True
            given = yield Again(NOT_YET)
    report, _ = await talk.ask(SCHEDULE(named))
    moment = None if is_at_once else opens or report.moment
    yield Said(_outcome(report, count, talk, moment))


def _is_at_once(request: ScheduleRequest) -> bool:
    return request.deliver_at is None and request.delay_seconds == AT_ONCE


def _outcome(report: Report, count: int, talk: Talk, moment: datetime | None) -> Phrase:
    """`moment`: when it goes out; None: now."""
    told = {"number": report.id, "list": lines.target(report.schedule, talk)}
    if moment is None:
        return Counted(
            "#{number} goes out to {list} now, to {count} reader; how it goes is shown"
            " under Broadcasts.",
            "#{number} goes out to {list} now, to {count} readers; how it goes is shown"
            " under Broadcasts.",
            count,
            **told,
        )
    return Counted(
        "#{number} goes out to {list} at {moment}; {count} reader now.",
        "#{number} goes out to {list} at {moment}; {count} readers now.",
        count,
        moment=lines.moment(moment, talk),
        **told,
    )


def _there_already(found: Schedule) -> Phrase:
    return Phrase(
        "#{number} ({id}) was there already, and is {state}; nothing was changed.",
        number=found.id,
        id=found.client_id,
        state=meanings.state(found.wire_state),
    )


def clocked(schedule: Schedule, talk: Talk) -> Schedule:
    """What goes out once is told by the clocks of whoever reads; a rule by its own."""
    if schedule.recurrence is not None:
        return schedule
    return replace(schedule, timezone=talk.zone.key)


def written(texts: Iterable[Text]) -> Iterator[Words]:
    """Each text, under its language."""
    for text in texts:
        language = f"[{text.language}]" if text.language else ""
        if head := f"{language} {text.subject or ''}".strip():
            yield head
        yield text.body


def facts(schedule: Schedule, count: int, talk: Talk) -> Iterator[Words]:
    """To whom, how many they are and how long that takes, how often, until when."""
    yield how_many(count, lines.target(schedule, talk), talk)
    if (rule := rule_in_words(schedule)) is not None:
        yield Phrase("Again: {rule}", rule=rule)
    if schedule.urgent:
        yield URGENT
    if schedule.expires_at is not None:
        yield expiry(schedule, talk)


def how_many(count: int, target: str, talk: Talk) -> Phrase:
    """To whom, how many they are, and how long that takes."""
    return Counted(
        "To {list}: {count} reader now; sending takes {time}.",
        "To {list}: {count} readers now; sending takes {time}.",
        count,
        list=target,
        time=pacing.lasting(count, talk.desk.policy.rate),
    )


def expiry(schedule: Schedule, talk: Talk) -> Phrase:
    moment = lines.moment(schedule.expires_at, talk)
    return Phrase("No message leaves after {moment}.", moment=moment)


def noted(cautions: Iterable[Caution]) -> Iterator[Words]:
    for caution in cautions:
        yield Phrase("Note: {text}.", text=caution.phrase)
