"""Joining: what somebody does with his own places on lists, by command.

Presence does the same (`subscribers.py` beside this), and more: it makes a contact.
Who joins by command stands on the list without one. Who leaves by command a list
that he has as a contact is told so by presence, too, so that his client and we agree:
a component's list at once, an account once he stands on none of its lists.

docs/conformance.md, Joining and leaving: by command
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.errors import Invalid, NotAllowed, NotFound, about
from bot.domain.events import Moved
from bot.domain.jid import bare
from bot.domain.lists import (
    AnnouncementList,
    ContactState,
    EndReason,
    ListKind,
    Place,
    Subscription,
    SubscriptionOrigin,
)
from bot.domain.phrase import Phrase
from bot.service.ports.outside import Clock
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.subscribers import Subscribers, refuse_own, take_up
from bot.service.readers.waiting import ask, tell_client, withdraw
from bot.service.readers.welcome import schedule_welcome
from bot.service.rules.policy import Policy
from bot.service.rules.rights import known, may_move


class Outcome(StrEnum):
    """What came of joining or leaving; done twice it is the same."""

    JOINED = "joined"
    THERE = "there"
    #: he waits to be let in, as of now or for longer
    ASKED = "asked"
    WAITS = "waits"
    LEFT = "left"
    #: he waits no more
    WITHDRAWN = "withdrawn"
    NOT_THERE = "not-there"


class Joined(NamedTuple):
    """Where somebody stands now, and how he came to."""

    entry: AnnouncementList
    outcome: Outcome


class Joining:
    def __init__(self, policy: Policy, clock: Clock, subscribers: Subscribers) -> None:
        self._policy = policy
        self._clock = clock
        self._subscribers = subscribers

    def mine(
        self, uow: UnitOfWork, caller: Caller, jid: str | None = None
    ) -> list[Place]:
        """The lists that the caller may know of, and where he stands; `jid`: that
        person's, for the operator.
        """
        person = self._person(caller, jid)
        subscriber = uow.subscribers.get(person.owner)
        standing = uow.subscriptions.of(subscriber.id) if subscriber else []
        suspended = uow.subscriptions.suspended(subscriber.id) if subscriber else []
        places = _by_list([*suspended, *standing])
        asked = {
            one.list_id: one.asked_at for one in uow.join_requests.of(person.owner)
        }
        return [
            _place(entry, places.get(entry.id))._replace(asked_at=asked.get(entry.id))
            for entry in self._subscribers.visible(uow, person)
        ]

    def join(
        self, uow: UnitOfWork, caller: Caller, name: str, jid: str | None = None
    ) -> Joined:
        """Raises NotFound for a list that he may not know of, NotAllowed for one that
        he may not join, PolicyViolation where too many wait for it.
        """
        person = self._person(caller, jid)
        entry = self._list(uow, person, name)
        refuse_own(self._policy, person.owner)
        now = self._clock.now()
        self._subscribers.alive(uow, person.owner, None)
        standing = self._standing(uow, person.owner)
        if any(place.list_id == entry.id for place in standing):
            return Joined(entry, Outcome.THERE)
        if entry.kind is ListKind.CLOSED:
            raise NotAllowed(
                Phrase("{title} is not open to everybody.", title=entry.title)
            )
        if entry.kind is ListKind.REQUEST:
            first = ask(uow, entry, person.owner, now, by_presence=False)
            return Joined(entry, Outcome.ASKED if first else Outcome.WAITS)
        subscriber = uow.subscribers.ensure(person.owner, now)
        waited = withdraw(uow, person.owner, [entry.id])
        uow.forgotten.remove(person.owner)
        uow.subscriptions.open(entry.id, subscriber, self._origin(standing), now)
        if any(one.by_presence for one in waited):  # it was a list on request before
            let_in = ContactState.LET_IN
            tell_client(uow, person.owner, entry.id, let_in, now)
        uow.happened(Moved(action=Action.SUBSCRIBE, list_name=entry.name))
        schedule_welcome(uow, entry, subscriber, now)
        return Joined(entry, Outcome.JOINED)

    def leave(
        self, uow: UnitOfWork, caller: Caller, name: str, jid: str | None = None
    ) -> Joined:
        """It stands above later imports, as any leaving does. Raises NotFound for a
        list that he may not know of, NotAllowed for a mandatory one.
        """
        person = self._person(caller, jid)
        entry = self._list(uow, person, name)
        if entry.kind is ListKind.MANDATORY:
            raise NotAllowed(
                Phrase("Nobody leaves {title}: it is mandatory.", title=entry.title)
            )
        now = self._clock.now()
        # held, so that no import puts him back at this moment
        subscriber = uow.subscribers.lock(person.owner)
        if subscriber is None:
            return Joined(entry, Outcome.NOT_THERE)
        withdrawn = withdraw(uow, person.owner, [entry.id])
        before = [
            *uow.subscriptions.suspended(subscriber.id),
            *self._standing(uow, person.owner),
        ]
        take_up(uow, subscriber, lambda one: one.list_id == entry.id, now)
        ended = uow.subscriptions.end(
            subscriber.id, EndReason.LEFT, now, list_id=entry.id
        )
        if any(one.by_presence for one in withdrawn) or (
            ended and self._has_no_contact_now(entry, before)
        ):
            gone = ContactState.LEFT
            tell_client(uow, person.owner, entry.id, gone, now)
        if not ended:
            left = Outcome.WITHDRAWN if withdrawn else Outcome.NOT_THERE
            return Joined(entry, left)
        uow.happened(Moved(action=Action.UNSUBSCRIBE, list_name=entry.name))
        return Joined(entry, Outcome.LEFT)

    def _person(self, caller: Caller, jid: str | None) -> Caller:
        """Whose places they are; raises NotAllowed for another's."""
        known(caller)
        if jid is None:
            if caller.is_operator:
                raise Invalid(Phrase("say whose, by a bare JID."), field="jid")
            return caller
        with about("jid"):
            named = bare(jid)
        may_move(caller, named)
        person = self._policy.caller(named)
        known(person)
        return person

    def _list(self, uow: UnitOfWork, person: Caller, name: str) -> AnnouncementList:
        """The one of that name; one that is hidden from him raises NotFound, too."""
        visible = self._subscribers.visible(uow, person)
        for entry in visible:
            if entry.name == name:
                return entry
        raise NotFound(
            Phrase(
                "There is no list {name!r}; the lists: {known}.",
                name=name[:80],
                known=", ".join(entry.name for entry in visible),
            )
        )

    def _standing(self, uow: UnitOfWork, jid: str) -> list[Subscription]:
        subscriber = uow.subscribers.get(jid)
        return uow.subscriptions.of(subscriber.id) if subscriber else []

    def _origin(self, standing: Sequence[Subscription]) -> SubscriptionOrigin:
        """An account that is a contact of his is one for all of its lists."""
        shared = not self._policy.addresses.lists_have_addresses
        if shared and any(map(_has_contact, standing)):
            return SubscriptionOrigin.PRESENCE
        return SubscriptionOrigin.COMMAND

    def _has_no_contact_now(
        self, entry: AnnouncementList, before: Sequence[Subscription]
    ) -> bool:
        """Whether he had a contact that he has no place for any more."""
        if self._policy.addresses.lists_have_addresses:
            return any(_has_contact(one) for one in before if one.list_id == entry.id)
        rest = [one for one in before if one.list_id != entry.id]
        return not rest and any(map(_has_contact, before))


def _has_contact(place: Subscription) -> bool:
    return place.origin is SubscriptionOrigin.PRESENCE


def _by_list(places: Sequence[Subscription]) -> Mapping[int, Subscription]:
    return {place.list_id: place for place in places}


def _place(entry: AnnouncementList, place: Subscription | None) -> Place:
    if place is None:
        return Place(entry)
    return Place(entry, place.started_at, is_suspended=place.ended_at is not None)
