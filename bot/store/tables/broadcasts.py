"""What is sent: to whom, how far, and what became of it."""

import sqlalchemy as sa

from bot.domain.broadcast import BroadcastState, ExceptionKind
from bot.store.tables.base import CONTENT, metadata, one_of, service
from bot.store.types import Id, UTCDateTime, Whole


def _edition() -> "sa.Column[int]":
    """Of a broadcast, in the key."""
    return sa.Column(
        "edition", sa.Integer, primary_key=True, autoincrement=False, server_default="1"
    )


broadcast = sa.Table(
    "broadcast",
    metadata,
    sa.Column("id", Id, primary_key=True),
    service(),
    # one occurrence is sent once
    sa.Column(
        "occurrence_id", sa.ForeignKey("occurrence.id"), nullable=False, unique=True
    ),
    sa.Column("schedule_id", sa.ForeignKey("schedule.id"), nullable=False),
    # whose announcement of the day it is (the schedule's owner); NULL: nobody's
    sa.Column("counted_for", sa.Text),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("list_id", sa.ForeignKey("list.id")),
    sa.Column("in_owners_name", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("message_id", sa.Text),
    # no quiet hours hold it back
    sa.Column("urgent", sa.Boolean, nullable=False, server_default=sa.false()),
    # no send window holds it back
    sa.Column("any_hour", sa.Boolean, nullable=False, server_default=sa.false()),
    # when the list's send window opens, which it waits for
    sa.Column("begins_at", UTCDateTime),
    sa.Column("highest", sa.BigInteger),
    sa.Column("frozen_at", UTCDateTime, nullable=False),
    sa.Column("total", Whole, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("finished_at", UTCDateTime),
    sa.Column("expires_at", UTCDateTime),
    # since when nobody can tell what it said
    sa.Column("purged_at", UTCDateTime),
    # what it is about, as several may be
    sa.Column("topic", sa.Text),
    # those are told whom that one reached
    sa.Column("told_by", Id),
    # and no later one of the topic up to this one
    sa.Column("latest_by", Id),
    # and it amends that one; the edition is then that one's
    sa.Column("amendment", sa.Text),
    sa.Column("edition", Whole, nullable=False, server_default="1"),
    # since when it holds no more
    sa.Column("retracted_at", UTCDateTime),
    # when whom it did not reach was last tried once more; who asked, until he is told
    sa.Column("retried_at", UTCDateTime),
    sa.Column("retried_by", sa.Text),
    one_of("state", BroadcastState),
    sqlite_autoincrement=True,
)
IS_SENDING = broadcast.c.state == sa.literal_column(f"'{BroadcastState.SENDING}'")
sa.Index(
    "ix_broadcast_sending",
    broadcast.c.service,
    broadcast.c.in_owners_name,
    broadcast.c.total,
    broadcast.c.id,
    sqlite_where=IS_SENDING,
    postgresql_where=IS_SENDING,
)
#: it waits for its list's send window
IS_SHUT_OUT = sa.and_(IS_SENDING, broadcast.c.begins_at.is_not(None))
sa.Index(
    "ix_broadcast_shut_out",
    broadcast.c.service,
    broadcast.c.begins_at,
    sqlite_where=IS_SHUT_OUT,
    postgresql_where=IS_SHUT_OUT,
)
IS_KEPT_BROADCAST = sa.and_(
    broadcast.c.purged_at.is_(None), broadcast.c.finished_at.is_not(None)
)
sa.Index(
    "ix_broadcast_kept",
    broadcast.c.service,
    broadcast.c.finished_at,
    sqlite_where=IS_KEPT_BROADCAST,
    postgresql_where=IS_KEPT_BROADCAST,
)
sa.Index(None, broadcast.c.service, broadcast.c.id)
sa.Index(None, broadcast.c.schedule_id, broadcast.c.id)
sa.Index(None, broadcast.c.service, broadcast.c.counted_for, broadcast.c.created_at)

for _name in ("topic", "told_by"):
    _is_given = broadcast.c[_name].is_not(None)
    sa.Index(
        f"ix_broadcast_{_name}",
        broadcast.c.service,
        broadcast.c[_name],
        broadcast.c.id,
        sqlite_where=_is_given,
        postgresql_where=_is_given,
    )

#: of a topic, and not of another such notice
IS_NOTICE = sa.and_(broadcast.c.topic.is_not(None), broadcast.c.amendment.is_(None))
#: the whole of it
IS_TO_LIST = sa.and_(broadcast.c.highest.is_not(None), broadcast.c.told_by.is_(None))
for _name, _condition in (("notice", IS_TO_LIST), ("notice_sending", IS_SENDING)):
    sa.Index(
        f"ix_broadcast_{_name}",
        broadcast.c.service,
        broadcast.c.topic,
        broadcast.c.schedule_id,
        sqlite_where=sa.and_(IS_NOTICE, _condition),
        postgresql_where=sa.and_(IS_NOTICE, _condition),
    )

# Those of a list's people, of which one looks for what he was told.
IS_LISTED = broadcast.c.highest.is_not(None)
sa.Index(
    "ix_broadcast_listed",
    broadcast.c.list_id,
    broadcast.c.id,
    sqlite_where=IS_LISTED,
    postgresql_where=IS_LISTED,
)

# What came back is looked for by the id that its owner chose.
IS_NAMED = broadcast.c.message_id.is_not(None)
sa.Index(
    "ix_broadcast_message_id",
    broadcast.c.service,
    broadcast.c.message_id,
    broadcast.c.id,
    sqlite_where=IS_NAMED,
    postgresql_where=IS_NAMED,
)

# A copied audience, where it is not a list's.
broadcast_recipient = sa.Table(
    "broadcast_recipient",
    metadata,
    sa.Column("broadcast_id", sa.ForeignKey("broadcast.id"), primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("jid", sa.Text, nullable=False),
)
sa.Index(None, broadcast_recipient.c.broadcast_id, broadcast_recipient.c.jid)
# what is stored of one person is looked for by his address
sa.Index(None, broadcast_recipient.c.jid, broadcast_recipient.c.broadcast_id)

# What a (language, zone) was told of an edition, rendered once.
broadcast_text = sa.Table(
    "broadcast_text",
    metadata,
    sa.Column("broadcast_id", sa.ForeignKey("broadcast.id"), primary_key=True),
    sa.Column("language", sa.Text, primary_key=True),
    sa.Column("zone", sa.Text, primary_key=True),
    _edition(),
    sa.Column("text", sa.JSON, nullable=False, info=CONTENT),
)

# What an edition of a broadcast is made of, where its schedule does not say it: it was
# corrected, or its schedule was edited while it went out.
broadcast_content = sa.Table(
    "broadcast_content",
    metadata,
    sa.Column("broadcast_id", sa.ForeignKey("broadcast.id"), primary_key=True),
    _edition(),
    sa.Column("content", sa.JSON, nullable=False, info=CONTENT),
    sa.Column("timezone", sa.Text, nullable=False),
)

chunk = sa.Table(
    "chunk",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("broadcast_id", sa.ForeignKey("broadcast.id"), nullable=False),
    sa.Column("after", sa.BigInteger, nullable=False),
    sa.Column("last", sa.BigInteger, nullable=False),
    sa.Column("count", Whole, nullable=False),
    sa.Column("through", sa.BigInteger, nullable=False),
    sa.Column("done", Whole, nullable=False),
    sa.Column("finished", sa.Boolean, nullable=False),
    sa.Column("worker", sa.Text),
    sa.Column("leased_until", UTCDateTime),
    sa.Column("strikes", Whole, nullable=False),
    sa.Column("suspect", sa.BigInteger),
    # which edition its holder writes, and how far the one before may have gone
    sa.Column("edition", Whole, nullable=False, server_default="1"),
    sa.Column("old_through", sa.BigInteger),
    # how far somebody may have written beyond the cursor of whom nothing is heard any
    # more; so many messages its holder may have written, or one who is gone
    sa.Column("reach", sa.BigInteger),
    sa.Column("window", Whole),
    sa.Column("lost", Whole),
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
    service(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("condition", sa.Text, nullable=False),
    sa.Column("text", sa.Text, info=CONTENT),
    sa.Column("attempts", Whole, nullable=False),
    sa.Column("first_at", UTCDateTime, nullable=False),
    sa.Column("next_at", UTCDateTime),
    # when the turn of whoever was to hear it later came
    sa.Column("begun_at", UTCDateTime),
    # which edition he has, or may have, from a repeat
    sa.Column("edition", Whole),
    # the service's latest broadcast when he got that (0: there was none)
    sa.Column("heard_after", Id),
    one_of("kind", ExceptionKind),
)
sa.Index(None, delivery_exception.c.broadcast_id, delivery_exception.c.kind)
sa.Index(None, delivery_exception.c.jid, delivery_exception.c.broadcast_id)
#: retrying, deferred or waiting: its time comes again
IS_AWAITED = delivery_exception.c.next_at.is_not(None)
#: the reader hears it later
IS_WAITING = delivery_exception.c.kind == sa.literal_column(
    f"'{ExceptionKind.WAITING}'"
)
# Apart from those who wait, who may be thousands and for weeks: what is due is looked
# for every few seconds.
IS_REPEATED = sa.and_(IS_AWAITED, sa.not_(IS_WAITING))
#: a repeat was accepted: the row is kept for its attempts alone
IS_ACCEPTED = sa.and_(
    delivery_exception.c.kind == ExceptionKind.DEFERRED,
    delivery_exception.c.next_at.is_(None),
)
sa.Index(
    "ix_delivery_exception_next",
    delivery_exception.c.service,
    delivery_exception.c.next_at,
    sqlite_where=IS_REPEATED,
    postgresql_where=IS_REPEATED,
)
for _name, _column in (("waiting", "next_at"), ("waiting_jid", "jid")):
    sa.Index(
        f"ix_delivery_exception_{_name}",
        delivery_exception.c.service,
        delivery_exception.c[_column],
        sqlite_where=IS_WAITING,
        postgresql_where=IS_WAITING,
    )
