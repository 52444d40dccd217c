"""Enrolling: what admins do with the people of a list, one by one or by thousands."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.domain import quiet as quiet_hours
from bot.domain import timestamps
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.errors import Conflict, Invalid, NotFound, about
from bot.domain.events import Moved
from bot.domain.jid import JIDError, bare, domain_of, somebody
from bot.domain.language import is_tag
from bot.domain.lists import (
    AnnouncementList,
    ContactState,
    EndReason,
    ListKind,
    Subscriber,
    SubscriptionOrigin,
    Suspended,
)
from bot.domain.people import Person
from bot.domain.phrase import Phrase
from bot.domain.wallclock import zone
from bot.service.ports.outside import Clock
from bot.service.ports.staging import Enrolment
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.subscribers import list_named, refuse_own, take_up
from bot.service.readers.waiting import tell_client
from bot.service.readers.welcome import schedule_welcome
from bot.service.rules.policy import Policy
from bot.service.rules.rights import admins_only, auditors_only
from bot.texts.languages import is_language, language_tag

#: whoever an admin removed may be put back by him as he likes
_STAYING_AWAY = frozenset({EndReason.LEFT, EndReason.SUSPENDED})
#: how somebody went of whom nothing else is known
_FORGOTTEN = "forgotten"
_ABSENT = frozenset({*_STAYING_AWAY, _FORGOTTEN})


class Enrolling:
    def __init__(self, policy: Policy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock

    def reader(
        self, uow: UnitOfWork, caller: Caller, jid: str
    ) -> tuple[str, Subscriber | None]:
        """The normalised address and what is known of its owner; raises Invalid."""
        admins_only(caller)
        address = _person(self._policy, jid)
        return address, uow.subscribers.get(address)

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
        rejoin: bool = False,
    ) -> Enrolment:
        """An admin puts a person on a list; 0 added where it stands there already.

        Whoever is named by himself is meant, also if he had left or was suspended. Who
        asked to be forgotten is not, unless he is to `rejoin`: nobody but he can know.
        """
        person = self.check(Person(jid, language=language, timezone=timezone))
        meant = _ABSENT if rejoin else _STAYING_AWAY
        return self._put(uow, caller, list_name, [person], meant, welcome=welcome)

    def put(
        self,
        uow: UnitOfWork,
        caller: Caller,
        list_name: str,
        people: Sequence[Person],
        *,
        welcome: bool,
        rejoin: bool,
    ) -> Enrolment:
        """An admin puts people on a list; how many did not stand there already.

        They are distinct and as `check` gave them. What somebody prefers stays
        where nothing is said. Who had left, was suspended or was forgotten stays away
        unless he is to `rejoin`; of who comes back the bounces are forgotten.
        """
        meant = _ABSENT if rejoin else ()
        return self._put(uow, caller, list_name, people, meant, welcome=welcome)

    def _put(
        self,
        uow: UnitOfWork,
        caller: Caller,
        list_name: str,
        people: Sequence[Person],
        meant: Collection[str],
        *,
        welcome: bool,
    ) -> Enrolment:
        """`meant`: although they went so."""
        admins_only(caller)
        entry = list_named(uow, list_name)
        now = self._clock.now()
        uow.people.hold(people)
        gone = _gone(uow, entry, people)
        coming = _coming(people, gone, meant)
        changed = _changed(uow, coming)
        added = uow.people.put(entry.id, coming, SubscriptionOrigin.ADMIN, now)
        _told(uow, Action.SUBSCRIBE, entry, len(added))
        _let_in(uow, entry, coming, now)
        if back := gone.keys() & {person.jid for person in coming}:
            uow.people.heal(back)
        if welcome and entry.welcome is not None:
            for subscriber in uow.people.named(added):
                schedule_welcome(uow, entry, subscriber, now)
        return _enrolment(len(added), changed, gone)

    def would_put(
        self,
        uow: UnitOfWork,
        caller: Caller,
        list_name: str,
        people: Sequence[Person],
        *,
        rejoin: bool,
    ) -> Enrolment:
        """What `put` would do."""
        admins_only(caller)
        entry = list_named(uow, list_name)
        gone = _gone(uow, entry, people)
        coming = _coming(people, gone, _ABSENT if rejoin else ())
        there = uow.people.standing(entry.id, coming)
        return _enrolment(len(coming) - there, _changed(uow, coming), gone)

    def export(
        self, uow: UnitOfWork, caller: Caller, list_name: str, after: int, limit: int
    ) -> list[tuple[int, Person]]:
        """People on the list, with the numbers of their subscriptions, in order."""
        admins_only(caller)
        entry = list_named(uow, list_name)
        return uow.people.page(entry.id, after=after, limit=limit)

    def suspended(
        self, uow: UnitOfWork, caller: Caller, list_name: str, after: int, limit: int
    ) -> list[Suspended]:
        """Who is told nothing, since messages to him came back; in order."""
        auditors_only(caller)
        entry = list_named(uow, list_name)
        return uow.suspensions.page(entry.id, after=after, limit=limit)

    def check(self, person: Person) -> Person:
        """The person as it is stored; raises Invalid, Conflict or NotAllowed."""
        jid, language, timezone, language_seen, suspended, quiet, paused = person
        address = _person(self._policy, jid)
        try:
            somebody(address)
        except JIDError as error:
            raise Invalid(Phrase("{why}.", why=error.phrase), field="jid") from None
        refuse_own(self._policy, address)
        if timezone is not None:
            zone(timezone)
        if language is not None:
            with about("language"):
                language_tag(language)
        if language_seen is not None and not is_language(language_seen):
            if not is_tag(language_seen):
                language_tag(language_seen)
            language_seen = None  # a client said so, nobody meant it
        if suspended is not None:
            timestamps.parse(suspended)
        if quiet is not None:
            quiet = str(quiet_hours.read(quiet))
        if paused is not None:
            until = timestamps.parse(paused)
            quiet_hours.check_pause(until, self._clock.now(), zone(timezone or "UTC"))
            paused = timestamps.format(until)
        return person._replace(
            jid=address, language_seen=language_seen, quiet=quiet, paused_until=paused
        )

    def remove(self, uow: UnitOfWork, caller: Caller, list_name: str, jid: str) -> None:
        admins_only(caller)
        entry = list_named(uow, list_name)
        address = _person(self._policy, jid)
        subscriber = uow.subscribers.get(address)
        ended = 0
        if subscriber is not None:
            now = self._clock.now()
            take_up(uow, subscriber, lambda old: old.list_id == entry.id, now)
            ended = uow.subscriptions.end(
                subscriber.id, EndReason.REMOVED, now, list_id=entry.id
            )
        _told(uow, Action.UNSUBSCRIBE, entry, ended)
        if not ended:
            raise NotFound(
                Phrase(
                    "{address} does not stand on {name!r}.",
                    address=address,
                    name=list_name,
                )
            )


def _told(uow: UnitOfWork, action: Action, entry: AnnouncementList, count: int) -> None:
    if count:
        uow.happened(Moved(action=action, list_name=entry.name, count=count))


def _let_in(
    uow: UnitOfWork, entry: AnnouncementList, people: Sequence[Person], now: datetime
) -> None:
    """Who waited for the list stands on it now."""
    if not uow.join_requests.counts().get(entry.id):
        return
    for one in uow.join_requests.take([person.jid for person in people], [entry.id]):
        if one.by_presence:
            tell_client(uow, one.jid, entry.id, ContactState.LET_IN, now)


def _gone(
    uow: UnitOfWork, entry: AnnouncementList, people: Sequence[Person]
) -> dict[str, str]:
    """By JID, how those went who stand there no more; of who never did, elsewhere.

    Whom nobody asks whether he wants to hear it has not gone by being forgotten.
    """
    gone: dict[str, str] = dict(uow.people.gone(entry.id, people))
    forgotten: Collection[str] = ()
    if entry.kind is not ListKind.MANDATORY:
        forgotten = uow.forgotten.among([person.jid for person in people])
    for person in people:
        is_forgotten = person.jid in forgotten
        if not (is_forgotten or person.suspended):
            continue
        if uow.people.standing(entry.id, [person]):
            continue
        if is_forgotten:
            gone[person.jid] = _FORGOTTEN
        else:
            gone.setdefault(person.jid, EndReason.SUSPENDED)
    return gone


def _coming(
    people: Sequence[Person], gone: Mapping[str, str], meant: Collection[str]
) -> Sequence[Person]:
    """All but those whose wish, or whose bounces, are not to be passed over."""
    away = _ABSENT.difference(meant)
    if not gone or not away:
        return people
    return [one for one in people if gone.get(one.jid) not in away]


def _enrolment(added: int, changed: int, gone: Mapping[str, str]) -> Enrolment:
    reasons = Counter(gone.values())
    return Enrolment(
        added,
        changed,
        left=reasons[EndReason.LEFT],
        suspended=reasons[EndReason.SUSPENDED],
        forgotten=reasons[_FORGOTTEN],
    )


def _changed(uow: UnitOfWork, people: Sequence[Person]) -> int:
    """How many prefer something else than what is said of them here."""
    said = [one for one in people if any((*one[1:4], *one[5:]))]
    return uow.people.differing(said) if said else 0


def _person(policy: Policy, jid: str) -> str:
    try:
        address = bare(jid)
    except JIDError as error:
        raise Invalid(Phrase("{why}.", why=error.phrase), field="jid") from None
    if "@" not in address and domain_of(address) in policy.access.domains:
        raise Conflict(Phrase("{address} is a server, not a person.", address=address))
    return address
