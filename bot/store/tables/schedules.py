"""What is asked for, and its moments."""

import sqlalchemy as sa

from bot.domain.broadcast import OccurrenceState
from bot.domain.lateness import LatePolicy
from bot.domain.schedule import FINAL, PLANNABLE, Origin, ScheduleState
from bot.store.tables.base import CONTENT, literals, metadata, one_of, service
from bot.store.types import Id, UTCDateTime, WallTime, Whole

schedule = sa.Table(
    "schedule",
    metadata,
    sa.Column("id", Id, primary_key=True),
    service(),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("client_id", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False, info=CONTENT),
    sa.Column("revision", Whole, server_default="1", nullable=False),
    sa.Column("edit_fingerprint", sa.Text, info=CONTENT),
    sa.Column("audience", sa.JSON, nullable=False),
    # what it is about, as several may be
    sa.Column("topic", sa.Text),
    # it amends the broadcast that its audience names
    sa.Column("amendment", sa.Text),
    # those are told whom that broadcast reached, as its audience says
    sa.Column("told_by", Id),
    # single people are told
    sa.Column("personal", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("content", sa.JSON, nullable=False, info=CONTENT),
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
    sa.Column("late_within", Whole, nullable=False),
    # no quiet hours hold it back
    sa.Column("urgent", sa.Boolean, nullable=False, server_default=sa.false()),
    # nor a send window, since somebody who may do so sends it now
    sa.Column("any_hour", sa.Boolean, nullable=False, server_default=sa.false()),
    # the days by which it is skipped or shifted, by their name in the configuration
    sa.Column("holidays", sa.Text),
    sa.Column("on_holiday", sa.Text),
    # its owner was told that they cannot be read
    sa.Column("holidays_lost", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("updates", sa.Boolean, nullable=False),
    sa.Column("metadata", sa.Text, info=CONTENT),
    sa.Column("language", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("paused_at", UTCDateTime),
    sa.Column("reason", sa.Text),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("ended_at", UTCDateTime),
    # since when it says nothing any more
    sa.Column("purged_at", UTCDateTime),
    one_of("origin", Origin),
    one_of("late_policy", LatePolicy),
    one_of("state", ScheduleState),
    sqlite_autoincrement=True,
)
IS_PLANNABLE = schedule.c.state.in_(literals(PLANNABLE))
sa.Index(
    "ix_schedule_due",
    schedule.c.service,
    schedule.c.next_at,
    schedule.c.id,
    sqlite_where=IS_PLANNABLE,
    postgresql_where=IS_PLANNABLE,
)
IS_LIVE = schedule.c.state.in_(literals(set(ScheduleState) - FINAL))
sa.Index(
    "ix_schedule_live",
    schedule.c.service,
    schedule.c.state,
    sqlite_where=IS_LIVE,
    postgresql_where=IS_LIVE,
)
IS_AMENDING = sa.and_(schedule.c.amendment.is_not(None), IS_LIVE)
sa.Index(
    "ix_schedule_amending",
    schedule.c.service,
    schedule.c.told_by,
    schedule.c.id,
    sqlite_where=IS_AMENDING,
    postgresql_where=IS_AMENDING,
)
_IS_TOPICAL = sa.and_(
    schedule.c.topic.is_not(None), schedule.c.amendment.is_(None), IS_PLANNABLE
)
sa.Index(
    "ix_schedule_topic",
    schedule.c.service,
    schedule.c.topic,
    schedule.c.id,
    sqlite_where=_IS_TOPICAL,
    postgresql_where=_IS_TOPICAL,
)
# An id is one schedule's while that lives; the latest of several is meant by it. The
# service stands last, so that what is asked of all that live keeps its own index.
sa.Index(
    "uq_schedule_live_id",
    schedule.c.client_id,
    schedule.c.owner,
    schedule.c.service,
    unique=True,
    sqlite_where=IS_LIVE,
    postgresql_where=IS_LIVE,
)
sa.Index(
    None,
    schedule.c.service,
    schedule.c.owner,
    schedule.c.client_id,
    schedule.c.id,
)
sa.Index(None, schedule.c.service, schedule.c.id)
sa.Index(None, schedule.c.service, schedule.c.owner, schedule.c.id)
sa.Index(None, schedule.c.service, schedule.c.owner, schedule.c.state)

IS_KEPT_SCHEDULE = sa.and_(
    schedule.c.purged_at.is_(None), schedule.c.ended_at.is_not(None)
)
sa.Index(
    "ix_schedule_kept",
    schedule.c.service,
    schedule.c.personal,
    schedule.c.ended_at,
    sqlite_where=IS_KEPT_SCHEDULE,
    postgresql_where=IS_KEPT_SCHEDULE,
)

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
    one_of("state", OccurrenceState),
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
