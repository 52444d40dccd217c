"""What is stored of one person, looked at: a slice of a part in each query.

Every part is a query by his address, in the order of a number by which it goes on. What
other people wrote or chose is none of his: of a message to him it tells from whom and
when it came, never what it says.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from bot.domain.schedule import Origin
from bot.service.ports.personal import Part, Slice
from bot.store.ownership import SERVICE
from bot.store.sealing import Vault
from bot.store.tables import (
    announcement_list,
    approval,
    audit,
    broadcast,
    broadcast_recipient,
    contact_news,
    delivery_exception,
    incident,
    join_request,
    maintenance,
    notice,
    request_count,
    schedule,
    subscriber,
    subscription,
    suspension,
    welcome,
)

_WHO = sa.bindparam("who", type_=sa.Text)
_AFTER = sa.bindparam("after", type_=sa.BigInteger)
_LIMIT = sa.bindparam("limit", type_=sa.Integer)
#: of what a person knows a part's next slice by; left out of what he is shown
_PLACE = "place"
#: of a column that is sealed by its broadcast
_OF = "of"

_list = announcement_list.c
_sender = sa.case((broadcast.c.in_owners_name, schedule.c.owner), else_=sa.null())
#: the list that a broadcast was told to, or in whose name
_told = sa.select(_list.name).where(_list.id == broadcast.c.list_id).scalar_subquery()


def _part(
    place: "sa.ColumnElement[Any]", *columns: Any, theirs: sa.ColumnElement[bool]
) -> sa.Select[Any]:
    return (
        sa.select(place.label(_PLACE), *columns)
        .where(theirs, place > _AFTER)
        .order_by(place)
        .limit(_LIMIT)
    )


def _is(table: sa.Table, column: str) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.service == SERVICE, table.c[column] == _WHO)


PARTS: Mapping[Part, sa.Select[Any]] = {
    Part.PERSON: _part(
        subscriber.c.id,
        subscriber.c.jid,
        subscriber.c.created_at.label("since"),
        subscriber.c.language,
        subscriber.c.language_seen,
        subscriber.c.timezone,
        subscriber.c.quiet,
        subscriber.c.paused_until,
        subscriber.c.score.label("bounce_score"),
        subscriber.c.score_since.label("bounces_since"),
        theirs=_is(subscriber, "jid"),
    ),
    Part.SUBSCRIPTIONS: _part(
        subscription.c.id,
        _list.name.label("list"),
        _list.kind,
        subscription.c.started_at.label("since"),
        subscription.c.origin,
        subscription.c.ended_at.label("until"),
        subscription.c.end_reason.label("reason"),
        suspension.c.condition,
        theirs=_is(subscriber, "jid"),
    )
    .join_from(subscription, subscriber)
    .join(announcement_list, _list.id == subscription.c.list_id)
    .outerjoin(suspension, suspension.c.subscription_id == subscription.c.id),
    Part.WELCOMES: _part(
        welcome.c.list_id,
        _list.name.label("list"),
        welcome.c.at,
        theirs=_is(subscriber, "jid"),
    )
    .join_from(welcome, subscriber)
    .join(announcement_list, _list.id == welcome.c.list_id),
    Part.JOIN_REQUESTS: _part(
        join_request.c.id,
        _list.name.label("list"),
        join_request.c.by_presence,
        join_request.c.language,
        join_request.c.asked_at,
        join_request.c.told_at,
        theirs=sa.and_(_list.service == SERVICE, join_request.c.jid == _WHO),
    ).join_from(join_request, announcement_list),
    Part.CONTACT_NEWS: _part(
        contact_news.c.id,
        _list.name.label("list"),
        contact_news.c.state,
        contact_news.c.created_at,
        theirs=sa.and_(_list.service == SERVICE, contact_news.c.jid == _WHO),
    ).join_from(contact_news, announcement_list),
    Part.REQUESTS: _part(
        approval.c.id,
        approval.c.id.label("reference"),
        schedule.c.owner.label("from"),
        approval.c.state,
        approval.c.created_at,
        approval.c.told_at,
        approval.c.decided_at,
        theirs=_is(approval, "recipient"),
    ).join_from(approval, schedule, schedule.c.id == approval.c.schedule_id),
    Part.MAINTENANCES: _part(
        maintenance.c.id,
        maintenance.c.id.label("reference"),
        maintenance.c.client_id.label("id"),
        maintenance.c.origin,
        maintenance.c.list_name.label("list"),
        maintenance.c.template,
        maintenance.c.fields.label("values"),
        maintenance.c.timezone,
        maintenance.c.recurrence,
        maintenance.c.finish,
        maintenance.c.reminders,
        maintenance.c.language,
        maintenance.c.created_at,
        maintenance.c.ended_at,
        theirs=_is(maintenance, "owner"),
    ),
    Part.INCIDENTS: _part(
        incident.c.id,
        incident.c.id.label("reference"),
        incident.c.client_id.label("id"),
        incident.c.list_name.label("list"),
        incident.c.timezone,
        incident.c.state,
        incident.c.created_at,
        incident.c.changed_at,
        incident.c.ended_at,
        theirs=_is(incident, "owner"),
    ),
    Part.SENT: _part(
        broadcast.c.id,
        broadcast.c.schedule_id.label("announcement"),
        broadcast.c.message_id,
        broadcast.c.created_at.label("started_at"),
        broadcast.c.finished_at,
        broadcast.c.state,
        broadcast.c.reason,
        broadcast.c.total,
        theirs=_is(broadcast, "counted_for"),
    ),
    Part.RECEIVED: _part(
        broadcast.c.id,
        _sender.label("from"),
        _told.label("list"),
        broadcast.c.created_at.label("at"),
        broadcast.c.state,
        (schedule.c.origin == Origin.WELCOME).label("welcome"),
        theirs=sa.and_(
            broadcast_recipient.c.jid == _WHO, broadcast.c.service == SERVICE
        ),
    )
    .join_from(broadcast_recipient, broadcast)
    .join(schedule, schedule.c.id == broadcast.c.schedule_id),
    Part.EXCEPTIONS: _part(
        broadcast.c.id,
        _sender.label("from"),
        _told.label("list"),
        delivery_exception.c.kind.label("state"),
        delivery_exception.c.condition,
        delivery_exception.c.text,
        delivery_exception.c.attempts.label("repeats"),
        delivery_exception.c.first_at,
        delivery_exception.c.next_at,
        delivery_exception.c.broadcast_id.label(_OF),
        theirs=_is(delivery_exception, "jid"),
    )
    .join_from(delivery_exception, broadcast)
    .join(schedule, schedule.c.id == broadcast.c.schedule_id),
    Part.REPORTS: _part(
        notice.c.id,
        notice.c.created_at,
        notice.c.announcement,
        notice.c.job.label("id"),
        notice.c.status,
        notice.c.due_at,
        notice.c.language,
        notice.c.text,
        theirs=_is(notice, "recipient"),
    ),
    Part.AUDIT: _part(
        audit.c.id,
        audit.c.at,
        audit.c.role,
        audit.c.door,
        audit.c.action,
        audit.c.about,
        audit.c.reference.label("announcement"),
        audit.c.result,
        audit.c.detail,
        theirs=_is(audit, "caller"),
    ),
    Part.COUNTS: _part(
        # there is one at most
        sa.literal(1, sa.BigInteger),
        request_count.c.since,
        request_count.c.count.label("requests"),
        theirs=_is(request_count, "who"),
    ),
}
#: what is sealed in a part
_SEALED = {
    Part.EXCEPTIONS: ("text", delivery_exception.c.text),
    Part.MAINTENANCES: ("values", maintenance.c.fields),
    Part.REPORTS: ("text", notice.c.text),
}


class SqlHoldings:
    def __init__(self, connection: sa.Connection, service: str, vault: Vault) -> None:
        self._connection = connection
        self._service = service
        self._vault = vault

    def some(self, part: Part, jid: str, after: int, limit: int) -> Slice:
        values = {"whose": self._service, "who": jid, "after": after}
        rows = self._connection.execute(PARTS[part], {**values, "limit": limit + 1})
        found = rows.mappings().all()
        shown = found[:limit]
        following = shown[-1][_PLACE] if len(found) > limit else None
        return Slice([self._told(part, row) for row in shown], following)

    def _told(self, part: Part, row: sa.RowMapping) -> dict[str, Any]:
        told = {name: row[name] for name in row if name not in {_PLACE, _OF}}
        if (sealed := _SEALED.get(part)) is not None:
            name, column = sealed
            told[name] = self._vault.open(column, row[name], row.get(_OF))
        return told
