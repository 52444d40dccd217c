"""What is told, written down, counted, and known of the processes."""

import sqlalchemy as sa

from bot.domain.roles import RoleName
from bot.domain.updates import WireState
from bot.store.tables.base import CONTENT, metadata, one_of, service
from bot.store.types import Id, UTCDateTime, Whole

notice = sa.Table(
    "notice",
    metadata,
    sa.Column("id", Id, primary_key=True),
    service(),
    sa.Column("recipient", sa.Text, nullable=False),
    # words and their language, or an update: job as its owner knows it, status,
    # moment of several; its text are remarks, each [code, words], as JSON
    sa.Column("text", sa.Text, info=CONTENT),
    sa.Column("language", sa.Text),
    sa.Column("job", sa.Text),
    sa.Column("status", sa.Text),
    sa.Column("due_at", UTCDateTime),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("claimed_until", UTCDateTime),
    sa.Column("announcement", Id),
    one_of("status", WireState),
)
sa.Index(None, notice.c.service, notice.c.id)

# Only ever added to: who asked what.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", Id, primary_key=True),
    service(),
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
    sa.Column("count", Whole, nullable=False),
)

# Roles that admins gave, beside those of the configuration.
role = sa.Table(
    "role",
    metadata,
    sa.Column("service", sa.Text, primary_key=True),
    sa.Column("jid", sa.Text, primary_key=True),
    sa.Column("role", sa.Text, primary_key=True),
    # of a publisher; '' of the others
    sa.Column("list_name", sa.Text, primary_key=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", UTCDateTime, nullable=False),
    one_of("role", RoleName),
)

# While there is a row, nothing goes out.
standstill = sa.Table(
    "standstill",
    metadata,
    sa.Column("service", sa.Text, primary_key=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("since", UTCDateTime, nullable=False),
)

# Of the database as a whole.
fact = sa.Table(
    "fact",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
)

# By which keys content of a service may be encrypted; '': some may be in the clear.
storage_key = sa.Table(
    "storage_key",
    metadata,
    sa.Column("service", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
)

# What was seen last of a server for whose users messages are scheduled.
sight = sa.Table(
    "sight",
    metadata,
    sa.Column("service", sa.Text, primary_key=True),
    sa.Column("server", sa.Text, primary_key=True),
    # of its module; words with blanks between them
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("serves", sa.Text, nullable=False),
    sa.Column("parts", sa.Text, nullable=False),
    # what it grants, by XEP-0356 and XEP-0355
    sa.Column("privilege", sa.Text),
    sa.Column("rosters", sa.Boolean, nullable=False),
    sa.Column("delegated", sa.Text, nullable=False),
    # {address: seconds}, as JSON
    sa.Column("uploads", sa.Text, nullable=False),
    sa.Column("seen_at", UTCDateTime, nullable=False),
    # since when it does not hold back messages, where it did
    sa.Column("open_since", UTCDateTime),
)

pulse = sa.Table(
    "pulse",
    metadata,
    sa.Column("worker", sa.Text, primary_key=True),
    service(),
    # what the process connects as: an account's with its resource
    sa.Column("jid", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("connected", sa.Boolean, nullable=False),
    sa.Column("started_at", UTCDateTime, nullable=False),
    sa.Column("seen_at", UTCDateTime, nullable=False),
    # which configuration it has read, and how it went
    sa.Column("reading", sa.JSON(none_as_null=True)),
    # how often it was asked to read it anew
    sa.Column("asked_to_read", sa.Integer, nullable=False, server_default="0"),
)
