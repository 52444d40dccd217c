"""The schema's revisions, by alembic; the URL is passed, there is no alembic.ini.

One transaction brings the database up to date. A second service that tries at
the same time waits: for SQLite's only writer, for an advisory lock on PostgreSQL.
"""

import contextlib
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from bot.domain.errors import Conflict, Unavailable
from bot.domain.phrase import Phrase, Quoted
from bot.store import (
    backup,
    durable,
    files,
    holders,
    postgresql_faults,
    sessions,
    sqlite,
    sqlite_faults,
)
from bot.store.backend import parse_url
from bot.store.faults import Fault
from bot.store.holders import Holder
from bot.store.lookout import Lookout
from bot.store.tables import metadata

log = logging.getLogger(__name__)

_LOCK = int.from_bytes(b"carillon", "big")
#: seconds that an upgrade waits for others until it is told for whom: on SQLite less
#: than it waits at all
_LOOK_AFTER = 4.5


@dataclass(frozen=True, slots=True)
class Upgraded:
    """From which revision to which; None: from an empty database."""

    before: str | None
    after: str | None
    #: what a SQLite file was copied to before anything was changed
    backup: Path | None


def folder() -> Path:
    """`migrations/` of a checkout, or its copy inside an installed package."""
    package = Path(__file__).resolve().parents[1]
    packed = package / "_migrations"
    return packed if packed.is_dir() else package.parent / "migrations"


def head() -> str:
    """The revision this program needs."""
    revision = ScriptDirectory(str(folder())).get_current_head()
    if revision is None:
        raise AssertionError("the migrations come with the program")
    return revision


def current(url: str) -> str | None:
    """The revision of the database; None where it is empty or does not exist."""
    if _is_missing(url):
        return None
    with transaction(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_new(url: str) -> bool:
    """Nothing is in it yet; raises Unavailable where nothing could be."""
    if not _is_missing(url):
        return current(url) is None
    file = sqlite.database_file(parse_url(url))
    files.refuse_vanished(file)
    folder = file.parent
    if files.is_missing(folder):
        raise files.no_folder(folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Unavailable(
            Phrase(
                "The database cannot be made: {folder} is no folder we may write to.",
                folder=folder,
            )
        )
    return True


def upgrade(url: str, service: str, revision: str = "head") -> Upgraded:
    """Rows that do not say whose they are become those of `service`, a bare JID.

    A SQLite file that holds something is copied first; raises Unavailable, and
    changes nothing, where that fails. Raises Conflict where the database is newer
    than this program.
    """
    if _is_sqlite(url):
        file = sqlite.database_file(parse_url(url))
        files.refuse_vanished(file)
        try:
            file.touch(mode=0o600)  # it holds addresses and a secret key
            durable.settle(file.parent)
        except OSError as error:
            raise files.unmakeable(file, error) from None
    with transaction(url) as connection:
        config = _config(connection, service)
        script = ScriptDirectory.from_config(config)
        after = script.get_revision(revision).revision
        before = MigrationContext.configure(connection).get_current_revision()
        copy = None
        if before is not None:
            script.get_revision(before)  # which raises where it is a later program's
        if before not in {None, after} and _is_sqlite(url):
            # while this transaction keeps others from writing
            copy = backup.make(sqlite.database_file(parse_url(url)), before)
            log.info("made a backup before the upgrade", extra={"file": str(copy)})
        command.upgrade(config, revision)
    if before is None:
        log.info("a new database: %s", _where(url))
    if _is_sqlite(url):
        files.mark(file)
    return Upgraded(before, after, copy)


def downgrade(url: str, revision: str) -> None:
    """To an earlier revision, or to none with "base"."""
    with transaction(url) as connection:
        command.downgrade(_config(connection), revision)


def prepare(url: str, service: str) -> Path | None:
    """What a service does before it starts; raises Conflict where that is refused.

    A SQLite file belongs to one service, which may bring it up to date. Others
    may be running on a PostgreSQL database: only an empty one is. Gives the backup
    that was made of an older SQLite file.
    """
    now = current(url)
    if now == head():
        return None
    if now is None or _is_sqlite(url):
        return upgrade(url, service).backup
    raise _outdated(now)


def require_head(url: str) -> None:
    """Raises Conflict where the database is not as this program needs it."""
    now = current(url)
    if now != head():
        raise _outdated(now)


def _outdated(now: str | None) -> Conflict:
    return Conflict(
        Phrase(
            "The database is at revision {now}, this program needs {head}:"
            " run `carillon db upgrade`.",
            now=now,
            head=head(),
        )
    )


def check(url: str) -> list[Phrase]:
    """What keeps the database from being as this program needs it, a line each."""
    now = current(url)
    if now != head():
        return [
            Phrase(
                "The database is at revision {now}, this program needs {head}.",
                now=now,
                head=head(),
            )
        ]
    with transaction(url) as connection:
        context = MigrationContext.configure(connection)
        return [
            Quoted(str(difference))
            for difference in compare_metadata(context, metadata)
        ]


def makes_backup(url: str) -> bool:
    """Whether an upgrade copies the database first."""
    return _is_sqlite(url)


def _config(connection: sa.Connection, service: str | None = None) -> Config:
    config = Config(attributes={"connection": connection, "service": service})
    config.set_main_option("script_location", str(folder()).replace("%", "%%"))
    return config


@contextlib.contextmanager
def transaction(url: str) -> Iterator[sa.Connection]:
    """Alone in the database, as far as upgrades go."""
    parsed = parse_url(url)
    if _is_sqlite(url):
        # A table that is copied and renamed would drag its referrers along.
        engine = sqlite.engine(
            parsed, begin="BEGIN IMMEDIATE", connections=1, foreign_keys=False
        )
    else:
        engine = sessions.engine(parsed, sessions.UPGRADING, poolclass=sa.NullPool)
    lookout = Lookout(partial(_holder, parsed))
    try:
        with lookout.over(_LOOK_AFTER), engine.begin() as connection:
            if not _is_sqlite(url):
                lock = sa.func.pg_advisory_xact_lock(_LOCK)
                connection.execute(sa.select(lock))
            yield connection
            if _is_sqlite(url):
                _check_references(connection)
    except CommandError as error:
        raise Conflict(
            Phrase(
                "The database does not fit this program ({error}): is it newer?",
                error=str(error),
            )
        ) from error
    except sa.exc.DBAPIError as error:
        table = sqlite_faults if _is_sqlite(url) else postgresql_faults
        found = table.diagnose(error.orig)
        if found.fault in {Fault.BUG, Fault.SCHEMA}:  # which a revision meets
            raise
        if lookout.held_up is not None:
            raise Unavailable(lookout.held_up) from error
        raise found.unavailable from error
    finally:
        engine.dispose()


def _holder(url: sa.URL) -> Holder | None:
    if url.get_backend_name() == "sqlite":
        return holders.in_sqlite(sqlite.database_file(url))
    return holders.in_postgresql(url, own=True)


def _check_references(connection: sa.Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise Conflict(
            Phrase("The upgrade would break a reference: {row}.", row=tuple(broken))
        )


def _is_sqlite(url: str) -> bool:
    return parse_url(url).get_backend_name() == "sqlite"


def _where(url: str) -> str:
    """The file's whole path; of another URL all but its password."""
    parsed = parse_url(url)
    if _is_sqlite(url):
        return str(sqlite.database_file(parsed))
    return parsed.render_as_string()


def _is_missing(url: str) -> bool:
    parsed = parse_url(url)
    return _is_sqlite(url) and not sqlite.database_file(parsed).exists()
