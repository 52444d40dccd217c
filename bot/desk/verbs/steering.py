"""Schedules out of their own time: called off, paused, left out, sent now."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.desk.verb import Read, Steps, Verb, Write
from bot.desk.verbs.schedules import NAME, as_seen
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.broadcast import Frozen
from bot.domain.fields import Field, FieldType
from bot.domain.phrase import Phrase
from bot.domain.schedule import Schedule
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests.request import ScheduleName
from bot.service.requests.schedules import Report
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleOccurrence:
    """One occurrence of a job, or several."""

    name: ScheduleName
    #: as given, XEP-0082; None: the one that the verb means by itself
    due: str | None = None
    #: others, of those that are left out: all of them, or none
    further: tuple[str, ...] = ()

    @property
    def about(self) -> str:
        return " ".join((self.name.about, *self.dues))

    @property
    def dues(self) -> tuple[str, ...]:
        return () if self.due is None else (self.due, *self.further)


def _cancel(use_cases: UseCases, caller: Caller, name: ScheduleName) -> Steps[Report]:
    steer = use_cases.schedules.cancel
    found: Report = yield Write(_steered, use_cases, steer, caller, name)
    return found


def _pause(use_cases: UseCases, caller: Caller, name: ScheduleName) -> Steps[Report]:
    steer = use_cases.steering.pause
    found: Report = yield Write(_steered, use_cases, steer, caller, name)
    return found


def _resume(use_cases: UseCases, caller: Caller, name: ScheduleName) -> Steps[Report]:
    frozen: Frozen | None = yield Read(use_cases.steering.freeze, caller, name)
    steer = use_cases.steering.resume
    found: Report = yield Write(_steered, use_cases, steer, caller, name, frozen)
    return found


def _send_now(use_cases: UseCases, caller: Caller, name: ScheduleName) -> Steps[Report]:
    frozen: Frozen | None = yield Read(use_cases.steering.freeze, caller, name)
    steer = use_cases.steering.send_now
    found: Report = yield Write(_steered, use_cases, steer, caller, name, frozen)
    return found


def _skip(
    use_cases: UseCases, caller: Caller, one: ScheduleOccurrence
) -> Steps[Report]:
    steer = use_cases.steering.skip
    found: Report = yield Write(_steered, use_cases, steer, caller, one.name, *one.dues)
    return found


def _unskip(
    use_cases: UseCases, caller: Caller, one: ScheduleOccurrence
) -> Steps[Report]:
    steer = use_cases.steering.unskip
    found: Report = yield Write(_steered, use_cases, steer, caller, one.name, one.due)
    return found


def _steered(
    uow: UnitOfWork,
    use_cases: UseCases,
    steer: Callable[..., Schedule],
    caller: Caller,
    *given: Any,
) -> Report:
    changed = steer(uow, caller, *given)
    return use_cases.schedules.warned(uow, as_seen(caller, changed))


DUE = Field(
    name="due",
    type=FieldType.MOMENT,
    label=Phrase("Occurrence"),
    help=Phrase("The occurrence that is meant; otherwise the next."),
)
DUES = replace(DUE, many=True, help=Phrase("Which are meant; otherwise the next."))
REVISION = Field(
    name="revision",
    type=FieldType.NUMBER,
    label=Phrase("Revision"),
    help=Phrase("The revision that was looked at; another is refused."),
)
FIELDS = (*NAME, REVISION)
CANCEL = Verb(
    name="schedules cancel",
    action=Action.CANCEL,
    right=Right.KNOWN,
    fields=FIELDS,
    steps=_cancel,
)
PAUSE = Verb(
    name="schedules pause",
    action=Action.PAUSE,
    right=Right.KNOWN,
    fields=FIELDS,
    steps=_pause,
)
RESUME = Verb(
    name="schedules resume",
    action=Action.RESUME,
    right=Right.KNOWN,
    fields=FIELDS,
    steps=_resume,
)
SKIP = Verb(
    name="schedules skip",
    action=Action.SKIP,
    right=Right.KNOWN,
    fields=(*FIELDS, DUES),
    steps=_skip,
)
UNSKIP = Verb(
    name="schedules unskip",
    action=Action.UNSKIP,
    right=Right.KNOWN,
    fields=(*FIELDS, DUE),
    steps=_unskip,
)
SEND_NOW = Verb(
    name="schedules send-now",
    action=Action.SEND_NOW,
    right=Right.KNOWN,
    fields=FIELDS,
    steps=_send_now,
)
VERBS = (CANCEL, PAUSE, RESUME, SKIP, UNSKIP, SEND_NOW)
