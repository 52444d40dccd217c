"""Moments as PostgreSQL has them, of which Python has no datetime for some."""

from typing import Any

import psycopg
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Loader

from bot.store.types import FIRST, LAST


class Moments(Loader):
    """As psycopg reads them; others, say `infinity`, are the last or the first."""

    def __init__(self, oid: int, context: AdaptContext | None) -> None:
        super().__init__(oid, context)
        usual = psycopg.adapters.get_loader(oid, psycopg.pq.Format.TEXT)
        assert usual is not None  # noqa: S101 - psycopg knows timestamptz
        self._usual = usual(oid, context)

    def load(self, data: Buffer) -> Any:
        try:
            return self._usual.load(data)
        except psycopg.DataError:
            text = bytes(data)
            return FIRST if text.startswith(b"-") or text.endswith(b"BC") else LAST
