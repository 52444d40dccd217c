"""What is stored: whether it is encrypted by keys that are at hand, whose the lists
are that stand in the configuration, and whether everything is stopped.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from bot.app import keys
from bot.app.checks.finding import fault, ok, skipped, warning
from bot.app.configured import overruled, templates_of
from bot.app.wiring import database_of, given_roles
from bot.domain.errors import CarillonError
from bot.domain.findings import Finding
from bot.domain.lists import AnnouncementList
from bot.domain.phrase import Phrase
from bot.domain.roles import RoleName
from bot.domain.standstill import Standstill
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.records.storage import is_lacking, is_uniform
from bot.settings import Settings
from bot.store import upgrade

_NAME = "storage"


def storage(settings: Settings) -> Iterator[Finding]:
    """One finding, whatever there is of the database."""
    url, file = settings.database.url, settings.storage.key_file
    away = Phrase("the database cannot be used")
    try:
        if upgrade.is_new(url):
            yield _as_configured(file)
        elif upgrade.current(url) != upgrade.head():
            yield skipped(_NAME, away)
        else:
            yield _as_found(settings, file)
    except (CarillonError, OSError):  # which the check of the database tells
        yield skipped(_NAME, away)


def lists(settings: Settings) -> Iterator[Finding]:
    """Those that commands made: which stand in the file, too, or welcome with nothing;
    of a database that cannot be used others tell.
    """
    url = settings.database.url
    with contextlib.suppress(CarillonError, OSError):
        if upgrade.is_new(url) or upgrade.current(url) != upgrade.head():
            return
        with contextlib.closing(database_of(settings)) as stored:
            for entry in stored.look(_all_lists):
                if entry.name in settings.lists:
                    if entry.by_command:
                        yield warning("configuration", overruled(entry))
                elif entry.by_command and _is_unknown(settings, entry.welcome):
                    text = Phrase(
                        "the list {list} welcomes with {template!r}; no template is"
                        " called so",
                        list=entry.name,
                        template=entry.welcome,
                    )
                    change = f"carillon lists change {entry.name} --welcome NAME"
                    yield fault("templates", text, change)


def _is_unknown(settings: Settings, template: str | None) -> bool:
    return template is not None and template not in templates_of(settings).names()


def steering(settings: Settings) -> Iterator[Finding]:
    """Whether everything is stopped, and whether anybody could change that; of a
    database that cannot be used others tell.
    """
    url = settings.database.url
    with contextlib.suppress(CarillonError, OSError):
        if upgrade.is_new(url) or upgrade.current(url) != upgrade.head():
            return
        with contextlib.closing(database_of(settings)) as stored:
            standstill = stored.look(_standstill)
            given = stored.look(given_roles)
        if standstill is not None:
            name = settings.default_list
            zone = settings.lists[name].timezone if name else "UTC"
            text = standstill.in_words(zone)
            yield warning("announcements", text, "carillon resume-all")
        admins = [one for one in given if one.role is RoleName.ADMIN]
        if not admins and not settings.access.admins:
            yield warning(
                "announcements",
                Phrase("nobody is an admin: over XMPP nobody can steer the service"),
                "carillon roles add JID admin",
            )


def _standstill(uow: UnitOfWork) -> Standstill | None:
    return uow.standstills.get()


def _all_lists(uow: UnitOfWork) -> list[AnnouncementList]:
    return uow.lists.all()


def _as_configured(file: Path | None) -> Finding:
    if file is None:
        return ok(_NAME, Phrase("what people write is stored as it is"))
    return ok(_NAME, Phrase("what people write is encrypted, by {file}", file=file))


def _as_found(settings: Settings, file: Path | None) -> Finding:
    with contextlib.closing(database_of(settings)) as stored:
        vault = stored.vault
        if stored.look(is_lacking, vault.names):
            return fault(_NAME, keys.lacking(file))
        if not stored.look(is_uniform, vault.newest):
            text = Phrase("not all is encrypted by the first key in {file}", file=file)
            return warning(_NAME, text, "carillon db rekey")
    return _as_configured(file)
