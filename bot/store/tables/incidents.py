"""What is broken, and what was said of it."""

import sqlalchemy as sa

from bot.domain.incident import IncidentState, UpdateKind
from bot.store.tables.base import CONTENT, metadata, one_of, service
from bot.store.types import Id, UTCDateTime, Whole

incident = sa.Table(
    "incident",
    metadata,
    sa.Column("id", Id, primary_key=True),
    service(),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("client_id", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False, info=CONTENT),
    sa.Column("revision", Whole, nullable=False),
    sa.Column("edit_fingerprint", sa.Text, info=CONTENT),
    sa.Column("list_name", sa.Text, nullable=False),
    # what was said last
    sa.Column("content", sa.JSON, nullable=False, info=CONTENT),
    sa.Column("timezone", sa.Text, nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("changed_at", UTCDateTime, nullable=False),
    sa.Column("ended_at", UTCDateTime),
    sa.Column("purged_at", UTCDateTime),
    one_of("state", IncidentState),
    sqlite_autoincrement=True,
)
sa.Index(None, incident.c.service, incident.c.id)
sa.Index(None, incident.c.service, incident.c.owner, incident.c.client_id)
IS_OPEN_INCIDENT = incident.c.state == sa.literal_column(f"'{IncidentState.OPEN}'")
# An id is one incident's while that is open.
sa.Index(
    "uq_incident_open_id",
    incident.c.client_id,
    incident.c.owner,
    incident.c.service,
    unique=True,
    sqlite_where=IS_OPEN_INCIDENT,
    postgresql_where=IS_OPEN_INCIDENT,
)
IS_KEPT_INCIDENT = sa.and_(
    incident.c.purged_at.is_(None), incident.c.ended_at.is_not(None)
)
sa.Index(
    "ix_incident_kept",
    incident.c.service,
    incident.c.ended_at,
    sqlite_where=IS_KEPT_INCIDENT,
    postgresql_where=IS_KEPT_INCIDENT,
)

incident_update = sa.Table(
    "incident_update",
    metadata,
    sa.Column("incident_id", sa.ForeignKey("incident.id"), primary_key=True),
    sa.Column("number", Whole, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("schedule_id", sa.ForeignKey("schedule.id"), nullable=False),
    sa.Column("at", UTCDateTime, nullable=False),
    one_of("kind", UpdateKind),
)
