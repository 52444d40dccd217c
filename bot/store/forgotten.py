"""Who asked to be forgotten: digests of addresses, and the key that makes them."""

import json
import secrets
from collections.abc import Collection
from datetime import datetime
from functools import cached_property

import sqlalchemy as sa

from bot.domain import forgetting
from bot.store.conflicts import insert
from bot.store.sealing import Vault
from bot.store.tables import forgetting_key, forgotten

# as one text, however many there are: a value for each would be bound one by one
_GIVEN = {
    "sqlite": sa.text("SELECT value FROM json_each(:digests)"),
    "postgresql": sa.text(
        "SELECT value FROM json_array_elements_text(CAST(:digests AS json))"
    ),
}


class SqlForgotten:
    def __init__(self, connection: sa.Connection, service: str, vault: Vault) -> None:
        self._connection = connection
        self._service = service
        self._vault = vault

    def digest(self, *names: str) -> str | None:
        """None: nobody was forgotten yet, so none of theirs is stored."""
        return forgetting.digest(self._key, *names) if self._key else None

    @cached_property
    def _key(self) -> bytes | None:
        """Read once in a transaction: imports ask for thousands of people."""
        select = sa.select(forgetting_key.c.key).where(
            forgetting_key.c.service == self._service
        )
        stored = self._connection.execute(select).scalar_one_or_none()
        found = self._vault.open(forgetting_key.c.key, stored)
        return bytes.fromhex(found) if found else None

    def add(self, jid: str, now: datetime) -> str:
        if self._key is None:
            self._draw()
        digest = self.digest(jid)
        if digest is None:
            raise AssertionError("a key just drawn, or found to exist, is there")
        row = insert(self._connection, forgotten)
        row = row.values(service=self._service, digest=digest, at=now)
        self._connection.execute(row.on_conflict_do_nothing())
        return digest

    def _draw(self) -> None:
        """Also in place of one that no key opens any more, with all that was made by
        that.
        """
        key = secrets.token_hex(forgetting.KEY_BYTES)
        values = {"key": self._vault.seal(forgetting_key.c.key, key)}
        row = insert(self._connection, forgetting_key)
        row = row.values(service=self._service, **values)
        lost = row.on_conflict_do_update(
            index_elements=[forgetting_key.c.service],
            set_=values,
            where=forgetting_key.c.key.is_(None),
        )
        self._connection.execute(lost)
        del self._key  # another transaction may have been faster

    def remove(self, jid: str) -> None:
        digest = self.digest(jid)
        if digest is not None:
            self._connection.execute(sa.delete(forgotten).where(*self._is(digest)))

    def since(self, jid: str) -> datetime | None:
        digest = self.digest(jid)
        if digest is None:
            return None
        select = sa.select(forgotten.c.at).where(*self._is(digest))
        moment: datetime | None = self._connection.execute(select).scalar_one_or_none()
        return moment

    def latest(self) -> datetime | None:
        select = sa.select(sa.func.max(forgotten.c.at))
        select = select.where(forgotten.c.service == self._service)
        moment: datetime | None = self._connection.execute(select).scalar_one()
        return moment

    def among(self, jids: Collection[str]) -> set[str]:
        if self._key is None:
            return set()
        by_digest = {forgetting.digest(self._key, jid): jid for jid in jids}
        given = _GIVEN[self._connection.dialect.name].columns(sa.column("value"))
        select = sa.select(forgotten.c.digest).where(
            forgotten.c.service == self._service,
            forgotten.c.digest.in_(sa.select(given.subquery().c.value)),
        )
        found = self._connection.execute(select, {"digests": json.dumps([*by_digest])})
        return {by_digest[digest] for digest in found.scalars()}

    def _is(self, digest: str) -> tuple[sa.ColumnElement[bool], ...]:
        return forgotten.c.service == self._service, forgotten.c.digest == digest
