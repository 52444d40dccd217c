"""Lists, and who stands on them."""

import sqlalchemy as sa

from bot.domain.lists import (
    ContactState,
    EndReason,
    ListKind,
    SubscriptionOrigin,
)
from bot.domain.message import MessageType
from bot.store.tables.base import CONTENT, metadata, one_of, service
from bot.store.types import Id, UTCDateTime, Whole

announcement_list = sa.Table(
    "list",
    metadata,
    sa.Column("id", Id, primary_key=True),
    service(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("is_default", sa.Boolean, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("timezone", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("publishers", sa.JSON, nullable=False),
    sa.Column("welcome", sa.Text),
    # seconds before a maintenance of it begins
    sa.Column("reminders", sa.JSON, nullable=False, server_default="[86400, 3600]"),
    # everybody may read it in feeds; NULL: as its kind has it
    sa.Column("public", sa.Boolean),
    # no longer configured: kept, with who stood on it
    sa.Column("retired", sa.Boolean, nullable=False),
    # the configuration file names it
    sa.Column("declared", sa.Boolean, nullable=False, server_default=sa.true()),
    # it was made by command, so it is not retired where no file names it
    sa.Column("by_command", sa.Boolean, nullable=False, server_default=sa.false()),
    # its readers' clients know corrections and retractions
    sa.Column("corrections", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.UniqueConstraint("service", "name"),
    one_of("kind", ListKind),
    one_of("type", MessageType),
)

subscriber = sa.Table(
    "subscriber",
    metadata,
    sa.Column("id", Id, primary_key=True),
    service(),
    sa.Column("jid", sa.Text, nullable=False),
    sa.Column("language", sa.Text),
    sa.Column("language_seen", sa.Text),
    sa.Column("timezone", sa.Text),
    # `bot.domain.quiet`: 22:00-07:00 MO TU
    sa.Column("quiet", sa.Text),
    sa.Column("paused_until", UTCDateTime),
    sa.Column("score", Whole, nullable=False),
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
    one_of("origin", SubscriptionOrigin),
    one_of("end_reason", EndReason),
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
sa.Index(None, subscription.c.subscriber_id, subscription.c.list_id, subscription.c.id)

# Beside a subscription that ended since messages came back.
suspension = sa.Table(
    "suspension",
    metadata,
    sa.Column("subscription_id", sa.ForeignKey("subscription.id"), primary_key=True),
    sa.Column("list_id", sa.ForeignKey("list.id"), nullable=False),
    # of the last that came back, and whose message that was
    sa.Column("condition", sa.Text, nullable=False),
    sa.Column("broadcast_id", sa.ForeignKey("broadcast.id")),
    # when owner and admins were told
    sa.Column("told_at", UTCDateTime),
)
sa.Index(None, suspension.c.list_id, suspension.c.subscription_id)

# A list's welcome in words of its own, which stand above its template.
greeting = sa.Table(
    "greeting",
    metadata,
    sa.Column("list_id", sa.ForeignKey("list.id"), primary_key=True),
    sa.Column("text", sa.Text, nullable=False, info=CONTENT),
)

welcome = sa.Table(
    "welcome",
    metadata,
    sa.Column("list_id", sa.ForeignKey("list.id"), primary_key=True),
    sa.Column("subscriber_id", sa.ForeignKey("subscriber.id"), primary_key=True),
    sa.Column("at", UTCDateTime, nullable=False),
)

# Who waits to be let in to a list.
join_request = sa.Table(
    "join_request",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("list_id", sa.ForeignKey("list.id"), nullable=False),
    sa.Column("jid", sa.Text, nullable=False),
    # he asked by presence, which is to be answered
    sa.Column("by_presence", sa.Boolean, nullable=False),
    sa.Column("language", sa.Text),
    sa.Column("asked_at", UTCDateTime, nullable=False),
    # when admins were told
    sa.Column("told_at", UTCDateTime),
    sa.UniqueConstraint("list_id", "jid"),
    sqlite_autoincrement=True,
)
sa.Index(None, join_request.c.jid)

# What somebody's client is still to hear of a list as a contact.
contact_news = sa.Table(
    "contact_news",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("list_id", sa.ForeignKey("list.id"), nullable=False),
    sa.Column("jid", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.UniqueConstraint("list_id", "jid"),
    one_of("state", ContactState),
    sqlite_autoincrement=True,
)
