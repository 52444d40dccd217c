"""What is configured, as the parts of a service that need no database."""

from collections.abc import Mapping
from datetime import timedelta

from bot.calendars.files import FileCalendars
from bot.clock import SystemClock
from bot.domain import reminders
from bot.domain.access import Access, Role
from bot.domain.lists import AnnouncementList, ListKind
from bot.domain.message import MessageType
from bot.domain.phrase import Phrase
from bot.domain.pictures import Picture
from bot.domain.recurrence import Freq
from bot.rendering.templates import JinjaTemplates
from bot.service.records.retention import Retention
from bot.service.rules.policy import Limits, People, Policy
from bot.settings import LimitSettings, Settings


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
            urgent=frozenset(settings.access.urgent),
            domains=frozenset({addresses.server, *settings.access.domains}),
        ),
        addresses=addresses,
        limits={
            Role.ADMIN: _limits(Role.ADMIN, settings.limits.admin),
            Role.PUBLISHER: _limits(Role.PUBLISHER, settings.limits.of_publishers),
            Role.USER: _limits(Role.USER, settings.limits.user),
            Role.STRANGER: _limits(Role.USER, settings.limits.user),
        },
        people=_people(settings),
        notify=None if settings.notify.jids is None else tuple(settings.notify.jids),
        rate=settings.sending.rate,
    )


def _people(settings: Settings) -> People:
    addresses, given = settings.xmpp.addresses, settings.access.servers
    own = {addresses.server} if addresses.speaks_for_people else set()
    return People(
        enabled=settings.people.enabled,
        servers=frozenset(own if given is None else given),
        consent=settings.people.consent,
        remote=settings.people.remote,
    )


def templates_of(settings: Settings) -> JinjaTemplates:
    """The templates, up to the widest of the configured limits."""
    return JinjaTemplates(settings.templates.folder, **_widest(settings))


def calendars_of(settings: Settings) -> FileCalendars:
    """The calendars of holidays, not read yet."""
    files = {name: one.file for name, one in settings.holidays.items()}
    return FileCalendars(files, SystemClock().now)


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


def retention_of(settings: Settings) -> Retention:
    return Retention(
        audit=_days(settings.audit.keep_days),
        announcements=_days(settings.retention.announcements_days),
        personal=_days(settings.retention.personal_days),
    )


def _days(number: int) -> timedelta | None:
    """0 is for ever."""
    return timedelta(days=number) if number else None


def pictures_of(settings: Settings) -> Mapping[str, Picture]:
    """By list, those that wear one of the operator's."""
    return {
        name: entry.avatar
        for name, entry in settings.lists.items()
        if entry.avatar is not None
    }


def lists_of(settings: Settings) -> list[AnnouncementList]:
    """The configured lists."""
    default = settings.default_list
    return [
        AnnouncementList(
            name=name,
            title=entry.title or name.capitalize(),
            is_default=name == default,
            kind=ListKind(entry.kind),
            language=entry.language,
            timezone=entry.timezone,
            type=MessageType(entry.type),
            publishers=frozenset(entry.publishers),
            welcome=entry.welcome or None,
            reminders=reminders.read(entry.reminders),
            public=entry.public,
            send_window=entry.window,
            corrections=entry.corrections,
        )
        for name, entry in settings.lists.items()
    ]


def overruled(entry: AnnouncementList) -> Phrase:
    """What is to be known of a list that was made by command, too."""
    return Phrase(
        "the list {name!r} was made by command, and stands in the configuration, too:"
        " what {section} says counts",
        name=entry.name,
        section=f"[lists.{entry.name}]",
    )
