"""What recipients chose of who may schedule messages to them."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from bot.domain.consent import Consent, Who
from bot.store.conflicts import insert
from bot.store.tables import consent as table
from bot.store.tables import consent_entry as entry


class SqlConsents:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def get(self, jid: str, about: Collection[str] | None = None) -> Consent | None:
        named = entry.c.consent_id == table.c.id
        if about is not None:
            named = sa.and_(named, entry.c.jid.in_(sorted(about)))
        select = (
            sa.select(table, entry.c.jid.label("entry"), entry.c.blocked)
            .select_from(table.outerjoin(entry, named))
            .where(table.c.service == self._service, table.c.jid == jid)
        )
        rows = self._connection.execute(select).all()
        if not rows:
            return None
        entries = [row for row in rows if row.entry is not None]
        return Consent(
            who=Who(rows[0].who),
            allowed=frozenset(row.entry for row in entries if not row.blocked),
            blocked=frozenset(row.entry for row in entries if row.blocked),
            max_per_day=rows[0].max_per_day,
            max_ahead=rows[0].max_ahead,
            preview=rows[0].preview,
        )

    def put(self, jid: str, consent: Consent, now: datetime) -> None:
        chosen = {
            "who": consent.who,
            "max_per_day": consent.max_per_day,
            "max_ahead": consent.max_ahead,
            "preview": consent.preview,
            "changed_at": now,
        }
        row = insert(self._connection, table)
        row = row.values(service=self._service, jid=jid, **chosen)
        put = row.on_conflict_do_update(
            index_elements=[table.c.service, table.c.jid], set_=chosen
        ).returning(table.c.id)
        consent_id = self._connection.execute(put).scalar_one()
        # who puts at the same time waits for the row above
        delete = sa.delete(entry).where(entry.c.consent_id == consent_id)
        self._connection.execute(delete)
        rows = [
            {"consent_id": consent_id, "jid": name, "blocked": blocked}
            for blocked, names in ((False, consent.allowed), (True, consent.blocked))
            for name in sorted(names)
        ]
        if rows:
            self._connection.execute(sa.insert(entry), rows)
