"""Broadcasts: looked at, with those who were not told, and stopped."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache

from bot.domain import meanings
from bot.domain.access import Caller
from bot.domain.amendment import Amendment
from bot.domain.audit import Action
from bot.domain.broadcast import (
    Broadcast,
    BroadcastName,
    BroadcastState,
    DeliveryException,
    Progress,
)
from bot.domain.errors import Finished, NotFound
from bot.domain.phrase import Phrase
from bot.domain.schedule import Schedule, TextContent
from bot.service.delivery import closing, reports, waiting
from bot.service.ports.outside import Clock
from bot.service.ports.paging import Order, Page, Paging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.service.rules.rights import (
    admins_only,
    known,
    may_announce,
    may_change,
    may_see,
    may_see_sent,
    sees_content,
)
from bot.service.rules.voices import told_in

#: broadcasts stopped in one transaction, which on SQLite is to be a short one
STOPPED_AT_ONCE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendedBy:
    """What corrected a broadcast, or withdrew it."""

    schedule: Schedule
    #: once it goes out
    name: BroadcastName | None = None
    progress: Progress | None = None

    @property
    def kind(self) -> Amendment:
        assert self.schedule.amendment is not None  # noqa: S101 - it amends
        return self.schedule.amendment


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A broadcast, how far it is, and of what it is one."""

    broadcast: Broadcast
    progress: Progress
    name: BroadcastName
    #: as it was when this went out, without content that the caller may not see
    schedule: Schedule
    #: whose clocks tell of it
    zone: str
    #: the latest first
    amendments: tuple[AmendedBy, ...] = ()

    @property
    def id(self) -> int:
        return self.broadcast.id


class Broadcasts:
    def __init__(self, policy: Policy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock

    def page(
        self,
        uow: UnitOfWork,
        caller: Caller,
        paging: Paging,
        schedule_id: int | None = None,
        *,
        sending: bool = False,
    ) -> Page[Account]:
        """Of all that the caller may see."""
        known(caller)
        owner, lists = None, []
        if not caller.sees_all:
            owner = caller.owner
            lists = [one.id for one in uow.lists.all() if may_announce(caller, one)]
        page = uow.broadcasts.page(
            paging, schedule_id=schedule_id, sending=sending, owner=owner, lists=lists
        )
        return Page(self._accounts(uow, caller, page.items), page.count, page.index)

    def get(self, uow: UnitOfWork, caller: Caller, broadcast_id: int) -> Account:
        known(caller)
        found = uow.broadcasts.get(broadcast_id)
        if found is None or not self._may_see(uow, caller, found):
            raise NotFound(
                Phrase("There is no broadcast {number}.", number=broadcast_id)
            )
        return self.account(uow, caller, found)

    def named(self, uow: UnitOfWork, caller: Caller, name: BroadcastName) -> Account:
        """Raises NotFound, which tells an announcement that was never sent from one
        that is not there, or that the caller may not see.
        """
        known(caller)
        schedule = uow.schedules.get(name.schedule_id)
        missing = NotFound(
            Phrase("There is no announcement #{reference}.", reference=name.schedule_id)
        )
        if schedule is None:
            raise missing
        if name.number is None:
            latest = Paging(limit=1, order=Order.LATEST)
            page = uow.broadcasts.page(latest, schedule_id=name.schedule_id)
            found = next(iter(page.items), None)
        else:
            found = uow.broadcasts.nth(name.schedule_id, name.number)
        if found is not None and self._may_see(uow, caller, found):
            return self.account(uow, caller, found)
        if found is None and may_see(caller, schedule):
            count = uow.broadcasts.page(
                Paging(limit=0), schedule_id=name.schedule_id
            ).count
            raise NotFound(_never(name, count))
        raise missing

    def _may_see(self, uow: UnitOfWork, caller: Caller, broadcast: Broadcast) -> bool:
        schedule = uow.schedules.get(broadcast.schedule_id)
        told = None
        if broadcast.highest is not None:  # else its audience was copied
            told = next(
                (one for one in uow.lists.all() if one.id == broadcast.list_id), None
            )
        return schedule is not None and may_see_sent(caller, schedule, told)

    def account(self, uow: UnitOfWork, caller: Caller, broadcast: Broadcast) -> Account:
        """Of one that the caller may see."""
        [found] = self._accounts(uow, caller, [broadcast])
        return found

    def _accounts(
        self, uow: UnitOfWork, caller: Caller, broadcasts: Sequence[Broadcast]
    ) -> list[Account]:
        """All of a page are asked for at once, but what amends one of them."""
        ids = [one.id for one in broadcasts]
        schedules = uow.schedules.several({one.schedule_id for one in broadcasts})
        kept = uow.broadcasts.kept_contents(ids)
        progresses = uow.broadcasts.progresses(ids)
        numbers = uow.broadcasts.numbers(ids)
        lists = cache(uow.lists.by_id)
        named = cache(uow.lists.get)

        def account(one: Broadcast) -> Account:
            schedule = schedules[one.schedule_id]
            name = schedule.audience.list_name
            zone = told_in(schedule, self._policy, named(name) if name else None)
            if one.id in kept:
                schedule = replace(schedule, content=kept[one.id][0])
            if not sees_content(caller, schedule):
                schedule = replace(schedule, content=TextContent(texts=()))
            if one.list_id is not None:
                schedule = reports.sent_to(lists(one.list_id), schedule, one)
            return Account(
                broadcast=one,
                progress=progresses[one.id],
                name=BroadcastName(one.schedule_id, numbers[one.id]),
                schedule=schedule,
                zone=zone,
                amendments=tuple(amended_by(uow, one)),
            )

        return [account(one) for one in broadcasts]

    def failures(
        self,
        uow: UnitOfWork,
        caller: Caller,
        broadcast_id: int,
        after: str = "",
        limit: int = 100,
        condition: str | None = None,
    ) -> list[DeliveryException]:
        """Whoever was not told, and why; by JID, from `after` on. `condition`: over
        that one.
        """
        self.get(uow, caller, broadcast_id)
        return uow.exceptions.page(
            broadcast_id, after=after, limit=limit, condition=condition
        )

    def conditions(
        self, uow: UnitOfWork, caller: Caller, broadcast_id: int
    ) -> list[tuple[str, int]]:
        """How many were not told, for each condition, the most first."""
        self.get(uow, caller, broadcast_id)
        return uow.exceptions.conditions(broadcast_id)

    def stop(self, uow: UnitOfWork, caller: Caller, broadcast_id: int) -> Broadcast:
        """End it here: nothing more leaves, nobody hears it later; what is on its way
        is still recorded.
        """
        found = self.get(uow, caller, broadcast_id)
        may_change(caller, found.schedule, Action.STOP)
        broadcast = closing.locked(uow, broadcast_id)
        assert broadcast is not None  # noqa: S101 - seen just now
        skipped = uow.exceptions.skip_waiting(broadcast_id, waiting.STOPPED)
        if broadcast.state is BroadcastState.STOPPED:
            return broadcast
        if skipped and broadcast.state is not BroadcastState.SENDING:
            return broadcast  # it stays as it ended; nobody hears it later
        if broadcast.state is not BroadcastState.SENDING:
            raise Finished(
                Phrase(
                    "Broadcast {name} is over: {state}.",
                    name=found.name.shown,
                    state=meanings.state(broadcast.state),
                )
            )
        now = self._clock.now()
        closing.close(uow, self._policy, broadcast, BroadcastState.STOPPED, now)
        schedule = uow.schedules.get(broadcast.schedule_id)
        if schedule is not None and schedule.owner != caller.owner:
            reports.stopped(uow, self._policy, broadcast, now)
        uow.nudge()
        return broadcast

    def stop_some(self, uow: UnitOfWork, caller: Caller) -> list[int]:
        """Stop a few of what is sending, then of what somebody hears later; which, by
        number, none once nothing is.

        What ends by itself while it is waited for counts with them, and stays as it
        ended.
        """
        admins_only(caller)
        page = uow.broadcasts.page(Paging(limit=STOPPED_AT_ONCE), sending=True)
        numbers = [broadcast.id for broadcast in page.items]
        numbers = numbers or uow.exceptions.waiting(STOPPED_AT_ONCE)
        closing.hold(uow, numbers)
        for number in numbers:
            with suppress(Finished):
                self.stop(uow, caller, number)
        return numbers


def amended_by(uow: UnitOfWork, broadcast: Broadcast) -> Iterator[AmendedBy]:
    """The latest first."""
    if broadcast.edition == 1 and broadcast.retracted_at is None:
        return
    going = {one.schedule_id: one for one in uow.broadcasts.amendments(broadcast.id)}
    coming = {one.id for one in uow.schedules.amending(broadcast.id)}
    for number in sorted(coming | going.keys(), reverse=True):
        schedule, sent = uow.schedules.get(number), going.get(number)
        assert schedule is not None  # noqa: S101 - foreign key
        if sent is None:
            yield AmendedBy(schedule=schedule)
            continue
        yield AmendedBy(
            schedule=schedule,
            name=BroadcastName(number, uow.broadcasts.number(sent)),
            progress=uow.broadcasts.progress(sent.id),
        )


def _never(name: BroadcastName, count: int) -> Phrase:
    if not count:
        return Phrase(
            "Nothing of #{reference} has been sent yet.", reference=name.schedule_id
        )
    return Phrase(
        "There is no broadcast {name}; the latest of #{reference} is {latest}.",
        name=name.shown,
        reference=name.schedule_id,
        latest=BroadcastName(name.schedule_id, count).shown,
    )
