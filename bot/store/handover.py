"""A service whose JID has changed is given the rows that it had under the old one."""

import contextlib
from contextlib import AbstractContextManager
from dataclasses import dataclass

import sqlalchemy as sa

from bot.domain.errors import Conflict, NotFound
from bot.domain.jid import bare
from bot.domain.phrase import Phrase
from bot.domain.schedule import Origin
from bot.store.backend import parse_url
from bot.store.file_lock import FileLock
from bot.store.sqlite import database_file
from bot.store.tables import (
    announcement_list,
    consent,
    consent_entry,
    forgetting_key,
    forgotten,
    greeting,
    metadata,
    request_count,
    schedule,
    storage_key,
    subscriber,
)
from bot.store.upgrade import require_head, transaction

#: what a service is there for; lists and counts it has as soon as it is started
_HOLDINGS = (subscriber, schedule)
#: digests by another key could not be told from each other
_FORGOTTEN = (forgotten, forgetting_key)


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed over."""

    subscribers: int
    #: welcomes, of which there may be thousands, left out
    schedules: int


def adopt(url: str, service: str, former: str) -> Handed:
    """Make all rows of `former` those of `service`, which has none of its own.

    `former` is as it is stored, perhaps by a release that prepared JIDs otherwise, or
    any JID that is the same. Raises JIDError, NotFound where there are none, Conflict
    where `service` has its own, one of both is running or the schema is another
    program's.
    """
    require_head(url)
    with nobody_runs(url), transaction(url) as connection:
        if not _count(connection, former, announcement_list, *_HOLDINGS):
            former = bare(former)
        for jid in (service, former):
            _refuse_running(connection, jid)
        if not _count(connection, former, announcement_list, *_HOLDINGS):
            raise NotFound(
                Phrase("This database holds nothing of {former}.", former=former)
            )
        if service == former or _count(connection, service, *_HOLDINGS):
            raise Conflict(
                Phrase(
                    "{service} has readers or announcements of its own here, which"
                    " cannot be put together with those of {former}.",
                    service=service,
                    former=former,
                )
            )
        handed = Handed(
            subscribers=_count(connection, former, subscriber),
            schedules=_count(connection, former, schedule, but_welcomes=True),
        )
        own = sa.select(announcement_list.c.id)
        own = own.where(announcement_list.c.service == service)
        connection.execute(sa.delete(greeting).where(greeting.c.list_id.in_(own)))
        # what a start under the new JID made, and would be in the way
        for table in (announcement_list, request_count, storage_key, *_FORGOTTEN):
            connection.execute(sa.delete(table).where(table.c.service == service))
        _let_stand(connection, service, former)
        for table in metadata.tables.values():
            if "service" in table.c:
                theirs = sa.update(table).where(table.c.service == former)
                connection.execute(theirs.values(service=service))
        return handed


def _count(
    connection: sa.Connection,
    service: str,
    *tables: sa.Table,
    but_welcomes: bool = False,
) -> int:
    total = 0
    for table in tables:
        count = sa.select(sa.func.count()).select_from(table)
        count = count.where(table.c.service == service)
        if but_welcomes:
            count = count.where(table.c.origin != Origin.WELCOME)
        total += connection.execute(count).scalar_one()
    return total


def _let_stand(connection: sa.Connection, service: str, former: str) -> None:
    """Who has chosen anew whom he takes messages from has chosen that."""
    anew = sa.select(consent.c.jid).where(consent.c.service == service)
    before = (consent.c.service == former, consent.c.jid.in_(anew))
    theirs = sa.select(consent.c.id).where(*before)
    entries = consent_entry.c.consent_id.in_(theirs)
    connection.execute(sa.delete(consent_entry).where(entries))
    connection.execute(sa.delete(consent).where(*before))


def nobody_runs(url: str) -> AbstractContextManager[object]:
    """On a SQLite file, where it is one lock for all; raises Conflict."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return FileLock("", database_file(parsed))
    return contextlib.nullcontext()


def _refuse_running(connection: sa.Connection, service: str) -> None:
    """On PostgreSQL: takes, to the transaction's end, what a running service holds."""
    if connection.dialect.name != "postgresql":
        return
    taken = sa.func.pg_try_advisory_xact_lock(sa.func.hashtextextended(service, 0))
    if not connection.execute(sa.select(taken)).scalar_one():
        raise Conflict(Phrase("{service} is running: stop it first.", service=service))
