"""What a schedule will do, told before anybody agrees to it.

entries     the next moments that will be sent, in UTC and on the wall, with a
            note where the clocks change that day
skipped     those left out: by somebody ahead of their time, by holidays, or by the
            send window of the list; likewise
warnings    what a reader of the rule would not expect, in sentences
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from bot.domain import coming, wallclock
from bot.domain.errors import Invalid
from bot.domain.hours import HOLIDAY, OUTSIDE
from bot.domain.maintenance import Maintenance
from bot.domain.phrase import Counted, Listed, Phrase, Quoted
from bot.domain.recurrence import Match, Rule, in_words, parse
from bot.domain.recurrence.skipped import Skipped, skipped_months
from bot.domain.recurrence.words import MONTHS
from bot.domain.schedule import Schedule
from bot.domain.send_window import Clocked, Outside, SendWindow

#: moments that are told of as left out where none is sent
MOST_LEFT_OUT = 100
#: why nothing is sent at a moment: somebody left it out
SKIPPED = "skipped"


class Note(StrEnum):
    #: the wall time falls into a gap: clocks show a later one
    SHIFTED = "shifted"
    #: the wall time comes twice and this is the first
    FIRST = "first"
    #: the wall time comes twice and this is the second, as deliver-at asked
    SECOND = "second"


class CautionKind(StrEnum):
    """The codes that programs read, at every door."""

    #: clocks skip a wall time
    GAP = "gap"
    #: clocks show a wall time twice
    FOLD = "fold"
    #: months without the day that the rule names
    SKIPPED = "skipped-months"
    #: the moment that was asked for is none of the rule
    BEGINS = "begins-later"
    #: until when
    END = "ends"
    #: a field's moment is over when it is told
    BEFORE = "moment-before-occurrence"
    #: words in a language that the template does not have
    LANGUAGE = "language-not-in-template"
    #: what only the subject says, many readers never see
    SUBJECT = "subject-not-in-body"
    #: nobody stands on the list
    NO_READERS = "no-readers"
    #: list or template is there no more; the message that it is about may not be, then
    GONE = "refers-to-gone"
    #: a link leads to a file that its server deletes before
    UPLOAD = "upload-expires"
    #: for the devices that there are now
    ENCRYPTED = "encrypted"
    #: the zone never has summer time, or its name is not what it seems
    FIXED_OFFSET = "fixed-offset"
    #: everything is stopped: it goes out once an admin lets all go on
    STANDSTILL = "everything-stopped"
    #: it waits for the send window of its list, or is left out by it
    WINDOW = "send-window"
    #: it is left out or shifted by a holiday; none is known any more
    HOLIDAY = "holiday"
    HOLIDAYS_GONE = "holidays-unreadable"
    #: something of it cannot be read any more
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
    #: when it goes out that waits for the send window of its list, aware in its zone
    begins: datetime | None = None
    #: of what is left out: why, one of SKIPPED, HOLIDAY and OUTSIDE
    reason: str | None = None
    #: the holiday, as it is called, by which it is shifted or left out
    holiday: str | None = None
    #: the day that the rule asks for
    day: date | None = None


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


def upcoming(
    schedule: Schedule, *, limit: int = 10, skipped: Collection[datetime] = ()
) -> Preview:
    """What is ahead of a schedule, new or under way: at most `limit` next moments and
    what to know about them; `skipped` are the wall times to come that are left out.

    What of it can no longer be read is told; of a rule that cannot, nothing else.
    """
    if schedule.is_final or (schedule.next_at is None and not skipped):
        return Preview(entries=(), warnings=())
    why, zone = coming.unreadable(schedule), wallclock.zone_or_utc(schedule.zone)
    unread = () if why is None else (Caution(kind=CautionKind.UNREADABLE, phrase=why),)
    if schedule.recurrence is None:
        once = coming.once(schedule, schedule.next_at or schedule.deliver_at)
        is_out, entry = once.out is not None, _entry(once, zone)
        entries = () if is_out else (entry,)
        return Preview(
            entries=entries,
            warnings=(
                *unread,
                *_clock_changes(list(entries), [once]),
                *_hours(schedule, [entry]),
            ),
            skipped=(entry,) if is_out else (),
        )
    try:
        found, is_whole = _listed(schedule, limit, skipped)
    except Invalid:
        return Preview(entries=(), warnings=unread)
    sent = [match for match in found if _is_sent(match, skipped)]
    out = [
        replace(match, out=SKIPPED) if match.wall in skipped else match
        for match in found
        if not _is_sent(match, skipped)
    ]
    shown = [_entry(match, zone) for match in sent[:limit]]
    if len(sent) > limit:
        out = [match for match in out if match.moment < sent[limit].moment]
    rule, start = parse(schedule.recurrence), schedule.start
    if is_whole:
        end = _end(schedule, rule, zone, found, sent[-1] if sent else None)
    else:
        end = _end_far_away(schedule, rule, zone)
    return Preview(
        entries=tuple(shown),
        warnings=(
            *unread,
            *_begins(schedule, found, zone),
            *_clock_changes(shown, sent),
            *_hours(schedule, [*shown, *(_entry(match, zone) for match in out)]),
            *_none(shown, out),
            *(_skips(rule, start) if start is not None else ()),
            *((end,) if end is not None else ()),
        ),
        skipped=tuple(
            _entry(match, zone) for match in (out if shown else out[:MOST_LEFT_OUT])
        ),
    )


def rule_in_words(schedule: Schedule | Maintenance) -> Phrase | None:
    """How it recurs, for people; None where it does not. What can be read no longer is
    told as it is.
    """
    if schedule.recurrence is None:
        return None
    if schedule.start is None:  # its zone was not known when the row was brought here
        return Quoted(schedule.recurrence)
    try:
        zone = wallclock.zone(schedule.zone)
        return in_words(parse(schedule.recurrence), schedule.start, zone)
    except Invalid:
        return Quoted(schedule.recurrence)


def _listed(
    schedule: Schedule, limit: int, skipped: Collection[datetime]
) -> tuple[list[Match], bool]:
    """What is to come, skipped or not, and whether that is all of it.

    One more than `limit` is sent where there are more; all of them where COUNT says
    how many, since the last one answers "until when".
    """
    ahead = coming.ahead(schedule, skipped)
    if schedule.recurrence is not None and parse(schedule.recurrence).count is not None:
        return list(ahead), True
    found: list[Match] = []
    sent = 0
    for match in ahead:
        found.append(match)
        sent += _is_sent(match, skipped)
        if sent > limit or len(found) >= coming.REACH + limit:
            return found, False
    return found, True


def _is_sent(match: Match, skipped: Collection[datetime]) -> bool:
    return match.out is None and match.wall not in skipped


def _hours(schedule: Schedule, entries: list[Entry]) -> Iterator[Caution]:
    """What holidays and the list's send window do to these, the first of each kind."""
    calendar = schedule.calendar
    if calendar is not None and calendar.fault is not None:
        why = Phrase(
            "{fault}; until then it is sent as its rule says", fault=calendar.fault
        )
        yield Caution(kind=CautionKind.HOLIDAYS_GONE, phrase=why)
    told: set[CautionKind] = set()
    for entry in sorted(entries, key=lambda one: one.moment):
        kind, phrase = _why(schedule.window, entry)
        if phrase is not None and kind not in told:
            told.add(kind)
            yield Caution(kind=kind, phrase=phrase, moment=entry.moment)


def _none(sent: list[Entry], out: list[Match]) -> Iterator[Caution]:
    if out and not sent and out[0].out != SKIPPED:
        kind = CautionKind.HOLIDAY if out[0].out == HOLIDAY else CautionKind.WINDOW
        why = Counted(
            "nothing goes out at the next {count} moment",
            "nothing goes out at the next {count} moments",
            len(out),
        )
        yield Caution(kind=kind, phrase=why)


def shut_out(
    moment: datetime, clocked: Clocked, expires_at: datetime | None = None
) -> Caution | None:
    """What a send window makes of what is told once, at that moment; None: nothing."""
    opens = clocked.window.opening(moment, clocked.zone)
    if opens == moment:
        return None
    in_vain = (
        opens is None
        or clocked.window.outside is Outside.SKIP
        or (expires_at is not None and expires_at <= opens)
    )
    match = Match(
        wall=wallclock.local(moment, clocked.zone),
        moment=moment,
        out=OUTSIDE if in_vain else None,
        begins=None if in_vain else opens,
    )
    kind, phrase = _why(clocked, _entry(match, clocked.zone))
    return None if phrase is None else Caution(kind=kind, phrase=phrase, moment=moment)


def each_reader(window: SendWindow) -> Caution:
    """Of a send window on the readers' own clocks, which have no moment for all."""
    if window.outside is Outside.SKIP:
        why = Phrase(
            "whose clocks show a time outside of {window} then is not told",
            window=window.shown,
        )
    else:
        why = Phrase(
            "each reader is told on his own clocks, within {window}",
            window=window.shown,
        )
    return Caution(kind=CautionKind.WINDOW, phrase=why)


def _why(clocked: Clocked | None, entry: Entry) -> tuple[CautionKind, Phrase | None]:
    at = f"{entry.local:%Y-%m-%d %H:%M} {entry.abbreviation}"
    if entry.reason == HOLIDAY:
        why = Phrase(
            "{moment} is left out: {holiday}", moment=at, holiday=entry.holiday
        )
        return CautionKind.HOLIDAY, why
    if entry.reason is None and entry.holiday is not None and entry.begins is None:
        why = Phrase(
            "{moment} is in place of {day}: {holiday}",
            moment=at,
            day=entry.day,
            holiday=entry.holiday,
        )
        return CautionKind.HOLIDAY, why
    if clocked is None:
        return CautionKind.WINDOW, None
    window = clocked.window.shown
    if entry.reason == OUTSIDE:
        why = Phrase(
            "{moment} is left out: the list's send window is {window}",
            moment=at,
            window=window,
        )
        return CautionKind.WINDOW, why
    if entry.begins is not None:
        why = Phrase(
            "{moment} goes out at {later}, when the list's send window opens"
            " ({window})",
            moment=at,
            later=_shown(entry.begins),
            window=window,
        )
        return CautionKind.WINDOW, why
    return CautionKind.WINDOW, None


def _shown(local: datetime) -> str:
    return f"{local:%Y-%m-%d %H:%M} {wallclock.abbreviation(local)}"


def _begins(
    schedule: Schedule, found: list[Match], zone: ZoneInfo
) -> Iterator[Caution]:
    """Where the rule passes over the moment that it was to begin with."""
    if schedule.through is not None or not found or schedule.start is None:
        return
    first = found[0]
    if first.wall != schedule.start.replace(fold=first.wall.fold):
        why = Phrase(
            "{start} is no moment of the rule; it begins with {first}",
            start=wallclock.shown(schedule.deliver_at, zone),
            first=wallclock.shown(first.moment, zone),
        )
        yield Caution(kind=CautionKind.BEGINS, phrase=why, moment=first.moment)


def _end(
    schedule: Schedule,
    rule: Rule,
    zone: ZoneInfo,
    found: list[Match],
    last: Match | None,
) -> Caution | None:
    """What ends it first, where `last` of `found` is the last that is sent."""
    why = _why_it_ends(schedule, rule, zone, found)
    if why is None:
        return None
    if last is None:
        phrase = Phrase("{end}, before the first time", end=why)
        return Caution(kind=CautionKind.END, phrase=phrase)
    phrase = Phrase(
        "{end}; the last time is {moment}",
        end=why,
        moment=wallclock.shown(last.moment, zone),
    )
    return Caution(kind=CautionKind.END, phrase=phrase, moment=last.moment)


def _end_far_away(schedule: Schedule, rule: Rule, zone: ZoneInfo) -> Caution | None:
    """What will end it, and no more, since there is much before that."""
    if rule.until is not None:
        return Caution(kind=CautionKind.END, phrase=_until(rule, zone))
    if schedule.expires_at is not None:
        phrase = _expires(schedule.expires_at, zone)
        at = schedule.expires_at
        return Caution(kind=CautionKind.END, phrase=phrase, moment=at)
    return None


def _why_it_ends(
    schedule: Schedule, rule: Rule, zone: ZoneInfo, found: list[Match]
) -> Phrase | None:
    expires = schedule.expires_at
    if expires is not None:
        without = coming.coming(replace(schedule, expires_at=None))
        further = islice(without, len(found) + 1)
        if any(match.moment >= expires for match in further):
            return _expires(expires, zone)
    if rule.count is not None:
        return Counted(
            "ends after {count} time", "ends after {count} times", rule.count
        )
    # else the calendar ends
    return _until(rule, zone) if rule.until is not None else None


def _expires(at: datetime, zone: ZoneInfo) -> Phrase:
    return Phrase("expires at {moment}", moment=wallclock.shown(at, zone))


def _until(rule: Rule, zone: ZoneInfo) -> Phrase:
    """An UNTIL that is an instant is told as clocks in the zone show it."""
    until = rule.until
    if isinstance(until, datetime) and until.tzinfo is not None:
        return Phrase("ends by UNTIL={until}", until=wallclock.shown(until, zone))
    return Phrase("ends by UNTIL={until}", until=until)


def _entry(match: Match, zone: ZoneInfo) -> Entry:
    local = match.moment.astimezone(zone)
    return Entry(
        moment=match.moment,
        local=local,
        abbreviation=wallclock.abbreviation(local),
        note=_note(match, local, zone),
        begins=match.begins.astimezone(zone) if match.begins else None,
        reason=match.out,
        holiday=match.holiday,
        day=match.wall.date(),
    )


def _note(match: Match, local: datetime, zone: ZoneInfo) -> Note | None:
    if match.holiday is not None and match.out is None:  # at that time of another day
        day = local.date() - match.wall.date()
        match = replace(match, wall=match.wall + day)
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


def _skips(rule: Rule, start: date) -> Iterator[Caution]:
    for skipped in skipped_months(rule, start):
        yield Caution(kind=CautionKind.SKIPPED, phrase=_skipped(skipped))


def _skipped(skipped: Skipped) -> Phrase:
    names = [MONTHS[month - 1] for month in skipped.months]
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
