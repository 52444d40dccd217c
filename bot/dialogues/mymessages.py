"""What somebody has scheduled to single people and is still to come: seen, worded
anew, moved, sent now, called off.

docs/conformance.md, Commands about oneself: my-messages, consent, my-data
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.desk.verbs import editing, steering
from bot.desk.verbs import schedules as verbs
from bot.dialogues import lines, wording
from bot.dialogues.choices import MORE, MORE_LABEL, NOT_CHANGED_YET, PAGE, SURE, one_of
from bot.dialogues.forms import Form, Words
from bot.dialogues.talk import Again, Command, Dialogue, Said, Talk, everybody
from bot.domain import meanings
from bot.domain.fields import Field, FieldType
from bot.domain.message import Text
from bot.domain.phrase import Counted, Phrase
from bot.domain.preview import rule_in_words, upcoming
from bot.domain.schedule import Schedule, ScheduleState, TextContent
from bot.service.ports.paging import Order, Paging
from bot.service.requests.request import ScheduleChange, ScheduleName
from bot.service.requests.schedules import Report
from bot.service.rules.quotas import LIVE

#: of one that recurs
_MOMENTS = 5

DO = Field(
    name="do",
    type=FieldType.CHOICE,
    label=Phrase("What to do with it"),
    help=Phrase("Nothing is changed before you are asked."),
    choices=("nothing", "edit", "move", "send", "cancel"),
    choice_labels={
        "nothing": Phrase("Nothing, I only look"),
        "edit": Phrase("Change its text"),
        "move": Phrase("Move it"),
        "send": Phrase("Send it now"),
        "cancel": Phrase("Cancel it"),
    },
)
AT = Field(
    name="at",
    type=FieldType.MOMENT,
    label=Phrase("When"),
    help=Phrase("On your clocks, as 2026-12-01 09:00; of several: the next."),
    required=True,
)
_UNCHANGED = Phrase("Nothing was changed.")
#: question, verb, what is said once it is done
_STEERED = {
    "send": (
        Phrase("Send it now, out of its time?"),
        steering.SEND_NOW,
        Phrase("It is being sent now."),
    ),
    "cancel": (
        Phrase("Cancel it, with all that is still to come of it?"),
        steering.CANCEL,
        Phrase("It is cancelled: it will not be sent."),
    ),
}


async def _my_messages(talk: Talk) -> Dialogue:
    after: int | None = None
    chosen = MORE
    while chosen == MORE:
        found = await talk.look(verbs.LIST(_wish(after)))
        if not found.items:
            yield Said(Phrase("No message of yours waits to be sent."))
            return
        shown = found.items[:PAGE]
        after = shown[-1].id
        given = yield Form(
            heading=(_how_many(found.count),),
            fields=(_which(shown, talk, more=len(found.items) > PAGE),),
        )
        chosen = given.text("message")
    seen = await talk.look(verbs.QUERY(ScheduleName(number=int(chosen))))
    schedule = seen.schedule
    name = ScheduleName(number=schedule.id, revision=schedule.revision)
    given = yield Form(
        shows=tuple(_shown(schedule, seen.zone, talk)), fields=(_do(schedule),)
    )
    task = given.text("do")
    if task == "nothing":
        yield Said(_UNCHANGED)
        return
    if task in _STEERED:
        question, verb, outcome = _STEERED[task]
        sure = yield Form(
            heading=(question,),
            shows=tuple(_shown(schedule, seen.zone, talk)),
            fields=(SURE,),
            is_last=True,
        )
        if sure.text("sure") != "yes":
            yield Said(_UNCHANGED)
            return
        await talk.ask(verb(name))
        yield Said(outcome)
        return
    if task == "move":
        given = yield Form(
            heading=(Phrase("When is it to be sent?"),),
            fields=(AT,),
            values={"at": lines.moment(schedule.next_at, talk)},
        )
        change = ScheduleChange(deliver_at=given.text("at"))
    else:
        texts = _texts(schedule)
        given = yield Form(
            heading=(Phrase("What is it to say?"),),
            fields=tuple(wording.fields_of_texts(texts)),
            values=wording.of_texts(texts),
        )
        change = wording.worded_anew(texts, given)
    edit = editing.Edit(
        name=ScheduleName(number=schedule.id), change=change, revision=schedule.revision
    )
    edited = (await talk.look(editing.DRAFT(edit))).edited
    if not edited.differences:
        yield Said(_UNCHANGED)
        return
    sure = yield Form(
        heading=(Phrase("So it will be. Is that right?"),),
        shows=tuple(_shown(edited.after, seen.zone, talk)),
        fields=(SURE,),
        is_last=True,
    )
    if sure.text("sure") != "yes":
        # what a client took for chosen throws away nothing that was typed
        sure = yield Again(NOT_CHANGED_YET)
    if sure.text("sure") != "yes":
        yield Said(_UNCHANGED)
        return
    after_edit = await talk.ask(editing.EDIT(edit))
    yield Said(
        Phrase(
            "Saved. It goes to {to} {time}.",
            to=lines.target(after_edit.schedule, talk),
            time=lines.moment(after_edit.moment, talk),
        )
    )


def _wish(after: int | None) -> verbs.ScheduleWish:
    """One more than is shown: so it is known whether there are more."""
    paging = Paging(limit=PAGE + 1, after=after, order=Order.NEXT)
    return verbs.ScheduleWish(paging=paging, states=LIVE, own=True, personal=True)


def _how_many(count: int) -> Phrase:
    return Counted(
        "{count} message of yours waits to be sent.",
        "{count} messages of yours wait to be sent.",
        count,
    )


def _which(shown: Sequence[Report], talk: Talk, *, more: bool) -> Field[Words]:
    labels: dict[str, Words] = {
        str(one.id): lines.label(
            lines.moment(one.moment, talk), lines.target(one.schedule, talk)
        )
        for one in shown
    }
    if more:
        labels[MORE] = MORE_LABEL
    help_ = Phrase("When it is sent next, and to whom.")
    return one_of("message", Phrase("Which message"), labels, help_)


def _shown(schedule: Schedule, zone: str, talk: Talk) -> Iterator[Words]:
    yield Phrase("To: {to}", to=lines.target(schedule, talk))
    rule = rule_in_words(schedule)
    if rule is None:
        yield Phrase("When: {time}", time=lines.moment(schedule.next_at, talk))
    else:
        yield rule
        ahead = upcoming(replace(schedule, timezone=zone), limit=_MOMENTS)
        for entry in ahead.entries:
            yield lines.moment(entry.moment, talk)
    if schedule.state is not ScheduleState.PENDING:
        yield Phrase("State: {state}", state=meanings.state(schedule.state))
    texts = _texts(schedule)
    for text in texts:
        yield from filter(None, (text.subject, text.body))
    if not texts:
        yield Phrase("It holds what only your client can show.")


def _texts(schedule: Schedule) -> tuple[Text, ...]:
    content = schedule.content
    return content.texts if isinstance(content, TextContent) else ()


def _do(schedule: Schedule) -> Field[Phrase]:
    """What cannot be read here cannot be worded here."""
    if _texts(schedule):
        return DO
    return replace(DO, choices=tuple(one for one in DO.choices if one != "edit"))


COMMAND = Command(
    node="my-messages",
    name=Phrase("My scheduled messages"),
    for_whom=everybody,
    dialogue=_my_messages,
)
