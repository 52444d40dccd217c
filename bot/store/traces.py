"""What is stored of one person, erased: a slice of one table in each transaction."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from bot.domain.consent import ApprovalState
from bot.domain.forgetting import without
from bot.domain.schedule import Origin
from bot.service.ports.personal import Erasure, Trace
from bot.store.mapping import PURGED
from bot.store.ownership import of_broadcast, of_list
from bot.store.tables import (
    IS_AWAITED,
    IS_LIVE,
    IS_OPEN_INCIDENT,
    IS_SENDING,
    SUBSCRIBED,
    approval,
    audit,
    broadcast,
    broadcast_content,
    broadcast_recipient,
    broadcast_text,
    delivery_exception,
    incident,
    join_request,
    maintenance,
    notice,
    role,
    schedule,
    standstill,
    subscriber,
    subscription,
    suspension,
    welcome,
)

#: what a person chose, and what was seen of him
_PREFERRED = ("language", "language_seen", "timezone", "quiet", "paused_until")
#: rows of one transaction, which on SQLite is to last 50 ms at most
ROWS = 200
#: rows that are looked through in one
_LOOKED_THROUGH = 5_000
#: an audience frozen by rule that is still told refers to the place
_IS_NEEDED = sa.exists().where(
    IS_SENDING,
    broadcast.c.list_id == subscription.c.list_id,
    broadcast.c.highest >= subscription.c.id,
    broadcast.c.id <= subscription.c.ended_after,
)
_OF_LIVE = sa.exists().where(schedule.c.id == approval.c.schedule_id, IS_LIVE)


class SqlTraces:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def erase(self, trace: Trace, who: Erasure, after: int) -> int | None:
        slices: dict[Trace, Callable[[Erasure, int], int | None]] = {
            Trace.REPORTS: self._reports,
            Trace.ANNOUNCEMENTS: self._announcements,
            Trace.MAINTENANCES: self._maintenances,
            Trace.INCIDENTS: self._incidents,
            Trace.SENT: self._sent,
            Trace.REQUESTS: self._requests,
            Trace.EXCEPTIONS: self._exceptions,
            Trace.RECEIVED: self._received,
            Trace.NAMED: self._named,
            Trace.ASKED: self._asked,
            Trace.TOLD_OF: self._told_of,
            Trace.SUBSCRIPTIONS: self._subscriptions,
            Trace.JOIN_REQUESTS: self._join_requests,
            Trace.GIVEN: self._given,
            Trace.RETRIED: self._retried,
        }
        return slices[trace](who, after)

    def awaited(self, jid: str, limit: int) -> list[int]:
        row = delivery_exception.c
        theirs = (row.service == self._service, row.jid == jid, IS_AWAITED)
        select = sa.select(row.broadcast_id).where(*theirs).limit(limit)
        return list(self._connection.execute(select).scalars())

    def _reports(self, who: Erasure, _: int) -> int | None:
        theirs = (notice.c.service == self._service, notice.c.recipient == who.jid)
        ids = self._ids(sa.select(notice.c.id).where(*theirs))
        self._connection.execute(sa.delete(notice).where(notice.c.id.in_(ids)))
        return _again(ids)

    def _announcements(self, who: Erasure, _: int) -> int | None:
        """Those that are over; what a list was told stays the list's."""
        select = sa.select(schedule.c.id).where(
            schedule.c.service == self._service,
            schedule.c.owner == who.jid,
            sa.not_(IS_LIVE),
        )
        ids = self._ids(select)
        its = schedule.c.id.in_(ids)
        own = {"owner": who.drawn, "metadata": None, "language": None, "updates": False}
        self._connection.execute(sa.update(schedule).where(its).values(own))
        words = {
            "client_id": who.drawn,
            "content": PURGED,
            "fingerprint": "",
            "edit_fingerprint": None,
            "purged_at": who.now,
        }
        personal = sa.update(schedule).where(its, schedule.c.personal)
        self._connection.execute(personal.values(words))
        # what amends counts for nobody, and so is not found by what he sent
        amending = sa.select(broadcast.c.id).join(schedule)
        amending = amending.where(
            its, schedule.c.personal, schedule.c.amendment.is_not(None)
        )
        self._forget_words(self._connection.execute(amending).scalars().all(), who)
        return _again(ids)

    def _maintenances(self, who: Erasure, _: int) -> int | None:
        """Likewise."""
        row = maintenance.c
        theirs = (row.service == self._service, row.owner == who.jid)
        ids = self._ids(sa.select(row.id).where(*theirs, row.ended_at.is_not(None)))
        update = sa.update(maintenance).where(row.id.in_(ids))
        self._connection.execute(update.values(owner=who.drawn, language=None))
        return _again(ids)

    def _incidents(self, who: Erasure, _: int) -> int | None:
        """Those that are over, likewise."""
        row = incident.c
        theirs = (row.service == self._service, row.owner == who.jid)
        ids = self._ids(sa.select(row.id).where(*theirs, sa.not_(IS_OPEN_INCIDENT)))
        update = sa.update(incident).where(row.id.in_(ids))
        self._connection.execute(update.values(owner=who.drawn))
        return _again(ids)

    def _sent(self, who: Erasure, _: int) -> int | None:
        """What he sent today still counts, by his digest: else to be forgotten would
        make room for as much again.
        """
        execute, row = self._connection.execute, broadcast.c
        theirs = (row.service == self._service, row.counted_for == who.jid)
        ids = self._ids(sa.select(row.id).where(*theirs))
        counted = sa.case((row.created_at >= who.today, who.digest), else_=sa.null())
        update = sa.update(broadcast).where(row.id.in_(ids))
        execute(update.values(counted_for=counted, message_id=None))
        personal = sa.select(row.id).join(schedule, schedule.c.id == row.schedule_id)
        personal = personal.where(row.id.in_(ids), schedule.c.personal)
        self._forget_words(execute(personal).scalars().all(), who)
        return _again(ids)

    def _forget_words(self, said: Sequence[int], who: Erasure) -> None:
        """Of these broadcasts to single people."""
        execute = self._connection.execute
        texts = sa.delete(broadcast_text)
        execute(texts.where(broadcast_text.c.broadcast_id.in_(said)))
        kept = sa.update(broadcast_content)
        kept = kept.where(broadcast_content.c.broadcast_id.in_(said))
        execute(kept.values(content=PURGED))
        purged = sa.update(broadcast).where(broadcast.c.id.in_(said))
        execute(purged.values(purged_at=who.now))

    def _requests(self, who: Erasure, _: int) -> int | None:
        """What he refused and is still to come stays refused."""
        row = approval.c
        theirs = (row.service == self._service, row.recipient == who.jid)
        ids = self._ids(sa.select(row.id).where(*theirs))
        refused = sa.and_(row.state == ApprovalState.REFUSED, _OF_LIVE)
        its = row.id.in_(ids)
        kept = sa.update(approval).where(its, refused)
        self._connection.execute(kept.values(recipient=who.drawn))
        gone = sa.delete(approval).where(its, row.recipient == who.jid)
        self._connection.execute(gone)
        return _again(ids)

    def _exceptions(self, who: Erasure, _: int) -> int | None:
        """Counts of broadcasts are made of them, so they stay without saying whose."""
        row = delivery_exception.c
        theirs = (row.service == self._service, row.jid == who.jid)
        select = sa.select(row.broadcast_id).where(*theirs, sa.not_(IS_AWAITED))
        ids = self._ids(select)
        update = sa.update(delivery_exception)
        update = update.where(*theirs, row.broadcast_id.in_(ids))
        self._connection.execute(update.values(jid=who.drawn, text=None))
        return _again(ids)

    def _received(self, who: Erasure, _: int) -> int | None:
        row = broadcast_recipient.c
        theirs = (row.jid == who.jid, of_broadcast(row.broadcast_id, self._service))
        found = self._first(sa.select(row.broadcast_id, row.position).where(*theirs))
        its = sa.tuple_(row.broadcast_id, row.position).in_(map(tuple, found))
        update = sa.update(broadcast_recipient).where(its)
        self._connection.execute(update.values(jid=who.drawn))
        return _again(found)

    def _named(self, who: Erasure, after: int) -> int | None:
        row = schedule.c
        is_past = sa.or_(sa.not_(IS_LIVE), row.origin == Origin.WELCOME)
        stored = sa.cast(row.audience, sa.Text)
        names_him = self._contains(stored, json.dumps(who.jid))
        select = sa.select(row.id, row.audience).where(
            *self._walk(schedule, after), row.personal, is_past, names_him
        )
        rows = self._first(select.order_by(row.id))
        for found in rows:
            if found.audience is None:
                continue  # cannot be read
            update = sa.update(schedule).where(row.id == found.id)
            audience = _renamed(found.audience, who)
            self._connection.execute(update.values(audience=audience))
        return self._end_of_walk(schedule, after, rows)

    def _asked(self, who: Erasure, _: int) -> int | None:
        row = audit.c
        theirs = (row.service == self._service, row.caller == who.jid)
        select = sa.select(row.id, row.about, row.detail).where(*theirs).limit(ROWS)
        found = self._connection.execute(select).all()
        self._reword(found, who)
        update = sa.update(audit).where(row.id.in_([one.id for one in found]))
        self._connection.execute(update.values(caller=who.digest))
        return _again(found)

    def _told_of(self, who: Erasure, after: int) -> int | None:
        row = audit.c
        name, at, _ = who.jid.partition("@")
        # enough of him, for what was too long is cut off
        words = (
            self._contains(column, name + at) for column in (row.about, row.detail)
        )
        select = sa.select(row.id, row.about, row.detail)
        select = select.where(*self._walk(audit, after), sa.or_(*words))
        found = self._first(select.order_by(row.id))
        self._reword(found, who)
        return self._end_of_walk(audit, after, found)

    def _reword(self, found: Any, who: Erasure) -> None:
        for one in found:
            new = {
                name: without(text, who.jid, who.digest)
                for name, text in (("about", one.about), ("detail", one.detail))
                if text is not None
            }
            if new["about"] != one.about or new.get("detail") != one.detail:
                update = sa.update(audit).where(audit.c.id == one.id)
                self._connection.execute(update.values(new))

    def _subscriptions(self, who: Erasure, _: int) -> int | None:
        """Those that ended, but for what a broadcast under way refers to."""
        select = sa.select(subscription.c.id).where(
            subscription.c.subscriber_id == self._subscriber(who.jid),
            sa.not_(SUBSCRIBED),
            sa.not_(_IS_NEEDED),
        )
        ids = self._ids(select)
        for column in (suspension.c.subscription_id, subscription.c.id):
            self._connection.execute(sa.delete(column.table).where(column.in_(ids)))
        return _again(ids)

    def _join_requests(self, who: Erasure, _: int) -> int | None:
        row = join_request.c
        delete = sa.delete(join_request).where(
            row.jid == who.jid, of_list(row.list_id, self._service)
        )
        self._connection.execute(delete)
        return None

    def _given(self, who: Erasure, _: int) -> int | None:
        for table in (role, standstill):
            theirs = (table.c.service == self._service, table.c.by == who.jid)
            update = sa.update(table).where(*theirs)
            self._connection.execute(update.values(by=who.digest))
        return None

    def _retried(self, who: Erasure, after: int) -> int | None:
        """He is told of it no more."""
        row = broadcast.c
        asked = sa.update(broadcast).where(
            *self._walk(broadcast, after), row.retried_by == who.jid
        )
        self._connection.execute(asked.values(retried_by=None))
        return self._end_of_walk(broadcast, after)

    def part_with(self, who: Erasure) -> None:
        execute = self._connection.execute
        row = subscriber.c
        theirs = (row.service == self._service, row.jid == who.jid)
        found = execute(sa.select(row.id).where(*theirs).with_for_update())
        subscriber_id = found.scalar_one_or_none()
        if subscriber_id is None:
            return
        execute(sa.delete(welcome).where(welcome.c.subscriber_id == subscriber_id))
        its = subscription.c.subscriber_id == subscriber_id
        places = execute(sa.select(SUBSCRIBED).where(its).distinct()).scalars().all()
        if not places:
            execute(sa.delete(subscriber).where(row.id == subscriber_id))
            return
        values = {
            "jid": who.jid if any(places) else who.drawn,
            **dict.fromkeys(_PREFERRED),
            "score_since": None,
            "score": 0,
        }
        execute(sa.update(subscriber).where(row.id == subscriber_id).values(values))

    # --- what the slices are made of ------------------------------------------------

    def _subscriber(self, jid: str) -> sa.ScalarSelect[Any]:
        theirs = (subscriber.c.service == self._service, subscriber.c.jid == jid)
        return sa.select(subscriber.c.id).where(*theirs).scalar_subquery()

    def _first(self, select: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        return self._connection.execute(select.limit(ROWS)).all()

    def _ids(self, select: sa.Select[Any]) -> list[int]:
        return list(self._connection.execute(select.limit(ROWS)).scalars())

    def _contains(
        self, column: sa.ColumnElement[Any], text: str
    ) -> sa.ColumnElement[bool]:
        """Letter for letter, as LIKE on SQLite is not."""
        is_sqlite = self._connection.dialect.name == "sqlite"
        place = sa.func.instr if is_sqlite else sa.func.strpos
        found: sa.ColumnElement[bool] = place(column, text) > 0
        return found

    def _walk(self, table: sa.Table, after: int) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            table.c.service == self._service,
            table.c.id > after,
            table.c.id <= after + _LOOKED_THROUGH,
        )

    def _end_of_walk(
        self, table: sa.Table, after: int, found: Sequence[sa.Row[Any]] = ()
    ) -> int | None:
        """Behind the last of what was found, where there may be more; else behind what
        lies between: ids of others, or none.
        """
        if len(found) == ROWS:
            return int(found[-1].id)
        following = sa.select(sa.func.min(table.c.id)).where(
            table.c.service == self._service, table.c.id > after + _LOOKED_THROUGH
        )
        behind = self._connection.execute(following).scalar_one()
        return None if behind is None else int(behind) - 1


def _again(found: Any) -> int | None:
    """Whether there may be more."""
    return 0 if found else None


def _renamed(stored: Any, who: Erasure) -> Any:
    """An audience as it is stored, without him."""
    if isinstance(stored, dict):
        return {key: _renamed(value, who) for key, value in stored.items()}
    if isinstance(stored, list):
        return [_renamed(one, who) for one in stored]
    return who.drawn if stored == who.jid else stored
