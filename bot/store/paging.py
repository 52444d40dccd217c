"""Pages in ascending order of id, as XEP-0059 asks for them, or in another order."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.domain.errors import NotFound
from bot.domain.phrase import Phrase
from bot.service.ports.paging import Order, Page, Paging
from bot.store.types import UTCDateTime

Item = TypeVar("Item")

#: behind whatever has a moment
_NEVER = sa.literal(datetime(9999, 12, 31, tzinfo=UTC), UTCDateTime())
#: before whatever has a moment
_LONG_AGO = sa.literal(datetime(1970, 1, 1, tzinfo=UTC), UTCDateTime())


def page(
    connection: sa.Connection,
    table: sa.Table,
    conditions: Sequence[sa.ColumnElement[bool]],
    paging: Paging,
    from_row: Callable[[sa.Row[Any]], Item],
) -> Page[Item]:
    """Raises NotFound where after/before names no row that matches; in another order
    than that of XEP-0059, no row at all.
    """
    key: sa.ColumnElement[int] = table.c.id
    if paging.order is not Order.OLDEST:
        return _ordered(connection, table, conditions, paging, from_row)
    count = count_rows(connection, table, conditions)
    wanted = sa.select(table).where(*conditions)
    for reference in (paging.after, paging.before):
        if reference:
            _must_match(connection, table, conditions, reference)
    if paging.after is not None:
        wanted = wanted.where(key > paging.after)
    if paging.before:
        wanted = wanted.where(key < paging.before)
    backwards = paging.before is not None
    wanted = wanted.order_by(key.desc() if backwards else key).limit(paging.limit)
    rows = list(connection.execute(wanted))
    if backwards:
        rows.reverse()
    index = 0
    if rows:
        index = count_rows(connection, table, [*conditions, key < rows[0].id])
    return Page([from_row(row) for row in rows], count, index)


def _ordered(
    connection: sa.Connection,
    table: sa.Table,
    conditions: Sequence[sa.ColumnElement[bool]],
    paging: Paging,
    from_row: Callable[[sa.Row[Any]], Item],
) -> Page[Item]:
    """Forwards only. People turn pages slowly: what `after` names may match no longer,
    but has to be theirs, as the first of the conditions says.

    By number it has its place all the same. By moment it has none, and what stood
    before it is over for the most part: then it is the first page.
    """
    key, wanted = table.c.id, sa.select(table).where(*conditions)
    passed: sa.ColumnElement[bool] = sa.false()
    if paging.order is Order.LATEST:
        wanted = wanted.order_by(key.desc())
        if paging.after:
            _must_match(connection, table, conditions[:1], paging.after)
            passed = key >= paging.after
    else:
        moment = sa.func.coalesce(table.c.next_at, _NEVER)
        wanted = wanted.order_by(moment, key)
        if paging.after:
            _must_match(connection, table, conditions[:1], paging.after)
            its = sa.select(moment).where(key == paging.after, *conditions)
            there = sa.func.coalesce(its.scalar_subquery(), _LONG_AGO)
            passed = sa.or_(
                moment < there, sa.and_(moment == there, key <= paging.after)
            )
    rows = connection.execute(wanted.where(sa.not_(passed)).limit(paging.limit))
    items = [from_row(row) for row in rows]
    count = count_rows(connection, table, conditions)
    index = count_rows(connection, table, [*conditions, passed])
    return Page(items, count, index)


def count_rows(
    connection: sa.Connection,
    table: sa.Table,
    conditions: Sequence[sa.ColumnElement[bool]],
) -> int:
    counted = sa.select(sa.func.count()).select_from(table).where(*conditions)
    return connection.execute(counted).scalar_one()


def _must_match(
    connection: sa.Connection,
    table: sa.Table,
    conditions: Sequence[sa.ColumnElement[bool]],
    reference: int,
) -> None:
    found = sa.select(table.c.id).where(table.c.id == reference, *conditions)
    if connection.execute(found).first() is None:
        raise NotFound(
            Phrase(
                "There is no #{reference} on this list of results.",
                reference=reference,
            )
        )
