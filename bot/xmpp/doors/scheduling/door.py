"""The door for scheduling requests: `<iq/>` to the service (draft 1.0.0, §5.2, §9).

set  <schedule/>          create, or cancel with <cancel/>
get  <schedule-query/>    one job, or a page of them

It reads the element into a verb of the desk with its values, and turns what the desk
gives back, or its error, into the answer; nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from xml.etree import ElementTree as ET

from slixmpp import JID
from slixmpp.stanza import Iq
from slixmpp.xmlstream import StanzaBase
from structlog.contextvars import bound_contextvars

from bot.desk.desk import Desk
from bot.desk.verb import Wanted
from bot.desk.verbs import announcing, schedules, steering
from bot.domain.access import Caller, owner_named
from bot.domain.audit import Action, Asked
from bot.domain.errors import Invalid, NotFound, NotOffered
from bot.domain.phrase import Phrase
from bot.domain.schedule import Origin
from bot.service.requests.request import JobName
from bot.xmpp.doors.callers import caller_of
from bot.xmpp.doors.scheduling import answers
from bot.xmpp.doors.scheduling.requests import CancelRequest, read_query, read_schedule
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.errors import new_reference, refusal
from bot.xmpp.stanzas.namespaces import CLIENT, LANG
from bot.xmpp.stanzas.result_sets import fitting
from bot.xmpp.stanzas.verbatim import serialised

T = TypeVar("T")

#: payload -> the type of IQ it belongs in
_TYPES = {answers.SCHEDULE: "set", answers.QUERY: "get"}


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """What is wanted of the desk, and how its result is told."""

    wanted: Wanted[T]
    answer: Callable[[T], ET.Element]


class SchedulingDoor:
    """Answers every request, once; `lists` are the names that have addresses."""

    def __init__(
        self, connection: Connection, desk: Desk, lists: frozenset[str]
    ) -> None:
        self._connection = connection
        self._desk = desk
        self._policy = desk.policy
        self._lists = lists
        self._readers: Mapping[str, Callable[[Iq, Caller], Question[Any]]] = {
            answers.SCHEDULE: self._schedule,
            answers.QUERY: self._query,
        }

    def open(self) -> None:
        for tag in _TYPES:
            self._connection.serve(f"iq/{tag}", self._answer)

    async def _answer(self, iq: StanzaBase) -> None:
        if not isinstance(iq, Iq) or iq["type"] not in {"get", "set"}:
            return
        reference = new_reference()
        with bound_contextvars(request=reference):
            try:
                payload = await self.handle(iq)
            except Exception as error:  # noqa: BLE001 - the table of errors is next
                reply = refusal(iq, error, reference)
            else:
                reply = iq.reply()
                reply.xml.append(payload)
        # slixmpp's writer would leave out some attributes of metadata as given
        self._connection.send(serialised(reply.xml, CLIENT))

    async def handle(self, iq: Iq) -> ET.Element:
        """The payload of the result; raises any CarillonError."""
        caller = caller_of(iq["from"], self._policy)
        seems = Action.SCHEDULE if iq["type"] == "set" else Action.QUERY
        asked = Asked(caller=caller, door=Origin.IQ, action=seems)
        read: list[Question[Any]] = []

        def wanted() -> Wanted[Any]:
            read.append(self._read(iq, caller))
            return read[0].wanted

        result = await self._desk.ask(asked, wanted)
        return read[0].answer(result)

    # --- from the element to what is wanted ---------------------------------------

    def _read(self, iq: Iq, caller: Caller) -> Question[Any]:
        element = iq.xml[0]  # the one child: the stream refuses several
        wanted = _TYPES[element.tag]
        if iq["type"] != wanted:
            name = element.tag.rpartition("}")[2]
            raise Invalid(
                Phrase("<{name}/> goes with type={wanted!r}.", name=name, wanted=wanted)
            )
        self._check_address(iq["to"])
        return self._readers[element.tag](iq, caller)

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

    def _schedule(self, iq: Iq, _: Caller) -> Question[Any]:
        request = read_schedule(iq.xml[0], iq.xml.get(LANG, ""))
        if isinstance(request, CancelRequest):
            name = JobName(id=request.client_id, owner=owner_named(request.owner))
            return Question(
                steering.CANCEL(name),
                lambda report: answers.cancelled(report.schedule),
            )
        return Question(
            announcing.SCHEDULE(request), lambda made: answers.accepted(*made)
        )

    def _query(self, iq: Iq, caller: Caller) -> Question[Any]:
        request = read_query(iq.xml[0])
        if request.client_id is not None:
            name = JobName(id=request.client_id, owner=owner_named(request.owner))
            return Question(
                schedules.QUERY(name), lambda report: answers.one(report, caller)
            )
        wish = schedules.Wish(paging=request.wish.paging, status=request.status)
        return Question(
            schedules.LIST(wish),
            lambda page: answers.several(
                fitting(page, wish.paging, answers.size),
                request.wish,
                caller,
                self._policy.addresses,
            ),
        )
