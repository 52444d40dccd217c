"""The tables; `migrations/` brings a database to this shape.

    list ─< subscription >─ subscriber
    schedule ─< occurrence ─ broadcast ─< chunk, delivery_exception,
                                          broadcast_recipient, broadcast_text,
                                          broadcast_content

Positions of a broadcast's audience are subscription ids where it is frozen by
rule (`highest` is set) and count from 1 where it is copied.

Several services may share a database. `service` says whose a row is: the bare
JID of the service (an account's without its resource). A row without that
column belongs to whom the row that it refers to belongs (`bot.store.ownership`).
"""

from enum import StrEnum

import sqlalchemy as sa

from bot.domain.broadcast import BroadcastState, ExceptionKind, OccurrenceState
from bot.domain.lateness import LatePolicy
from bot.domain.lists import EndReason, ListKind, SubscriptionOrigin
from bot.domain.message import MessageType
from bot.domain.schedule import FINAL, PLANNABLE, Origin, ScheduleState
from bot.domain.updates import WireState
from bot.store.types import Id, UTCDateTime, WallTime

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _one_of(column: str, values: type[StrEnum]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


def _service() -> "sa.Column[str]":
    """Whose row it is: the bare JID of a service."""
    return sa.Column("service", sa.Text, nullable=False)


announcement_list = sa.Table(
    "list",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _service(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("is_default", sa.Boolean, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("timezone", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("publishers", sa.JSON, nullable=False),
    sa.Column("welcome", sa.Text),
    # no longer configured: kept, with who stood on it
    sa.Column("retired", sa.Boolean, nullable=False),
    sa.UniqueConstraint("service", "name"),
    _one_of("kind", ListKind),
    _one_of("type", MessageType),
)

subscriber = sa.Table(
    "subscriber",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _service(),
    sa.Column("jid", sa.Text, nullable=False),
    sa.Column("language", sa.Text),
    sa.Column("language_seen", sa.Text),
    sa.Column("timezone", sa.Text),
    sa.Column("score", sa.Integer, nullable=False),
    sa.Column("score_since", UTCDateTime),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.UniqueConstraint("service", "jid"),
)

# Intervals, only ever added and ended: frozen audiences refer to them by id,
# so an id must not come back (hence AUTOINCREMENT on SQLite).
subscription = sa.Table(
    "subscription",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("list_id", sa.ForeignKey("list.id"), nullable=False),
    sa.Column("subscriber_id", sa.ForeignKey("subscriber.id"), nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("started_at", UTCDateTime, nullable=False),
    sa.Column("ended_at", UTCDateTime),
    # the service's latest broadcast when it ended (0: there was none)
    sa.Column("ended_after", sa.BigInteger),
    sa.Column("end_reason", sa.Text),
    _one_of("origin", SubscriptionOrigin),
    _one_of("end_reason", EndReason),
    sqlite_autoincrement=True,
)
SUBSCRIBED = subscription.c.ended_at.is_(None)
sa.Index(
    "uq_subscription_active",
    subscription.c.list_id,
    subscription.c.subscriber_id,
    unique=True,
    sqlite_where=SUBSCRIBED,
    postgresql_where=SUBSCRIBED,
)
sa.Index(None, subscription.c.list_id, subscription.c.id)
sa.Index(None, subscription.c.subscriber_id)

welcome = sa.Table(
    "welcome",
    metadata,
    sa.Column("list_id", sa.ForeignKey("list.id"), primary_key=True),
    sa.Column("subscriber_id", sa.ForeignKey("subscriber.id"), primary_key=True),
    sa.Column("at", UTCDateTime, nullable=False),
)

schedule = sa.Table(
    "schedule",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _service(),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("client_id", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, server_default="1", nullable=False),
    sa.Column("edit_fingerprint", sa.Text),
    sa.Column("audience", sa.JSON, nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("timezone", sa.Text, nullable=False),
    sa.Column("recurrence", sa.Text),
    sa.Column("deliver_at", UTCDateTime, nullable=False),
    # of a rule: DTSTART, and how far it has come; what is next follows from these
    sa.Column("start", WallTime),
    sa.Column("through", WallTime),
    sa.Column("next_at", UTCDateTime),
    sa.Column("planned", sa.Integer, nullable=False),
    sa.Column("expires_at", UTCDateTime),
    sa.Column("late_policy", sa.Text, nullable=False),
    sa.Column("late_within", sa.Integer, nullable=False),
    sa.Column("updates", sa.Boolean, nullable=False),
    sa.Column("metadata", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("paused_at", UTCDateTime),
    sa.Column("reason", sa.Text),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("ended_at", UTCDateTime),
    sa.UniqueConstraint("service", "owner", "client_id"),
    _one_of("origin", Origin),
    _one_of("late_policy", LatePolicy),
    _one_of("state", ScheduleState),
    sqlite_autoincrement=True,
)
# Literals: a partial index serves a query that repeats its condition word for
# word, which a bound value does not.
IS_PLANNABLE = schedule.c.state.in_(
    [sa.literal_column(f"'{state}'") for state in sorted(PLANNABLE)]
)
sa.Index(
    "ix_schedule_due",
    schedule.c.service,
    schedule.c.next_at,
    schedule.c.id,
    sqlite_where=IS_PLANNABLE,
    postgresql_where=IS_PLANNABLE,
)
IS_LIVE = schedule.c.state.in_(
    [sa.literal_column(f"'{state}'") for state in sorted(set(ScheduleState) - FINAL)]
)
sa.Index(
    "ix_schedule_live",
    schedule.c.service,
    schedule.c.state,
    sqlite_where=IS_LIVE,
    postgresql_where=IS_LIVE,
)
sa.Index(None, schedule.c.service, schedule.c.id)
sa.Index(None, schedule.c.service, schedule.c.owner, schedule.c.id)
sa.Index(None, schedule.c.service, schedule.c.owner, schedule.c.state)

occurrence = sa.Table(
    "occurrence",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("schedule_id", sa.ForeignKey("schedule.id"), nullable=False),
    sa.Column("due_at", UTCDateTime, nullable=False),
    sa.Column("wall", WallTime),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    # its owner is told of it, or need not be
    sa.Column("told", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.UniqueConstraint("schedule_id", "wall"),
    _one_of("state", OccurrenceState),
)
sa.Index(None, occurrence.c.schedule_id, occurrence.c.due_at)
IS_OF_NO_RULE = occurrence.c.wall.is_(None)
sa.Index(
    "uq_occurrence_once",
    occurrence.c.schedule_id,
    occurrence.c.due_at,
    unique=True,
    sqlite_where=IS_OF_NO_RULE,
    postgresql_where=IS_OF_NO_RULE,
)

# When what was due could be planned (`bot.domain.lateness`), for as long as there is
# anything that waits since then.
shift = sa.Table(
    "shift",
    metadata,
    sa.Column("service", sa.Text, primary_key=True),
    sa.Column("began_at", UTCDateTime, primary_key=True),
    sa.Column("seen_at", UTCDateTime, nullable=False),
)

broadcast = sa.Table(
    "broadcast",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _service(),
    # one occurrence is sent once
    sa.Column(
        "occurrence_id", sa.ForeignKey("occurrence.id"), nullable=False, unique=True
    ),
    sa.Column("schedule_id", sa.ForeignKey("schedule.id"), nullable=False),
    # whose announcement of the day it is (the schedule's owner); NULL: nobody's
    sa.Column("counted_for", sa.Text),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("list_id", sa.ForeignKey("list.id")),
    sa.Column("highest", sa.BigInteger),
    sa.Column("frozen_at", UTCDateTime, nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("finished_at", UTCDateTime),
    sa.Column("expires_at", UTCDateTime),
    _one_of("state", BroadcastState),
    sqlite_autoincrement=True,
)
IS_SENDING = broadcast.c.state == sa.literal_column(f"'{BroadcastState.SENDING}'")
sa.Index(
    "ix_broadcast_sending",
    broadcast.c.service,
    broadcast.c.total,
    broadcast.c.id,
    sqlite_where=IS_SENDING,
    postgresql_where=IS_SENDING,
)
sa.Index(None, broadcast.c.service, broadcast.c.id)
sa.Index(None, broadcast.c.schedule_id, broadcast.c.id)
sa.Index(None, broadcast.c.service, broadcast.c.counted_for, broadcast.c.created_at)

# A copied audience, where it is not a list's.
broadcast_recipient = sa.Table(
    "broadcast_recipient",
    metadata,
    sa.Column("broadcast_id", sa.ForeignKey("broadcast.id"), primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("jid", sa.Text, nullable=False),
)
sa.Index(None, broadcast_recipient.c.broadcast_id, broadcast_recipient.c.jid)

# What a (language, zone) was told, rendered once.
broadcast_text = sa.Table(
    "broadcast_text",
    metadata,
    sa.Column("broadcast_id", sa.ForeignKey("broadcast.id"), primary_key=True),
    sa.Column("language", sa.Text, primary_key=True),
    sa.Column("zone", sa.Text, primary_key=True),
    sa.Column("text", sa.JSON, nullable=False),
)

# What a broadcast is made of, where its schedule was edited while it went out.
broadcast_content = sa.Table(
    "broadcast_content",
    metadata,
    sa.Column("broadcast_id", sa.ForeignKey("broadcast.id"), primary_key=True),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("timezone", sa.Text, nullable=False),
)

chunk = sa.Table(
    "chunk",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("broadcast_id", sa.ForeignKey("broadcast.id"), nullable=False),
    sa.Column("after", sa.BigInteger, nullable=False),
    sa.Column("last", sa.BigInteger, nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("through", sa.BigInteger, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("finished", sa.Boolean, nullable=False),
    sa.Column("worker", sa.Text),
    sa.Column("leased_until", UTCDateTime),
    sa.Column("strikes", sa.Integer, nullable=False),
    sa.Column("suspect", sa.BigInteger),
    sa.UniqueConstraint("broadcast_id", "after"),
)
IS_OPEN = sa.not_(chunk.c.finished)
sa.Index(
    "ix_chunk_open",
    chunk.c.broadcast_id,
    chunk.c.id,
    sqlite_where=IS_OPEN,
    postgresql_where=IS_OPEN,
)
IS_LEASED = chunk.c.worker.is_not(None)
sa.Index(
    "ix_chunk_leased",
    chunk.c.worker,
    sqlite_where=IS_LEASED,
    postgresql_where=IS_LEASED,
)

# Has its service although its broadcast has it, too: what is due is looked for
# in one index, which a neighbour's thousands do not lengthen.
delivery_exception = sa.Table(
    "delivery_exception",
    metadata,
    sa.Column("broadcast_id", sa.ForeignKey("broadcast.id"), primary_key=True),
    sa.Column("jid", sa.Text, primary_key=True),
    _service(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("condition", sa.Text, nullable=False),
    sa.Column("text", sa.Text),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("first_at", UTCDateTime, nullable=False),
    sa.Column("next_at", UTCDateTime),
    _one_of("kind", ExceptionKind),
)
sa.Index(None, delivery_exception.c.broadcast_id, delivery_exception.c.kind)
#: retrying or deferred: its time comes again
IS_AWAITED = delivery_exception.c.next_at.is_not(None)
#: a repeat was accepted: the row is kept for its attempts alone
IS_ACCEPTED = sa.and_(
    delivery_exception.c.kind == ExceptionKind.DEFERRED,
    delivery_exception.c.next_at.is_(None),
)
sa.Index(
    "ix_delivery_exception_next",
    delivery_exception.c.service,
    delivery_exception.c.next_at,
    sqlite_where=IS_AWAITED,
    postgresql_where=IS_AWAITED,
)

notice = sa.Table(
    "notice",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _service(),
    sa.Column("recipient", sa.Text, nullable=False),
    # words and their language, or an update: job as its owner knows it, status,
    # moment of several
    sa.Column("text", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("job", sa.Text),
    sa.Column("status", sa.Text),
    sa.Column("due_at", UTCDateTime),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("claimed_until", UTCDateTime),
    sa.Column("announcement", Id),
    _one_of("status", WireState),
)
sa.Index(None, notice.c.service, notice.c.id)

# Only ever added to: who asked what.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _service(),
    sa.Column("at", UTCDateTime, nullable=False),
    sa.Column("caller", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("door", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("reference", Id),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("detail", sa.Text),
    sqlite_autoincrement=True,
)
sa.Index(None, audit.c.service, audit.c.id)
sa.Index(None, audit.c.service, audit.c.at)
sa.Index(None, audit.c.service, audit.c.caller, audit.c.id)

# Requests of the minute that began with `since`.
request_count = sa.Table(
    "request_count",
    metadata,
    sa.Column("service", sa.Text, primary_key=True),
    sa.Column("who", sa.Text, primary_key=True),
    sa.Column("since", UTCDateTime, nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
)

# Of the database as a whole.
fact = sa.Table(
    "fact",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
)

pulse = sa.Table(
    "pulse",
    metadata,
    sa.Column("worker", sa.Text, primary_key=True),
    _service(),
    # what the process connects as: an account's with its resource
    sa.Column("jid", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("connected", sa.Boolean, nullable=False),
    sa.Column("started_at", UTCDateTime, nullable=False),
    sa.Column("seen_at", UTCDateTime, nullable=False),
)
