"""When a request's announcement goes out: moments, rules, the end and lateness, read
from text; or the first fault.
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain import recurrence, timestamps, wallclock
from bot.domain.errors import Invalid, PolicyViolation, about
from bot.domain.lateness import Late, LatePolicy
from bot.domain.phrase import Counted, Phrase
from bot.domain.recurrence import Match
from bot.service.requests.request import ScheduleChange, ScheduleRequest
from bot.service.rules.policy import Limits

#: how far in the past a moment may lie: clocks differ
PAST = timedelta(seconds=60)
MAX_LATE = 366 * 24 * 3600
_NUMBER = re.compile(r"[0-9]{1,100}")


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


def moment_of(given: str, zone: ZoneInfo, *, on_the_wall: bool) -> datetime:
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
        return timestamps.format(moment_of(given, zone, on_the_wall=True))

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


def read_expires(
    given: str | None, zone: ZoneInfo, first: datetime, *, on_the_wall: bool
) -> datetime | None:
    if given is None:
        return None
    with about("expires"):
        moment = moment_of(given, zone, on_the_wall=on_the_wall)
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
