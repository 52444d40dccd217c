"""Notices of one topic: which are earlier or later than a schedule.

Looked for from the side of which there are few (what is due, sent or leased right now),
or by an index that begins with the topic: an incident may have any number of them.
"""

from datetime import datetime

import sqlalchemy as sa

from bot.domain.schedule import Schedule
from bot.store.ownership import SERVICE
from bot.store.tables import (
    IS_LEASED,
    IS_NOTICE,
    IS_OPEN,
    IS_PLANNABLE,
    IS_SENDING,
    IS_TO_LIST,
    broadcast,
    chunk,
    schedule,
)
from bot.store.types import Id, UTCDateTime

_TOPIC = sa.bindparam("topic", type_=sa.Text)
_THIS = sa.bindparam("schedule_id", type_=Id)
_NOW = sa.bindparam("now", type_=UTCDateTime)

#: the last by number, which stands at an end of its index: whether there is a later one
#: PostgreSQL would look for among all rows, since one seems to be near
LAUNCHED = sa.select(sa.func.max(broadcast.c.schedule_id)).where(
    broadcast.c.service == SERVICE, broadcast.c.topic == _TOPIC, IS_NOTICE, IS_TO_LIST
)
DUE = sa.select(
    sa.exists().where(
        schedule.c.service == SERVICE,
        schedule.c.topic == _TOPIC,
        schedule.c.id > _THIS,
        schedule.c.topic.is_not(None),
        schedule.c.amendment.is_(None),
        schedule.c.told_by.is_(None),
        sa.not_(schedule.c.personal),
        IS_PLANNABLE,
        schedule.c.next_at <= _NOW,
    )
)
_earlier = (
    broadcast.c.service == SERVICE,
    broadcast.c.topic == _TOPIC,
    broadcast.c.schedule_id < _THIS,
    IS_NOTICE,
)
UNDER_WAY = sa.select(broadcast.c.id).where(*_earlier, IS_SENDING)
HELD = sa.select(
    sa.exists().where(
        IS_LEASED,
        IS_OPEN,
        chunk.c.leased_until > _NOW,
        sa.exists().where(broadcast.c.id == chunk.c.broadcast_id, *_earlier),
    )
)


class SqlTopics:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def is_overtaken(self, schedule: Schedule, until: datetime) -> bool:
        launched = self._connection.execute(LAUNCHED, self._values(schedule))
        if (launched.scalar_one() or 0) > schedule.id:
            return True
        return self._is(DUE, schedule, now=until)

    def under_way(self, schedule: Schedule) -> list[int]:
        rows = self._connection.execute(UNDER_WAY, self._values(schedule))
        return list(rows.scalars())

    def is_held(self, schedule: Schedule, now: datetime) -> bool:
        return self._is(HELD, schedule, now=now)

    def _is(
        self, statement: sa.Select[bool], schedule: Schedule, **values: datetime
    ) -> bool:
        found = self._connection.execute(statement, self._values(schedule) | values)
        return bool(found.scalar_one())

    def _values(self, schedule: Schedule) -> dict[str, object]:
        return {
            "whose": self._service,
            "topic": schedule.topic,
            "schedule_id": schedule.id,
        }
