"""A schedule: who hears what, when; its states and the moves between them.

Inner states, the moves, and the draft's five (Message Scheduling 1.0.0 §7.1):

    pending ─► running, paused, sent, failed, cancelled     scheduled
    paused  ─► pending, running, sent, failed, cancelled    scheduled
    running ─► pending, paused, sent, failed, cancelled     queued
    sent, failed, cancelled                                 the same, final

A recurring schedule returns from running to pending until its last occurrence is
done. It is paused while the last one still goes out, too: then it may return to
running. It is sent from pending where all that was left of it is left out, by its
holidays or its list's hours. That one of its occurrences is held for an admin is the
occurrence's state: the schedule goes on, and is pending where nothing else is left of
it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from bot.domain import wallclock
from bot.domain.amendment import Amendment
from bot.domain.holidays import Holidays, OnHoliday
from bot.domain.lateness import Late
from bot.domain.message import MessageType, Text
from bot.domain.phrase import Phrase, Quoted
from bot.domain.relative import Anchor
from bot.domain.send_window import Clocked
from bot.domain.updates import WireState
from bot.domain.voice import Voice


class ScheduleState(StrEnum):
    PENDING = "pending"
    PAUSED = "paused"
    RUNNING = "running"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


ON_THE_WIRE: Mapping[ScheduleState, WireState] = {
    ScheduleState.PENDING: WireState.SCHEDULED,
    ScheduleState.PAUSED: WireState.SCHEDULED,
    ScheduleState.RUNNING: WireState.QUEUED,
    ScheduleState.SENT: WireState.SENT,
    ScheduleState.FAILED: WireState.FAILED,
    ScheduleState.CANCELLED: WireState.CANCELLED,
}

MOVES: Mapping[ScheduleState, frozenset[ScheduleState]] = {
    ScheduleState.PENDING: frozenset(
        {
            ScheduleState.RUNNING,
            ScheduleState.PAUSED,
            ScheduleState.SENT,
            ScheduleState.FAILED,
            ScheduleState.CANCELLED,
        }
    ),
    ScheduleState.PAUSED: frozenset(
        {
            ScheduleState.PENDING,
            ScheduleState.RUNNING,
            ScheduleState.SENT,
            ScheduleState.FAILED,
            ScheduleState.CANCELLED,
        }
    ),
    ScheduleState.RUNNING: frozenset(
        {
            ScheduleState.PENDING,
            ScheduleState.PAUSED,
            ScheduleState.SENT,
            ScheduleState.FAILED,
            ScheduleState.CANCELLED,
        }
    ),
    ScheduleState.SENT: frozenset(),
    ScheduleState.FAILED: frozenset(),
    ScheduleState.CANCELLED: frozenset(),
}

#: stands for the name of a list or template that cannot be read; none is called so
UNREADABLE = "?"

FINAL = frozenset(state for state, moves in MOVES.items() if not moves)
#: states whose `next_at` the planner looks at
PLANNABLE = frozenset({ScheduleState.PENDING, ScheduleState.RUNNING})


class ForbiddenMove(RuntimeError):
    """A mistake of this program: MOVES has no such move."""


class Origin(StrEnum):
    """How a request came in."""

    IQ = "iq"
    INLINE = "inline"
    COMMAND = "command"
    CLI = "cli"
    WEB = "web"
    FILE = "file"
    WELCOME = "welcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAudience:
    """Whoever stands on the list when the occurrence is due."""

    list_name: str

    @property
    def jids(self) -> tuple[str, ...]:
        """Nobody is told by name."""
        return ()

    @property
    def label(self) -> Phrase:
        """Who is told, without naming a person."""
        return Quoted(self.list_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleAudience:
    """Single people told by the service; a list may lend its voice."""

    jids: tuple[str, ...]
    list_name: str | None = None

    @property
    def label(self) -> Phrase:
        """Who is told, without naming a person."""
        return Quoted(self.list_name) if self.list_name else Phrase("single people")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAudience:
    """One person, told by the owner: the message goes out in the owner's own name."""

    #: a bare JID, of any server
    jid: str

    @property
    def jids(self) -> tuple[str, ...]:
        return (self.jid,)

    @property
    def list_name(self) -> None:
        """No list has to do with it."""

    @property
    def label(self) -> Phrase:
        """Who is told, without naming a person."""
        return Phrase("one person")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAudience:
    """Whoever a broadcast reached, or may have reached, and has not left since."""

    broadcast_id: int
    #: the list that was told, or lent its voice
    list_name: str | None
    #: and whom no later notice of the same topic reached
    latest_only: bool = False
    #: later are those up to this broadcast, the latest when it was asked for; None
    #: until it is stored
    latest_by: int | None = None
    #: and who have an edition before this one, or may have; None: any
    before: int | None = None
    #: it was single people who were told
    personal: bool = False

    @property
    def jids(self) -> tuple[str, ...]:
        """Nobody is told by name."""
        return ()

    @property
    def label(self) -> Phrase:
        """Who is told, without naming a person."""
        if self.list_name is None or self.personal:
            return Phrase("single people who were told before")
        return Phrase("those of {name} who were told before", name=self.list_name)


Audience = ListAudience | PeopleAudience | PersonAudience | ToldAudience

#: characters of a text that are enough to know it by
_TITLE = 60

#: a template field's values: {name: {language or '': text as given}}
FieldValues = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """What a message that came in whole, with `<schedule/>` in it, was beside its
    texts and payloads.
    """

    #: of the stanza; the first message that goes out keeps it; None: it had none
    id: str | None
    type: MessageType


@dataclass(frozen=True, slots=True, kw_only=True)
class TextContent:
    """Bodies as given, and elements to carry verbatim; from one person to another
    these alone will do.
    """

    texts: tuple[Text, ...]
    payloads: tuple[str, ...] = ()
    #: None where it was asked for by a request
    original: Original | None = None

    @property
    def title(self) -> str:
        """By which people know it: its subject, or how it begins."""
        subjects = (one.subject.strip() for one in self.texts if one.subject)
        lines = (one.body.strip().partition("\n")[0] for one in self.texts)
        found = next(filter(None, subjects), None) or next(filter(None, lines), "")
        if len(found) <= _TITLE:
            return found
        return f"{found[:_TITLE].rpartition(' ')[0] or found[:_TITLE]}…"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateContent:
    """A template and the values of its fields, as given."""

    template: str
    values: FieldValues

    @property
    def title(self) -> str:
        return self.template


Content = TextContent | TemplateContent


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One request, until its last occurrence."""

    #: the service-wide reference, shown as #123; 0 until stored
    id: int = 0
    #: a bare JID, or `role:admin` for the operator
    owner: str
    #: the draft's <id/>, unique per owner
    client_id: str
    origin: Origin
    #: a digest of the request as first given, to tell a repeat from a conflict
    fingerprint: str
    #: how often it was worded: 1 at first, one more with each edit
    revision: int = 1
    #: a digest of the latest edit as given, to tell its repeat
    edit_fingerprint: str | None = None
    audience: Audience
    #: what it is about (`maintenance/17/3`): who is told of it later, or again, is told
    #: the newest alone
    topic: str | None = None
    #: it amends the broadcast whose readers it is for
    amendment: Amendment | None = None
    content: Content
    #: IANA name as given, '' where none was
    timezone: str
    #: a canonical RRULE value, or None for once
    recurrence: str | None = None
    #: the draft's deliver-at; of a recurring one the moment of `start` when it was
    #: asked for, which no rule is computed from
    deliver_at: datetime
    #: DTSTART of the recurrence, a wall time in `zone` (naive; its `fold` tells the
    #: second of two); None for once
    start: datetime | None = None
    #: the wall time of the last occurrence that is dealt with or passed over, or any
    #: before the next one; None: the rule begins with `start`
    through: datetime | None = None
    #: the earliest occurrence not planned yet: for once that very moment; of a
    #: recurring one derived from its wall time, anew when it is due
    next_at: datetime | None
    #: occurrences planned so far: sent, missed or skipped (RFC 5545 COUNT)
    planned: int = 0
    expires_at: datetime | None = None
    late: Late = field(default_factory=Late)
    #: neither quiet hours nor a reader's pause hold it back
    urgent: bool = False
    #: nor its list's send window, once: somebody who may do so sends it now
    any_hour: bool = False
    #: the calendar by which it is skipped or shifted: its name in the configuration
    holidays: str | None = None
    on_holiday: OnHoliday = OnHoliday.SKIP
    #: that calendar as it is read now, which no row holds; None: by none
    calendar: Holidays | None = field(default=None, compare=False)
    #: when its list speaks, likewise, where somebody has looked; None: at any hour
    window: Clocked | None = field(default=None, compare=False)
    #: its owner was told that the calendar cannot be read
    holidays_lost: bool = False
    #: whether the owner wants headlines about what becomes of it
    updates: bool = True
    #: the <metadata/> as given, serialised
    metadata: str | None = None
    #: the tag of the request's language: reports to an owner who is known by none
    language: str | None = None
    state: ScheduleState = ScheduleState.PENDING
    #: since when it is paused, None while it is not
    paused_at: datetime | None = None
    #: why it is over
    reason: str | None = None
    created_at: datetime
    ended_at: datetime | None = None
    #: since when its content is gone, long after its end
    purged_at: datetime | None = None

    @property
    def is_personal(self) -> bool:
        """Single people are told: nobody but the owner reads what."""
        if isinstance(self.audience, ToldAudience):
            return self.audience.personal
        return not isinstance(self.audience, ListAudience)

    @property
    def is_counted(self) -> bool:
        """It counts against its owner's quotas: what amends, or is a notice of
        something else that he keeps, does not.
        """
        return self.amendment is None and self.topic is None

    @property
    def reaches_list(self) -> bool:
        """It tells readers of its list, and nobody by name: so the list's send window
        holds for it.
        """
        return not self.is_personal

    @property
    def keeps_hours(self) -> bool:
        """The send window of its list holds for it, unless it is sent now."""
        return self.reaches_list and not self.urgent

    @property
    def in_owners_name(self) -> bool:
        """It goes out as if its owner had sent it himself."""
        return isinstance(self.audience, PersonAudience)

    @property
    def zone(self) -> str:
        """IANA name: how `recurrence` is read."""
        return self.timezone or "UTC"

    def due(self, moment: datetime) -> Anchor:
        """The occurrence at `moment`, for what is told relative to it; raises Invalid
        where the machine knows the zone no longer.
        """
        return Anchor(moment, wallclock.zone(self.zone))

    def shown(self, moment: datetime) -> str:
        """For people, as clocks in its zone show it."""
        return wallclock.shown_in(moment, self.zone)

    def zone_for(self, voice: Voice) -> str:
        """IANA name: how times are shown to readers who chose none."""
        return self.timezone or voice.timezone

    @property
    def wire_state(self) -> WireState:
        return ON_THE_WIRE[self.state]

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    def by_holidays(
        self, calendar: Holidays | None, what: OnHoliday = OnHoliday.SKIP
    ) -> "Schedule":
        """Skipped or shifted by these; None: by none any more."""
        name = None if calendar is None else calendar.name
        return replace(
            self,
            holidays=name,
            calendar=calendar,
            on_holiday=what,
            holidays_lost=False,
        )

    def was_cancelled(self, since: datetime) -> bool:
        """Then or later."""
        is_cancelled = self.state is ScheduleState.CANCELLED
        return is_cancelled and (self.ended_at is None or self.ended_at >= since)

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def moved(
        self,
        state: ScheduleState,
        *,
        reason: str | None = None,
        ended_at: datetime | None = None,
    ) -> "Schedule":
        """The schedule in that state, which may be its present one; every change
        of state goes through here.

        Raises ForbiddenMove: a caller is to look at the state first.
        """
        if state is not self.state and state not in MOVES[self.state]:
            raise ForbiddenMove(f"#{self.id} is {self.state}: it cannot become {state}")
        paused_at = self.paused_at if state is ScheduleState.PAUSED else None
        return replace(
            self, state=state, reason=reason, ended_at=ended_at, paused_at=paused_at
        )
