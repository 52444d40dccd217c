"""The databases that releases filled (`databases/README.md`), each as it was."""

import gzip
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from bot.store.database import backend_of

RELEASES = ("0.1.0",)
FOLDER = Path(__file__).parent / "databases"

#: the rows of each table, by the names of their columns
Rows = dict[str, list[dict[str, Any]]]


def restore(release: str, url: str) -> None:
    """Into an empty database, of either engine."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        packed = (FOLDER / f"{release}.db.gz").read_bytes()
        Path(str(parsed.database)).write_bytes(gzip.decompress(packed))
        return
    dump = (FOLDER / f"{release}.sql").read_text(encoding="utf-8")
    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        connection.execute(dump.encode())


def rows_of(url: str) -> Rows:
    """Everything but the revision, sorted; as the engine gives it."""
    backend = backend_of(url)
    try:
        with backend.reading.connect() as connection:
            found = sa.MetaData()
            found.reflect(connection)
            return {
                table.name: sorted(
                    map(dict, connection.execute(sa.select(table)).mappings()), key=repr
                )
                for table in found.sorted_tables
                if table.name != "alembic_version"
            }
    finally:
        backend.writing.dispose()
        backend.reading.dispose()
