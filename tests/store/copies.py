"""Databases at a revision, each migrated once in a process and copied from then on.

The way through all revisions costs ten times what a copy does. What a test says of a
revision itself, it brings about by `upgrade`.
"""

from pathlib import Path

import psycopg
import sqlalchemy as sa
from psycopg import sql

from bot.store import upgrade
from tests.servers.postgresql import created
from tests.store.releases import restore
from tests.world import SERVICE

#: revision and release -> of SQLite the file; of a server of PostgreSQL, by its port,
#: the database that is there to be copied
_FILES: dict[tuple[str, str], bytes] = {}
_TEMPLATES: dict[tuple[str, str, int | None], str] = {}


def migrated(url: str, revision: str = "head", *, release: str = "") -> None:
    """Of an empty database of either engine; `release`: with what that one left."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        _copy_file(Path(str(parsed.database)), url, revision, release)
    else:
        _copy_database(parsed, url, revision, release)


def _copy_file(file: Path, url: str, revision: str, release: str) -> None:
    key = revision, release
    if key not in _FILES:
        _migrate(url, revision, release)
        _FILES[key] = file.read_bytes()
        return
    file.touch(mode=0o600)
    file.write_bytes(_FILES[key])


def _copy_database(parsed: sa.URL, url: str, revision: str, release: str) -> None:
    key = revision, release, parsed.port
    name = str(parsed.database)
    server = parsed.set(drivername="postgresql", database="postgres")
    with psycopg.connect(server.render_as_string(), autocommit=True) as connection:
        if key not in _TEMPLATES:
            _migrate(url, revision, release)
            template = f"template_{len(_TEMPLATES)}"
            created(connection, template, like=name)
            _TEMPLATES[key] = template
            return
        connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
        created(connection, name, like=_TEMPLATES[key])


def _migrate(url: str, revision: str, release: str) -> None:
    if release:
        restore(release, url)
    upgrade.upgrade(url, SERVICE, revision)
