"""What an element wants of the desk, and how the desk's result is told.

set  <schedule/>            create, or cancel with <cancel/>      (draft §5.2, §9.1)
get  <schedule-query/>      one job, or a page of them            (draft §9)
set  <edit/>, <pause/>, …   steer a job                           (our own namespace)
both <maintenance/>         opened, changed; one, or a page of them     (likewise)
set  <correct/>, <retract/> amend what it sent                          (likewise)
both <consent/>             who may schedule messages to the caller     (likewise)
get  <requests/>            what waits for his approval                 (likewise)
set  <answer/>              his answer                                  (likewise)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from xml.etree import ElementTree as ET

from bot.desk.verb import Verb, Wanted
from bot.desk.verbs import amending as amendments
from bot.desk.verbs import announcing, editing, schedules
from bot.desk.verbs import consent as recipients
from bot.desk.verbs import maintenance as windows
from bot.desk.verbs import steering as verbs
from bot.domain.access import Caller, owner_named
from bot.domain.addresses import Addresses
from bot.domain.audit import Action
from bot.domain.schedule import Origin
from bot.service.maintenance.request import (
    CallOff,
    Change,
    ExtendWindow,
    FinishWindow,
    MoveWindow,
    WindowName,
)
from bot.service.maintenance.shown import Shown
from bot.service.requests.correcting import Amended
from bot.service.requests.request import ScheduleName
from bot.service.requests.schedules import Report
from bot.xmpp.doors.scheduling import amending, answers, consent, maintenance, steering
from bot.xmpp.doors.scheduling import windows as told
from bot.xmpp.doors.scheduling.requests import CancelRequest, read_query, read_schedule
from bot.xmpp.stanzas.namespaces import LANG
from bot.xmpp.stanzas.result_sets import fitting

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the stanza around the element says."""

    caller: Caller
    addresses: Addresses
    #: the stanza's own xml:lang, '' for none
    language: str

    def language_of(self, element: ET.Element) -> str:
        """What is asked knows better than the stanza around it."""
        return element.get(LANG) or self.language


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """What is wanted, and how its result is told."""

    wanted: Wanted[T]
    answer: Callable[[T], ET.Element]


@dataclass(frozen=True, slots=True)
class Kind:
    """A payload that the door takes."""

    #: of the IQ that it belongs in
    type: str
    #: what it seems to be, before it is read
    action: Action
    read: Callable[[ET.Element, Envelope], Question[Any]]


def _schedule(element: ET.Element, envelope: Envelope) -> Question[Any]:
    request = read_schedule(element, envelope.language)
    if isinstance(request, CancelRequest):
        name = ScheduleName(id=request.client_id, owner=owner_named(request.owner))
        return Question(
            verbs.CANCEL(name), lambda report: answers.cancelled(report.schedule)
        )
    return Question(
        announcing.SCHEDULE(request),
        lambda made: answers.accepted(*made, envelope.language_of(element)),
    )


def _query(element: ET.Element, envelope: Envelope) -> Question[Any]:
    request = read_query(element)
    if request.client_id is not None:
        name = ScheduleName(id=request.client_id, owner=owner_named(request.owner))
        return Question(
            schedules.QUERY(name), lambda report: answers.one(report, envelope.caller)
        )
    paging = request.wish.paging
    return Question(
        schedules.LIST(schedules.ScheduleWish(paging=paging, status=request.status)),
        lambda page: answers.several(
            fitting(page, paging, answers.size),
            request.wish,
            envelope.caller,
            envelope.addresses,
        ),
    )


_OF_A_JOB: Mapping[Action, Verb[ScheduleName, Report]] = {
    Action.PAUSE: verbs.PAUSE,
    Action.RESUME: verbs.RESUME,
    Action.SEND_NOW: verbs.SEND_NOW,
}
_OF_AN_OCCURRENCE: Mapping[Action, Verb[verbs.ScheduleOccurrence, Report]] = {
    Action.SKIP: verbs.SKIP,
    Action.UNSKIP: verbs.UNSKIP,
}


def _steering(element: ET.Element, envelope: Envelope) -> Question[Any]:
    request = steering.read_steering(element, envelope.language)
    wanted: Wanted[Report]
    if request.change is not None:
        edit = editing.Edit(
            name=request.name, change=request.change, revision=request.revision
        )
        wanted = editing.EDIT(edit)
    elif request.action in _OF_AN_OCCURRENCE:
        verb = _OF_AN_OCCURRENCE[request.action]
        wanted = verb(verbs.ScheduleOccurrence(name=request.name, due=request.due))
    else:
        wanted = _OF_A_JOB[request.action](request.name)
    return Question(
        wanted,
        lambda report: answers.steered(
            report, envelope.caller, envelope.language_of(element)
        ),
    )


_OF_A_WINDOW: Mapping[type[Change], Callable[[WindowName, Any], Wanted[Shown]]] = {
    MoveWindow: lambda name, change: windows.MOVE(
        windows.MovedWindow(name=name, change=change)
    ),
    ExtendWindow: lambda name, change: windows.EXTEND(
        windows.ExtendedWindow(name=name, change=change)
    ),
    FinishWindow: lambda name, _: windows.FINISH(name),
    CallOff: lambda name, _: windows.CALL_OFF(name),
}


def _maintenance(element: ET.Element, envelope: Envelope) -> Question[Any]:
    action = maintenance.action_of(element)
    wanted: Wanted[Shown]
    if action == maintenance.OPEN:
        request = maintenance.read_opening(element, envelope.language)
        wanted = windows.OPEN(request)
    else:
        name, change = maintenance.read_change(element)
        wanted = _OF_A_WINDOW[type(change)](name, change)
    return Question(wanted, lambda shown: told.changed(shown, action))


def _windows(element: ET.Element, envelope: Envelope) -> Question[Any]:
    name, wish = maintenance.read_wish(element)
    if name is not None:
        return Question(
            windows.SHOW(name), lambda shown: told.one(shown, envelope.caller)
        )
    paging = wish.paging
    return Question(
        windows.LIST(windows.MaintenanceWish(paging=paging)),
        lambda page: told.several(
            fitting(page, paging, told.size), wish, envelope.caller
        ),
    )


def _amending(element: ET.Element, envelope: Envelope) -> Question[Any]:
    request = amending.read_amendment(element, envelope.language)
    name = verbs.ScheduleOccurrence(name=request.name, due=request.due)
    wanted: Wanted[Amended]
    if request.change is None:
        wanted = amendments.RETRACT(amendments.Sent(name=name, origin=Origin.IQ))
    else:
        wish = amendments.Corrected(name=name, origin=Origin.IQ, change=request.change)
        wanted = amendments.CORRECT(wish)
    return Question(
        wanted,
        lambda done: answers.steered(
            done.report, envelope.caller, envelope.language_of(element)
        ),
    )


def _consent(_: ET.Element, __: Envelope) -> Question[Any]:
    return Question(recipients.LOOK(recipients.ConsentOf()), consent.chosen)


def _choice(element: ET.Element, _: Envelope) -> Question[Any]:
    return Question(recipients.SET(consent.read_consent(element)), consent.chosen)


def _requests(element: ET.Element, _: Envelope) -> Question[Any]:
    wish = consent.read_requests(element)
    paging = wish.paging
    return Question(
        recipients.REQUESTS(recipients.RequestsWish(paging=paging)),
        lambda page: consent.waiting(fitting(page, paging, consent.size), wish),
    )


def _answer(element: ET.Element, _: Envelope) -> Question[Any]:
    answer = consent.read_answer(element)
    return Question(recipients.ANSWER(answer), lambda _: consent.answered(answer))


#: by the payload's tag; one for each type of IQ that it belongs in
KINDS: Mapping[str, tuple[Kind, ...]] = {
    answers.SCHEDULE: (Kind("set", Action.SCHEDULE, _schedule),),
    answers.QUERY: (Kind("get", Action.QUERY, _query),),
    **{
        tag: (Kind("set", action, _steering),) for tag, action in steering.VERBS.items()
    },
    maintenance.MAINTENANCE: (
        Kind("set", Action.OPEN_MAINTENANCE, _maintenance),
        Kind("get", Action.QUERY, _windows),
    ),
    **{
        tag: (Kind("set", action, _amending),) for tag, action in amending.VERBS.items()
    },
    consent.CONSENT: (
        Kind("get", Action.QUERY, _consent),
        Kind("set", Action.CONSENT, _choice),
    ),
    consent.REQUESTS: (Kind("get", Action.QUERY, _requests),),
    consent.ANSWER: (Kind("set", Action.ANSWER, _answer),),
}


def kind_of(tag: str, iq_type: str) -> Kind:
    """The payload's in such an IQ, else the first, which belongs in another."""
    kinds = KINDS[tag]
    return next((kind for kind in kinds if kind.type == iq_type), kinds[0])
