"""All checks, in order; what one lacks, the next ones may still look at."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bot.app.checks import feeds, files, outside, people, server, session, stored
from bot.app.checks.files import tried
from bot.app.checks.finding import fault, ok, skipped, warning
from bot.app.configured import policy_of
from bot.app.differences import Differences
from bot.app.visiting import NotLoggedIn, visiting
from bot.app.wiring import open_use_cases
from bot.clock import SystemClock
from bot.domain.errors import CarillonError
from bot.domain.findings import Finding, Result
from bot.domain.guidance import commands_at
from bot.domain.phrase import Listed, Phrase, Quoted
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.records.health import health
from bot.settings import Settings, SettingsError, XMPPSettings, load, place
from bot.store import upgrade
from bot.xmpp.servers.offers import Offers
from bot.xmpp.session.connection import Connection
from bot.xmpp.visits.inquiries import Presences

#: what needs no session
_BEFORE = (
    "permissions",
    "database",
    "disk",
    "storage",
    "templates",
    "dns",
    "port",
    "tls",
    "service",
)
#: what a session of our own shows
_OWN = ("stream management", "rights", "server", "clock", "send rate")
_OUTSIDE = (*outside.NAMES, outside.COMMANDS)
#: what nobody can look at without a configuration
_WITHOUT = (*_BEFORE, "login", *_OWN, *people.NAMES, *_OUTSIDE)
_OUT = Phrase("not logged in")
_UNUSABLE = Phrase("the configuration cannot be used")


@dataclass(frozen=True, slots=True)
class State:
    """Of the service, by its sign of life."""

    #: None: nobody can tell
    connected: bool | None
    text: Phrase
    #: what is to be known of the configuration that it has read
    notes: tuple[Phrase, ...] = ()
    #: what it has seen of the servers last, by server
    sights: people.Sights = field(default_factory=dict)


def examine(config: Path, other: XMPPSettings | None) -> list[Finding]:
    """Every finding; `other` is an account to look at the service from outside."""
    found, settings = here(config)
    if settings is None:
        return [*found, *_skip(_WITHOUT, _UNUSABLE)]
    return [*found, *asyncio.run(_connected(config, settings, other))]


def here(config: Path) -> tuple[list[Finding], Settings | None]:
    """What is on this machine; no settings where the configuration cannot be used."""
    now = SystemClock().now()
    try:
        settings = load(config)
        _ = settings.xmpp.secret
    except SettingsError as error:
        faults = [fault("configuration", text) for text in error.faults]
        return [*faults, *tried("time zones", files.zones(now))], None
    found = [
        ok("configuration", Quoted(str(config))),
        *tried("permissions", files.permissions(config, settings)),
        *tried("database", files.database(config, settings)),
        *tried("disk", files.disk(settings)),
        *stored.storage(settings),
        *stored.lists(settings),
        *stored.steering(settings),
        *tried("templates", files.templates(settings)),
        *tried("time zones", files.zones(now)),
        *tried("time zones", files.zones_of_lists(settings)),
        *tried("configuration", files.contact(config, settings)),
        *tried(feeds.NAME, feeds.written(config, settings)),
    ]
    return found, settings


async def from_within(config: Path, connection: Connection) -> list[Finding]:
    """As the running service finds itself and what is around it, over the connection
    that it has: nobody is disturbed, and nothing is measured.
    """
    found, settings = await asyncio.to_thread(here, config)
    if settings is None:
        return [*found, *_skip(_WITHOUT, _UNUSABLE)]
    now = SystemClock().now()
    found += [one async for one in server.network(config, settings, now)]
    found += await asyncio.to_thread(lambda: [*feeds.reached(settings)])
    service = await asyncio.to_thread(state_of, settings)
    found.append(_told(service))
    if not connection.is_ready:
        names = ("login", *_OWN, *people.NAMES, *_OUTSIDE)
        return _best([*found, *_skip(names, Phrase("the service is not connected"))])
    found.append(ok("login", Phrase("as {jid}", jid=connection.addresses.own)))
    found += [one async for one in session.seen(connection, settings)]
    found += people.seen(config, settings, service.sights)
    who = Phrase("the service itself")
    found += [one async for one in outside.seen(connection, settings, who, None)]
    return _best(found)


async def _connected(
    config: Path, settings: Settings, other: XMPPSettings | None
) -> list[Finding]:
    now = SystemClock().now()
    found = [one async for one in server.network(config, settings, now)]
    found += await asyncio.to_thread(lambda: [*feeds.reached(settings)])
    away = any(
        one.name in {"dns", "port"} and one.result is Result.FAULT for one in found
    )
    service = await asyncio.to_thread(state_of, settings)
    found.append(_told(service))
    if away:
        nobody = Phrase("no server answers")
        names = ("login", *_OWN, *people.NAMES, *_OUTSIDE)
        return [*found, *_skip(names, nobody)]
    found += await _inside(config, settings, service, alone=other is None)
    if other is not None:
        found += await _outside(config, settings, service, other)
    elif settings.xmpp.mode == "component" or not service.connected:
        why = Phrase(
            "{service}; name an account that looks at the service by --as",
            service=service.text,
        )
        found += _skip(outside.NAMES, why)
    address = settings.xmpp.addresses.service
    found.append(skipped(outside.COMMANDS, commands_at(address)))
    return _best(found)


def _told(service: State) -> Finding:
    if service.notes:
        notes = Listed(service.text, *service.notes, separator="; ")
        return warning("service", notes)
    told = skipped if service.connected is None else ok
    return told("service", service.text)


async def _inside(
    config: Path, settings: Settings, service: State, *, alone: bool
) -> list[Finding]:
    """With a session of our own, where that disturbs nobody; `alone` it also looks
    at the running service, as nobody else does.

    A server has one connection for each component: a second one is refused, or
    would get some of the first one's stanzas.
    """
    if settings.xmpp.mode == "component" and service.connected is not False:
        if service.connected is None:
            why = Phrase(
                "{service}: another connection might disturb one", service=service.text
            )
            return _skip(("login", *_OWN, *people.NAMES), why)
        connected = Phrase("the running service is connected")
        why = Phrase("the running service has the component's only connection")
        seen = people.seen(config, settings, service.sights) if alone else ()
        return [ok("login", connected), *_skip(_OWN, why), *seen]
    found: list[Finding] = []
    offers: list[Offers] = []

    def listen(connection: Connection) -> None:
        now = asyncio.get_running_loop().time
        offers.append(Offers(connection, policy_of(settings), now))
        offers[0].open()

    try:
        async with visiting(settings.xmpp, listen) as connection:
            own = Phrase("as {jid}", jid=connection.addresses.own)
            found.append(ok("login", own))
            async for one in session.own(connection, settings):
                found.append(one)  # noqa: PERF401 - kept if the next one raises
            async for one in people.own(connection, offers[0], config, settings):
                found.append(one)  # noqa: PERF401 - likewise
            if alone and service.connected:
                who = Phrase("another resource of the account")
                async for one in outside.seen(connection, settings, who, None):
                    found.append(one)  # noqa: PERF401 - likewise
    except NotLoggedIn as error:
        change = (
            _secret(config, settings.xmpp)
            if error.secret
            else Phrase("jid, host and port: {place}", place=place(config, "xmpp"))
        )
        found.append(fault("login", error.phrase, change))
        told = {one.name for one in found}
        seen_too = outside.NAMES if alone and service.connected else ()
        names = (*_OWN, *people.NAMES, *seen_too)
        found += _skip((name for name in names if name not in told), _OUT)
    return found


def _secret(config: Path, xmpp: XMPPSettings) -> Phrase:
    """Where the secret is, here and on the server."""
    if xmpp.password_file is None:
        here = f"password ({place(config, 'xmpp', 'password')})"
    else:
        line = place(config, "xmpp", "password_file")
        here = f"{xmpp.password_file} (password_file, {line})"
    if xmpp.mode == "component":
        return Phrase(
            "ours: {place}; the server's, which has to be the same:"
            " component_secret (Prosody) or password (ejabberd) of {jid};"
            " restart the server after a change",
            place=here,
            jid=xmpp.jid,
        )
    return Phrase(
        "ours: {place}; it has to be the password of the account {jid}"
        " on the server; jid: {line}",
        place=here,
        jid=xmpp.jid,
        line=place(config, "xmpp", "jid"),
    )


async def _outside(
    config: Path, settings: Settings, service: State, other: XMPPSettings
) -> list[Finding]:
    """With another account's session."""
    domain = settings.xmpp.addresses.server
    by_component = service.connected and settings.xmpp.mode == "component"
    names = (*outside.NAMES, *(people.NAMES if by_component else ()))
    heard: list[Presences] = []

    def listen(connection: Connection) -> None:
        heard.append(Presences(connection))

    found: list[Finding] = []
    try:
        async with visiting(_near(settings.xmpp, other), listen) as asker:
            found.append(await session.software(asker, domain))
            found.append(await session.clock(asker, domain))
            if service.connected:
                who = Quoted(other.jid)
                async for one in outside.seen(asker, settings, who, heard[0]):
                    found.append(one)  # noqa: PERF401 - kept if the next one raises
                if by_component:
                    sights = await people.refreshed(asker, settings, service.sights)
                    found += people.seen(config, settings, sights)
            else:
                found += _skip(outside.NAMES, service.text)
    except NotLoggedIn as error:
        failed = fault(f"login as {other.jid}", error.phrase)
        return [failed, *_skip(names, _OUT)]
    except SettingsError as error:
        faults = (fault(f"login as {other.jid}", text) for text in error.faults)
        return [*faults, *_skip(names, _OUT)]
    return found


def _near(own: XMPPSettings, other: XMPPSettings) -> XMPPSettings:
    """An account of the service's own server is found where the service's is."""
    same = own.addresses.domain == other.addresses.domain
    if own.mode == "component" or not same or other.host is not None:
        return other
    way = {name: getattr(own, name) for name in ("host", "port", "tls", "ca_file")}
    return other.model_copy(update=way)


def state_of(settings: Settings) -> State:
    """By its sign of life in the database."""
    try:
        if upgrade.is_new(settings.database.url):
            return State(False, Phrase("no service is running"))
        with open_use_cases(settings) as use_cases:
            found = use_cases.database.look(health)
            sights = use_cases.database.look(_sights)
    except (CarillonError, OSError):  # also a folder that we may not look into
        unknown = Phrase("whether a service is running cannot be told")
        return State(None, unknown)
    differences = Differences(settings)
    notes = tuple(note for pulse in found.up for note in differences.told(pulse))
    if found.connected:
        jid = found.up[0].service
        text = Phrase("running, connected as {jid}", jid=jid)
        return State(True, text, notes, sights)
    if found.up:
        return State(False, Phrase("running, but not connected"), notes)
    return State(False, Phrase("no service is running"))


def _sights(uow: UnitOfWork) -> people.Sights:
    return {one.server: one for one in uow.sights.all()}


def _skip(names: Iterable[str], why: Phrase) -> list[Finding]:
    return [skipped(name, why) for name in names]


def _best(found: Iterable[Finding]) -> list[Finding]:
    """Of what was looked at twice what is worse, of what was skipped what was not."""
    order = (Result.FAULT, Result.WARNING, Result.OK, Result.SKIPPED)
    several = {"port", feeds.NAME, *people.NAMES}  # one for each place, each server
    best: dict[str, Finding] = {}
    for number, one in enumerate(found):
        name = f"{one.name} {number}" if one.name in several else one.name
        known = best.get(name, one)
        best[name] = min(known, one, key=lambda each: order.index(each.result))
    return list(best.values())
