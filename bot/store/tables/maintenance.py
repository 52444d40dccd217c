"""Maintenance, its windows, and the notices that were made of them."""

import sqlalchemy as sa

from bot.domain.maintenance import OVER, Finish, Phase, WindowState
from bot.domain.schedule import Origin
from bot.store.tables.base import CONTENT, literals, metadata, one_of, service
from bot.store.types import Id, UTCDateTime, WallTime, Whole

maintenance = sa.Table(
    "maintenance",
    metadata,
    sa.Column("id", Id, primary_key=True),
    service(),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("client_id", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False, info=CONTENT),
    sa.Column("revision", Whole, nullable=False),
    sa.Column("edit_fingerprint", sa.Text, info=CONTENT),
    sa.Column("list_name", sa.Text, nullable=False),
    sa.Column("template", sa.Text, nullable=False),
    sa.Column("fields", sa.JSON, nullable=False, info=CONTENT),
    sa.Column("timezone", sa.Text, nullable=False),
    sa.Column("recurrence", sa.Text),
    sa.Column("start", WallTime, nullable=False),
    # a length as ISO 8601 has it: days on the wall and then exact; NULL: not known
    sa.Column("lasts", sa.Text),
    sa.Column("finish", sa.Text, nullable=False),
    # seconds before the start
    sa.Column("reminders", sa.JSON, nullable=False),
    sa.Column("language", sa.Text),
    # of a rule: how far it has come
    sa.Column("through", WallTime),
    sa.Column("opened", Whole, nullable=False),
    # the earliest of its windows
    sa.Column("next_at", UTCDateTime),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("ended_at", UTCDateTime),
    # since when it says nothing any more
    sa.Column("purged_at", UTCDateTime),
    one_of("origin", Origin),
    one_of("finish", Finish),
    sqlite_autoincrement=True,
)
IS_LIVE_MAINTENANCE = maintenance.c.ended_at.is_(None)
sa.Index(
    "uq_maintenance_live_id",
    maintenance.c.client_id,
    maintenance.c.owner,
    maintenance.c.service,
    unique=True,
    sqlite_where=IS_LIVE_MAINTENANCE,
    postgresql_where=IS_LIVE_MAINTENANCE,
)
IS_DUE_MAINTENANCE = maintenance.c.next_at.is_not(None)
sa.Index(
    "ix_maintenance_due",
    maintenance.c.service,
    maintenance.c.next_at,
    maintenance.c.id,
    sqlite_where=IS_DUE_MAINTENANCE,
    postgresql_where=IS_DUE_MAINTENANCE,
)
IS_KEPT_MAINTENANCE = sa.and_(
    maintenance.c.purged_at.is_(None), maintenance.c.ended_at.is_not(None)
)
sa.Index(
    "ix_maintenance_kept",
    maintenance.c.service,
    maintenance.c.ended_at,
    sqlite_where=IS_KEPT_MAINTENANCE,
    postgresql_where=IS_KEPT_MAINTENANCE,
)
sa.Index(None, maintenance.c.service, maintenance.c.id)
sa.Index(
    None,
    maintenance.c.service,
    maintenance.c.owner,
    maintenance.c.client_id,
    maintenance.c.id,
)

maintenance_window = sa.Table(
    "maintenance_window",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("maintenance_id", sa.ForeignKey("maintenance.id"), nullable=False),
    sa.Column("number", Whole, nullable=False),
    # by the rule, and as it is since it was moved
    sa.Column("wall", WallTime, nullable=False),
    sa.Column("start", WallTime, nullable=False),
    sa.Column("starts_at", UTCDateTime, nullable=False),
    sa.Column("ends_at", UTCDateTime),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("sequence", Whole, nullable=False),
    sa.Column("changed_at", UTCDateTime, nullable=False),
    # everything that was due until then is dealt with
    sa.Column("through", UTCDateTime),
    # notices that were made of it
    sa.Column("told", Whole, nullable=False),
    # questions to its owner, and the latest
    sa.Column("asked", Whole, nullable=False),
    sa.Column("asked_at", UTCDateTime),
    sa.Column("next_at", UTCDateTime),
    sa.UniqueConstraint("maintenance_id", "number"),
    one_of("state", WindowState),
    sqlite_autoincrement=True,
)
IS_LIVE_WINDOW = maintenance_window.c.state.not_in(literals(OVER))
sa.Index(
    "ix_maintenance_window_live",
    maintenance_window.c.maintenance_id,
    maintenance_window.c.number,
    sqlite_where=IS_LIVE_WINDOW,
    postgresql_where=IS_LIVE_WINDOW,
)

# What is over is shown in feeds for a while.
IS_OVER_WINDOW = maintenance_window.c.state.in_(literals(OVER))
sa.Index(
    "ix_maintenance_window_over",
    maintenance_window.c.ends_at,
    sqlite_where=IS_OVER_WINDOW,
    postgresql_where=IS_OVER_WINDOW,
)

maintenance_notice = sa.Table(
    "maintenance_notice",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("window_id", sa.ForeignKey("maintenance_window.id"), nullable=False),
    sa.Column("phase", sa.Text, nullable=False),
    sa.Column("schedule_id", sa.ForeignKey("schedule.id"), nullable=False),
    sa.Column("made_at", UTCDateTime, nullable=False),
    one_of("phase", Phase),
)
sa.Index(None, maintenance_notice.c.window_id, maintenance_notice.c.id)
