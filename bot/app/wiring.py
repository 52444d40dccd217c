"""From settings to the parts of a service: policy, templates, lists, use cases."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.clock import SystemClock
from bot.domain.access import Access, Role
from bot.domain.lists import AnnouncementList, ListKind
from bot.domain.message import MessageType
from bot.domain.recurrence import Freq
from bot.rendering.templates import JinjaTemplates
from bot.service.ports.outside import Observer
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Limits, Policy
from bot.service.use_cases import UseCases
from bot.settings import LimitSettings, Settings
from bot.store.database import SqlDatabase
from bot.store.spool import SqlSpool
from bot.store.spool_files import spool_file


def policy_of(settings: Settings) -> Policy:
    """Roles, addresses and limits as configured."""
    addresses = settings.xmpp.addresses
    return Policy(
        access=Access(
            admins=frozenset(settings.access.admins),
            publishers=frozenset(
                jid for entry in settings.lists.values() for jid in entry.publishers
            ),
            auditors=frozenset(settings.access.auditors),
            domains=frozenset({addresses.server, *settings.access.domains}),
        ),
        addresses=addresses,
        limits={
            Role.ADMIN: _limits(Role.ADMIN, settings.limits.admin),
            Role.PUBLISHER: _limits(Role.PUBLISHER, settings.limits.of_publishers),
            Role.USER: _limits(Role.USER, settings.limits.user),
            Role.STRANGER: _limits(Role.USER, settings.limits.user),
        },
        notify=None if settings.notify.jids is None else tuple(settings.notify.jids),
    )


def templates_of(settings: Settings) -> JinjaTemplates:
    """The templates, up to the widest of the configured limits."""
    return JinjaTemplates(settings.templates.folder, **_widest(settings))


def use(settings: Settings, policy: Policy, templates: JinjaTemplates) -> None:
    """Have both be what is configured now, for all who share them."""
    policy.become(policy_of(settings))
    templates.use(settings.templates.folder, **_widest(settings))


def _widest(settings: Settings) -> dict[str, int]:
    by_role = settings.limits
    limits = (by_role.user, by_role.of_publishers, by_role.admin)
    return {
        "max_subject": max(limit.subject for limit in limits),
        "max_body": max(limit.body for limit in limits),
    }


def _limits(role: Role, limits: LimitSettings) -> Limits:
    return Limits(
        role=role,
        pending=limits.pending,
        requests_per_minute=limits.requests_per_minute,
        deliveries_per_day=limits.deliveries_per_day,
        window=timedelta(days=limits.window_days),
        body=limits.body,
        subject=limits.subject,
        frequencies=tuple(freq for freq in Freq if freq in limits.frequencies),
    )


def lists_of(settings: Settings) -> list[AnnouncementList]:
    """The configured lists; an only list is the default."""
    alone = len(settings.lists) == 1
    return [
        AnnouncementList(
            name=name,
            title=entry.title or name.capitalize(),
            is_default=entry.default or alone,
            kind=ListKind(entry.kind),
            language=entry.language,
            timezone=entry.timezone,
            type=MessageType(entry.type),
            publishers=frozenset(entry.publishers),
            welcome=entry.welcome or None,
        )
        for name, entry in settings.lists.items()
    ]


def database_of(settings: Settings, observer: Observer | None = None) -> SqlDatabase:
    """The configured database, as the configured service sees it."""
    return SqlDatabase(settings.database.url, settings.xmpp.addresses.own, observer)


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
        yield use_cases_over(database, settings)


def use_cases_over(
    database: SqlDatabase, settings: Settings, templates: JinjaTemplates | None = None
) -> UseCases:
    """The use cases over this database, with the configured lists declared."""
    policy, clock = policy_of(settings), SystemClock()
    templates = templates or templates_of(settings)
    lists = lists_of(settings)
    # Looked at first: a command that changes nothing waits for no writer.
    if not database.look(_declared, lists):
        database.call(declare, lists)
    return UseCases.over(database, policy, templates, clock)


def _declared(uow: UnitOfWork, lists: list[AnnouncementList]) -> bool:
    """Whether the stored lists are those configured."""
    stored = {entry.name: replace(entry, id=0) for entry in uow.lists.all()}
    return stored == {entry.name: entry for entry in lists}


def declare(uow: UnitOfWork, lists: list[AnnouncementList]) -> list[AnnouncementList]:
    """As they are stored now."""
    uow.lists.declare(lists)
    return uow.lists.all()
