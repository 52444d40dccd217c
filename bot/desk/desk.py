"""The desk: where every request of every door is admitted, read and carried out.

    known ─► counted ─► read ─► allowed ─► steps ─► written down, told of

A door makes of its input who asks (`Asked`) and a function that reads what is wanted;
it turns the result, or the CarillonError, into its own form. All else is here, once:
the count of requests and the memory of who asks too often, the right, the entry in
the audit trail, and the event that tells of a refusal.

The operator, at the command line, could as well read and write the tables himself: he
is neither counted nor are his looks written down. His changes are, and what he was
refused, be it while he looked at what a change would do.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import replace
from typing import Any, TypeVar

from bot.desk.admission import Admission
from bot.desk.gate import Gate, Share
from bot.desk.places import Places
from bot.desk.turns import Turns
from bot.desk.verb import Inquire, Inspect, Pause, Steps, Wanted, Write
from bot.domain.access import Access
from bot.domain.audit import Action, Asked
from bot.domain.errors import (
    CarillonError,
    Forbidden,
    NotOffered,
    PolicyViolation,
    Unavailable,
)
from bot.domain.events import Requested
from bot.domain.phrase import Phrase
from bot.domain.schedule import Origin
from bot.service.ports.outside import Inspector, Neighbours, Presences
from bot.service.records.audit import reference_of
from bot.service.records.health import write_nothing
from bot.service.rules.quotas import Quotas
from bot.service.rules.rights import known, require
from bot.service.use_cases import UseCases

T = TypeVar("T")

#: refusals of strangers that are written down: the trail is not theirs to fill
STRANGERS_WRITTEN_DOWN = Share(rate=1, burst=20)


def _tell_nobody(_: Requested) -> None:
    """For a process in which nothing counts events."""


class Desk:
    """One for all doors of a process.

    `on_unrecorded` is told of refusals that leave no entry in the audit trail; of
    those that do, the database tells.
    """

    def __init__(
        self,
        use_cases: UseCases,
        on_unrecorded: Callable[[Requested], None] = _tell_nobody,
    ) -> None:
        self._use_cases = use_cases
        #: what doors need to read what is given and to word what is found
        self.policy = use_cases.policy
        self.templates = use_cases.templates
        self.clock = use_cases.clock
        self._database = use_cases.database
        self._audit = use_cases.audit
        self._on_unrecorded = on_unrecorded
        self._admission = Admission(
            use_cases.database,
            Quotas(use_cases.policy),
            use_cases.audit,
            use_cases.clock.now,
            lambda asked: self._in_vain(asked, PolicyViolation.code),
        )
        #: for doors, before they read anything
        self.gate = Gate(time.monotonic)
        self._places = Places()
        self._turns = Turns()
        self._strangers = STRANGERS_WRITTEN_DOWN.of_all(time.monotonic)
        #: who knows the servers, once there is a connection to them
        self.neighbours: Neighbours | None = None
        #: who is online, as far as the doors hear of it
        self.presences: Presences | None = None
        #: who can look at the service, where it runs
        self.inspector: Inspector | None = None

    # --- for doors that wait in an event loop -------------------------------------

    async def ask(
        self, asked: Asked, read: Callable[[], Wanted[T]], *, waits: bool = False
    ) -> T:
        """Carry out what `read` finds to be wanted; raises any CarillonError.

        `asked`: who asks, through which door, and what it is as far as can be seen
        before it is read. `waits`: until it is its turn, where others are refused; for
        a door at which somebody else waits.
        """
        places = self._turns if waits else self._places
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(places.place(asked.caller))
            except Unavailable:
                self._in_vain(asked, Unavailable.code)
                raise
            await self._admit(asked)
            return await self._answer(asked, read)

    async def look(self, asked: Asked, wanted: Wanted[T]) -> T:
        """What changes nothing, as a part of what somebody is asked or shown; raises
        any CarillonError.

        He is known, and it has to be for him; but it is no request of his own, which
        would be counted and written down: the gate says how often.
        """
        if wanted.verb.changes:
            raise ValueError(f"{wanted.verb.name} changes something")
        async with self._places.place(asked.caller):
            known(asked.caller)
            return await self._carry_out(asked, wanted, unwritten=True)

    async def _admit(self, asked: Asked) -> None:
        """Raises Forbidden for strangers, who learn nothing: not even what is wrong
        with what they ask. Of their refusals the database hears of some only.
        """
        try:
            known(asked.caller)
        except Forbidden as error:
            if self._strangers.permits():
                await self._write_down(asked, error)
            else:
                self._in_vain(asked, error.code)
            raise
        try:
            await self._admission.admit(asked)
        except Unavailable:
            self._in_vain(asked, Unavailable.code)
            raise

    async def _answer(self, asked: Asked, read: Callable[[], Wanted[T]]) -> T:
        try:
            wanted = read()
            asked = _about(asked, wanted)
            return await self._carry_out(asked, wanted)
        except Exception as error:
            await self._write_down(asked, error)
            raise

    async def _write_down(self, asked: Asked, error: Exception) -> None:
        try:
            await self._database.run(self._audit.refused, asked, error)
        except Unavailable:
            self._in_vain(asked, Unavailable.code)

    async def _carry_out(
        self, asked: Asked, wanted: Wanted[T], *, unwritten: bool = False
    ) -> T:
        steps: Steps[T] = self._script(asked, wanted, unwritten=unwritten)
        done: Any = None
        while True:
            try:
                step = steps.send(done)
            except StopIteration as end:
                result: T = end.value
                return result
            if isinstance(step, Pause):
                await asyncio.sleep(step.seconds)
                done = None
            elif isinstance(step, Inquire):
                done = await self._neighbours().standing(step.sender, step.recipient)
            elif isinstance(step, Inspect):
                done = await self._inspector().look(step.person)
            elif isinstance(step, Write):
                done = await self._database.run(step.use_case, *step.args)
            else:
                done = await self._database.read(step.use_case, *step.args)

    # --- for the command line -----------------------------------------------------

    def ask_here(self, wanted: Wanted[T], towards: Action | None = None) -> T:
        """The operator's wish, here and now; raises any CarillonError.

        `towards`: the change for which he looks, which is refused with the look.
        """
        operator = Access.operator()
        asked = Asked(caller=operator, door=Origin.CLI, action=wanted.verb.action)
        asked = _about(asked, wanted)
        try:
            return self._carry_out_here(asked, wanted)
        except Exception as error:
            verb = wanted.verb
            tried = verb.action if verb.changes else verb.drafts or towards
            if tried is not None:
                self._write_down_here(replace(asked, action=tried), error)
            raise

    @contextmanager
    def reading(self, action: Action, about: str) -> Iterator[None]:
        """The operator's wish for that change is read, or what it needs is looked up:
        what is refused within is refused of the change.
        """
        operator = Access.operator()
        try:
            yield
        except CarillonError as error:
            asked = Asked(caller=operator, door=Origin.CLI, action=action, about=about)
            self._write_down_here(asked, error)
            raise

    def _write_down_here(self, asked: Asked, error: Exception) -> None:
        with suppress(Unavailable):
            self._database.call(self._audit.refused, asked, error)

    def trouble(self) -> Phrase | None:
        """What keeps everybody from writing to the database."""
        try:
            self._database.call(write_nothing)
        except Unavailable as error:
            return error.phrase
        return None

    def _carry_out_here(self, asked: Asked, wanted: Wanted[T]) -> T:
        steps: Steps[T] = self._script(asked, wanted)
        done: Any = None
        while True:
            try:
                step = steps.send(done)
            except StopIteration as end:
                result: T = end.value
                return result
            if isinstance(step, Pause):
                time.sleep(step.seconds)
                done = None
            elif isinstance(step, Inquire):
                raise _beyond_reach()
            elif isinstance(step, Inspect):
                raise _not_running()
            elif isinstance(step, Write):
                done = self._database.call(step.use_case, *step.args)
            else:
                done = self._database.look(step.use_case, *step.args)

    # --- for both -------------------------------------------------------------------

    def _script(
        self, asked: Asked, wanted: Wanted[T], *, unwritten: bool = False
    ) -> Steps[T]:
        """The verb's steps, and where among them the entry is written, if any is."""
        verb, caller, audit = wanted.verb, asked.caller, self._audit
        require(verb.right, caller)
        steps: Steps[T] = verb.steps(self._use_cases, caller, wanted.values)
        done: Any = None
        written = False
        while True:
            try:
                step = steps.send(done)
            except StopIteration as end:
                result: T = end.value
                break
            if isinstance(step, Write) and not written:
                written = True
                entry = (
                    asked if step.about is None else replace(asked, about=step.about)
                )
                step = Write(audit.carry_out, entry, step.use_case, *step.args)
            done = yield step
        if not written and not unwritten and not caller.is_operator:
            yield Write(audit.done, asked, reference_of(result))
        return result

    def _neighbours(self) -> Neighbours:
        if self.neighbours is None:
            raise _beyond_reach()
        return self.neighbours

    def online(self) -> Collection[str]:
        """Bare JIDs; raises NotOffered where no door hears of presence."""
        if self.presences is None:
            raise NotOffered(
                Phrase(
                    "Who is online only the running service knows; ask it over XMPP."
                )
            )
        return self.presences.online()

    def _inspector(self) -> Inspector:
        if self.inspector is None:
            raise _not_running()
        return self.inspector

    def _in_vain(self, asked: Asked, code: str) -> None:
        requested = Requested(door=asked.door, action=asked.action, result=code)
        self._on_unrecorded(requested)


def _beyond_reach() -> NotOffered:
    return NotOffered(
        Phrase(
            "Whether the recipient takes the message only the running service can find"
            " out; ask it over XMPP."
        )
    )


def _not_running() -> NotOffered:
    return NotOffered(
        Phrase(
            "Only the running service looks at itself; here {command} does.",
            command="`carillon check`",
        )
    )


def _about(asked: Asked, wanted: Wanted[Any]) -> Asked:
    """With what the request is about, now that it is read."""
    return replace(asked, action=wanted.verb.action, about=wanted.values.about)
