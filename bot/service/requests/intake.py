"""Reading a request: from values as given to a schedule, or the first fault."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain import recurrence, timestamps, wallclock
from bot.domain.access import Caller
from bot.domain.characters import illegal
from bot.domain.errors import Invalid, NotAllowed, NotFound, PolicyViolation, about
from bot.domain.jid import JIDError, bare, somebody
from bot.domain.lateness import Late, LatePolicy
from bot.domain.phrase import Counted, Phrase
from bot.domain.recurrence import Match
from bot.domain.relative import Anchor
from bot.domain.schedule import (
    Audience,
    ListAudience,
    PeopleAudience,
    PersonAudience,
    Schedule,
)
from bot.domain.voice import Voice
from bot.service.ports.outside import Templates
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests import contents
from bot.service.requests.request import ScheduleChange, ScheduleRequest
from bot.service.rules.policy import Limits, Policy
from bot.service.rules.rights import may_know, require_announcing, require_writing
from bot.texts.languages import is_language

#: how far in the past a moment may lie: clocks differ
PAST = timedelta(seconds=60)
MAX_ID = 255
MAX_LATE = 366 * 24 * 3600
_NUMBER = re.compile(r"[0-9]{1,100}")


@dataclass(frozen=True, slots=True)
class Intake:
    policy: Policy
    templates: Templates

    def read(
        self, uow: UnitOfWork, caller: Caller, request: ScheduleRequest, now: datetime
    ) -> Schedule:
        """The schedule asked for, not stored yet; raises a CarillonError."""
        limits = self.policy.limits_of(caller)
        audience, voice = self.audience(uow, caller, request)
        zone = wallclock.zone(request.timezone or "UTC")
        rule = read_rule(request.recurrence, limits) if request.recurrence else None
        begin = read_moment(request, zone, limits, now)
        first = first_within(rule, begin, zone, limits, now)
        wanted = Schedule(
            owner=caller.owner,
            client_id=_client_id(request.client_id),
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
            expires_at=read_expires(
                request.expires, zone, first, on_the_wall=request.on_the_wall
            ),
            late=read_late(request),
            updates=request.updates,
            metadata=request.metadata,
            language=request.language if is_language(request.language) else None,
            created_at=now,
        )
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
        name = self._list_name(uow, caller, request)
        found = uow.lists.get(name)
        if found is None or not may_know(uow, caller, found):
            raise NotFound(Phrase("There is no list {name!r}.", name=name))
        require_announcing(caller, found)
        return ListAudience(list_name=name), self.policy.voice_of(found)

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
        return PeopleAudience(jids=self._jids(caller, request.people, "audience"))

    def _jids(
        self, caller: Caller, given: Sequence[str], field: str
    ) -> tuple[str, ...]:
        """Single people, each once."""
        require_announcing(caller, None)
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
        """Those of a test, whom somebody typed: a domain is a name without its rest."""
        try:
            return tuple(map(somebody, self._jids(caller, given, "only")))
        except JIDError as error:
            raise Invalid(error.phrase, field="only") from None

    def _list_name(
        self, uow: UnitOfWork, caller: Caller, request: ScheduleRequest
    ) -> str:
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
        addresses = self.policy.addresses
        name = addresses.list_at(target)
        if name is None and addresses.is_own(target):
            default = next((one for one in uow.lists.all() if one.is_default), None)
            if default is None or not may_know(uow, caller, default):
                raise NotFound(Phrase("There is no default list; name one."))
            name = default.name
        assert name is not None  # noqa: S101 - or it is a person (`recipient`)
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


def read_moment(
    request: ScheduleRequest | ScheduleChange,
    zone: ZoneInfo,
    limits: Limits,
    now: datetime,
) -> Match:
    """When it is to go out, not yet past, and on the wall: as given, else as clocks
    show it. Raises Invalid or PolicyViolation.
    """
    if (request.deliver_at is None) == (request.delay_seconds is None):
        raise Invalid(
            Phrase("Give exactly one of deliver-at and delay-seconds."),
            field="deliver-at",
            named=True,
        )
    if request.deliver_at is not None:
        with about("deliver-at"):
            found = _match(request.deliver_at, zone, on_the_wall=request.on_the_wall)
        if now - found.moment > PAST:
            passed = wallclock.shown(found.moment, zone)
            raise Invalid(
                Phrase("{moment} has passed.", moment=passed), field="deliver-at"
            )
        return found
    assert request.delay_seconds is not None  # noqa: S101 - one of two, above
    delay = _number(request.delay_seconds, "delay-seconds")
    if delay < 1:
        raise Invalid(Phrase("at least 1."), field="delay-seconds")
    if delay > limits.window.total_seconds():
        raise beyond(_after(now, delay, zone), limits, "delay-seconds")
    moment = timestamps.round_up(now + timedelta(seconds=delay))
    return Match(wall=wallclock.local(moment, zone), moment=moment)


def _after(now: datetime, seconds: int, zone: ZoneInfo) -> str:
    """For people: that moment, or how long that is where it is on no calendar."""
    try:
        return wallclock.shown(now + timedelta(seconds=seconds), zone)
    except OverflowError:
        return f"{str(seconds)[:40]} s"


def _match(given: str, zone: ZoneInfo, *, on_the_wall: bool) -> Match:
    """A moment as given, and what clocks in `zone` are to show then."""
    if on_the_wall and timestamps.is_wall_time(given):
        wall = timestamps.parse(f"{given}Z").replace(tzinfo=None)
        return Match(wall=wall, moment=wallclock.resolve(wall, zone))
    moment = timestamps.parse(given)
    return Match(wall=wallclock.local(moment, zone), moment=moment)


def _moment(given: str, zone: ZoneInfo, *, on_the_wall: bool) -> datetime:
    """A moment as given, also where clocks in `zone` have no year for it."""
    if on_the_wall and timestamps.is_wall_time(given):
        return _match(given, zone, on_the_wall=True).moment
    return timestamps.parse(given)


def with_moments(request: ScheduleRequest) -> ScheduleRequest:
    """The request with its wall times as moments, which was all that was kept of them
    once; raises Invalid.
    """
    zone = wallclock.zone(request.timezone or "UTC")

    def resolved(given: str | None) -> str | None:
        if given is None or not timestamps.is_wall_time(given):
            return given
        return timestamps.format(_moment(given, zone, on_the_wall=True))

    return replace(
        request,
        deliver_at=resolved(request.deliver_at),
        expires=resolved(request.expires),
    )


def first_within(
    rule: recurrence.Rule | None,
    begin: Match,
    zone: ZoneInfo,
    limits: Limits,
    now: datetime,
) -> datetime:
    """The first occurrence; raises PolicyViolation where it lies beyond the window,
    which says nothing of later ones.
    """
    first = begin
    if rule is not None:
        first = recurrence.first_or_refuse(rule, begin.wall, zone)
    if first.moment - now > limits.window:
        by_rule = begin.moment - now <= limits.window
        field = "recurrence" if by_rule else "deliver-at"
        raise beyond(wallclock.shown(first.moment, zone), limits, field)
    return first.moment


def read_rule(text: str, limits: Limits) -> recurrence.Rule:
    rule = recurrence.parse(text)
    if rule.freq not in limits.frequencies:
        offered = ",".join(
            freq for freq in recurrence.Freq if freq in limits.frequencies
        )
        raise PolicyViolation(
            _unoffered(rule.freq, offered),
            limit="frequencies",
            maximum=offered,
            wait=False,
            field="recurrence",
        )
    return rule


def _unoffered(freq: recurrence.Freq, offered: str) -> Phrase:
    if not offered:
        return Phrase("FREQ={freq} is not for you; none is.", freq=freq)
    return Phrase(
        "FREQ={freq} is not for you; {offered} is.",
        freq=freq,
        offered=offered,
    )


def beyond(given: object, limits: Limits, field: str) -> PolicyViolation:
    """What was given, a moment say, lies farther ahead than `limits` allow."""
    seconds = int(limits.window.total_seconds())
    return PolicyViolation(
        Counted(
            "{given} is too far ahead; {count} day at most ({key}).",
            "{given} is too far ahead; {count} days at most ({key}).",
            limits.window.days,
            given=given,
            key=f"[limits.{limits.role}] window_days",
        ),
        limit="window",
        maximum=seconds,
        wait=False,
        field=field,
    )


def _client_id(given: str | None) -> str:
    """'' where none is given: `names` finds one."""
    if given is None:
        return ""
    fault = illegal(given)
    if not given.strip() or len(given) > MAX_ID or fault is not None:
        raise Invalid(
            Phrase("1 to {most} printable characters.", most=MAX_ID), field="id"
        )
    return given


def read_expires(
    given: str | None, zone: ZoneInfo, first: datetime, *, on_the_wall: bool
) -> datetime | None:
    if given is None:
        return None
    with about("expires"):
        moment = _moment(given, zone, on_the_wall=on_the_wall)
    if moment <= first:
        raise Invalid(
            Phrase(
                "must lie after the first occurrence, {moment}.",
                moment=wallclock.shown(first, zone),
            ),
            field="expires",
        )
    return moment


def read_late(request: ScheduleRequest) -> Late:
    default = Late()
    if request.late_policy is None and request.late_within is None:
        return default
    try:
        policy = LatePolicy(request.late_policy or default.policy)
    except ValueError:
        raise Invalid(
            Phrase("the policy is run, skip or hold."), field="late"
        ) from None
    if request.late_within is None:
        return Late(policy)
    if policy is not LatePolicy.RUN:
        raise Invalid(Phrase("within goes with the policy run only."), field="late")
    within = _number(request.late_within, "late")
    if within > MAX_LATE:
        raise Invalid(
            Phrase("within is {most} seconds at most.", most=MAX_LATE),
            field="late",
        )
    return Late(policy, within)


def _number(text: str, name: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise Invalid(Phrase("a whole number of seconds."), field=name)
    return int(text)
