"""Reading a request: from values as given to a schedule, or the first fault.

When and how often is read by `moments` beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain import coming, recurrence, timestamps, wallclock
from bot.domain.access import Caller
from bot.domain.broadcast import BroadcastName
from bot.domain.characters import illegal
from bot.domain.errors import Finished, Invalid, NotAllowed, NotFound, about
from bot.domain.jid import JIDError, bare, somebody
from bot.domain.lateness import Late
from bot.domain.lists import AnnouncementList
from bot.domain.phrase import Phrase
from bot.domain.relative import Anchor
from bot.domain.schedule import (
    Audience,
    ListAudience,
    PeopleAudience,
    PersonAudience,
    Schedule,
    ToldAudience,
)
from bot.domain.voice import Voice
from bot.service.delivery.broadcasts import Broadcasts
from bot.service.ports.outside import Templates
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests import contents, hours, moments
from bot.service.requests.request import ScheduleRequest
from bot.service.rules.policy import Policy
from bot.service.rules.rights import (
    may_know,
    require_announcing,
    require_hurrying,
    require_writing,
)
from bot.texts.languages import is_language

MAX_ID = 255


@dataclass(frozen=True, slots=True)
class Intake:
    policy: Policy
    templates: Templates
    broadcasts: Broadcasts

    def read(
        self, uow: UnitOfWork, caller: Caller, request: ScheduleRequest, now: datetime
    ) -> Schedule:
        """The schedule asked for, not stored yet; raises a CarillonError."""
        limits = self.policy.limits_of(caller)
        audience, voice = self.audience(uow, caller, request)
        if request.urgent:
            require_hurrying(caller)
        zone = wallclock.zone(request.timezone or "UTC")
        rule = (
            moments.read_rule(request.recurrence, limits)
            if request.recurrence
            else None
        )
        begin = moments.read_moment(request, zone, limits, now)
        first = moments.first_within(rule, begin, zone, limits, now)
        calendar, on_holiday = hours.read_holidays(
            uow.calendars,
            request.holidays,
            request.on_holiday,
            recurs=rule is not None,
        )
        wanted = Schedule(
            owner=caller.owner,
            client_id=read_id(request.client_id),
            origin=request.origin,
            fingerprint=request.fingerprint(),
            audience=audience,
            content=contents.read(
                self.templates, request, limits, voice, Anchor(first, zone)
            ),
            timezone=request.timezone or "",
            recurrence=recurrence.canonical(rule) if rule else None,
            deliver_at=begin.moment,
            start=begin.wall if rule else None,
            next_at=first,
            expires_at=moments.read_expires(
                request.expires, zone, first, on_the_wall=request.on_the_wall
            ),
            late=moments.read_late(request),
            urgent=request.urgent,
            updates=request.updates,
            metadata=request.metadata,
            language=request.language if is_language(request.language) else None,
            created_at=now,
        )
        if calendar is not None:
            wanted = coming.derived(wanted.by_holidays(calendar, on_holiday), ())
        if not (request.present or request.only):
            hours.check_window(uow, wanted)
        if request.present:
            audience = PeopleAudience(
                jids=request.present, list_name=wanted.audience.list_name
            )
            return replace(wanted, audience=audience)
        return self._test(caller, request, wanted, now) if request.only else wanted

    def _test(
        self, caller: Caller, request: ScheduleRequest, wanted: Schedule, now: datetime
    ) -> Schedule:
        """What `wanted` says first, in the voice of its list, to single people now.

        So all that is wrong with the whole is told of the test as well.
        """
        moment = timestamps.round_up(now + timedelta(seconds=1))
        assert wanted.next_at is not None  # noqa: S101 - of what is not stored yet
        due = wanted.due(wanted.next_at)
        return replace(
            wanted,
            client_id="",  # given was that of the announcement, which is to have it
            audience=PeopleAudience(
                jids=self._readers(caller, request.only),
                list_name=wanted.audience.list_name,
            ),
            content=contents.settled(self.templates, wanted.content, due),
            recurrence=None,
            start=None,
            deliver_at=moment,
            next_at=moment,
            expires_at=None,
            late=Late(),
            urgent=True,  # whoever tests it looks now
        )

    def audience(
        self, uow: UnitOfWork, caller: Caller, request: ScheduleRequest
    ) -> tuple[Audience, Voice]:
        """Who is told, and who speaks."""
        if request.people:
            return self._people(caller, request), self.policy.voice_of(None)
        person = self.recipient(caller, request)
        if person is not None:
            voice = Voice.of_person(caller.owner, self.policy.addresses)
            return PersonAudience(jid=person), voice
        found = list_announced_to(self.policy, uow, caller, request)
        assert found is not None  # noqa: S101 - or it is a person (`recipient`)
        voice = self.policy.voice_of(found)
        if request.only_told is not None:
            return self._told(uow, caller, request.only_told, found), voice
        return ListAudience(list_name=found.name), voice

    def _told(
        self,
        uow: UnitOfWork,
        caller: Caller,
        name: BroadcastName,
        entry: AnnouncementList,
    ) -> ToldAudience:
        """Whom that broadcast of this list reached; raises a CarillonError."""
        with about("only_told"):
            account = self.broadcasts.named(uow, caller, name)
            broadcast, shown = account.broadcast, account.name.shown
            if broadcast.list_id != entry.id:
                raise Invalid(
                    Phrase(
                        "{name} did not go to {list!r}.", name=shown, list=entry.name
                    )
                )
            if broadcast.purged_at is not None:
                raise Finished(
                    Phrase("Whom {name} reached is not known any more.", name=shown)
                )
        # a test of its own, to single people
        if broadcast.highest is None:
            require_announcing(caller, None)
        return ToldAudience(
            broadcast_id=broadcast.id,
            list_name=entry.name,
            personal=broadcast.highest is None,
        )

    def recipient(self, caller: Caller, request: ScheduleRequest) -> str | None:
        """The bare JID of whom the caller himself writes to; None where a list or the
        service speaks. Raises a CarillonError where he may not.
        """
        if request.people or request.to is None:
            return None
        try:
            target = bare(request.to)
            if self.policy.addresses.is_own(target):
                return None
            target = somebody(target)
        except JIDError as error:
            raise Invalid(error.phrase, field="to") from None
        if request.list_name is not None:
            raise Invalid(
                Phrase(
                    "to names a person, metadata the list {name!r}: give one of them.",
                    name=request.list_name,
                ),
                field="to",
            )
        require_writing(self.policy, caller)
        return target

    def _people(self, caller: Caller, request: ScheduleRequest) -> PeopleAudience:
        if request.to or request.list_name:
            raise Invalid(
                Phrase("Give either a list or <audience/>, not both."),
                field="to",
                named=True,
            )
        require_announcing(caller, None)
        return PeopleAudience(jids=self._jids(request.people, "audience"))

    def _jids(self, given: Sequence[str], field: str) -> tuple[str, ...]:
        """Single people, each once."""
        try:
            jids = tuple(dict.fromkeys(bare(jid) for jid in given))
        except JIDError as error:
            raise Invalid(error.phrase, field=field) from None
        if any(self.policy.addresses.is_own(jid) for jid in jids):
            raise NotAllowed(
                Phrase("The service does not announce to itself."), field=field
            )
        return jids

    def _readers(self, caller: Caller, given: Sequence[str]) -> tuple[str, ...]:
        """Those of a test, whom somebody typed: a domain is a name without its rest.
        Whoever may tell all of a list may try out on himself what he tells it.
        """
        if tuple(given) != (caller.owner,):
            require_announcing(caller, None)
        try:
            return tuple(map(somebody, self._jids(given, "only")))
        except JIDError as error:
            raise Invalid(error.phrase, field="only") from None


def read_id(given: str | None) -> str:
    """'' where none is given: whoever stores it finds one."""
    if given is None:
        return ""
    fault = illegal(given)
    if not given.strip() or len(given) > MAX_ID or fault is not None:
        raise Invalid(
            Phrase("1 to {most} printable characters.", most=MAX_ID), field="id"
        )
    return given


def list_announced_to(
    policy: Policy, uow: UnitOfWork, caller: Caller, request: ScheduleRequest
) -> AnnouncementList | None:
    """The list that is told; None where `to` is a person's. Raises a CarillonError
    where there is none, or the caller may not.
    """
    name = _list_name(policy, uow, caller, request)
    if name is None:
        return None
    found = uow.lists.get(name)
    if found is None or not may_know(uow, caller, found):
        raise NotFound(Phrase("There is no list {name!r}.", name=name))
    require_announcing(caller, found)
    return found


def _list_name(
    policy: Policy, uow: UnitOfWork, caller: Caller, request: ScheduleRequest
) -> str | None:
    if request.to is None:
        if request.list_name is None:
            raise Invalid(
                Phrase("Say who is told: give <to/> or a list."),
                field="to",
                named=True,
            )
        return request.list_name
    try:
        target = bare(request.to)
    except JIDError as error:
        raise Invalid(error.phrase, field="to") from None
    addresses = policy.addresses
    name = addresses.list_at(target)
    if name is None and addresses.is_own(target):
        default = next((one for one in uow.lists.all() if one.is_default), None)
        if default is None or not may_know(uow, caller, default):
            raise NotFound(Phrase("There is no default list; name one."))
        name = default.name
    if request.list_name not in (None, name):
        raise Invalid(
            Phrase(
                "to names the list {name!r}, metadata {other!r}.",
                name=name,
                other=request.list_name,
            ),
            field="to",
        )
    return name
