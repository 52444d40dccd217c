"""Somebody is forgotten as he wishes, in small transactions, each of which stands.

    begin ─► cancel … ─► give_up … ─► erase (each trace, slice by slice) ─► end

What is there to refuse stays, under digests that nobody can turn back: that he left, so
that no import puts him back, and whom he takes no messages from. It is written down in
the first transaction, so whatever is cut off, he is told nothing more of lists; asked
for again it goes on, since each step begins with what is left.

docs/decisions/0051

docs/conformance.md, Commands about oneself: what is stored of somebody
"""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import forgetting
from bot.domain.access import Access, Caller, Role
from bot.domain.audit import Action
from bot.domain.broadcast import DeliveryException, ExceptionKind
from bot.domain.errors import Finished
from bot.domain.events import Moved
from bot.domain.lists import (
    AnnouncementList,
    ContactState,
    EndReason,
    ListKind,
    SubscriptionOrigin,
)
from bot.service.delivery import closing, waiting
from bot.service.delivery.outcomes import Outcomes
from bot.service.people.choices import whose
from bot.service.ports.outside import Clock
from bot.service.ports.paging import Paging
from bot.service.ports.personal import Erasure, Trace
from bot.service.ports.schedules import ScheduleFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.subscribers import take_up
from bot.service.readers.waiting import tell_client, withdraw
from bot.service.requests.request import ScheduleName
from bot.service.requests.schedules import Schedules
from bot.service.rules.policy import Policy
from bot.service.rules.quotas import LIVE, day_of
from bot.service.rules.rights import may_forget

#: what somebody is only by configuration
_GIVEN = frozenset({Role.ADMIN, Role.PUBLISHER})
#: announcements cancelled, and readers given up, in one transaction
_TOGETHER = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """What still has the address of somebody who was forgotten, and why."""

    #: lists that nobody leaves
    mandatory: tuple[AnnouncementList, ...]
    #: announcements of his to lists, maintenance, and incidents, which go on
    announcements: int
    #: his role is somebody else's to take
    has_role: bool


class Forgetting:
    def __init__(
        self, policy: Policy, schedules: Schedules, outcomes: Outcomes, clock: Clock
    ) -> None:
        self._policy = policy
        self._schedules = schedules
        self._outcomes = outcomes
        self._clock = clock

    def begin(self, uow: UnitOfWork, caller: Caller, jid: str | None) -> Erasure:
        """From now on he stands on no list, and is known by a digest where he has to
        be; raises Invalid, Forbidden or NotAllowed.
        """
        jid = whose(caller, jid, may_forget)
        now = self._clock.now()
        digest = uow.forgotten.add(jid, now)
        uow.consents.forget(jid)
        self._leave(uow, jid, now)
        uow.nudge()
        return Erasure(
            jid=jid,
            digest=digest,
            drawn=forgetting.drawn(),
            now=now,
            today=day_of(now),
        )

    def _leave(self, uow: UnitOfWork, jid: str, now: datetime) -> bool:
        """All lists that can be left; whether he stood on one."""
        subscriber = uow.subscribers.lock(jid)
        if subscriber is None:
            return False
        lists = {one.id: one for one in uow.lists.all()}
        kept = {key for key, one in lists.items() if one.kind is ListKind.MANDATORY}
        # what is suspended ends, too: as a wish of his
        take_up(uow, subscriber, lambda one: one.list_id not in kept, now)
        places = uow.subscriptions.of(subscriber.id)
        left = [place for place in places if place.list_id not in kept]
        asked = {one.list_id for one in uow.join_requests.of(jid)}
        # that he left another one before he may still be to be told
        waited = withdraw(uow, jid, asked.union(place.list_id for place in left))
        for place in left:
            list_id = place.list_id
            uow.subscriptions.end(subscriber.id, EndReason.LEFT, now, list_id=list_id)
            if (entry := lists.get(list_id)) is not None:
                uow.happened(Moved(action=Action.UNSUBSCRIBE, list_name=entry.name))
        by_presence = SubscriptionOrigin.PRESENCE
        contacts = [one.list_id for one in left if one.origin is by_presence]
        # what is not answered a server hands over again: he would ask anew
        contacts += [one.list_id for one in waited if one.by_presence]
        if not self._policy.addresses.lists_have_addresses:
            # one for all lists of an account, as long as he stands on any
            contacts = contacts[:1] if len(left) == len(places) else []
        for list_id in contacts:
            tell_client(uow, jid, list_id, ContactState.LEFT, now)
        return bool(left)

    def cancel(self, uow: UnitOfWork, caller: Caller, who: Erasure) -> int:
        """Some of what he would still have told single people; how many."""
        if caller.owner != who.jid:
            caller = Access.operator()
        pending = ScheduleFilter(owner=who.jid, states=LIVE, personal=True)
        found = uow.schedules.page(pending, Paging(limit=_TOGETHER)).items
        for one in found:
            try:
                self._schedules.cancel(uow, caller, ScheduleName(number=one.id))
            except Finished:
                continue  # its last occurrence was over at this moment
        return len(found)

    def give_up(self, uow: UnitOfWork, who: Erasure) -> int:
        """He is told no more of some of what is to be repeated to him; how many."""
        awaited = uow.traces.awaited(who.jid, _TOGETHER)
        closing.hold(uow, awaited)
        for broadcast_id in awaited:
            found = uow.exceptions.get(broadcast_id, who.jid)
            if found is None or found.next_at is None:
                continue
            if found.kind is ExceptionKind.WAITING:
                self._skip(uow, found)
            else:
                self._outcomes.failed(uow, found)
        return len(awaited)

    def _skip(self, uow: UnitOfWork, found: DeliveryException) -> None:
        """Of one that he was to hear later: he has left before his turn came."""
        kind, why = ExceptionKind.SKIPPED, waiting.LEFT
        left = replace(found, kind=kind, condition=why, next_at=None)
        uow.exceptions.put([left])
        now = self._clock.now()
        closing.settle_finished(uow, self._policy, left.broadcast_id, now)

    def erase(
        self, uow: UnitOfWork, who: Erasure, trace: Trace, after: int
    ) -> int | None:
        """Some of a trace; where to go on, None once it is gone."""
        return uow.traces.erase(trace, who, after)

    def end(self, uow: UnitOfWork, who: Erasure) -> Stays | None:
        """None: somebody put him on a list meanwhile, which he has left now as well."""
        if self._leave(uow, who.jid, self._clock.now()):
            return None
        uow.traces.part_with(who)
        subscriber = uow.subscribers.get(who.jid)
        places = uow.subscriptions.of(subscriber.id) if subscriber else []
        lists = (uow.lists.by_id(one.list_id) for one in places)
        going_on = ScheduleFilter(owner=who.jid, states=LIVE)
        caller = self._policy.caller(who.jid)
        return Stays(
            mandatory=tuple(one for one in lists if one is not None),
            announcements=uow.schedules.count(going_on)
            + uow.maintenances.count(who.jid)
            + uow.incidents.count_open(who.jid),
            has_role=caller.is_auditor or caller.role in _GIVEN,
        )
