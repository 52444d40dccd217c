"""One person found: where he stands, what he was told and why not, and taken up again.

What somebody was told is written down for nobody: it follows from the audience in which
he has a position, how far the chunk of that position has come, and the exception, if
there is one. So each broadcast costs a few looks by index, and a page of them is read
at once. What other people write to him stays theirs: one sees that it was sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.broadcast import Broadcast, DeliveryException
from bot.domain.errors import Invalid, NotFound
from bot.domain.events import Moved
from bot.domain.fate import Fate, fate
from bot.domain.jid import JIDError, bare
from bot.domain.lists import AnnouncementList, Subscriber, Subscription, Suspended
from bot.domain.phrase import Phrase
from bot.domain.roles import HeldRole
from bot.domain.verdict import Score
from bot.service.delivery.broadcasts import Account, Broadcasts
from bot.service.ports.outside import Clock
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.roles import configured
from bot.service.readers.subscribers import take_up
from bot.service.rules.policy import Policy
from bot.service.rules.rights import admins_only, auditors_only


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody stands, or has stood last, on one list."""

    entry: AnnouncementList
    subscription: Subscription
    #: with which messages came back that suspended him
    condition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    #: as it is stored
    jid: str
    #: None: nothing is known of him
    subscriber: Subscriber | None
    places: Sequence[Place]
    roles: Sequence[HeldRole]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of one broadcast for him."""

    account: Account
    fate: Fate
    #: what deviates, where something does
    exception: DeliveryException | None = None


class Finding:
    def __init__(self, policy: Policy, broadcasts: Broadcasts, clock: Clock) -> None:
        self._policy = policy
        self._broadcasts = broadcasts
        self._clock = clock

    def person(self, uow: UnitOfWork, caller: Caller, jid: str) -> Found:
        """Whoever has this address; raises Invalid."""
        auditors_only(caller)
        address = _address(jid)
        subscriber = uow.subscribers.get(address)
        latest = uow.subscriptions.latest(subscriber.id) if subscriber else []
        roles = (*configured(uow, self._policy), *uow.roles.of(address))
        return Found(
            jid=address,
            subscriber=subscriber,
            places=[place for one in latest if (place := _place(uow, one))],
            roles=[one for one in roles if one.jid == address],
        )

    def told(
        self,
        uow: UnitOfWork,
        caller: Caller,
        jid: str,
        before: int | None = None,
        limit: int = 10,
    ) -> list[Told]:
        """What concerned him, the latest first: broadcasts with ids below `before`."""
        auditors_only(caller)
        address, last = _address(jid), before or 2**63 - 1
        found = uow.broadcasts.concerning(address, before=last, limit=limit)
        return [self._told(uow, caller, address, one) for one in found]

    def _told(
        self, uow: UnitOfWork, caller: Caller, jid: str, broadcast: Broadcast
    ) -> Told:
        recipient = uow.audiences.find(broadcast, jid)
        position = recipient.position if recipient else 0
        exception = uow.exceptions.get(broadcast.id, jid)
        chunk = uow.chunks.at(broadcast.id, position)
        became = fate(broadcast, position, chunk, exception)
        deviates = exception is not None and not exception.is_accepted
        return Told(
            account=self._broadcasts.account(uow, caller, broadcast),
            fate=became,
            exception=exception if deviates else None,
        )

    def suspended(
        self, uow: UnitOfWork, caller: Caller, after: int, limit: int
    ) -> list[Place]:
        """Who is told nothing on some list since messages came back, by the numbers of
        the places that they had, from `after` on.
        """
        auditors_only(caller)
        found = uow.suspensions.everywhere(after=after, limit=limit)
        return [place for one in found if (place := _suspended(uow, one))]

    def restore(self, uow: UnitOfWork, caller: Caller, jid: str) -> list[str]:
        """Take him up again wherever he is suspended, as a sign of life would; the
        lists' names. Raises NotFound where he is not.
        """
        admins_only(caller)
        address = _address(jid)
        subscriber = uow.subscribers.lock(address)
        restored = []
        if subscriber is not None:
            uow.subscribers.set_score(address, Score())
            restored = take_up(uow, subscriber, lambda _: True, self._clock.now())
        entries = [uow.lists.by_id(list_id) for list_id in restored]
        names = sorted(entry.name for entry in entries if entry is not None)
        if not names:
            raise NotFound(Phrase("{address} is suspended nowhere.", address=address))
        for name in names:
            uow.happened(Moved(action=Action.RESTORE, list_name=name))
        return names


def _place(uow: UnitOfWork, one: Subscription) -> Place | None:
    entry = uow.lists.by_id(one.list_id)
    if entry is None:  # pragma: no cover - foreign key
        return None
    condition = uow.suspensions.condition(one.id)
    return Place(entry=entry, subscription=one, condition=condition)


def _suspended(uow: UnitOfWork, one: Suspended) -> Place | None:
    entry = uow.lists.by_id(one.subscription.list_id)
    if entry is None:  # pragma: no cover - foreign key
        return None
    return Place(entry=entry, subscription=one.subscription, condition=one.condition)


def _address(jid: str) -> str:
    try:
        return bare(jid)
    except JIDError as error:
        raise Invalid(Phrase("{why}.", why=error.phrase), field="jid") from None
