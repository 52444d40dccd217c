"""What people chose: who may schedule to them, their answers, to be forgotten."""

import sqlalchemy as sa

from bot.domain.consent import ApprovalState, Who
from bot.store.tables.base import CONTENT, metadata, one_of, service
from bot.store.types import Id, UTCDateTime, Whole

consent = sa.Table(
    "consent",
    metadata,
    sa.Column("id", Id, primary_key=True),
    service(),
    sa.Column("jid", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("max_per_day", Whole),
    # seconds
    sa.Column("max_ahead", Whole),
    sa.Column("preview", sa.Boolean, nullable=False),
    sa.Column("changed_at", UTCDateTime, nullable=False),
    sa.UniqueConstraint("service", "jid"),
    one_of("who", Who),
)

# Whom they named: a bare JID, or a domain for all of its people.
consent_entry = sa.Table(
    "consent_entry",
    metadata,
    sa.Column("consent_id", sa.ForeignKey("consent.id"), primary_key=True),
    sa.Column("jid", sa.Text, primary_key=True),
    sa.Column("blocked", sa.Boolean, primary_key=True),
)

# What a recipient was asked about a schedule. The id is random: he answers by it.
approval = sa.Table(
    "approval",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    service(),
    sa.Column("schedule_id", sa.ForeignKey("schedule.id"), nullable=False),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("preview", sa.Boolean, nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("told_at", UTCDateTime),
    sa.Column("decided_at", UTCDateTime),
    one_of("state", ApprovalState),
)
sa.Index(None, approval.c.service, approval.c.recipient, approval.c.id)
sa.Index(None, approval.c.schedule_id)
IS_UNTOLD = sa.and_(
    approval.c.state == sa.literal_column(f"'{ApprovalState.WAITING}'"),
    approval.c.told_at.is_(None),
)
sa.Index(
    "ix_approval_untold",
    approval.c.service,
    approval.c.recipient,
    sqlite_where=IS_UNTOLD,
    postgresql_where=IS_UNTOLD,
)

# Who asked to be forgotten, so that nobody puts him back on a list unnoticed: a digest
# of his address.
forgotten = sa.Table(
    "forgotten",
    metadata,
    sa.Column("service", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("at", UTCDateTime, nullable=False),
)

# By what such digests are made, in hexadecimal; NULL: no key opens it any more.
forgetting_key = sa.Table(
    "forgetting_key",
    metadata,
    sa.Column("service", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, info=CONTENT),
)
