"""Subscribers: who may know of which list, joining, leaving, and signs of life."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from bot.domain.access import Caller, Role
from bot.domain.audit import Action
from bot.domain.errors import CarillonError, NotAllowed, NotFound
from bot.domain.lists import (
    AnnouncementList,
    EndReason,
    ListKind,
    OnlineOnList,
    OnList,
    Subscriber,
    Subscription,
    SubscriptionOrigin,
)
from bot.domain.phrase import Phrase
from bot.service.ports.outside import Clock
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.waiting import ask, withdraw
from bot.service.readers.welcome import schedule_welcome
from bot.service.rules.moves import moved
from bot.service.rules.policy import Policy
from bot.service.rules.rights import auditors_only, known, may_know
from bot.service.rules.voices import languages_of
from bot.texts.languages import is_language

#: whether there is none or one that the asker may not know of
_NOBODY = Phrase("There is no list at this address.")


class Subscribers:
    def __init__(self, policy: Policy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock

    def lists(self, uow: UnitOfWork) -> list[OnList]:
        """Every list, how many stand on it, and how many are suspended from it."""
        counts, suspended = uow.lists.counts(), uow.suspensions.counts()
        return [
            OnList(entry, counts.get(entry.id, 0), suspended.get(entry.id, 0))
            for entry in uow.lists.all()
        ]

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

    def online(
        self,
        uow: UnitOfWork,
        caller: Caller,
        list_name: str | None,
        online: Collection[str],
    ) -> OnlineOnList:
        """How many of a list, of the default one where none is named, are among those
        who are `online`.
        """
        auditors_only(caller)
        entry = named_or_default(uow, list_name)
        return OnlineOnList(
            entry=entry,
            readers=uow.lists.counts().get(entry.id, 0),
            online=len(uow.subscriptions.among(entry.id, online)),
        )

    def join(self, uow: UnitOfWork, jid: str, to: str, language: str | None) -> bool:
        """A presence subscription to one of our addresses (RFC 6121 §3.1); False where
        he waits to be let in, so that it is not answered yet.

        `jid` and `to` are bare. Who stands there already may subscribe, whoever put
        him there: a contact is what he leaves by. Raises Forbidden, NotFound,
        NotAllowed, or PolicyViolation where too many wait.
        """
        places = self._places_at(uow, jid, to)
        tag = language if language and is_language(language) else None
        try:
            stands = self._enter(uow, jid, to, tag, places)
        except CarillonError:
            if not places:
                raise
            stands = True
        self.alive(uow, jid, tag)
        for place in places:
            uow.subscriptions.has_contact(place.list_id, place.subscriber_id)
        uow.contact_news.drop(jid, [place.list_id for place in places])
        return stands

    def _enter(
        self,
        uow: UnitOfWork,
        jid: str,
        to: str,
        language: str | None,
        places: Sequence[Subscription],
    ) -> bool:
        """Join the list there, or wait to be let in; whether he stands anywhere."""
        entry, now = self._open_to(uow, jid, to), self._clock.now()
        there = any(place.list_id == entry.id for place in places)
        if entry.kind is ListKind.REQUEST and not there:
            # of an account that he is told by, the contact itself waits for nobody
            waits = not places
            ask(uow, entry, jid, now, by_presence=waits, language=language)
            return not waits
        self._join(uow, jid, entry, now)
        return True

    def _join(
        self, uow: UnitOfWork, jid: str, entry: AnnouncementList, now: datetime
    ) -> None:
        subscriber = uow.subscribers.ensure(jid, now)
        origin = SubscriptionOrigin.PRESENCE
        withdraw(uow, jid, [entry.id])
        uow.forgotten.remove(jid)
        if uow.subscriptions.open(entry.id, subscriber, origin, now):
            reader = self._policy.caller(jid)
            moved(uow, reader, Action.SUBSCRIBE, [entry.id], now)
            schedule_welcome(uow, entry, subscriber, now)

    def _open_to(self, uow: UnitOfWork, jid: str, to: str) -> AnnouncementList:
        """The list that he may join there."""
        caller = self._policy.caller(jid)
        known(caller)
        entry = self._list_at(uow, to)
        if not may_know(uow, caller, entry):
            raise NotFound(_NOBODY)
        if entry.kind is ListKind.CLOSED:
            raise NotAllowed(
                Phrase("{title} is not open to everybody.", title=entry.title)
            )
        refuse_own(self._policy, jid)
        return entry

    def _places_at(self, uow: UnitOfWork, jid: str, to: str) -> list[Subscription]:
        """Where he stands, or is suspended, of what an address speaks for."""
        subscriber = uow.subscribers.get(jid)
        if subscriber is None:
            return []
        standing = uow.subscriptions.of(subscriber.id)
        suspended = uow.subscriptions.suspended(subscriber.id)
        if not self._policy.addresses.lists_have_addresses:
            return [*standing, *suspended]
        try:
            at = self._list_at(uow, to).id
        except NotFound:
            return []
        return [one for one in (*standing, *suspended) if one.list_id == at]

    def leave(
        self, uow: UnitOfWork, jid: str, to: str, before: datetime | None = None
    ) -> int:
        """A presence `unsubscribe` or `unsubscribed`; how many subscriptions it ended.

        From an account it ends all, however they began. Nobody leaves a mandatory
        list. `before`: what began later is not meant.
        """
        # held, so that no import puts him back at this moment
        subscriber = uow.subscribers.lock(jid)
        if subscriber is None:
            return 0
        self._withdraw(uow, jid, to, before)
        kept = {one.id for one in uow.lists.all() if one.kind is ListKind.MANDATORY}
        places = self._places_at(uow, jid, to)
        left = {
            one.list_id
            for one in places
            if one.list_id not in kept and (before is None or one.started_at <= before)
        }
        now = self._clock.now()
        # What is suspended ends, too, or the next sign of life would take it up again.
        take_up(uow, subscriber, lambda one: one.list_id in left, now)
        for list_id in left:
            uow.subscriptions.end(subscriber.id, EndReason.LEFT, now, list_id=list_id)
        moved(uow, self._policy.caller(jid), Action.UNSUBSCRIBE, left, now)
        return len(left)

    def _withdraw(
        self, uow: UnitOfWork, jid: str, to: str, before: datetime | None
    ) -> None:
        """Whatever he waits for at this address."""
        if self._policy.addresses.lists_have_addresses:
            with suppress(NotFound):
                withdraw(uow, jid, [self._list_at(uow, to).id], before)
        else:
            withdraw(uow, jid, [entry.id for entry in uow.lists.all()], before)

    def departed(self, uow: UnitOfWork, roster: frozenset[str]) -> list[str]:
        """Who has subscribed and is not in our roster any more: he left while the
        account was not logged in.
        """
        joined = uow.subscriptions.by_origin(SubscriptionOrigin.PRESENCE)
        return [jid for jid in joined if jid not in roster]

    def depart(self, uow: UnitOfWork, gone: Sequence[str]) -> None:
        """End the places of those who `departed`; give it a few at a time."""
        for jid in gone:
            self.leave(uow, jid, self._policy.addresses.own)

    def added(self, uow: UnitOfWork, roster: frozenset[str]) -> list[str]:
        """Whom others put on a list, or who joined by command, and who is in our
        roster, say since he stood on one before.
        """
        by_origin = uow.subscriptions.by_origin
        others = {
            *by_origin(SubscriptionOrigin.ADMIN),
            *by_origin(SubscriptionOrigin.COMMAND),
        }
        return sorted(others & roster)

    def met(self, uow: UnitOfWork, contacts: Sequence[str]) -> None:
        """They have us as a contact, so they leave by removing it; give it a few at
        a time.
        """
        for jid in contacts:
            subscriber = uow.subscribers.get(jid)
            if subscriber is not None:
                for place in uow.subscriptions.of(subscriber.id):
                    uow.subscriptions.has_contact(place.list_id, subscriber.id)

    def stands_on(self, uow: UnitOfWork, jid: str, to: str) -> bool:
        """Whether a presence probe to this address is answered with presence."""
        try:
            entry = self._list_at(uow, to)
        except NotFound:
            return False
        return any(one.list_id == entry.id for one in self._places_at(uow, jid, to))

    def languages(
        self, uow: UnitOfWork, jids: Sequence[str]
    ) -> Mapping[str, Sequence[str]]:
        """Those that people are stored with, most wanted first."""
        return {jid: languages_of(uow, jid) for jid in jids}

    def alive(self, uow: UnitOfWork, jid: str, language: str | None) -> None:
        """A sign of life: forget the bounces, take up what they suspended."""
        subscriber = uow.subscribers.seen(jid, language=language)
        if subscriber is None:
            return
        now = self._clock.now()
        restored = take_up(uow, subscriber, lambda _: True, now)
        moved(uow, self._policy.caller(jid), Action.RESTORE, restored, now)

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


def named_or_default(uow: UnitOfWork, name: str | None) -> AnnouncementList:
    """None: the default list. Raises NotFound."""
    if name is not None:
        return list_named(uow, name)
    default = next((one for one in uow.lists.all() if one.is_default), None)
    if default is None:
        raise NotFound(Phrase("There is no default list; name one."))
    return default


def take_up(
    uow: UnitOfWork,
    subscriber: Subscriber,
    meant: Callable[[Subscription], bool],
    now: datetime,
) -> list[int]:
    """Open subscriptions that bounces suspended, those that are `meant`; the ids of
    their lists.

    A sign of life does it for good; who ends subscriptions does it first, so that the
    suspended ones end for the same reason as the others.
    """
    if not uow.subscriptions.suspended(subscriber.id):
        return []
    # Looked at again: what somebody else ends at this moment is not to be opened.
    uow.subscribers.lock(subscriber.jid)
    return [
        old.list_id
        for old in filter(meant, uow.subscriptions.suspended(subscriber.id))
        if uow.subscriptions.open(old.list_id, subscriber, old.origin, now)
    ]


def refuse_own(policy: Policy, jid: str) -> None:
    """Raises NotAllowed for the service and its lists."""
    if policy.addresses.is_own(jid):
        raise NotAllowed(Phrase("The service does not subscribe to itself."))
