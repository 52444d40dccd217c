"""Subscribers: who may know of which list, joining, leaving, and signs of life."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.domain.access import Caller, Role
from bot.domain.errors import NotAllowed, NotFound
from bot.domain.language import is_language
from bot.domain.lists import (
    AnnouncementList,
    EndReason,
    ListKind,
    Subscriber,
    Subscription,
    SubscriptionOrigin,
)
from bot.domain.phrase import Phrase
from bot.service.ports.outside import Clock
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.welcome import schedule_welcome
from bot.service.rules.policy import Policy
from bot.service.rules.rights import auditors_only, known, may_know

#: whether there is none or one that the asker may not know of
_NOBODY = Phrase("There is no list at this address.")


class Subscribers:
    def __init__(self, policy: Policy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock

    def lists(self, uow: UnitOfWork) -> list[tuple[AnnouncementList, int]]:
        """Every list and how many stand on it."""
        counts = uow.lists.counts()
        return [(entry, counts.get(entry.id, 0)) for entry in uow.lists.all()]

    def get_list(self, uow: UnitOfWork, name: str) -> AnnouncementList:
        """Raises NotFound with the lists there are."""
        return list_named(uow, name)

    def visible(self, uow: UnitOfWork, caller: Caller) -> list[AnnouncementList]:
        """The lists that the caller may know of: closed ones are for those who
        stand on them or speak to them; strangers see none.
        """
        if caller.role is Role.STRANGER:
            return []
        return [entry for entry in uow.lists.all() if may_know(uow, caller, entry)]

    def knows(self, uow: UnitOfWork, caller: Caller, name: str) -> bool:
        """Whether there is such a list, as far as the caller may know."""
        entry = uow.lists.get(name)
        return entry is not None and may_know(uow, caller, entry)

    def page(
        self, uow: UnitOfWork, caller: Caller, list_name: str, after: int, limit: int
    ) -> list[tuple[Subscription, Subscriber]]:
        auditors_only(caller)
        entry = list_named(uow, list_name)
        return uow.subscriptions.page(entry.id, after=after, limit=limit)

    def join(
        self, uow: UnitOfWork, jid: str, to: str, language: str | None
    ) -> AnnouncementList:
        """A presence subscription to one of our addresses (RFC 6121 §3.1).

        `jid` and `to` are bare. Raises Forbidden, NotFound or NotAllowed.
        """
        caller = self._policy.caller(jid)
        known(caller)
        entry = self._list_at(uow, to)
        if not may_know(uow, caller, entry):
            raise NotFound(_NOBODY)
        if entry.kind in {ListKind.CLOSED, ListKind.REQUEST}:
            raise NotAllowed(
                Phrase("{title} is not open to everybody.", title=entry.title)
            )
        refuse_own(self._policy, jid)
        now = self._clock.now()
        subscriber = uow.subscribers.ensure(jid, now)
        origin = SubscriptionOrigin.PRESENCE
        opened = uow.subscriptions.open(entry.id, subscriber, origin, now)
        if opened:
            schedule_welcome(uow, entry, subscriber, now)
        tag = language if language and is_language(language) else None
        uow.subscribers.seen(jid, language=tag)
        return entry

    def leave(
        self, uow: UnitOfWork, jid: str, to: str, before: datetime | None = None
    ) -> int:
        """A presence `unsubscribe` or `unsubscribed`; how many subscriptions it ended.

        From an account it ends every subscription made by presence. Nobody
        leaves a mandatory list. `before`: what began later is not meant.
        """
        subscriber = uow.subscribers.get(jid)
        if subscriber is None:
            return 0
        lists = {entry.id: entry for entry in uow.lists.all()}
        one_list = self._policy.addresses.lists_have_addresses
        try:
            at = self._list_at(uow, to).id if one_list else None
        except NotFound:
            return 0
        now = self._clock.now()

        def meant(one: Subscription) -> bool:
            entry = lists.get(one.list_id)
            if entry is not None and entry.kind is ListKind.MANDATORY:
                return False
            if before is not None and one.started_at > before:
                return False
            by_presence = one.origin is SubscriptionOrigin.PRESENCE
            return by_presence if at is None else one.list_id == at

        standing = uow.subscriptions.of(subscriber.id)
        suspended = uow.subscriptions.suspended(subscriber.id)
        # What is suspended ends, too, or the next sign of life would take it up again.
        take_up(uow, subscriber, meant, now)
        ended = {one.list_id for one in filter(meant, (*standing, *suspended))}
        for list_id in ended:
            uow.subscriptions.end(subscriber.id, EndReason.LEFT, now, list_id=list_id)
        return len(ended)

    def departed(self, uow: UnitOfWork, roster: frozenset[str]) -> list[str]:
        """Who joined by presence and is not in our roster any more: it left while the
        account was not logged in.
        """
        joined = uow.subscriptions.by_origin(SubscriptionOrigin.PRESENCE)
        return [jid for jid in joined if jid not in roster]

    def depart(self, uow: UnitOfWork, gone: Sequence[str]) -> None:
        """End what those who `departed` joined by presence; give it a few at a time."""
        for jid in gone:
            self.leave(uow, jid, self._policy.addresses.own)

    def stands_on(self, uow: UnitOfWork, jid: str, to: str) -> bool:
        """Whether a presence probe to this address is answered with presence."""
        subscriber = uow.subscribers.get(jid)
        if subscriber is None:
            return False
        try:
            entry = self._list_at(uow, to)
        except NotFound:
            return False
        standing = uow.subscriptions.of(subscriber.id)
        suspended = uow.subscriptions.suspended(subscriber.id)
        return any(one.list_id == entry.id for one in (*standing, *suspended))

    def alive(self, uow: UnitOfWork, jid: str, language: str | None) -> None:
        """A sign of life: forget the bounces, take up what they suspended."""
        subscriber = uow.subscribers.seen(jid, language=language)
        if subscriber is None:
            return
        take_up(uow, subscriber, lambda _: True, self._clock.now())

    def _list_at(self, uow: UnitOfWork, address: str) -> AnnouncementList:
        """The list at an address; at the service's own it is the default list."""
        addresses = self._policy.addresses
        name = addresses.list_at(address)
        if name is not None and (found := uow.lists.get(name)) is not None:
            return found
        if name is None and addresses.is_own(address):
            for entry in uow.lists.all():
                if entry.is_default:
                    return entry
        raise NotFound(_NOBODY)


def list_named(uow: UnitOfWork, name: str) -> AnnouncementList:
    """Raises NotFound with the lists there are."""
    entry = uow.lists.get(name)
    if entry is None:
        known = ", ".join(entry.name for entry in uow.lists.all())
        if not known:
            raise NotFound(
                Phrase("There is no list {name!r}; the lists: none.", name=name)
            )
        raise NotFound(
            Phrase(
                "There is no list {name!r}; the lists: {known}.", name=name, known=known
            )
        )
    return entry


def take_up(
    uow: UnitOfWork,
    subscriber: Subscriber,
    meant: Callable[[Subscription], bool],
    now: datetime,
) -> None:
    """Open subscriptions that bounces suspended, those that are `meant`.

    A sign of life does it for good; who ends subscriptions does it first, so that the
    suspended ones end for the same reason as the others.
    """
    if not uow.subscriptions.suspended(subscriber.id):
        return
    # Looked at again: what somebody else ends at this moment is not to be opened.
    uow.subscribers.lock(subscriber.jid)
    for old in filter(meant, uow.subscriptions.suspended(subscriber.id)):
        uow.subscriptions.open(old.list_id, subscriber, old.origin, now)


def refuse_own(policy: Policy, jid: str) -> None:
    """Raises NotAllowed for the service and its lists."""
    if policy.addresses.is_own(jid):
        raise NotAllowed(Phrase("The service does not subscribe to itself."))
