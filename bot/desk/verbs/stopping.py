"""Everything stopped in an emergency, and let go on."""

from dataclasses import dataclass

from bot.desk.verb import Plain, Read, Steps, Verb, Write
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.service.delivery.standstill import Movement
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """What there was when everything was stopped."""

    before: Movement
    #: broadcasts that were under way
    stopped: int
    #: messages that waited to be written, as a rule once more
    given_up: int


def _look(use_cases: UseCases, caller: Caller, _: Plain) -> Steps[Movement]:
    found: Movement = yield Read(use_cases.stopping.look, caller)
    return found


def _stop(use_cases: UseCases, caller: Caller, _: Plain) -> Steps[Stopped]:
    """With the first transaction nothing more leaves; the rest tidies up."""
    before: Movement = yield Write(use_cases.stopping.begin, caller)
    stopped, given_up = yield from _end_what_goes_out(use_cases, caller)
    return Stopped(before=before, stopped=stopped, given_up=given_up)


def _resume(use_cases: UseCases, caller: Caller, _: Plain) -> Steps[Movement]:
    """What had begun stays stopped, also where the stop was cut off."""
    yield Write(use_cases.stopping.require, caller)
    yield from _end_what_goes_out(use_cases, caller)
    yield Write(use_cases.stopping.end, caller)
    found: Movement = yield Read(use_cases.stopping.look, caller)
    return found


def _end_what_goes_out(use_cases: UseCases, caller: Caller) -> Steps[tuple[int, int]]:
    """A few in each transaction, so that none lasts long."""
    stopped = given_up = 0
    while some := (yield Write(use_cases.broadcasts.stop_some, caller)):
        stopped += len(some)
    while count := (yield Write(use_cases.stopping.give_up_some, caller)):
        given_up += count
    return stopped, given_up


#: what there is to be stopped, and whether it is
LOOK = Verb(
    name="stop-all --dry-run",
    action=Action.QUERY,
    drafts=Action.STOP_ALL,
    right=Right.SEES_ALL,
    steps=_look,
)
STOP = Verb(name="stop-all", action=Action.STOP_ALL, right=Right.ADMIN, steps=_stop)
RESUME = Verb(
    name="resume-all", action=Action.RESUME_ALL, right=Right.ADMIN, steps=_resume
)
VERBS = (LOOK, STOP, RESUME)
