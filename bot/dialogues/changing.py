"""A maintenance at another time, longer, over, or not at all: what people are told of
it is shown before it is done. A revision that nobody has seen is refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.desk.verb import Verb
from bot.desk.verbs import maintenance as verbs
from bot.dialogues import lines, opening, windows
from bot.dialogues.choices import NOT_CHANGED_YET, NOTHING_CHANGED, SURE
from bot.dialogues.forms import Form
from bot.dialogues.talk import Again, Dialogue, Said, Talk, on_with
from bot.domain import moments
from bot.domain.phrase import Phrase
from bot.service.maintenance.request import ExtendWindow, MoveWindow, WindowName
from bot.service.maintenance.shown import Shown

_END = replace(
    opening.END,
    help=Phrase("A moment, or how long it takes: 2h. Empty: as long as before."),
)
_UNTIL = replace(
    opening.END,
    label=Phrase("It ends"),
    help=Phrase("A moment, or how much longer it takes: 1h."),
    required=True,
)


async def _move(talk: Talk, name: WindowName) -> Dialogue:
    found = await talk.look(verbs.SHOW(name))
    given = yield Form(
        heading=(
            windows.title(found, talk),
            windows.stands(found, talk),
            Phrase("When is it, by the clocks of {zone}?", zone=talk.zone),
            Phrase("Where no end is given it takes as long as before."),
        ),
        fields=(opening.START_AT, _END),
        # as it is typed, for whoever sees no help
        values={"start": lines.moment(found.window.starts_at, talk)},
    )
    end, lasts = None, None
    if typed := given.given("end"):
        end, lasts = windows.until(typed, talk, "end")
    change = MoveWindow(
        start=moments.instant(given.text("start"), talk.zone, "start"),
        end=end,
        duration=lasts,
    )
    wanted = verbs.MovedWindow(name=_seen(name, found), change=change)
    yield on_with(_decide, verbs.MOVE, wanted)


async def _extend(talk: Talk, name: WindowName) -> Dialogue:
    found = await talk.look(verbs.SHOW(name))
    given = yield Form(
        heading=(
            windows.title(found, talk),
            windows.stands(found, talk),
            Phrase("Until when, by the clocks of {zone}?", zone=talk.zone),
            Phrase("Write 2026-12-06 02:00, or how much longer: 1h."),
        ),
        fields=(_UNTIL,),
    )
    end, longer = windows.until(given.text("end"), talk, "end")
    wanted = verbs.ExtendedWindow(
        name=_seen(name, found), change=ExtendWindow(end=end, by=longer)
    )
    yield on_with(_decide, verbs.EXTEND, wanted)


async def _finish(talk: Talk, name: WindowName) -> Dialogue:
    found = await talk.look(verbs.SHOW(name))
    yield on_with(_decide, verbs.FINISH, _seen(name, found))


async def _call_off(talk: Talk, name: WindowName) -> Dialogue:
    found = await talk.look(verbs.SHOW(name))
    yield on_with(_decide, verbs.CALL_OFF, _seen(name, found))


def _seen(name: WindowName, found: Shown) -> WindowName:
    return replace(name, revision=found.maintenance.revision)


async def _decide(talk: Talk, verb: Verb[Any, Shown], wanted: Any) -> Dialogue:
    draft = await talk.look(verbs.DRAFTS[verb.name](wanted))
    given = yield Form(
        heading=(Phrase("Last step. This is what it becomes, and what readers get."),),
        shows=(
            windows.stands(draft.shown, talk),
            *windows.drafted(draft, talk),
            *windows.reached(draft),
        ),
        fields=(SURE,),
        is_last=True,
    )
    if given.text("sure") != "yes":
        # what a client took for chosen throws away nothing that was typed
        given = yield Again(NOT_CHANGED_YET)
    if given.text("sure") != "yes":
        yield NOTHING_CHANGED
        return
    yield Said(windows.outcome(await talk.ask(verb(wanted)), talk))


#: by what is chosen
TASKS: Mapping[str, Callable[[Talk, WindowName], Dialogue]] = {
    "move": _move,
    "extend": _extend,
    "finish": _finish,
    "call-off": _call_off,
}
