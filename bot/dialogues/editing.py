"""An announcement worded anew, or moved: what it becomes is shown before it is done.

An edit is of the revision that was looked at: where another came in between, the same
form comes again and says so.
"""

from collections.abc import Iterator

from bot.desk.verbs.editing import DRAFT, EDIT, Edit, EditDraft
from bot.desk.verbs.schedules import QUERY
from bot.dialogues import lines, previews, rewording, timing
from bot.dialogues.choices import NOT_CHANGED_YET, NOTHING_CHANGED, SURE
from bot.dialogues.forms import Answers, Form, Words
from bot.dialogues.steering import stands
from bot.dialogues.talk import Again, Dialogue, Go, Said, Talk, on_with
from bot.domain import moments
from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.domain.preview import upcoming
from bot.service.requests.request import ScheduleChange, ScheduleName
from bot.service.requests.schedules import Report

_SAME = Said(Phrase("Nothing changes."))


async def edit(talk: Talk, number: int) -> Dialogue:
    """What it says."""
    report = await talk.look(QUERY(ScheduleName(number=number)))
    content = report.schedule.content
    about = lines.announcement(report, talk)
    given = yield rewording.form(content, talk, about)
    change = rewording.change(content, given, talk)
    yield _SAME if change is None else _decided(report, change)


async def move(talk: Talk, number: int) -> Dialogue:
    """When it goes out, and how often."""
    report = await talk.look(QUERY(ScheduleName(number=number)))
    at = lines.moment(report.schedule.next_at, talk)
    when = yield Form(
        heading=(
            lines.announcement(report, talk),
            Phrase("When is it to go out, by the clocks of {zone}?", zone=talk.zone),
            timing.HOW,
        ),
        fields=(timing.AT, timing.IN, timing.EVERY_OTHERWISE),
        values={"at": at},
    )
    rule = None
    if fields := timing.further(when):
        rule = yield Form(heading=(Phrase("How often?"),), fields=fields)
    change = _moved(talk, when, rule, at)
    if change == ScheduleChange(on_the_wall=True):
        yield _SAME
        return
    yield _decided(report, change)


def _moved(
    talk: Talk, when: Answers, rule: Answers | None, before: str
) -> ScheduleChange:
    """What was typed anew; raises Invalid."""
    at, within = when.given("at"), timing.delay(when)
    if at == before:
        at = None
    if at is not None and within is not None:
        raise Invalid(timing.WHEN, field="at", named=True)
    often = when.text("every")
    recurrence = timing.rule(when, rule)
    if recurrence is None and often == timing.ONCE:
        recurrence = ""
    return ScheduleChange(
        deliver_at=at and moments.instant(at, talk.zone, "deliver-at"),
        delay_seconds=within,
        recurrence=recurrence,
        on_the_wall=True,
    )


def _decided(report: Report, change: ScheduleChange) -> Go:
    name = ScheduleName(number=report.id)
    revision = report.schedule.revision
    return on_with(_decide, Edit(name=name, change=change, revision=revision))


async def _decide(talk: Talk, wanted: Edit) -> Dialogue:
    draft = await talk.look(DRAFT(wanted))
    if not draft.edited.differences:
        yield _SAME
        return
    given = yield Form(
        heading=(Phrase("Last step. This is what it becomes."),),
        shows=tuple(_becomes(draft, talk)),
        fields=(SURE,),
        is_last=True,
    )
    if given.text("sure") != "yes":
        # what a client took for chosen throws away nothing that was typed
        given = yield Again(NOT_CHANGED_YET)
    if given.text("sure") != "yes":
        yield NOTHING_CHANGED
        return
    after = await talk.ask(EDIT(wanted))
    yield Said(Phrase("Changed: {text}", text=stands(after, talk)))


def _becomes(draft: EditDraft, talk: Talk) -> Iterator[Words]:
    edited, after = draft.edited, draft.edited.after
    ahead = upcoming(
        previews.clocked(after, talk), limit=previews.MOMENTS, skipped=edited.skipped
    )
    yield from previews.written(draft.texts)
    yield from previews.facts(after, draft.readers, talk)
    yield from moments.told(ahead)
    yield from previews.noted(moments.together(ahead.warnings, draft.cautions))
    for moment in edited.put_back:
        yield Phrase(
            "Note: {moment} is no longer skipped.", moment=lines.moment(moment, talk)
        )
