"""Whom a broadcast did not reach: who another one, to its readers, leaves out.

Whether somebody was told is written nowhere. He was, or may have been, where the chunk
that has his position has passed it and no exception says otherwise. Of one that goes to
the readers of another the chunks are cut so that only such positions are in them; what
exceptions say is looked at when his turn comes.

A repeat may carry an older edition or the newest one. An amendment leaves out who has
the newest, and who is being repeated to at this moment: the retrier sees to him
(`bot.service.delivery.outcomes`).

Who waited for the first, or to whom it bounced, and who heard it only after the second
was made, was told what held by then: the second has not reached him, and no amendment
of it does. So who has an edition already before which the second means those who have
one: that he may have heard before the second was made.
"""

from typing import Any

import sqlalchemy as sa

from bot.domain.broadcast import Broadcast, ExceptionKind
from bot.store.tables import broadcast, chunk, delivery_exception, schedule

#: of what amends nothing: no edition is as new
_NONE = 2**31 - 1
_MISSED = (ExceptionKind.FAILED, ExceptionKind.SKIPPED)
_TO_COME = (ExceptionKind.RETRYING, ExceptionKind.WAITING)

#: a broadcast to the readers of another, and those
_LINE = sa.bindparam("line", expanding=True, type_=sa.BigInteger)
#: of each of the later notices that goes to the readers of another: it, with itself
#: and with each of those
_LINES: sa.BindParameter[tuple[int, int]] = sa.bindparam("lines", expanding=True)
_OWN = sa.bindparam("own", type_=sa.BigInteger)
_TOLD_BY = sa.bindparam("told_by", type_=sa.BigInteger)
_ANCESTORS = sa.bindparam("ancestors", expanding=True, type_=sa.BigInteger)
_LATER = sa.bindparam("later", expanding=True, type_=sa.BigInteger)
_EDITION = sa.bindparam("edition", type_=sa.Integer)
_SCHEDULE = sa.bindparam("schedule_id", type_=sa.BigInteger)


def unreached(
    jid: sa.ColumnElement[str], position: sa.ColumnElement[int] | None = None
) -> sa.ColumnElement[bool]:
    """That what it is told by did not reach him, or a later notice did; `position` is
    his on a list.
    """
    its, own = delivery_exception.alias("its"), schedule.alias("own")
    former = sa.select(_before(own)).where(own.c.id == _SCHEDULE).scalar_subquery()
    amended = sa.and_(its.c.broadcast_id == _TOLD_BY, _EDITION < _NONE)
    missed = _exists(
        its,
        its.c.broadcast_id.in_(_ANCESTORS),
        its.c.jid == jid,
        sa.or_(
            its.c.kind.in_(_TO_COME),
            sa.and_(its.c.kind.in_(_MISSED), its.c.edition.is_(None)),
            sa.and_(its.c.broadcast_id == _TOLD_BY, its.c.edition >= former),
            sa.and_(
                amended,
                sa.or_(
                    its.c.edition >= _EDITION,
                    sa.and_(
                        its.c.kind == ExceptionKind.DEFERRED,
                        its.c.next_at.is_not(None),
                    ),
                ),
            ),
        ),
    )
    child, asked = broadcast.alias("child"), schedule.alias("asked")
    late = _exists(
        its.join(child, child.c.told_by == its.c.broadcast_id).join(
            asked, asked.c.id == child.c.schedule_id
        ),
        child.c.id.in_(_LINE),
        its.c.jid == jid,
        _heard_after(its, child, asked),
    )
    if position is None:
        return sa.or_(missed, late)
    return sa.or_(missed, late, _told_later(jid, position))


def _heard_after(
    its: sa.FromClause, child: sa.FromClause, asked: sa.FromClause
) -> sa.ColumnElement[bool]:
    """He was told later, or again, after that which goes to the same readers was made.
    By ids: clocks are put right. Or he was told what that tells.
    """
    is_after = sa.or_(its.c.heard_after >= child.c.id, its.c.edition >= _before(asked))
    return sa.and_(child.c.amendment.is_(None), is_after)


def _before(asked: sa.FromClause) -> sa.ColumnElement[int]:
    """Whose edition is before this one is meant; NULL: whoever has any."""
    found: sa.ColumnElement[int] = asked.c.audience["before"].as_integer()
    return found


def told_apart(jid: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """That the retrier tells him, or has (`bot.service.delivery.amended`)."""
    own = delivery_exception.alias("own")
    return _exists(
        own,
        own.c.broadcast_id == _OWN,
        own.c.jid == jid,
        own.c.condition == "amended",
    )


def _told_later(
    jid: sa.ColumnElement[str], position: sa.ColumnElement[int]
) -> sa.ColumnElement[bool]:
    """That one of the later notices, at the same positions, reached him."""
    passed, notice = chunk.alias("passed"), broadcast.alias("notice")
    failed = delivery_exception.alias("failed")
    child, asked = broadcast.alias("child"), schedule.alias("asked")
    is_missed = _exists(
        failed,
        failed.c.broadcast_id == notice.c.id,
        failed.c.jid == jid,
        failed.c.kind.in_((*_TO_COME, *_MISSED)),
    )
    is_missed_before = _exists(
        failed.join(child, child.c.told_by == failed.c.broadcast_id).join(
            asked, asked.c.id == child.c.schedule_id
        ),
        sa.tuple_(notice.c.id, child.c.id).in_(_LINES),
        failed.c.jid == jid,
        sa.or_(
            failed.c.kind.in_((*_TO_COME, *_MISSED)),
            _heard_after(failed, child, asked),
        ),
    )
    return _exists(
        passed.join(notice, notice.c.id == passed.c.broadcast_id),
        passed.c.broadcast_id.in_(_LATER),
        passed.c.after < position,
        passed.c.last >= position,
        sa.or_(passed.c.through >= position, passed.c.reach >= position),
        sa.not_(is_missed),
        sa.not_(is_missed_before),
    )


def _exists(
    rows: sa.FromClause, *conditions: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    """A row of these; all other tables are those of the statement around it."""
    found = sa.select(sa.literal(1)).select_from(rows).where(*conditions)
    return found.correlate_except(rows).exists()


def values(connection: sa.Connection, service: str, told: Broadcast) -> dict[str, Any]:
    """Of the parameters that `unreached` has; where what it is told by was itself one
    to the readers of another, theirs count, too.
    """
    ancestors: list[int] = []
    later: set[int] = set()
    link: tuple[int | None, int | None, str | None]
    link = (told.told_by, told.latest_by, told.topic)
    while (told_by := link[0]) is not None:
        ancestors.append(told_by)
        found = connection.execute(
            sa.select(
                broadcast.c.told_by, broadcast.c.latest_by, broadcast.c.topic
            ).where(broadcast.c.service == service, broadcast.c.id == told_by)
        ).one_or_none()
        topic = None if found is None else found.topic
        if link[1] is not None and topic is not None:
            later.update(_later(connection, service, told, topic, told_by, link[1]))
        link = (None, None, None) if found is None else tuple(found)
    return {
        "line": [told.id, *ancestors],
        "lines": _lines(connection, service, sorted(later)),
        "own": told.id,
        "told_by": told.told_by,
        "ancestors": ancestors,
        "later": sorted(later),
        "edition": told.edition if told.amendment is not None else _NONE,
        "schedule_id": told.schedule_id,
    }


def _later(
    connection: sa.Connection,
    service: str,
    told: Broadcast,
    topic: str,
    after: int,
    until: int,
) -> list[int]:
    """The notices of the topic between, to the same list."""
    select = sa.select(broadcast.c.id).where(
        broadcast.c.service == service,
        broadcast.c.topic == topic,
        broadcast.c.id > after,
        broadcast.c.id <= until,
        broadcast.c.amendment.is_(None),
        broadcast.c.list_id == told.list_id,
        broadcast.c.highest.is_not(None),
    )
    return list(connection.execute(select).scalars())


def _lines(
    connection: sa.Connection, service: str, later: list[int]
) -> list[tuple[int, int]]:
    lines: list[tuple[int, int]] = []
    before = [(one, one) for one in later]
    while before:
        found = connection.execute(
            sa.select(broadcast.c.id, broadcast.c.told_by).where(
                broadcast.c.service == service,
                broadcast.c.id.in_({one for _, one in before}),
                broadcast.c.told_by.is_not(None),
            )
        )
        told_by = {row.id: row.told_by for row in found}
        links = [(notice, one) for notice, one in before if one in told_by]
        lines += links
        before = [(notice, told_by[one]) for notice, one in links]
    return lines
