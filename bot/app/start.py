"""What a service reads from its database, and puts right in it, before all else."""

from dataclasses import dataclass
from typing import Self

import structlog

from bot.app import renamed
from bot.app.configuration import Configuration
from bot.app.configured import overruled
from bot.app.wiring import use_cases_over
from bot.domain.lists import AnnouncementList
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.records import storage
from bot.service.use_cases import UseCases
from bot.store import upgrade
from bot.store.database import SqlDatabase
from bot.store.sealing import Vault

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    use_cases: UseCases
    digest_key: bytes
    lists: list[AnnouncementList]

    @classmethod
    def prepared(cls, configuration: Configuration, database: SqlDatabase) -> Self:
        """To be called by the only process that may connect as the service."""
        settings = configuration.settings
        for fault in configuration.calendars.faults():  # reads them, too
            log.error(str(fault))
        upgrade.prepare(settings.database.url, settings.xmpp.addresses.own)
        database.vault = Vault(settings.storage.keys)
        use_cases = use_cases_over(database, settings, configuration.templates)
        database.call(storage.note, database.vault.newest)
        if hint := renamed.hint(settings, database):
            log.warning(str(hint))
        database.call(use_cases.progress.take_over)
        lists = database.look(_lists)
        for entry in lists:
            if entry.is_declared and entry.by_command:
                log.warning(str(overruled(entry)))
        return cls(
            use_cases=use_cases,
            digest_key=database.call(_digest_key),
            lists=lists,
        )


def _lists(uow: UnitOfWork) -> list[AnnouncementList]:
    return uow.lists.all()


def _digest_key(uow: UnitOfWork) -> bytes:
    return uow.facts.digest_key()
