"""What a schedule will do, told before anybody agrees to it.

entries     the next moments that will be sent, in UTC and on the wall, with a
            note where the clocks change that day
skipped     those left out ahead of their time, likewise
warnings    what a reader of the rule would not expect, in sentences
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from bot.domain import timestamps, wallclock
from bot.domain.coming import unreadable
from bot.domain.phrase import Counted, Listed, Phrase
from bot.domain.recurrence import (
    Match,
    Recurrence,
    Rule,
    first_or_refuse,
    next_after,
    parse,
)
from bot.domain.recurrence.skipped import Skipped, skipped_months
from bot.domain.schedule import Schedule

_SECOND = timedelta(seconds=1)
# not calendar.month_name, which follows the locale of the process
_MONTHS = (
    *(Phrase("January"), Phrase("February"), Phrase("March"), Phrase("April")),
    *(Phrase("May"), Phrase("June"), Phrase("July"), Phrase("August")),
    *(Phrase("September"), Phrase("October"), Phrase("November"), Phrase("December")),
)


class Note(StrEnum):
    #: the wall time falls into a gap: clocks show a later one
    SHIFTED = "shifted"
    #: the wall time comes twice and this is the first
    FIRST = "first"
    #: the wall time comes twice and this is the second, as deliver-at asked
    SECOND = "second"


class CautionKind(StrEnum):
    GAP = "gap"
    FOLD = "fold"
    SKIPPED = "skipped"
    END = "end"
    #: zone or rule cannot be read any more
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    #: aware UTC
    moment: datetime
    #: what clocks show then, aware in the schedule's zone
    local: datetime
    #: CET, CEST, or UTC+05 where the zone has no letters of its own
    abbreviation: str
    note: Note | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    kind: CautionKind
    phrase: Phrase
    #: the moment it is about, None where it is about none in particular
    moment: datetime | None = None

    @property
    def text(self) -> str:
        """In English."""
        return str(self.phrase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    #: what will be sent
    entries: tuple[Entry, ...]
    warnings: tuple[Caution, ...]
    #: what was left out ahead of its time, up to the last of the entries
    skipped: tuple[Entry, ...] = ()


def preview(
    rule: Rule | None,
    deliver_at: datetime,
    zone: ZoneInfo,
    *,
    limit: int = 10,
    expires: datetime | None = None,
    planned: int = 0,
    since: datetime | None = None,
    skipped: Collection[datetime] = (),
) -> Preview:
    """At most `limit` next moments and what to know about them.

    Of a schedule that has `planned` moments behind it, those from `since` on, without
    those `skipped`.
    Raises Invalid for a rule that never matches. Moments more than LOOK_AHEAD
    after deliver-at, or after `since`, are not shown. What is due at `expires`
    or later is not sent, so it is not shown either.
    """
    if rule is None:
        wall = wallclock.local(deliver_at, zone)
        found, end = [Match(wall=wall, moment=deliver_at)], None
    else:
        first_or_refuse(rule, deliver_at, zone)
        sequence = Recurrence(rule=rule, anchor=deliver_at, zone=zone)
        found, end = _bounded(sequence, limit, expires, planned, since, skipped)
    matches, out = _parted(found, skipped)
    shown = [_entry(match, zone) for match in matches[:limit]]
    warnings = [*_clock_changes(shown, matches), *_skips(rule, deliver_at, zone)]
    if len(matches) > limit:
        out = [match for match in out if match.moment < matches[limit].moment]
    return Preview(
        entries=tuple(shown),
        warnings=(*warnings, end) if end else tuple(warnings),
        skipped=tuple(_entry(match, zone) for match in out),
    )


def _parted(
    found: list[Match], skipped: Collection[datetime]
) -> tuple[list[Match], list[Match]]:
    """What is sent, and what is left out."""
    sent = [match for match in found if match.moment not in skipped]
    return sent, [match for match in found if match.moment in skipped]


def upcoming(
    schedule: Schedule, *, limit: int = 10, skipped: Collection[datetime] = ()
) -> Preview:
    """What is ahead of a schedule, new or under way; `skipped` is still to come.

    Where it cannot be read any more that is all it tells.
    """
    following = schedule.next_at
    if following is None and not skipped:
        return Preview(entries=(), warnings=())
    if (why := unreadable(schedule)) is not None:
        caution = Caution(kind=CautionKind.UNREADABLE, phrase=why)
        return Preview(entries=(), warnings=(caution,))
    zone = wallclock.zone(schedule.zone)
    if schedule.recurrence is None:
        return preview(None, following or schedule.deliver_at, zone)
    # skipped ones that planning has passed over already are told, too
    passed = [one for one in skipped if following is None or one < following]
    return preview(
        parse(schedule.recurrence),
        schedule.deliver_at,
        zone,
        limit=limit,
        expires=schedule.expires_at,
        planned=schedule.planned - len(passed),
        since=min(passed) if passed else following,
        skipped=skipped,
    )


def _bounded(
    sequence: Recurrence,
    limit: int,
    expires: datetime | None,
    planned: int,
    since: datetime | None,
    skipped: Collection[datetime],
) -> tuple[list[Match], Caution | None]:
    """The matches before the end, those skipped among them, and which end that is.

    At least one more than `limit` is sent where there are more; all of them where COUNT
    says how many, since the last one answers "until when".
    """
    count = sequence.rule.count
    left = max(count - planned, 0) if count is not None else limit + 1 + len(skipped)
    after = since - _SECOND if since is not None else None
    matches = list(islice(sequence.matches(after), left))
    if expires is not None and matches and matches[-1].moment >= expires:
        kept = [match for match in matches if match.moment < expires]
        return kept, _end(_expires(expires), _parted(kept, skipped)[0])
    if count is not None:
        why = Counted("ends after {count} time", "ends after {count} times", count)
        if len(matches) < left:
            return matches, Caution(kind=CautionKind.END, phrase=why)
        return matches, _end(why, _parted(matches, skipped)[0])
    if sequence.rule.until is not None:
        return matches, _until(sequence, _parted(matches, skipped)[0], limit)
    if expires is not None:
        phrase = _expires(expires)
        return matches, Caution(kind=CautionKind.END, phrase=phrase, moment=expires)
    return matches, None


def _expires(at: datetime) -> Phrase:
    return Phrase("expires at {moment}", moment=timestamps.format(at))


def _until(sequence: Recurrence, matches: list[Match], limit: int) -> Caution:
    why = Phrase("ends by UNTIL={until}", until=sequence.rule.until)
    if not matches:
        return _end(why, matches)
    last = matches[-1].moment
    more = next_after(sequence.rule, sequence.anchor, sequence.zone, last)
    if len(matches) > limit or more is not None:
        return Caution(kind=CautionKind.END, phrase=why)
    return _end(why, matches)


def _end(why: Phrase, matches: list[Match]) -> Caution:
    if not matches:
        phrase = Phrase("{end}, before the first time", end=why)
        return Caution(kind=CautionKind.END, phrase=phrase)
    last = matches[-1].moment
    phrase = Phrase(
        "{end}; the last time is {moment}", end=why, moment=timestamps.format(last)
    )
    return Caution(kind=CautionKind.END, phrase=phrase, moment=last)


def _entry(match: Match, zone: ZoneInfo) -> Entry:
    local = match.moment.astimezone(zone)
    name = local.tzname() or ""
    return Entry(
        moment=match.moment,
        local=local,
        abbreviation=name if name.isalpha() else f"UTC{name}",
        note=_note(match, local, zone),
    )


def _note(match: Match, local: datetime, zone: ZoneInfo) -> Note | None:
    if wallclock.is_gap(match.wall, zone):
        return Note.SHIFTED
    if wallclock.is_fold(match.wall, zone):
        return Note.SECOND if local.fold else Note.FIRST
    return None


def _clock_changes(entries: list[Entry], matches: list[Match]) -> Iterator[Caution]:
    for entry, match in zip(entries, matches, strict=False):
        if entry.note is not None:
            kind = CautionKind.GAP if entry.note is Note.SHIFTED else CautionKind.FOLD
            phrase = _clock_change(entry.note, entry, match.wall)
            yield Caution(kind=kind, phrase=phrase, moment=entry.moment)


def _clock_change(note: Note, entry: Entry, wall: datetime) -> Phrase:
    day, shown = wall.date(), f"{entry.local:%H:%M} {entry.abbreviation}"
    match note:
        case Note.SHIFTED if entry.local.date() != day:
            return Phrase(
                "clocks skip {time:%H:%M} on {day};"
                " it goes out at {shown} on {later_day}",
                time=wall,
                day=day,
                shown=shown,
                later_day=entry.local.date(),
            )
        case Note.SHIFTED:
            return Phrase(
                "clocks skip {time:%H:%M} on {day}; it goes out at {shown}",
                time=wall,
                day=day,
                shown=shown,
            )
        case Note.FIRST:
            return Phrase(
                "clocks show {time:%H:%M} twice on {day};"
                " it goes out at the first, {shown}",
                time=wall,
                day=day,
                shown=shown,
            )
        case Note.SECOND:
            return Phrase(
                "clocks show {time:%H:%M} twice on {day};"
                " it goes out at the second, {shown}",
                time=wall,
                day=day,
                shown=shown,
            )


def _skips(
    rule: Rule | None, deliver_at: datetime, zone: ZoneInfo
) -> Iterator[Caution]:
    if rule is None:
        return
    start: date = wallclock.local(deliver_at, zone).date()
    for skipped in skipped_months(rule, start):
        yield Caution(kind=CautionKind.SKIPPED, phrase=_skipped(skipped))


def _skipped(skipped: Skipped) -> Phrase:
    names = [_MONTHS[month - 1] for month in skipped.months]
    if skipped.leap_years_only:
        names.append(Phrase("February except in leap years"))
    months = Listed(*names)
    if skipped.day > 0:
        return Phrase(
            "months without day {day} are skipped: {months};"
            " BYMONTHDAY=-1 means the last day of a month",
            day=skipped.day,
            months=months,
        )
    return Phrase(
        "months without day {day} are skipped: {months}", day=skipped.day, months=months
    )
