"""A dialogue carried through: on, back, and once more where something was wrong.

A dialogue cannot go back by itself. So what was answered is kept, and a way back is a
new beginning, with the same answers up to there; what a dialogue looks up it looks up
again. What it has changed it would change again: therefore no way leads back behind a
change, which is the last thing that a dialogue does. What it does on the way it does
for an answer that is not kept: the form of it is shown again (`Again`), so that no way
back leads through it.

    on      judged; if anything is wrong the same form, with the reason; else the next
    back    the form before, as it was filled in

Refused by the desk, say a text that is too long: the form that was answered last, as
it was filled in, with the reason.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from bot.dialogues.forms import Answers, Form, Typed, merged, read
from bot.dialogues.talk import (
    Again,
    Command,
    Dialogue,
    Go,
    Level,
    Said,
    Shown,
    Talk,
)
from bot.domain.errors import (
    CarillonError,
    Conflict,
    Invalid,
    NotAllowed,
    PolicyViolation,
    Unavailable,
)
from bot.domain.phrase import Phrase

#: characters that are kept of one talk: what was answered, and typed and left
MAX_KEPT = 100_000
#: what whoever answered may mend, or may try again
_MENDABLE = (Invalid, PolicyViolation, Conflict, Unavailable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A form to be shown."""

    form: Form
    #: what it is filled in with
    given: Typed
    #: why it is shown again
    reason: Phrase | None = None
    has_back: bool = False
    #: the command that was chosen in another one, which gives all steps their title
    chosen: Command | None = None


Turn: TypeAlias = Asking | Said | Shown
_Found: TypeAlias = Form | Again | Said | Shown


def _size(given: Typed) -> int:
    return sum(len(text) for texts in given.values() for text in texts)


@dataclass(frozen=True, slots=True)
class _Step:
    answers: Answers
    #: as they were typed, for whoever comes back
    given: Typed


class Play:
    """One command of one talk, from `begin` to an end; one turn at a time."""

    def __init__(self, talk: Talk, command: Command) -> None:
        self.talk = talk
        self.command = command
        #: the same, or the one that was chosen in it
        self.running = command
        self._steps: list[_Step] = []
        #: what was typed into a step from which somebody went back
        self._left: dict[int, Typed] = {}
        self._dialogue: Dialogue | None = None
        self._asking: Asking | None = None

    async def begin(self) -> Turn:
        return await self._turn(lambda: self._replay([]))

    async def on(self, submitted: Typed) -> Turn:
        """What was filled in; fields that the form has not are no matter."""
        if (asking := self._asking) is None:
            return await self.begin()
        given = merged(asking.form, asking.given, submitted)
        kept = (*(step.given for step in self._steps), *self._left.values(), given)
        if sum(map(_size, kept)) > MAX_KEPT:
            return self.again(
                Phrase(
                    "That is too much; {limit} characters are taken.", limit=MAX_KEPT
                )
            )
        try:
            answers = read(asking.form, given, self.talk.zone)
        except Invalid as error:
            return self._ask(asking.form, given, error.phrase)
        return await self._turn(lambda: self._forward(_Step(answers, given)), given)

    def again(self, reason: Phrase) -> Turn:
        """The same form, untouched."""
        if (asking := self._asking) is None:
            return Said(reason, Level.ERROR)
        return self._ask(asking.form, asking.given, reason)

    async def back(self, submitted: Typed) -> Turn:
        """The form before; what stands in this one is not lost."""
        if (asking := self._asking) is None:
            return await self.begin()
        given = merged(asking.form, asking.given, submitted)
        if _size(given) > MAX_KEPT:
            given = dict(asking.given)
        if not self._steps:
            return self._ask(asking.form, given)
        # by another way there may be another form at this step
        step = len(self._steps)
        self._left[step] = {**self._left.get(step, {}), **given}
        last = self._steps[-1]
        return await self._turn(lambda: self._replay(self._steps[:-1]), last.given)

    async def _turn(
        self,
        move: Callable[[], Awaitable[_Found]],
        given: Typed | None = None,
    ) -> Turn:
        """`given`: what a form is filled in with that is shown once more."""
        steps = list(self._steps)
        try:
            self._require()
            found = await move()
        except CarillonError as error:
            return await self._refused(error, steps, given)
        if isinstance(found, Again):
            assert self._asking is not None  # noqa: S101 - it was answered just now
            return self._ask(self._asking.form, None, found.words)
        if not isinstance(found, Form):
            self._asking = None
            await self._leave()
            return found
        kept = given if len(self._steps) < len(steps) else None
        return self._ask(found, kept or self._left.get(len(self._steps)))

    async def _refused(
        self, error: CarillonError, steps: list[_Step], given: Typed | None
    ) -> Turn:
        asking, self._asking = self._asking, None
        mendable = isinstance(error, _MENDABLE) and not self.talk.has_acted
        if asking is None or given is None or not mendable:
            return Said(error.public, Level.ERROR)
        try:
            form = await self._replay(steps)
        except CarillonError as again:
            return Said(again.public, Level.ERROR)
        if isinstance(form, Form):
            return self._ask(form, given, reason(error, form))
        return Said(error.public, Level.ERROR) if isinstance(form, Again) else form

    def _require(self) -> None:
        """Asked at each turn: a right that somebody loses meanwhile is lost."""
        if not self.command.may(self.talk.caller):
            raise NotAllowed(Phrase("You may not do this here."))

    def _ask(
        self, form: Form, given: Typed | None, why: Phrase | None = None
    ) -> Asking:
        shown = form.shown()
        known = {name: value for name, value in (given or {}).items() if name in shown}
        for one in form.fields:
            # a choice without a default is none that all clients can show; what was
            # chosen by another way may not be among these
            if one.choices and not one.many:
                chosen = next(iter(known.get(one.name, ())), "")
                if not chosen or (why is None and chosen not in one.choices):
                    known.pop(one.name, None)
        self._asking = Asking(
            form=form,
            given={**shown, **known},
            reason=why,
            has_back=bool(self._steps),
            chosen=None if self.running is self.command else self.running,
        )
        return self._asking

    async def _forward(self, step: _Step) -> _Found:
        assert self._dialogue is not None  # noqa: S101 - `begin` comes first
        found = await self._led(await self._dialogue.asend(step.answers))
        if not isinstance(found, Again):
            self._steps.append(step)
        return found

    async def _replay(self, steps: list[_Step]) -> _Found:
        """From the beginning, with what was answered before."""
        self._steps = []
        found = await self._led(Go(self.command))
        for step in steps:
            if not isinstance(found, Form):
                break
            found = await self._forward(step)
        return found

    async def _led(self, found: _Found | Go) -> _Found:
        while isinstance(found, Go):
            if not found.command.may(self.talk.caller):
                raise NotAllowed(Phrase("You may not do this here."))
            await self._leave()
            if found.command.node:  # else it is a part of the one before
                self.running = found.command
            self._dialogue = found.command.dialogue(self.talk)
            found = await anext(self._dialogue)
        return found

    async def _leave(self) -> None:
        """The dialogue goes no further, whatever it would still do."""
        if self._dialogue is not None:
            await self._dialogue.aclose()


#: what use cases call it -> the field of a form
_FIELDS = {
    "deliver-at": "at",
    "delay-seconds": "in",
    "duration": "end",
    "by": "end",
    "recurrence": "every",
    "timezone": "tz",
    "announce": "template",
    "to": "list",
    "audience": "people",
}


def reason(error: CarillonError, form: Form) -> Phrase:
    """Why, with the label of the field that is to blame."""
    names = {error.field, _FIELDS.get(error.field or "")}
    found = next((one for one in form.fields if one.name in names), None)
    if found is None or error.named:
        return error.public
    return Phrase("{label}: {reason}", label=found.label, reason=error.public)
