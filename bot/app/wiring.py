"""From settings to what works on the database: use cases, and where joins wait."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from bot.app import keys
from bot.app.configured import calendars_of, lists_of, policy_of, templates_of
from bot.clock import SystemClock
from bot.domain.lists import AnnouncementList
from bot.domain.roles import HeldRole
from bot.rendering.templates import JinjaTemplates
from bot.service.ports.calendars import Calendars
from bot.service.ports.outside import Observer
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.use_cases import UseCases
from bot.settings import Settings
from bot.store.database import SqlDatabase
from bot.store.sealing import Vault
from bot.store.spool import SqlSpool
from bot.store.spool_files import spool_file


def database_of(
    settings: Settings,
    observer: Observer | None = None,
    calendars: Calendars | None = None,
) -> SqlDatabase:
    """The configured database, as the configured service sees it."""
    return SqlDatabase(
        settings.database.url,
        settings.xmpp.addresses.own,
        observer,
        vault=Vault(settings.storage.keys),
        calendars=calendars or calendars_of(settings),
    )


def spool_of(settings: Settings, use_cases: UseCases) -> SqlSpool:
    """Where joins and leaves of the configured service wait; to be closed."""
    file = spool_file(settings.database.url, settings.xmpp.addresses.own)
    return SqlSpool(file, use_cases.clock, use_cases.policy.trusted_domains)


@contextlib.contextmanager
def open_use_cases(settings: Settings) -> Iterator[UseCases]:
    """The use cases over the configured database, whose schema is up to date.

    Raises Unavailable where the database is away or has another schema.
    """
    with contextlib.closing(database_of(settings)) as database:
        use_cases = use_cases_over(database, settings)
        keys.take_up(database, settings)
        yield use_cases


def use_cases_over(
    database: SqlDatabase, settings: Settings, templates: JinjaTemplates | None = None
) -> UseCases:
    """The use cases over this database, with the configured lists declared."""
    policy, clock = policy_of(settings), SystemClock()
    templates = templates or templates_of(settings)
    lists = lists_of(settings)
    keys.require(database, settings.storage.key_file)
    # Looked at first: a command that changes nothing waits for no writer.
    found = database.look(_stored)
    if not _declared(found, lists):
        found = database.call(declare, lists)
    policy.take_up(found)
    policy.give(database.look(given_roles))
    return UseCases.over(database, policy, templates, clock)


def _stored(uow: UnitOfWork) -> list[AnnouncementList]:
    return uow.lists.all()


def _declared(found: list[AnnouncementList], lists: list[AnnouncementList]) -> bool:
    """Whether the lists of the configuration are stored as they are configured."""
    stored = {
        entry.name: replace(entry, id=0, by_command=False)
        for entry in found
        if entry.is_declared
    }
    return stored == {entry.name: entry for entry in lists}


def given_roles(uow: UnitOfWork) -> list[HeldRole]:
    """Those that admins gave while a service ran."""
    return uow.roles.all()


def declare(uow: UnitOfWork, lists: list[AnnouncementList]) -> list[AnnouncementList]:
    """As they are stored now; who waits for one that is no more is refused."""
    names = {entry.name for entry in lists}
    for entry in uow.lists.all():
        if entry.is_declared and not entry.by_command and entry.name not in names:
            uow.join_requests.refuse_all(entry.id, uow.now())
    uow.lists.declare(lists)
    return uow.lists.all()
