"""A broadcast: the sending of one occurrence, in chunks, with its exceptions.

One due moment of a schedule is an occurrence. The planner turns it into a broadcast:
the audience as it stood at that moment, cut into chunks. Workers send the chunks, and
each recipient whose delivery does not simply succeed has an exception. Nobody writes
down who was told. The states below are all there is, and whatever dies, the next
process goes on from them.

    occurrence   sending ─► sent | failed | stopped
                 held    ─► sending | failed | skipped | missed
                 missed, skipped, failed: from the start
    broadcast    sending ─► sent | failed | stopped
    chunk        free ─► leased ─► finished
                   ▲        │
                   └────────┘  lapsed, released, taken over
    exception    (none) ─► skipped | failed | retrying | waiting
                 failed ─► retrying: somebody has it tried once more
                 waiting ─► deferred: told later; skipped: there is nothing to tell
                 retrying ─► deferred ─► deferred for good: the repeat was accepted
                    ▲  │        │              │
                    │  │        └──────────────┴─► retrying, failed: it bounced
                    │  └─► failed: tried often enough, too old, expired, left, stopped
                    └── claimed, and not followed up, or given back

Chunks
    A chunk is a range (after, last] of positions. Its cursor, `through`, says that
    the server has acknowledged every message to a position up to it, or that the
    recipient there has an exception. The cursor moves only forward, only in a
    transaction of its lease's holder, and together with the exceptions of what it
    passes. So a crash loses nobody: the next holder goes on from the cursor and
    repeats what was written but not recorded, at most one window of messages, each
    with the id that it had.

    A chunk is free when the planner made it, and again when its worker gave it back
    at a stop, when a new process took over from a dead one, or when its lease ran
    out. It is leased by `claim`, for as long as the holder renews. It is finished
    when the cursor has reached `last`, and stays so. What is left of a broadcast
    that is over is neither: nobody claims it any more. Leases are told of in
    `bot.service.delivery.progress`.

    A stream error that may be the content's fault is a strike against each chunk
    with messages on their way; `suspect` is the highest position that was written.
    Once the cursor reaches it, the strikes are forgotten.

Exceptions
    No row is the usual case: whom the cursor has passed without one was told.
    Therefore a row is there for what deviates. Where a repeat was accepted the row
    stays, but for its attempts alone, and counts as told: or whoever let a message
    bounce anew after each acceptance would have it repeated for ever.

    Unless it is stopped or given up, a broadcast is over once every chunk is finished
    and no exception is awaited. A message may bounce later than that. It still makes
    an exception and is repeated, while the broadcast is less than a day old, but its
    own state, and the report, stay what they were.

    So it is where somebody has those who failed tried once more (`retried_at`): they
    are retrying again, with one attempt left. A second report tells what became of it.

    Who waits, in quiet hours or on a pause, keeps it going for a day at most, like who
    is told again; beyond that until the first was told. Whoever then hears it later
    does so though it is over, and counts as sent from then on.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain.amendment import Amendment
from bot.domain.quiet import OUTSIDE, PAUSED, QUIET


class OccurrenceState(StrEnum):
    """What became of a due moment. Each is entered in one transaction with what goes
    with it, so a crash leaves the state before or the state after.
    """

    #: the planner, or an admin who let go what was held, made its broadcast; leaves
    #: for one of the next three with the broadcast
    SENDING = "sending"
    #: final: its broadcast is sent
    SENT = "sent"
    #: final: its broadcast failed, or none could be made
    FAILED = "failed"
    #: final: its broadcast was stopped
    STOPPED = "stopped"
    #: final: the planner found it too late, or a newer one took its place
    MISSED = "missed"
    #: somebody left it out, or its schedule was paused at its moment. While it is still
    #: to come it may be put back: then the row is gone, as if nothing had been; once it
    #: has passed it is final
    SKIPPED = "skipped"
    #: the planner found it too late, and its schedule wants an admin to decide; leaves
    #: for sending, failed (it can no longer be sent), skipped (left out, or cancelled
    #: with its schedule) or missed (a newer one took its place)
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One due moment of a schedule: of a rule unique by its wall time, else by its
    moment.
    """

    id: int = 0
    schedule_id: int
    #: when it is, or was, by the rules of its zone then
    due_at: datetime
    #: what the rule asks for (naive); None where it is of no rule
    wall: datetime | None = None
    state: OccurrenceState
    reason: str | None = None
    #: its owner is told of it, or need not be; what waits is told in one report
    told: bool = True


class BroadcastState(StrEnum):
    """How a broadcast stands; `bot.service.delivery.closing` brings it to its end,
    in one transaction with occurrence, schedule and report.
    """

    #: the planner made it. A crash leaves it here with its chunks, which are claimed
    #: again. Where the last chunk is finished and a retry is awaited, the retry's end
    #: closes it: no crash lies between the two
    SENDING = "sending"
    #: final: nothing is left, and somebody was told or there was nobody to tell
    SENT = "sent"
    #: final: nothing is left, or the rest was given up, and nobody was told
    FAILED = "failed"
    #: final: an admin stopped it, or its schedule was cancelled. What is on its way
    #: is still recorded
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """An audience, frozen by rule: a list's, or those whom a broadcast reached.

    Subscriptions with id ≤ `highest` that were active then; `ranges` cuts them into
    (after, last, count), positions being subscription ids. Where the broadcast was one
    to single people `highest` is None, and positions are those of its copied audience.
    The clock then: `at`.
    """

    list_id: int | None
    highest: int | None
    at: datetime
    ranges: tuple[tuple[int, int, int], ...]

    @property
    def total(self) -> int:
        return sum(count for _, _, count in self.ranges)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    id: int = 0
    occurrence_id: int
    schedule_id: int
    #: short, unguessable, unique: the first half of every message id
    key: str
    #: the list that speaks, and that is told unless the audience was copied
    list_id: int | None
    #: its one message goes out as if the schedule's owner had sent it himself
    in_owners_name: bool = False
    #: the id of that message where its owner chose it
    message_id: str | None = None
    #: neither quiet hours nor pauses hold it back
    urgent: bool = False
    #: no send window does either
    any_hour: bool = False
    #: when its list's send window opens, as far as is known: until then it waits, also
    #: in the middle, since the window closed. None: it does not wait
    begins_at: datetime | None = None
    #: None where the audience was copied into (broadcast, position, JID)
    highest: int | None = None
    frozen_at: datetime
    total: int
    state: BroadcastState = BroadcastState.SENDING
    reason: str | None = None
    created_at: datetime
    finished_at: datetime | None = None
    expires_at: datetime | None = None
    #: what it is about, as its schedule says
    topic: str | None = None
    #: those are told whom this broadcast reached, at the positions that they had there
    told_by: int | None = None
    #: and whom no later notice of the topic reached, up to this broadcast
    latest_by: int | None = None
    #: it amends `told_by`
    amendment: Amendment | None = None
    #: how often it was worded: 1 at first, one more with each amendment. Of one that
    #: amends: which edition of the other it brings
    edition: int = 1
    #: since when it holds no more: whoever has not heard it never will
    retracted_at: datetime | None = None
    #: when whom it did not reach was last to be tried once more, and who asked for
    #: that, until it is known what became of it
    retried_at: datetime | None = None
    retried_by: str | None = None
    #: since when nobody can tell what it said
    purged_at: datetime | None = None

    @property
    def tried_since(self) -> datetime:
        """From when on its messages are repeated."""
        return self.retried_at or self.created_at

    @property
    def latest_only(self) -> bool:
        return self.latest_by is not None

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class BroadcastName:
    """As people name one: by its schedule, and which of its broadcasts it is."""

    schedule_id: int
    #: from 1; None: the latest
    number: int | None = None

    def __str__(self) -> str:
        """As it is typed: a shell takes what stands behind `#` for a comment."""
        which = "" if self.number is None else f"/{self.number}"
        return f"{self.schedule_id}{which}"

    @property
    def shown(self) -> str:
        return f"#{self}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A range of a broadcast's audience that one worker sends under a lease."""

    id: int = 0
    broadcast_id: int
    #: positions (after, last]
    after: int
    last: int
    #: recipients in the range when it was cut
    count: int
    #: the cursor: everything up to it is acknowledged, or has an exception
    through: int
    #: recipients passed so far, exceptions included
    done: int = 0
    #: the cursor has reached `last`: nobody holds it any more
    finished: bool = False
    #: who holds it; None while it is free
    worker: str | None = None
    #: from then on anybody may claim it; its holder goes on until somebody has
    leased_until: datetime | None = None
    #: stream errors blamed on what lies in (through, suspect]
    strikes: int = 0
    suspect: int | None = None
    #: of the broadcast: the one that its holder writes, and has heard of
    edition: int = 1
    #: up to here the edition before went out, or may have gone out
    old_through: int | None = None
    #: up to here somebody may have written beyond the cursor, of whom no more is to be
    #: recorded
    reach: int | None = None
    #: how many messages its holder may have written beyond the cursor
    window: int | None = None
    #: likewise whoever held it before and is gone; None: all is known of him
    lost: int | None = None

    @property
    def surely(self) -> int:
        """Nothing beyond was ever written, where nobody holds it or was lost."""
        return max(self.through, self.reach or 0)

    @property
    def repeats_old(self) -> bool:
        """Who is to be told next has the edition before `edition`, or may have."""
        return self.through < (self.old_through or 0)


class Recipient(NamedTuple):
    """One reader of a broadcast, in the order of positions.

    A tuple, for there is one for each reader, and a dataclass takes longer to make
    than its row takes to read.
    """

    position: int
    jid: str
    language: str | None
    timezone: str | None
    #: unsubscribed since the audience was frozen
    left: bool = False
    #: quiet hours as they are stored (`bot.domain.quiet`)
    quiet: str | None = None
    paused_until: datetime | None = None
    #: of one that goes to those whom another reached: he is none of them
    unreached: bool = False


class ExceptionKind(StrEnum):
    """How a delivery deviates from "sent"."""

    #: not told, and not tried again. Entered by the step that gave the recipient up
    #: (its text cannot be rendered, or the server closes the stream over it), by a
    #: bounce that allows no repeat, by a repeat that is over, by a stop. It is final:
    #: what bounces once more says nothing new, or two bounces in turn would never end
    FAILED = "failed"
    #: it bounced for a while; the retrier repeats it at `next_at`. To claim it moves
    #: `next_at` on: a crash before the repeat is acknowledged leaves it here, and it is
    #: claimed once more, as one attempt of those it has
    RETRYING = "retrying"
    #: the server has the repeat. A bounce leads back; no bounce until `next_at` means
    #: accepted: then there is no next moment, and it counts as sent
    DEFERRED = "deferred"
    #: final: there is nothing to tell him any more: he unsubscribed between the due
    #: moment and its turn, or it expires before he may be told, entered by the step; of
    #: who waited also superseded, stopped
    SKIPPED = "skipped"
    #: in quiet hours or on a pause when his turn came, entered by the step: he is told
    #: at `next_at`, unless he wants it otherwise by then. To claim it moves `next_at`
    #: on, as for what is repeated
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryException:
    """At most one for each broadcast and recipient."""

    broadcast_id: int
    jid: str
    kind: ExceptionKind
    #: RFC 6120 condition, or `left`, `stream-error`, `content`, `quiet`, `paused`,
    #: `outside`, `never`, `superseded`, `expired`, `stopped`, `retracted`, `amended`
    condition: str
    text: str | None = None
    #: repeats so far; while he waits, how often he was claimed
    attempts: int = 0
    first_at: datetime
    #: when the turn of whoever waited came, None for all others
    begun_at: datetime | None = None
    #: when the retrier looks at it again; None where it does not
    next_at: datetime | None = None
    #: which edition of the broadcast he has, or may have, from a repeat that has not
    #: bounced since; None: none
    edition: int | None = None
    #: the service's latest broadcast when he got that, or may have
    heard_after: int | None = None

    @property
    def is_accepted(self) -> bool:
        """A repeat was: it counts as told."""
        return self.kind is ExceptionKind.DEFERRED and self.next_at is None

    @property
    def is_final(self) -> bool:
        """No bounce changes it any more."""
        return self.kind in {ExceptionKind.FAILED, ExceptionKind.SKIPPED}

    @property
    def is_untold(self) -> bool:
        """Nothing was written to him yet that could bounce."""
        return self.kind is ExceptionKind.WAITING and not self.attempts

    @property
    def is_first(self) -> bool:
        """Claimed to be told what he was to hear later, for the first time."""
        return self.kind is ExceptionKind.WAITING and self.attempts == 1

    @property
    def was_waiting(self) -> bool:
        """He was to hear it later, and nothing has bounced since he did."""
        return self.condition in {QUIET, PAUSED, OUTSIDE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Counts of one broadcast, in recipients."""

    total: int
    sent: int
    failed: int
    skipped: int
    #: not told yet: who is told again, and who waits
    deferred: int
    #: of these, who hears it later: in quiet hours, on a pause, or outside of the
    #: list's send window on his clocks
    waiting: int = 0

    @property
    def later(self) -> int:
        """Who may yet be told: who is neither told nor given up."""
        return self.total - self.sent - self.failed - self.skipped

    @property
    def left_out(self) -> int:
        """Of one that is over: who was neither told nor failed, and gets nothing more;
        what was on its way when it was stopped is among them until it is recorded.
        """
        known = self.sent + self.failed + self.skipped + self.waiting
        return max(0, self.total - known)
