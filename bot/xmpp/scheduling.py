"""The door for scheduling requests: `<iq/>` to the service (draft 1.0.0, §5.2, §9).

set  <schedule/>          create, or cancel with <cancel/>
get  <schedule-query/>    one job, or a page of them
"""

from xml.etree import ElementTree as ET

from slixmpp import JID
from slixmpp.stanza import Iq
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import CoroutineCallback
from slixmpp.xmlstream.matcher import MatchXPath

from bot.domain.access import Caller
from bot.domain.errors import Forbidden, Invalid, NotFound, NotOffered
from bot.domain.jid import JIDError, bare
from bot.domain.schedule import Schedule
from bot.service.policy import Policy
from bot.service.ports import Database
from bot.service.repositories import Page, Paging, UnitOfWork
from bot.service.requests import ScheduleRequest
from bot.service.schedules import Quota, Report, Schedules
from bot.xmpp import schedule_answers as answers
from bot.xmpp.connection import Connection
from bot.xmpp.errors import CLIENT, LANG, refusal
from bot.xmpp.schedule_requests import (
    CancelRequest,
    QueryRequest,
    read_query,
    read_schedule,
)
from bot.xmpp.verbatim import serialised

#: payload -> the type of IQ it belongs in
_TYPES = {answers.SCHEDULE: "set", answers.QUERY: "get"}


class SchedulingDoor:
    """Answers every request, once; `lists` are the names that have addresses."""

    def __init__(
        self,
        connection: Connection,
        database: Database,
        schedules: Schedules,
        policy: Policy,
        lists: frozenset[str],
    ) -> None:
        self._connection = connection
        self._database = database
        self._schedules = schedules
        self._policy = policy
        self._lists = lists

    def open(self) -> None:
        for tag in _TYPES:
            self._connection.stream.register_handler(
                CoroutineCallback(
                    f"Scheduling {tag}",
                    MatchXPath(f"{{{CLIENT}}}iq/{tag}"),
                    self._answer,
                )
            )

    async def _answer(self, iq: StanzaBase) -> None:
        if not isinstance(iq, Iq) or iq["type"] not in {"get", "set"}:
            return
        try:
            payload = await self.handle(iq)
        except Exception as error:  # noqa: BLE001 - the table of errors is next
            reply = refusal(iq, error)
        else:
            reply = iq.reply()
            reply.xml.append(payload)
        # slixmpp's writer would leave out some attributes of metadata as given
        self._connection.send(serialised(reply.xml, CLIENT))

    async def handle(self, iq: Iq) -> ET.Element:
        """The payload of the result; raises any CarillonError."""
        element = _payload(iq)
        self._check_address(iq["to"])
        caller = caller_of(iq["from"], self._policy)
        if element.tag == answers.QUERY:
            return await self._query(caller, read_query(element))
        request = read_schedule(element, iq.xml.get(LANG, ""))
        if isinstance(request, CancelRequest):
            schedule = await self._database.run(
                self._schedules.cancel, caller, request.client_id, _owner(request.owner)
            )
            return answers.cancelled(schedule)
        report, quota = await self._database.run(self._create, caller, request)
        return answers.accepted(report, quota)

    def _check_address(self, to: JID) -> None:
        """Only the service takes requests, not its lists."""
        addresses = self._policy.addresses
        if not addresses.component or to.full == addresses.service:
            return
        if addresses.list_at(to.bare) in self._lists or to.bare == addresses.service:
            raise NotOffered(f"Send requests to {addresses.service}.")
        raise NotFound(f"Nobody is here; send requests to {addresses.service}.")

    async def _query(self, caller: Caller, request: QueryRequest) -> ET.Element:
        if request.client_id is not None:
            report = await self._database.read(
                self._one, caller, request.client_id, _owner(request.owner)
            )
            return answers.one(report, caller)
        page, reports = await self._database.read(
            self._page, caller, request.wish.paging, request.status
        )
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
        page = self._schedules.page(uow, caller, paging, status)
        moment = self._schedules.moment
        return page, [Report(one, moment(uow, one)) for one in page.items]


def caller_of(sender: JID, policy: Policy) -> Caller:
    """Whoever the servers say has sent it; raises Forbidden."""
    try:
        return policy.access.caller(bare(sender.bare), sender.full)
    except JIDError:
        raise Forbidden("This service does not know who you are.") from None


def _owner(given: str | None) -> str | None:
    """A bare JID or a role such as role:admin, to compare with."""
    if given is None:
        return None
    try:
        return bare(given)
    except JIDError:
        return given


def _payload(iq: Iq) -> ET.Element:
    """RFC 6120 §8.2.3: a request has exactly one child."""
    if len(iq.xml) != 1:
        raise Invalid("An IQ takes exactly one child element.")
    element = iq.xml[0]
    wanted = _TYPES[element.tag]
    if iq["type"] != wanted:
        name = element.tag.rpartition("}")[2]
        raise Invalid(f"<{name}/> goes with type={wanted!r}.")
    return element
