"""Subscribers: bare JIDs, what they chose and how well they can be reached."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain import quiet
from bot.domain.language import latest
from bot.domain.lists import Preferences, Subscriber
from bot.domain.verdict import Score
from bot.store.conflicts import insert
from bot.store.tables import subscriber


class SqlSubscribers:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def get(self, jid: str) -> Subscriber | None:
        select = sa.select(subscriber).where(*self._is(jid))
        row = self._connection.execute(select).one_or_none()
        return None if row is None else subscriber_from_row(row)

    def lock(self, jid: str) -> Subscriber | None:
        select = sa.select(subscriber).where(*self._is(jid)).with_for_update()
        row = self._connection.execute(select).one_or_none()
        return None if row is None else subscriber_from_row(row)

    def ensure(self, jid: str, now: datetime) -> Subscriber:
        found = self.get(jid)
        if found is None:
            row = insert(self._connection, subscriber)
            row = row.values(service=self._service, jid=jid, score=0, created_at=now)
            self._connection.execute(row.on_conflict_do_nothing())
            found = self.get(jid)
        if found is None:
            raise AssertionError("a row just inserted, or found to exist, is there")
        return found

    def seen(self, jid: str, *, language: str | None) -> Subscriber | None:
        """Writes only what differs: signs of life come often."""
        found = self.get(jid)
        if found is None:
            return None
        values: dict[str, Any] = {}
        if found.score != Score():
            values |= {"score": 0, "score_since": None}
        if language is not None:
            speaks = latest(found.language_seen, language)
            if speaks != found.language_seen:
                values["language_seen"] = speaks
        if not values:
            return found
        self._update(jid, values)
        return self.get(jid)

    def prefer(self, subscriber_id: int, wanted: Preferences) -> None:
        values = {
            "language": wanted.language,
            "timezone": wanted.timezone,
            "quiet": str(wanted.quiet) if wanted.quiet else None,
            "paused_until": wanted.paused_until,
        }
        update = sa.update(subscriber).where(
            subscriber.c.service == self._service, subscriber.c.id == subscriber_id
        )
        self._connection.execute(update.values(values))

    def set_score(self, jid: str, score: Score) -> None:
        self._update(jid, {"score": score.value, "score_since": score.since})

    def _update(self, jid: str, values: dict[str, Any]) -> None:
        update = sa.update(subscriber).where(*self._is(jid)).values(values)
        self._connection.execute(update)

    def _is(self, jid: str) -> tuple[sa.ColumnElement[bool], ...]:
        return subscriber.c.service == self._service, subscriber.c.jid == jid


def subscriber_from_row(row: sa.Row[Any]) -> Subscriber:
    """Of a row that has the table's columns, whatever else it has."""
    column = row._mapping  # noqa: SLF001 - public, named so that no column clashes
    return Subscriber(
        id=column[subscriber.c.id],
        jid=column[subscriber.c.jid],
        language=column[subscriber.c.language],
        language_seen=column[subscriber.c.language_seen],
        timezone=column[subscriber.c.timezone],
        quiet=quiet.stored(column[subscriber.c.quiet]),
        paused_until=column[subscriber.c.paused_until],
        score=Score(column[subscriber.c.score], column[subscriber.c.score_since]),
    )
