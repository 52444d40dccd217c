"""Welcomes in words of their own, one for a list at most."""

import sqlalchemy as sa

from bot.store.conflicts import insert
from bot.store.ownership import of_list
from bot.store.sealing import Vault
from bot.store.tables import greeting as table


class SqlGreetings:
    def __init__(self, connection: sa.Connection, service: str, vault: Vault) -> None:
        self._connection = connection
        self._service = service
        self._vault = vault

    def get(self, list_id: int) -> str | None:
        select = sa.select(table.c.text).where(*self._of(list_id))
        stored = self._connection.execute(select).scalar_one_or_none()
        found = self._vault.open(table.c.text, stored)
        # '': given up, since its key was lost
        return found if isinstance(found, str) and found else None

    def put(self, list_id: int, text: str) -> None:
        sealed = self._vault.seal(table.c.text, text)
        values = sa.select(
            sa.literal(list_id, table.c.list_id.type), sa.literal(sealed, sa.Text)
        ).where(of_list(list_id, self._service))
        add = insert(self._connection, table).from_select(["list_id", "text"], values)
        self._connection.execute(
            add.on_conflict_do_update(
                index_elements=[table.c.list_id], set_={"text": add.excluded.text}
            )
        )

    def remove(self, list_id: int) -> bool:
        delete = sa.delete(table).where(*self._of(list_id))
        return self._connection.execute(delete).rowcount > 0

    def _of(self, list_id: int) -> tuple[sa.ColumnElement[bool], ...]:
        return (table.c.list_id == list_id, of_list(list_id, self._service))
