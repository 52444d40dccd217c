"""The door for scheduling requests: `<iq/>` to the service (draft 1.0.0, §5.2, §9).

set  <schedule/>          create, or cancel with <cancel/>
get  <schedule-query/>    one job, or a page of them
"""

from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree as ET

from slixmpp import JID
from slixmpp.stanza import Iq
from slixmpp.xmlstream import StanzaBase
from structlog.contextvars import bound_contextvars

from bot.desk.admission import Admission
from bot.domain.access import Caller, owner_named
from bot.domain.audit import Action, Asked
from bot.domain.errors import (
    Invalid,
    NotFound,
    NotOffered,
    PolicyViolation,
    Unavailable,
)
from bot.domain.events import Requested
from bot.domain.phrase import Phrase
from bot.domain.schedule import Origin, Schedule
from bot.service.ports.outside import Database
from bot.service.ports.paging import Page, Paging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.records.audit import Audit
from bot.service.requests.request import ScheduleRequest
from bot.service.requests.schedules import Report, Schedules
from bot.service.rules.policy import Policy
from bot.service.rules.quotas import Quota, Quotas
from bot.service.rules.rights import known
from bot.xmpp.doors.callers import caller_of
from bot.xmpp.doors.scheduling import answers
from bot.xmpp.doors.scheduling.requests import (
    CancelRequest,
    QueryRequest,
    read_query,
    read_schedule,
)
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.errors import new_reference, refusal
from bot.xmpp.stanzas.namespaces import CLIENT, LANG
from bot.xmpp.stanzas.result_sets import fitting
from bot.xmpp.stanzas.verbatim import serialised

#: payload -> the type of IQ it belongs in
_TYPES = {answers.SCHEDULE: "set", answers.QUERY: "get"}
#: requests under way at once: with a slow database more would only fill the memory
MOST = 500


class SchedulingDoor:
    """Answers every request, once; `lists` are the names that have addresses.

    `on_unrecorded` is told of refusals that leave no entry in the audit trail.
    """

    def __init__(
        self,
        connection: Connection,
        database: Database,
        schedules: Schedules,
        audit: Audit,
        policy: Policy,
        lists: frozenset[str],
        on_unrecorded: Callable[[Requested], None],
    ) -> None:
        self._connection = connection
        self._database = database
        self._schedules = schedules
        self._audit = audit
        self._policy = policy
        self._lists = lists
        self._on_unrecorded = on_unrecorded
        self._under_way = 0
        self._admission = Admission(
            database, Quotas(policy), audit, connection.now, self._turned_away
        )

    def open(self) -> None:
        for tag in _TYPES:
            self._connection.serve(f"iq/{tag}", self._answer)

    async def _answer(self, iq: StanzaBase) -> None:
        if not isinstance(iq, Iq) or iq["type"] not in {"get", "set"}:
            return
        reference = new_reference()
        with bound_contextvars(request=reference):
            self._under_way += 1
            try:
                payload = await self.handle(iq)
            except Exception as error:  # noqa: BLE001 - the table of errors is next
                reply = refusal(iq, error, reference)
            else:
                reply = iq.reply()
                reply.xml.append(payload)
            finally:
                self._under_way -= 1
        # slixmpp's writer would leave out some attributes of metadata as given
        self._connection.send(serialised(reply.xml, CLIENT))

    async def handle(self, iq: Iq) -> ET.Element:
        """The payload of the result; raises any CarillonError."""
        if self._under_way > MOST:
            raise Unavailable(Phrase("Too many ask at once; ask again in a moment."))
        action = Action.SCHEDULE if iq["type"] == "set" else Action.QUERY
        asked = Asked(
            caller=caller_of(iq["from"], self._policy), door=Origin.IQ, action=action
        )
        try:
            await self._admission.admit(asked)
        except Unavailable:
            self._on_unrecorded(_in_vain(asked, Unavailable.code))
            raise
        try:
            known(asked.caller)
            request = self._read(iq)
            asked = _asked(asked, request)
            return await self._carry_out(asked, request)
        except Exception as error:
            await self._refused(asked, error)
            raise

    async def _refused(self, asked: Asked, error: Exception) -> None:
        try:
            await self._database.run(self._audit.refused, asked, error)
        except Unavailable:
            self._on_unrecorded(_in_vain(asked, Unavailable.code))

    def _turned_away(self, asked: Asked) -> None:
        """Too many within a minute: refused from memory."""
        self._on_unrecorded(_in_vain(asked, PolicyViolation.code))

    def _read(self, iq: Iq) -> ScheduleRequest | CancelRequest | QueryRequest:
        element = _payload(iq)
        self._check_address(iq["to"])
        if element.tag == answers.QUERY:
            return read_query(element)
        return read_schedule(element, iq.xml.get(LANG, ""))

    def _check_address(self, to: JID) -> None:
        """Only the service takes requests, not its lists."""
        addresses = self._policy.addresses
        if not addresses.lists_have_addresses or to.full == addresses.service:
            return
        if addresses.list_at(to.bare) in self._lists or to.bare == addresses.service:
            raise NotOffered(
                Phrase("Send requests to {service}.", service=addresses.service)
            )
        raise NotFound(
            Phrase(
                "Nobody is here; send requests to {service}.",
                service=addresses.service,
            )
        )

    async def _carry_out(
        self, asked: Asked, request: ScheduleRequest | CancelRequest | QueryRequest
    ) -> ET.Element:
        if isinstance(request, QueryRequest):
            return await self._query(asked, request)
        if isinstance(request, CancelRequest):
            schedule = await self._database.run(
                self._audit.carry_out,
                asked,
                self._schedules.cancel,
                asked.caller,
                request.client_id,
                owner_named(request.owner),
            )
            return answers.cancelled(schedule)
        report, quota = await self._database.run(
            self._audit.carry_out, asked, self._create, asked.caller, request
        )
        return answers.accepted(report, quota)

    async def _query(self, asked: Asked, request: QueryRequest) -> ET.Element:
        caller = asked.caller
        if request.client_id is not None:
            report = await self._database.read(
                self._one, caller, request.client_id, owner_named(request.owner)
            )
            await self._database.run(self._audit.done, asked, report.schedule.id)
            return answers.one(report, caller)
        page, reports = await self._database.read(
            self._page, caller, request.wish.paging, request.status
        )
        await self._database.run(self._audit.done, asked)
        return answers.several(
            reports, page, request.wish, caller, self._policy.addresses
        )

    # --- one transaction each ---------------------------------------------------

    def _create(
        self, uow: UnitOfWork, caller: Caller, request: ScheduleRequest
    ) -> tuple[Report, Quota]:
        schedule, quota = self._schedules.create(uow, caller, request)
        return Report(schedule, self._schedules.moment(uow, schedule)), quota

    def _one(
        self, uow: UnitOfWork, caller: Caller, client_id: str, owner: str | None
    ) -> Report:
        found = self._schedules.find(uow, caller, client_id, owner)
        return self._schedules.report(uow, found)

    def _page(
        self, uow: UnitOfWork, caller: Caller, paging: Paging, status: str | None
    ) -> tuple[Page[Schedule], list[Report]]:
        page = fitting(
            self._schedules.page(uow, caller, paging, status), paging, answers.size
        )
        moment = self._schedules.moment
        return page, [Report(one, moment(uow, one)) for one in page.items]


def _in_vain(asked: Asked, code: str) -> Requested:
    return Requested(door=asked.door, action=asked.action, result=code)


def _asked(
    asked: Asked, request: ScheduleRequest | CancelRequest | QueryRequest
) -> Asked:
    """With what the request is about, now that it is read."""
    if isinstance(request, ScheduleRequest):
        return replace(asked, about=request.summary)
    about = request.client_id or "all"
    if request.owner is not None:
        about += f" of {request.owner}"
    if isinstance(request, CancelRequest):
        return replace(asked, action=Action.CANCEL, about=about)
    return replace(asked, about=about)


def _payload(iq: Iq) -> ET.Element:
    """The one child: the stream refuses a request with several."""
    element = iq.xml[0]
    wanted = _TYPES[element.tag]
    if iq["type"] != wanted:
        name = element.tag.rpartition("}")[2]
        raise Invalid(
            Phrase("<{name}/> goes with type={wanted!r}.", name=name, wanted=wanted)
        )
    return element
