"""Schedules: found by owner, by page and by the moment they are due."""

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.broadcast import OccurrenceState
from bot.domain.errors import Conflict
from bot.domain.holidays import OnHoliday
from bot.domain.lateness import Late, LatePolicy
from bot.domain.phrase import Phrase
from bot.domain.schedule import (
    Origin,
    PersonAudience,
    Schedule,
    ScheduleState,
    ToldAudience,
)
from bot.domain.updates import WireState
from bot.service.ports.calendars import Calendars
from bot.service.ports.paging import Page, Paging
from bot.service.ports.schedules import EVER, ClockInUse, ScheduleFilter
from bot.store.conflicts import insert
from bot.store.mapping import (
    amendment_from,
    audience_from_json,
    audience_to_json,
    content_from_json,
    content_to_json,
    is_unreadable,
)
from bot.store.ownership import SERVICE
from bot.store.paging import count_rows, page
from bot.store.sealing import Vault, columns_of
from bot.store.tables import IS_AMENDING, IS_LIVE, IS_PLANNABLE, notice, occurrence
from bot.store.tables import schedule as table
from bot.store.types import NO_WALL, Id

_THEIRS = table.c.service == SERVICE
#: whose owner is still to be told that they are kept: only that tells him of them
_UNANNOUNCED = sa.select(notice.c.announcement).where(
    notice.c.service == SERVICE,
    notice.c.status == WireState.SCHEDULED,
    notice.c.announcement.is_not(None),
)
READY = (
    sa.select(table)
    .where(
        _THEIRS,
        IS_PLANNABLE,
        table.c.id.not_in(_UNANNOUNCED),
        table.c.next_at > sa.bindparam("after"),
        table.c.next_at <= sa.bindparam("until"),
    )
    .order_by(table.c.next_at, table.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
DUE = READY.with_for_update(skip_locked=True)
UPCOMING = (
    sa.select(table)
    .where(_THEIRS, IS_PLANNABLE, table.c.next_at.is_not(None))
    .order_by(table.c.next_at, table.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
LATEST = (
    sa.select(table)
    .where(
        _THEIRS,
        table.c.owner == sa.bindparam("owner"),
        table.c.client_id == sa.bindparam("client_id"),
    )
    .order_by(table.c.id.desc())
    .limit(1)
)
#: sets the locks of owners apart from those of services, which have 0
_OWNERS = 1
LIVE = (
    sa.select(table.c.state, sa.func.count())
    .where(_THEIRS, IS_LIVE)
    .group_by(table.c.state)
)
_CLOCK = (table.c.timezone, table.c.recurrence, table.c.start.is_not(None))
CLOCKS = (
    sa.select(*_CLOCK, sa.func.count(), sa.func.min(table.c.id))
    .where(_THEIRS, IS_LIVE)
    .group_by(*_CLOCK)
)
AMENDING = (
    sa.select(table)
    .where(
        _THEIRS,
        IS_AMENDING,
        table.c.told_by == sa.bindparam("broadcast_id", type_=Id),
    )
    .order_by(table.c.id)
)
NEXT_DUE = sa.select(sa.func.min(table.c.next_at)).where(_THEIRS, IS_PLANNABLE)


class SqlSchedules:
    def __init__(
        self,
        connection: sa.Connection,
        service: str,
        vault: Vault,
        calendars: Calendars,
    ) -> None:
        self._connection = connection
        self._service = service
        self._vault = vault
        self._calendars = calendars

    def add(self, schedule: Schedule) -> Schedule:
        row = insert(self._connection, table)
        values = self._vault.seal_all(table, _values(schedule))
        row = row.values(values | {"service": self._service})
        returning = row.on_conflict_do_nothing(
            index_elements=[table.c.service, table.c.owner, table.c.client_id],
            index_where=IS_LIVE,
        ).returning(table)
        added = self._connection.execute(returning).one_or_none()
        if added is None:
            raise Conflict(
                Phrase(
                    "There is an announcement {id!r} already.", id=schedule.client_id
                )
            )
        return self._from_row(added)

    def get(self, reference: int) -> Schedule | None:
        return self._one(table.c.id == reference)

    def several(self, references: Collection[int]) -> dict[int, Schedule]:
        select = sa.select(table).where(self._theirs, table.c.id.in_(references))
        rows = self._connection.execute(select)
        return {row.id: self._from_row(row) for row in rows}

    def find(self, owner: str, client_id: str) -> Schedule | None:
        found = self._connection.execute(
            LATEST, {"whose": self._service, "owner": owner, "client_id": client_id}
        )
        row = found.one_or_none()
        return None if row is None else self._from_row(row)

    def taken(self, owner: str, client_ids: Collection[str]) -> set[str]:
        select = sa.select(table.c.client_id).where(
            self._theirs,
            table.c.owner == owner,
            table.c.client_id.in_(sorted(client_ids)),
        )
        return set(self._connection.execute(select).scalars())

    def lock(self, reference: int) -> Schedule | None:
        return self._one(table.c.id == reference, lock=True)

    def hold(self, owner: str) -> None:
        if self._connection.dialect.name == "postgresql":
            held = sa.func.pg_advisory_xact_lock(
                sa.func.hashtextextended(f"{self._service} {owner}", _OWNERS)
            )
            self._connection.execute(sa.select(held))
        # SQLite: who writes is alone

    def soonest_end(self, owner: str) -> datetime | None:
        once = (table.c.owner == owner, IS_PLANNABLE, table.c.recurrence.is_(None))
        select = sa.select(sa.func.min(table.c.next_at)).where(self._theirs, *once)
        moment: datetime | None = self._connection.execute(select).scalar_one()
        return moment

    @property
    def _theirs(self) -> sa.ColumnElement[bool]:
        return table.c.service == self._service

    def _one(
        self, *conditions: sa.ColumnElement[bool], lock: bool = False
    ) -> Schedule | None:
        select = sa.select(table).where(self._theirs, *conditions)
        if lock:
            select = select.with_for_update()
        row = self._connection.execute(select).one_or_none()
        return None if row is None else self._from_row(row)

    def save(self, schedule: Schedule) -> None:
        values = _values(schedule)
        if is_unreadable(schedule.content):
            # whoever has the key may still read it
            for column in columns_of(table):
                del values[column.name]
        update = sa.update(table).where(self._theirs, table.c.id == schedule.id)
        self._connection.execute(update.values(self._vault.seal_all(table, values)))

    def due(
        self, until: datetime, limit: int, *, after: datetime = EVER
    ) -> list[Schedule]:
        values = {
            "whose": self._service,
            "after": after,
            "until": until,
            "limit": limit,
        }
        rows = self._connection.execute(DUE, values)
        return [self._from_row(row) for row in rows]

    def next_due(self) -> datetime | None:
        found = self._connection.execute(NEXT_DUE, {"whose": self._service})
        moment: datetime | None = found.scalar_one()
        return moment

    def upcoming(self, limit: int) -> list[Schedule]:
        values = {"whose": self._service, "limit": limit}
        rows = self._connection.execute(UPCOMING, values)
        return [self._from_row(row) for row in rows]

    def recurring(self, after: int, limit: int) -> list[Schedule]:
        select = (
            sa.select(table)
            .where(
                self._theirs,
                IS_LIVE,
                table.c.recurrence.is_not(None),
                table.c.id > after,
            )
            .order_by(table.c.id)
            .limit(limit)
        )
        return [self._from_row(row) for row in self._connection.execute(select)]

    def amending(self, broadcast_id: int) -> list[Schedule]:
        values = {"whose": self._service, "broadcast_id": broadcast_id}
        rows = self._connection.execute(AMENDING, values)
        return [self._from_row(row) for row in rows]

    def page(self, wanted: ScheduleFilter, paging: Paging) -> Page[Schedule]:
        conditions = [self._theirs, *_where(wanted)]
        return page(self._connection, table, conditions, paging, self._from_row)

    def count(self, wanted: ScheduleFilter) -> int:
        return count_rows(self._connection, table, [self._theirs, *_where(wanted)])

    def clocks(self) -> list[ClockInUse]:
        rows = self._connection.execute(CLOCKS, {"whose": self._service})
        return [
            ClockInUse(zone or "UTC", rule, bool(begins), count, first)
            for zone, rule, begins, count, first in rows
        ]

    def live(self) -> dict[ScheduleState, int]:
        rows = self._connection.execute(LIVE, {"whose": self._service})
        return {ScheduleState(row[0]): row[1] for row in rows}

    def _from_row(self, row: sa.Row[Any]) -> Schedule:
        # where it is not known how far a rule has come, its beginning is of no use
        is_known = NO_WALL not in {row.start, row.through} and isinstance(
            row.planned, int
        )
        opened = self._vault.open
        return Schedule(
            id=row.id,
            owner=row.owner,
            client_id=row.client_id,
            origin=Origin(row.origin),
            fingerprint=opened(table.c.fingerprint, row.fingerprint) or "",
            revision=row.revision,
            edit_fingerprint=opened(table.c.edit_fingerprint, row.edit_fingerprint),
            audience=audience_from_json(row.audience),
            topic=row.topic,
            amendment=amendment_from(row.amendment),
            content=content_from_json(opened(table.c.content, row.content)),
            timezone=row.timezone,
            recurrence=row.recurrence,
            deliver_at=row.deliver_at,
            start=row.start if is_known else None,
            through=row.through,
            next_at=row.next_at,
            planned=row.planned if is_known else 0,
            expires_at=row.expires_at,
            late=Late(LatePolicy(row.late_policy), row.late_within),
            urgent=row.urgent,
            any_hour=row.any_hour,
            holidays=row.holidays,
            on_holiday=_on_holiday(row.on_holiday),
            calendar=self._calendars.get(row.holidays) if row.holidays else None,
            holidays_lost=row.holidays_lost,
            updates=row.updates,
            metadata=opened(table.c.metadata, row.metadata),
            language=row.language,
            state=ScheduleState(row.state),
            paused_at=row.paused_at,
            reason=row.reason,
            created_at=row.created_at,
            ended_at=row.ended_at,
            purged_at=row.purged_at,
        )


def _on_holiday(stored: str | None) -> OnHoliday:
    return OnHoliday.SHIFT if stored == OnHoliday.SHIFT else OnHoliday.SKIP


def _where(wanted: ScheduleFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.owner is not None:
        conditions.append(table.c.owner == wanted.owner)
    if wanted.held:
        held = OccurrenceState.HELD
        its = sa.exists().where(
            occurrence.c.schedule_id == table.c.id, occurrence.c.state == held
        )
        conditions += [IS_LIVE, its]
    if wanted.states is not None:
        conditions.append(table.c.state.in_(sorted(wanted.states)))
    if wanted.personal is not None:
        conditions.append(table.c.personal == wanted.personal)
    if wanted.person is not None:
        # as a text, since one that is no JSON would fail the whole statement
        stored = json.dumps(audience_to_json(PersonAudience(jid=wanted.person)))
        conditions.append(sa.cast(table.c.audience, sa.Text) == stored)
    if wanted.besides is not None:
        conditions.append(table.c.id != wanted.besides)
    if not wanted.welcomes:
        conditions.append(table.c.origin != Origin.WELCOME)
    if wanted.counted:
        conditions += [table.c.amendment.is_(None), table.c.topic.is_(None)]
    return [*conditions, *_when(wanted)]


def _when(wanted: ScheduleFilter) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.due_from is not None:
        yield table.c.next_at >= wanted.due_from
    if wanted.due_before is not None:
        yield table.c.next_at < wanted.due_before


def _told_by(schedule: Schedule) -> int | None:
    """What of its audience it is looked for by."""
    told = schedule.audience
    return told.broadcast_id if isinstance(told, ToldAudience) else None


def _values(schedule: Schedule) -> dict[str, Any]:
    return {
        "owner": schedule.owner,
        "client_id": schedule.client_id,
        "origin": schedule.origin,
        "fingerprint": schedule.fingerprint,
        "revision": schedule.revision,
        "edit_fingerprint": schedule.edit_fingerprint,
        "audience": audience_to_json(schedule.audience),
        "told_by": _told_by(schedule),
        "topic": schedule.topic,
        "amendment": schedule.amendment,
        "personal": schedule.is_personal,
        "content": content_to_json(schedule.content),
        "timezone": schedule.timezone,
        "recurrence": schedule.recurrence,
        "deliver_at": schedule.deliver_at,
        "start": schedule.start,
        "through": schedule.through,
        "next_at": schedule.next_at,
        "planned": schedule.planned,
        "expires_at": schedule.expires_at,
        "late_policy": schedule.late.policy,
        "late_within": schedule.late.within,
        "urgent": schedule.urgent,
        "any_hour": schedule.any_hour,
        "holidays": schedule.holidays,
        "on_holiday": schedule.on_holiday if schedule.holidays else None,
        "holidays_lost": schedule.holidays_lost,
        "updates": schedule.updates,
        "metadata": schedule.metadata,
        "language": schedule.language,
        "state": schedule.state,
        "paused_at": schedule.paused_at,
        "reason": schedule.reason,
        "created_at": schedule.created_at,
        "ended_at": schedule.ended_at,
    }
