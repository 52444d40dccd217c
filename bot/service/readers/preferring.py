"""What readers choose for themselves: language, time zone, quiet hours, a pause."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from bot.domain import moments, quiet, wallclock, zones
from bot.domain.access import Caller
from bot.domain.errors import Invalid, about
from bot.domain.jid import JIDError, somebody
from bot.domain.lists import Preferences
from bot.domain.phrase import Phrase
from bot.domain.quiet import EVERY_DAY, QuietHours
from bot.service.people.choices import person
from bot.service.ports.outside import Clock
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.subscribers import refuse_own
from bot.service.rules.policy import Policy
from bot.service.rules.rights import known, may_prefer_for
from bot.texts.languages import language_tag


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesRequest:
    """As given: None stays as it is, '' takes it away."""

    #: a tag
    language: str | None = None
    #: an IANA name
    timezone: str | None = None
    #: times of day on his clocks
    quiet_from: str | None = None
    quiet_to: str | None = None
    #: weekdays on which quiet hours begin; none: on every day
    quiet_days: tuple[str, ...] | None = None
    #: a moment; wall time on his clocks where it has no offset
    paused_until: str | None = None
    #: whose they are, where an admin chooses; None: the caller's
    jid: str | None = None

    @property
    def about(self) -> str:
        """Whose; what he chose is his own affair."""
        return self.jid or ""


class Preferring:
    def __init__(self, policy: Policy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock

    def look(
        self, uow: UnitOfWork, caller: Caller, jid: str | None = None
    ) -> Preferences:
        """The caller's; `jid`: that person's, for admins."""
        return self._of(uow, self._whose(caller, jid))

    def set(
        self, uow: UnitOfWork, caller: Caller, request: PreferencesRequest
    ) -> Preferences:
        """What is given; what he waits for is looked at again. Raises Invalid."""
        jid = self._whose(caller, request.jid)
        before = self._of(uow, jid)
        after = self._chosen(uow, before, request)
        if after == before:
            return before
        now = self._clock.now()
        reader = uow.subscribers.ensure(jid, now)
        # exceptions before their reader, as those do whom his bounces count for
        if uow.exceptions.wake(jid, now):
            uow.nudge()
        uow.subscribers.prefer(reader.id, after)
        return after

    def _of(self, uow: UnitOfWork, jid: str) -> Preferences:
        """A pause that is over is none."""
        found = uow.subscribers.get(jid)
        if found is None:
            return Preferences()
        chosen = found.preferences
        until = chosen.paused_until
        over = until is not None and until <= self._clock.now()
        return replace(chosen, paused_until=None) if over else chosen

    def _whose(self, caller: Caller, jid: str | None) -> str:
        known(caller)
        if jid is None:
            if caller.is_operator:
                raise Invalid(Phrase("say whose, by a bare JID."), field="jid")
            return caller.owner
        named = person(jid, "jid")
        may_prefer_for(caller, named)
        refuse_own(self._policy, named)
        try:
            return somebody(named)
        except JIDError as error:
            raise Invalid(error.phrase, field="jid") from None

    def _chosen(
        self, uow: UnitOfWork, before: Preferences, request: PreferencesRequest
    ) -> Preferences:
        after = before
        if request.language is not None:
            after = replace(after, language=_language(request.language))
        if request.timezone is not None:
            after = replace(after, timezone=_zone(request.timezone))
        after = replace(after, quiet=_quiet(before.quiet, request))
        if request.paused_until is not None:
            name = after.timezone or self._usual_zone(uow)
            until = _pause(request.paused_until, name, self._clock.now())
            after = replace(after, paused_until=until)
        return after

    @staticmethod
    def _usual_zone(uow: UnitOfWork) -> str:
        """Whose clocks are meant by who has chosen none: those of the default list."""
        default = (one.timezone for one in uow.lists.all() if one.is_default)
        return next(default, "UTC")


def _language(given: str) -> str | None:
    if not given.strip():
        return None
    with about("language"):
        return language_tag(given.strip())


def _zone(given: str) -> str | None:
    if not given.strip():
        return None
    with about("timezone"):
        return zones.spelt(given)


def _quiet(before: QuietHours | None, request: PreferencesRequest) -> QuietHours | None:
    begin = _time(request.quiet_from, before.begin if before else None, "quiet-from")
    end = _time(request.quiet_to, before.end if before else None, "quiet-to")
    if begin is None and end is None:
        return None
    if begin is None or end is None:
        raise Invalid(
            Phrase("Give both, when quiet hours begin and when they end, or neither."),
            field="quiet-from" if begin is None else "quiet-to",
            named=True,
        )
    days = before.days if before else EVERY_DAY
    if request.quiet_days is not None:
        days = _days(request.quiet_days)
    chosen = QuietHours(begin, end, days)
    if chosen.is_always:
        raise Invalid(
            Phrase(
                "These quiet hours never end: you would never hear anything. To hear"
                " nothing for a while, pause until some moment."
            ),
            field="quiet-to",
            named=True,
        )
    return chosen


def _time(given: str | None, before: time | None, field: str) -> time | None:
    if given is None:
        return before
    if not given.strip():
        return None
    with about(field):
        return quiet.time_of_day(given)


def _days(given: Sequence[str]) -> frozenset[int]:
    with about("quiet-days"):
        return frozenset(map(quiet.weekday, given)) or EVERY_DAY


def _pause(given: str, zone_name: str, now: datetime) -> datetime | None:
    if not given.strip():
        return None
    zone = wallclock.zone_or_utc(zone_name)
    until = moments.read(given, zone, "paused-until")
    if until <= now:
        raise Invalid(
            Phrase("{moment} has passed.", moment=wallclock.shown(until, zone)),
            field="paused-until",
        )
    with about("paused-until"):
        quiet.check_pause(until, now, zone)
    return until
