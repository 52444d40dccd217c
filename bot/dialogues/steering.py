"""An announcement out of its own time: paused, let go, left out, sent now, called off.

Each is shown first, with how it stands; a revision that nobody has seen is refused.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime

from bot.desk.verb import Verb
from bot.desk.verbs import steering as verbs
from bot.desk.verbs.schedules import QUERY, SHOW
from bot.desk.verbs.schedules import Shown as Found
from bot.dialogues import lines, previews
from bot.dialogues.choices import NOTHING_CHANGED, ONWARD, SURE, one_of, pages
from bot.dialogues.forms import Form, Words
from bot.dialogues.talk import Dialogue, Level, Said, Talk
from bot.domain import coming, meanings, timestamps
from bot.domain.broadcast import BroadcastState
from bot.domain.errors import Invalid
from bot.domain.language import choose
from bot.domain.phrase import Listed, Phrase
from bot.service.requests.request import ScheduleName
from bot.service.requests.schedules import Report

#: in place of a moment
_HELD = "held"
_CHANGES: Mapping[str, tuple[Verb[ScheduleName, Report], Phrase]] = {
    "pause": (
        verbs.PAUSE,
        Phrase("Pause it: nothing of it goes out until it is let go on."),
    ),
    "resume": (verbs.RESUME, Phrase("Let it go on: what is held is sent now.")),
    "send-now": (verbs.SEND_NOW, Phrase("Send it now: a rule stays as it is.")),
    "cancel": (
        verbs.CANCEL,
        Phrase("Cancel it: it ends here; who was told stays told."),
    ),
}


async def change(talk: Talk, number: int, task: str) -> Dialogue:
    """`task`: one of the keys above."""
    verb, what = _CHANGES[task]
    found = await talk.look(SHOW(ScheduleName(number=number)))
    given = yield Form(
        heading=(what,),
        shows=tuple(_about(found, talk)),
        fields=(SURE,),
        is_last=True,
    )
    if given.text("sure") != "yes":
        yield NOTHING_CHANGED
        return
    seen = ScheduleName(number=number, revision=found.schedule.revision)
    yield Said(stands(await talk.ask(verb(seen)), talk))


def _about(found: Found, talk: Talk) -> Iterator[Words]:
    """To whom, what, when, how many hear it, or have heard it so far."""
    yield lines.announcement(found.report, talk)
    yield Phrase("readers now: {count}", count=found.readers)
    if not isinstance(found.texts, Phrase) and found.texts:
        by_tag = {text.language: text for text in found.texts}
        yield from previews.written([by_tag[choose(by_tag, talk.language)]])
    for one in found.broadcasts:
        if one.broadcast.state is BroadcastState.SENDING:
            yield lines.broadcast(one, talk)


def stands(report: Report, talk: Talk) -> Phrase:
    """How it stands now."""
    schedule = report.schedule
    told = {
        "number": schedule.id,
        "list": lines.target(schedule, talk),
        "state": meanings.state(schedule.state),
    }
    if schedule.next_at is None:
        return Phrase("#{number} to {list} is {state}.", **told)
    moment = lines.moment(schedule.next_at, talk)
    return Phrase(
        "#{number} to {list} is {state}; next: {moment}.", moment=moment, **told
    )


async def change_one(talk: Talk, number: int, task: str) -> Dialogue:
    """One of its moments is left out (`skip`), or put back (`unskip`)."""
    report = await talk.look(QUERY(ScheduleName(number=number)))
    skips = task == "skip"
    found = _to_skip(report, talk) if skips else _skipped(report, talk)
    what = Phrase("The others stay.") if skips else Phrase("It is sent after all.")
    for options in pages(found):
        if not options:
            yield Said(Phrase("There is none."), Level.WARN)
            return
        given = yield Form(
            heading=(lines.announcement(report, talk), what),
            fields=(one_of("due", Phrase("Which one"), options), SURE),
            is_last=ONWARD not in options,
        )
        if given.text("due") != ONWARD:
            break
    if given.text("sure") != "yes":
        yield NOTHING_CHANGED
        return
    verb, due = verbs.SKIP if skips else verbs.UNSKIP, given.text("due")
    one = verbs.ScheduleOccurrence(
        name=ScheduleName(number=number, revision=report.schedule.revision),
        due=None if due == _HELD else due,
    )
    after = await talk.ask(verb(one))
    done = (
        Phrase("{moment} is skipped.", moment=options[due])
        if skips
        else Phrase("{moment} is not skipped.", moment=options[due])
    )
    yield Said(Listed(done, stands(after, talk), separator=" "))


def _to_skip(report: Report, talk: Talk) -> Iterator[tuple[str, Words]]:
    """What is held, and whatever is to come of a rule."""
    if report.is_held:
        yield _HELD, Phrase("What is held")
    if report.schedule.recurrence is None:
        return
    with suppress(Invalid):  # what can be read no longer has none
        for match in coming.sent(report.clocked, report.skipped):
            yield _option(match.moment, talk)


def _skipped(report: Report, talk: Talk) -> Iterator[tuple[str, Words]]:
    for one in report.skipped:
        yield _option(coming.moment_of(report.schedule, one), talk)


def _option(moment: datetime, talk: Talk) -> tuple[str, Words]:
    return timestamps.format(moment), lines.moment(moment, talk)
