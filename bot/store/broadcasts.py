"""Broadcasts, with their chunks, copied audience, rendered texts and progress."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.broadcast import Broadcast, BroadcastState, ExceptionKind, Progress
from bot.domain.message import Text
from bot.domain.schedule import Content, Origin, Schedule
from bot.service.ports.paging import Page, Paging
from bot.store.conflicts import insert
from bot.store.forgotten import SqlForgotten
from bot.store.mapping import (
    amendment_from,
    content_from_json,
    content_to_json,
    text_from_json,
    text_to_json,
)
from bot.store.ownership import SERVICE, of_broadcast, of_list
from bot.store.paging import count_rows, page
from bot.store.sealing import Vault
from bot.store.tables import (
    IS_ACCEPTED,
    IS_LISTED,
    IS_SENDING,
    IS_SHUT_OUT,
    IS_WAITING,
    SUBSCRIBED,
    broadcast_content,
    broadcast_recipient,
    broadcast_text,
    chunk,
    delivery_exception,
    schedule,
    subscriber,
    subscription,
)
from bot.store.tables import broadcast as table
from bot.store.types import Id

_HEARD_LATER = sa.select(delivery_exception.c.broadcast_id).where(
    delivery_exception.c.service == SERVICE, IS_WAITING
)
_BY_ID = sa.select(table).where(
    table.c.id == sa.bindparam("broadcast_id"), table.c.service == SERVICE
)

SHUT_OUT = (
    sa.select(table)
    .where(table.c.service == SERVICE, IS_SHUT_OUT)
    .order_by(table.c.begins_at, table.c.id)
)
NEXT_OPENING = sa.select(sa.func.min(table.c.begins_at)).where(
    table.c.service == SERVICE, IS_SHUT_OUT
)

# what is counted of one broadcast; made once, as a page asks for that of each
_WHICH = sa.bindparam("which", type_=sa.Integer)
_KINDS = (
    sa.select(delivery_exception.c.kind, sa.func.count())
    .where(delivery_exception.c.broadcast_id == _WHICH, sa.not_(IS_ACCEPTED))
    .group_by(delivery_exception.c.kind)
)
_COUNTED = sa.select(
    table.c.total,
    sa.select(sa.func.coalesce(sa.func.sum(chunk.c.done), 0))
    .where(chunk.c.broadcast_id == _WHICH)
    .scalar_subquery()
    .label("done"),
    sa.and_(IS_SENDING, table.c.begins_at.is_not(None)).label("waits"),
).where(table.c.service == SERVICE, table.c.id == _WHICH)

#: not told yet, and perhaps still to be
_DEFERRED = (
    ExceptionKind.RETRYING,
    ExceptionKind.DEFERRED,
    ExceptionKind.WAITING,
)


_LIST = sa.bindparam("list_id", type_=Id)
_WHO = sa.bindparam("who", type_=sa.Text)
_BEFORE = sa.bindparam("before", type_=sa.BigInteger)
_LIMIT = sa.bindparam("limit", type_=sa.Integer)
_HIM = (
    sa.select(subscriber.c.id)
    .where(subscriber.c.service == SERVICE, subscriber.c.jid == _WHO)
    .scalar_subquery()
)
#: on which somebody stands or has stood
_LISTS_OF = (
    sa.select(subscription.c.list_id)
    .where(subscription.c.subscriber_id == _HIM)
    .distinct()
)
#: the broadcasts to a list's people, of whom he was one (see `store/audience.py`)
TOLD_LIST = (
    sa.select(table)
    .where(
        of_list(_LIST, SERVICE),
        table.c.list_id == _LIST,
        IS_LISTED,
        table.c.id < _BEFORE,
        sa.exists().where(
            subscription.c.subscriber_id == _HIM,
            subscription.c.list_id == table.c.list_id,
            subscription.c.id <= table.c.highest,
            sa.or_(SUBSCRIBED, subscription.c.ended_after >= table.c.id),
        ),
    )
    .order_by(table.c.id.desc())
    .limit(_LIMIT)
)
COPIED_TO = (
    sa.select(table)
    .join(broadcast_recipient, broadcast_recipient.c.broadcast_id == table.c.id)
    .where(
        table.c.service == SERVICE,
        broadcast_recipient.c.jid == _WHO,
        broadcast_recipient.c.broadcast_id < _BEFORE,
    )
    .order_by(broadcast_recipient.c.broadcast_id.desc())
    .limit(_LIMIT)
)


class SqlBroadcasts:
    def __init__(
        self,
        connection: sa.Connection,
        service: str,
        vault: Vault,
        forgotten: SqlForgotten,
    ) -> None:
        self._connection = connection
        self._service = service
        self._vault = vault
        self._forgotten = forgotten

    def add(
        self,
        broadcast: Broadcast,
        chunks: Sequence[tuple[int, int, int]],
        recipients: Sequence[str] = (),
    ) -> Broadcast:
        values = _values(broadcast) | {
            "service": self._service,
            "counted_for": _counted_for(broadcast),
        }
        row = sa.insert(table).values(values).returning(table.c.id)
        added = replace(broadcast, id=self._connection.execute(row).scalar_one())
        if chunks:
            rows = [_new_chunk(added.id, *cut) for cut in chunks]
            self._connection.execute(sa.insert(chunk), rows)
        if recipients:
            rows = [
                {"broadcast_id": added.id, "position": position, "jid": jid}
                for position, jid in enumerate(recipients, start=1)
            ]
            self._connection.execute(sa.insert(broadcast_recipient), rows)
        return added

    def get(self, broadcast_id: int) -> Broadcast | None:
        return self._one(_BY_ID, broadcast_id=broadcast_id, whose=self._service)

    def lock(self, broadcast_id: int) -> Broadcast | None:
        select = sa.select(table).where(self._theirs, table.c.id == broadcast_id)
        return self._one(select.with_for_update())

    def by_key(self, key: str) -> Broadcast | None:
        return self._one(sa.select(table).where(self._theirs, table.c.key == key))

    def amended(self, schedule_id: int) -> Broadcast | None:
        select = sa.select(table).where(
            self._theirs, table.c.schedule_id == schedule_id, table.c.edition > 1
        )
        return self._one(select.order_by(table.c.id.desc()).limit(1))

    def of_occurrence(self, occurrence_id: int) -> Broadcast | None:
        its = table.c.occurrence_id == occurrence_id
        return self._one(sa.select(table).where(self._theirs, its))

    def by_message(
        self, message_id: str, sender: str, recipient: str
    ) -> Broadcast | None:
        select = (
            sa.select(table)
            .join(schedule, schedule.c.id == table.c.schedule_id)
            .join(broadcast_recipient, broadcast_recipient.c.broadcast_id == table.c.id)
            .where(
                self._theirs,
                table.c.message_id == message_id,
                schedule.c.owner == sender,
                broadcast_recipient.c.jid == recipient,
            )
        )
        return self._one(select.order_by(table.c.id.desc()).limit(1))

    @property
    def _theirs(self) -> sa.ColumnElement[bool]:
        return table.c.service == self._service

    def _one(self, select: sa.Executable, **values: Any) -> Broadcast | None:
        row = self._connection.execute(select, values).one_or_none()
        return None if row is None else _from_row(row)

    def save(self, broadcast: Broadcast) -> None:
        update = sa.update(table).where(self._theirs, table.c.id == broadcast.id)
        self._connection.execute(update.values(_values(broadcast)))

    def page(
        self,
        paging: Paging,
        *,
        schedule_id: int | None = None,
        sending: bool = False,
        owner: str | None = None,
        lists: Collection[int] = (),
    ) -> Page[Broadcast]:
        conditions = [self._theirs]
        if schedule_id is not None:
            conditions.append(table.c.schedule_id == schedule_id)
        if sending:
            conditions.append(IS_SENDING)
        if owner is not None:
            own = sa.select(schedule.c.id).where(
                schedule.c.service == self._service, schedule.c.owner == owner
            )
            # a copied audience is one of single people, whose voice it may be
            told = sa.and_(table.c.list_id.in_(lists), table.c.highest.is_not(None))
            conditions.append(sa.or_(table.c.schedule_id.in_(own), told))
        return page(self._connection, table, conditions, paging, _from_row)

    def concerning(self, jid: str, *, before: int, limit: int) -> list[Broadcast]:
        values = {"whose": self._service, "who": jid, "before": before, "limit": limit}
        rows = list(self._connection.execute(COPIED_TO, values))
        for list_id in self._connection.execute(_LISTS_OF, values).scalars():
            rows += self._connection.execute(TOLD_LIST, values | {"list_id": list_id})
        rows.sort(key=lambda row: row.id, reverse=True)
        return [_from_row(row) for row in rows[:limit]]

    def nth(self, schedule_id: int, number: int) -> Broadcast | None:
        select = sa.select(table).where(
            self._theirs, table.c.schedule_id == schedule_id
        )
        return self._one(select.order_by(table.c.id).offset(number - 1).limit(1))

    def number(self, broadcast: Broadcast) -> int:
        until = (
            self._theirs,
            table.c.schedule_id == broadcast.schedule_id,
            table.c.id <= broadcast.id,
        )
        return count_rows(self._connection, table, until)

    def following(self, broadcast: Broadcast, limit: int) -> list[Broadcast]:
        later = sa.select(table).where(
            self._theirs, _same_thread(broadcast), table.c.id > broadcast.id
        )
        rows = self._connection.execute(later.order_by(table.c.id.desc()).limit(limit))
        return [_from_row(row) for row in rows]

    def amendments(self, broadcast_id: int, limit: int = 10) -> list[Broadcast]:
        select = sa.select(table).where(
            self._theirs,
            table.c.told_by == broadcast_id,
            table.c.amendment.is_not(None),
        )
        rows = self._connection.execute(select.order_by(table.c.id.desc()).limit(limit))
        return [_from_row(row) for row in rows]

    def about(self, topic: str) -> list[Broadcast]:
        select = sa.select(table).where(
            self._theirs, table.c.topic == topic, table.c.amendment.is_(None)
        )
        rows = self._connection.execute(select.order_by(table.c.id))
        return [_from_row(row) for row in rows]

    def latest(self) -> int:
        select = sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))
        latest: int = self._connection.execute(select.where(self._theirs)).scalar_one()
        return latest

    def count(
        self,
        owner: str,
        since: datetime,
        until: datetime,
        *,
        to: str | None = None,
        before: int | None = None,
    ) -> int:
        theirs = [
            self._theirs,
            # forgetting him makes no room
            table.c.counted_for.in_(
                list(filter(None, (owner, self._forgotten.digest(owner))))
            ),
            table.c.created_at >= since,
            table.c.created_at < until,
        ]
        if to is not None:
            named = sa.exists().where(
                broadcast_recipient.c.broadcast_id == table.c.id,
                broadcast_recipient.c.jid == to,
            )
            has_not_failed = table.c.state != BroadcastState.FAILED
            theirs += [table.c.in_owners_name, named, has_not_failed]
        if before is not None:
            theirs.append(table.c.id < before)
        return count_rows(self._connection, table, theirs)

    def progress(self, broadcast_id: int) -> Progress:
        """Each exception is of a recipient passed, so the rest of them is sent.

        But a bounce may come before the acknowledgement is recorded.
        """
        values = {"whose": self._service, "which": broadcast_id}
        rows = self._connection.execute(_KINDS, {"which": broadcast_id})
        by_kind: dict[str, int] = {row[0]: row[1] for row in rows}
        counted = self._connection.execute(_COUNTED, values).one()
        later = max(0, counted.total - counted.done) if counted.waits else 0
        return Progress(
            total=counted.total,
            sent=max(0, counted.done - sum(by_kind.values())),
            failed=by_kind.get(ExceptionKind.FAILED, 0),
            skipped=by_kind.get(ExceptionKind.SKIPPED, 0),
            deferred=sum(by_kind.get(kind, 0) for kind in _DEFERRED) + later,
            waiting=by_kind.get(ExceptionKind.WAITING, 0) + later,
        )

    def shut_out(self) -> list[Broadcast]:
        rows = self._connection.execute(SHUT_OUT, {"whose": self._service})
        return [_from_row(row) for row in rows]

    def next_opening(self) -> datetime | None:
        found = self._connection.execute(NEXT_OPENING, {"whose": self._service})
        moment: datetime | None = found.scalar_one()
        return moment

    def keep_content(self, schedule: Schedule, ended_after: datetime) -> None:
        sent = sa.select(table.c.id).where(
            self._theirs,
            table.c.schedule_id == schedule.id,
            sa.or_(
                IS_SENDING,
                table.c.finished_at > ended_after,
                table.c.id.in_(_HEARD_LATER),
            ),
        )
        ids = self._connection.execute(sent, {"whose": self._service}).scalars().all()
        self._keep_content(ids, 1, schedule.content, schedule.timezone)

    def keep_edition(self, broadcast: Broadcast, content: Content, zone: str) -> None:
        if self.get(broadcast.id) is not None:
            self._keep_content([broadcast.id], broadcast.edition, content, zone)

    def _keep_content(
        self, ids: Sequence[int], edition: int, content: Content, zone: str
    ) -> None:
        kept = {
            "edition": edition,
            "content": content_to_json(content),
            "timezone": zone,
        }
        rows = [
            self._vault.seal_all(
                broadcast_content, kept | {"broadcast_id": broadcast_id}
            )
            for broadcast_id in ids
        ]
        if rows:
            new = insert(self._connection, broadcast_content).on_conflict_do_nothing()
            self._connection.execute(new, rows)

    def kept_content(
        self, broadcast_id: int, edition: int | None = None
    ) -> tuple[Content, str] | None:
        select = sa.select(broadcast_content).filter_by(broadcast_id=broadcast_id)
        select = select.where(of_broadcast(broadcast_id, self._service))
        if edition is not None:
            select = select.where(broadcast_content.c.edition <= edition)
        select = select.order_by(broadcast_content.c.edition.desc()).limit(1)
        row = self._connection.execute(select).one_or_none()
        if row is None:
            return None
        stored = self._vault.open(
            broadcast_content.c.content, row.content, broadcast_id
        )
        return content_from_json(stored), row.timezone

    def renditions(
        self, broadcast_id: int, zone: str, edition: int = 1
    ) -> dict[str, Text]:
        select = sa.select(broadcast_text.c.language, broadcast_text.c.text)
        select = select.filter_by(broadcast_id=broadcast_id, zone=zone, edition=edition)
        select = select.where(of_broadcast(broadcast_id, self._service))
        rows = self._connection.execute(select.order_by(broadcast_text.c.language))
        texts = {
            row.language: self._vault.open(
                broadcast_text.c.text, row.text, broadcast_id
            )
            for row in rows
        }
        return {
            language: text
            for language, stored in texts.items()
            if (text := text_from_json(stored))
        }

    def keep(
        self,
        broadcast_id: int,
        zone: str,
        texts: Mapping[str, Text],
        edition: int = 1,
    ) -> dict[str, Text]:
        if self.get(broadcast_id) is None:
            return {}
        rows = [
            self._vault.seal_all(
                broadcast_text,
                {
                    "broadcast_id": broadcast_id,
                    "zone": zone,
                    "edition": edition,
                    "language": language,
                    "text": text_to_json(text),
                },
            )
            for language, text in texts.items()
        ]
        new = insert(self._connection, broadcast_text).on_conflict_do_nothing()
        self._connection.execute(new, rows)
        # one that is there and cannot be read is given anew
        return {**texts, **self.renditions(broadcast_id, zone, edition)}


def _counted_for(broadcast: Broadcast) -> sa.ScalarSelect[str]:
    """The schedule's owner; NULL for a welcome, which nobody asked for, and for what
    amends or is a notice of something else.
    """
    owner = sa.select(schedule.c.owner).where(
        schedule.c.id == broadcast.schedule_id,
        schedule.c.origin != Origin.WELCOME,
        schedule.c.amendment.is_(None),
        schedule.c.topic.is_(None),
    )
    return owner.scalar_subquery()


def _same_thread(broadcast: Broadcast) -> sa.ColumnElement[bool]:
    """Of which each takes the place of those before it: amendments of one broadcast,
    notices of one topic, broadcasts of one schedule.
    """
    if broadcast.amendment is not None:
        its = table.c.told_by == broadcast.told_by
        return sa.and_(its, table.c.amendment.is_not(None))
    if broadcast.topic is not None:
        its = table.c.topic == broadcast.topic
        return sa.and_(its, table.c.amendment.is_(None))
    return table.c.schedule_id == broadcast.schedule_id


def _new_chunk(broadcast_id: int, after: int, last: int, count: int) -> dict[str, Any]:
    return {
        "broadcast_id": broadcast_id,
        "after": after,
        "last": last,
        "count": count,
        "through": after,
        "done": 0,
        "finished": False,
        "strikes": 0,
    }


def _values(broadcast: Broadcast) -> dict[str, Any]:
    return {
        "occurrence_id": broadcast.occurrence_id,
        "schedule_id": broadcast.schedule_id,
        "key": broadcast.key,
        "list_id": broadcast.list_id,
        "in_owners_name": broadcast.in_owners_name,
        "message_id": broadcast.message_id,
        "urgent": broadcast.urgent,
        "any_hour": broadcast.any_hour,
        "begins_at": broadcast.begins_at,
        "highest": broadcast.highest,
        "frozen_at": broadcast.frozen_at,
        "total": broadcast.total,
        "state": broadcast.state,
        "reason": broadcast.reason,
        "created_at": broadcast.created_at,
        "finished_at": broadcast.finished_at,
        "expires_at": broadcast.expires_at,
        "topic": broadcast.topic,
        "told_by": broadcast.told_by,
        "latest_by": broadcast.latest_by,
        "amendment": broadcast.amendment,
        "edition": broadcast.edition,
        "retracted_at": broadcast.retracted_at,
        "retried_at": broadcast.retried_at,
        "retried_by": broadcast.retried_by,
    }


def _from_row(row: sa.Row[Any]) -> Broadcast:
    return Broadcast(
        id=row.id,
        occurrence_id=row.occurrence_id,
        schedule_id=row.schedule_id,
        key=row.key,
        list_id=row.list_id,
        in_owners_name=row.in_owners_name,
        message_id=row.message_id,
        urgent=row.urgent,
        any_hour=row.any_hour,
        begins_at=row.begins_at,
        highest=row.highest,
        frozen_at=row.frozen_at,
        total=row.total,
        state=BroadcastState(row.state),
        reason=row.reason,
        created_at=row.created_at,
        finished_at=row.finished_at,
        expires_at=row.expires_at,
        topic=row.topic,
        told_by=row.told_by,
        latest_by=row.latest_by,
        amendment=amendment_from(row.amendment),
        edition=row.edition,
        retracted_at=row.retracted_at,
        retried_at=row.retried_at,
        retried_by=row.retried_by,
        purged_at=row.purged_at,
    )
