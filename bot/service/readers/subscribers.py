"""Subscribers: joining and leaving lists, signs of life, and the welcome."""

from collections.abc import Callable, Sequence

from bot.domain.access import Caller, Role
from bot.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from bot.domain.jid import JIDError, bare, domain_of
from bot.domain.language import is_tag, language_tag
from bot.domain.lists import (
    AnnouncementList,
    EndReason,
    ListKind,
    Subscriber,
    Subscription,
    SubscriptionOrigin,
)
from bot.domain.people import Person
from bot.domain.phrase import Phrase
from bot.domain.wallclock import zone
from bot.service.ports.outside import Clock
from bot.service.ports.staging import Enrolment
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.welcome import schedule_welcome
from bot.service.rules.policy import Policy
from bot.service.rules.rights import admins_only, auditors_only, known, may_know

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
        return _list(uow, name)

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
        entry = _list(uow, list_name)
        return uow.subscriptions.page(entry.id, after=after, limit=limit)

    def reader(
        self, uow: UnitOfWork, caller: Caller, jid: str
    ) -> tuple[str, Subscriber | None]:
        """The normalised address and what is known of its owner; raises Invalid."""
        admins_only(caller)
        address = _person(self._policy, jid)
        return address, uow.subscribers.get(address)

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
        self._refuse_own(jid)
        now = self._clock.now()
        subscriber = uow.subscribers.ensure(jid, now)
        origin = SubscriptionOrigin.PRESENCE
        opened = uow.subscriptions.open(entry.id, subscriber, origin, now)
        if opened:
            schedule_welcome(uow, entry, subscriber, now)
        tag = language if language and is_tag(language) else None
        uow.subscribers.seen(jid, language=tag)
        return entry

    def leave(self, uow: UnitOfWork, jid: str, to: str) -> int:
        """`unsubscribe` or `unsubscribed`: how many subscriptions ended.

        From an account it ends every subscription made by presence. Nobody
        leaves a mandatory list.
        """
        subscriber = uow.subscribers.get(jid)
        if subscriber is None:
            return 0
        lists = {entry.id: entry for entry in uow.lists.all()}
        component = self._policy.addresses.component
        try:
            at = self._list_at(uow, to).id if component else None
        except NotFound:
            return 0
        now = self._clock.now()

        def meant(one: Subscription) -> bool:
            entry = lists.get(one.list_id)
            if entry is not None and entry.kind is ListKind.MANDATORY:
                return False
            by_presence = one.origin is SubscriptionOrigin.PRESENCE
            return by_presence if at is None else one.list_id == at

        # what is suspended too: else the next sign of life would take it up again
        self._take_up(uow, subscriber, meant)
        standing = list(filter(meant, uow.subscriptions.of(subscriber.id)))
        for one in standing:
            uow.subscriptions.end(
                subscriber.id, EndReason.LEFT, now, list_id=one.list_id
            )
        return len(standing)

    def _take_up(
        self,
        uow: UnitOfWork,
        subscriber: Subscriber,
        meant: Callable[[Subscription], bool],
    ) -> None:
        """Open what is suspended: as a sign of life does, or before it is ended."""
        now = self._clock.now()
        for old in filter(meant, uow.subscriptions.suspended(subscriber.id)):
            uow.subscriptions.open(old.list_id, subscriber, old.origin, now)

    def departed(self, uow: UnitOfWork, roster: frozenset[str]) -> list[str]:
        """After a login as account: who joined by presence and left meanwhile."""
        joined = uow.subscriptions.by_origin(SubscriptionOrigin.PRESENCE)
        return [jid for jid in joined if jid not in roster]

    def depart(self, uow: UnitOfWork, gone: Sequence[str]) -> None:
        """End what these joined by presence; a few at a time."""
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
        self._take_up(uow, subscriber, lambda _: True)

    def add(
        self,
        uow: UnitOfWork,
        caller: Caller,
        list_name: str,
        jid: str,
        language: str | None,
        timezone: str | None,
        *,
        welcome: bool = True,
    ) -> Enrolment:
        """An admin puts a person on a list; 0 added where it stands there already."""
        person = self.check(Person(jid, language=language, timezone=timezone))
        return self.put(uow, caller, list_name, [person], welcome=welcome)

    def put(
        self,
        uow: UnitOfWork,
        caller: Caller,
        list_name: str,
        people: Sequence[Person],
        *,
        welcome: bool,
    ) -> Enrolment:
        """An admin puts people on a list; how many did not stand there already.

        They are distinct and as `check` gave them. What somebody prefers stays
        where nothing is said.
        """
        admins_only(caller)
        entry = _list(uow, list_name)
        now = self._clock.now()
        changed = _changed(uow, people)
        added = uow.people.put(entry.id, people, SubscriptionOrigin.ADMIN, now)
        if welcome and entry.welcome is not None:
            for subscriber in uow.people.named(added):
                schedule_welcome(uow, entry, subscriber, now)
        return Enrolment(len(added), changed)

    def would_put(
        self,
        uow: UnitOfWork,
        caller: Caller,
        list_name: str,
        people: Sequence[Person],
    ) -> Enrolment:
        """What `put` would do."""
        admins_only(caller)
        there = uow.people.standing(_list(uow, list_name).id, people)
        return Enrolment(len(people) - there, _changed(uow, people))

    def export(
        self, uow: UnitOfWork, caller: Caller, list_name: str, after: int, limit: int
    ) -> list[tuple[int, Person]]:
        """People on the list, with the numbers of their subscriptions, in order."""
        admins_only(caller)
        entry = _list(uow, list_name)
        return uow.people.page(entry.id, after=after, limit=limit)

    def check(self, person: Person) -> Person:
        """As it is stored; raises Invalid, Conflict or NotAllowed."""
        jid, language, timezone, language_seen = person
        address = _person(self._policy, jid)
        if "@" not in address:
            raise Invalid(
                Phrase(
                    "{address!r} has no @: write whole JIDs, such as {example}.",
                    address=address,
                    example=f"{address}@example.org",
                ),
                field="jid",
            )
        if timezone is not None:
            zone(timezone)
        for tag in (language, language_seen):
            if tag is not None:
                language_tag(tag)
        self._refuse_own(address)
        return Person(address, language, timezone, language_seen)

    def remove(self, uow: UnitOfWork, caller: Caller, list_name: str, jid: str) -> None:
        admins_only(caller)
        entry = _list(uow, list_name)
        address = _person(self._policy, jid)
        subscriber = uow.subscribers.get(address)
        ended = 0
        if subscriber is not None:
            self._take_up(uow, subscriber, lambda old: old.list_id == entry.id)
            now = self._clock.now()
            ended = uow.subscriptions.end(
                subscriber.id, EndReason.REMOVED, now, list_id=entry.id
            )
        if not ended:
            raise NotFound(
                Phrase(
                    "{address} does not stand on {name!r}.",
                    address=address,
                    name=list_name,
                )
            )

    def _refuse_own(self, jid: str) -> None:
        if self._policy.addresses.is_own(jid):
            raise NotAllowed(Phrase("The service does not subscribe to itself."))

    def _list_at(self, uow: UnitOfWork, address: str) -> AnnouncementList:
        """The list behind an address; the service's own is the default list's."""
        addresses = self._policy.addresses
        name = addresses.list_at(address)
        if name is not None and (found := uow.lists.get(name)) is not None:
            return found
        if name is None and addresses.is_own(address):
            for entry in uow.lists.all():
                if entry.is_default:
                    return entry
        raise NotFound(_NOBODY)


def _list(uow: UnitOfWork, name: str) -> AnnouncementList:
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


def _changed(uow: UnitOfWork, people: Sequence[Person]) -> int:
    """Whose preferences differ from what is said of them, if anything is."""
    said = [one for one in people if any(one[1:])]
    return uow.people.differing(said) if said else 0


def _person(policy: Policy, jid: str) -> str:
    try:
        address = bare(jid)
    except JIDError as error:
        raise Invalid(Phrase("{why}.", why=error.phrase), field="jid") from None
    if "@" not in address and domain_of(address) in policy.access.domains:
        raise Conflict(Phrase("{address} is a server, not a person.", address=address))
    return address
