"""What recipients chose of who may schedule messages to them.

Of somebody who was forgotten stands what he refused, under a digest of his address, and
those whom he blocked under digests of his address with theirs. It is his again once he
chooses anew; whom he blocked then stays blocked until he allows him by name.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from bot.domain.consent import Consent, Who
from bot.domain.forgetting import FORGOTTEN, is_forgotten
from bot.store.conflicts import insert
from bot.store.forgotten import SqlForgotten
from bot.store.tables import consent as table
from bot.store.tables import consent_entry as entry

_IS_DIGEST = entry.c.jid.startswith(FORGOTTEN, autoescape=True)


class SqlConsents:
    def __init__(
        self, connection: sa.Connection, service: str, forgotten: SqlForgotten
    ) -> None:
        self._connection = connection
        self._service = service
        self._forgotten = forgotten

    def get(self, jid: str, about: Collection[str] | None = None) -> Consent | None:
        stored = {} if about is None else self._stored(jid, about)
        named = entry.c.consent_id == table.c.id
        if about is not None:
            named = sa.and_(named, entry.c.jid.in_(sorted(stored)))
        select = (
            sa.select(table, entry.c.jid.label("entry"), entry.c.blocked)
            .select_from(table.outerjoin(entry, named))
            .where(table.c.service == self._service, self._is(jid))
        )
        rows = self._connection.execute(select).all()
        if not rows:
            return None
        entries = [
            (stored.get(row.entry, row.entry), row.blocked)
            for row in rows
            if row.entry is not None
        ]
        # nobody can tell whose digest one is, unless he is asked about
        named_ones = [one for one in entries if not is_forgotten(one[0])]
        return Consent(
            who=Who(rows[0].who),
            allowed=frozenset(name for name, blocked in named_ones if not blocked),
            blocked=frozenset(name for name, blocked in named_ones if blocked),
            max_per_day=rows[0].max_per_day,
            max_ahead=rows[0].max_ahead,
            preview=rows[0].preview,
        )

    def _is(self, jid: str) -> sa.ColumnElement[bool]:
        digest = self._forgotten.digest(jid)
        return table.c.jid.in_([jid] if digest is None else [jid, digest])

    def _stored(self, jid: str, names: Collection[str]) -> dict[str, str]:
        """As entries of his may be stored -> the name that each is of."""
        digests = {
            digest: name
            for name in names
            if (digest := self._forgotten.digest(jid, name)) is not None
        }
        return {**digests, **{name: name for name in names}}

    def put(self, jid: str, consent: Consent, now: datetime) -> None:
        chosen = {
            "who": consent.who,
            "max_per_day": consent.max_per_day,
            "max_ahead": consent.max_ahead,
            "preview": consent.preview,
            "changed_at": now,
        }
        self._take_up(jid)
        row = insert(self._connection, table)
        row = row.values(service=self._service, jid=jid, **chosen)
        put = row.on_conflict_do_update(
            index_elements=[table.c.service, table.c.jid], set_=chosen
        ).returning(table.c.id)
        consent_id = self._connection.execute(put).scalar_one()
        # who puts at the same time waits for the row above
        allowed = self._stored(jid, consent.allowed)
        delete = sa.delete(entry).where(
            entry.c.consent_id == consent_id,
            sa.or_(sa.not_(_IS_DIGEST), entry.c.jid.in_(sorted(allowed))),
        )
        self._connection.execute(delete)
        rows = [
            {"consent_id": consent_id, "jid": name, "blocked": blocked}
            for blocked, names in ((False, consent.allowed), (True, consent.blocked))
            for name in sorted(names)
        ]
        if rows:
            self._connection.execute(sa.insert(entry), rows)

    def _take_up(self, jid: str) -> None:
        """What stands under his digest is his again."""
        digest = self._forgotten.digest(jid)
        if digest is not None:
            theirs = (table.c.service == self._service, table.c.jid == digest)
            self._connection.execute(sa.update(table).where(*theirs).values(jid=jid))

    def forget(self, jid: str) -> None:
        digest = self._forgotten.digest(jid)
        found = self.get(jid)
        if digest is None or found is None:
            return
        select = sa.select(table.c.id)
        select = select.where(table.c.service == self._service, table.c.jid == jid)
        consent_id = self._connection.execute(select).scalar_one_or_none()
        if consent_id is None:
            return  # it is the digest's already
        its = entry.c.consent_id == consent_id
        hidden = self._connection.execute(
            sa.select(entry.c.jid).where(its, _IS_DIGEST, entry.c.blocked)
        )
        blocked = {*hidden.scalars(), *self._stored(jid, found.blocked)} - found.blocked
        self._connection.execute(sa.delete(entry).where(its))
        one = sa.and_(table.c.service == self._service, table.c.id == consent_id)
        if not blocked and not found.refuses_somebody:
            self._connection.execute(sa.delete(table).where(one))
            return
        self._connection.execute(sa.update(table).where(one).values(jid=digest))
        rows = [
            {"consent_id": consent_id, "jid": name, "blocked": True}
            for name in sorted(blocked)
        ]
        if rows:
            self._connection.execute(sa.insert(entry), rows)
