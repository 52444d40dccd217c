"""All checks, in order; what one lacks, the next ones may still look at."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.app.checks import files, outside, server, session
from bot.app.checks.files import tried
from bot.app.checks.finding import Finding, Result, fault, ok, skipped
from bot.app.service import open_service
from bot.app.visiting import visiting
from bot.clock import SystemClock
from bot.domain.errors import CarillonError, Conflict
from bot.service.health import health
from bot.settings import Settings, SettingsError, XMPPSettings, load, place
from bot.store import upgrade
from bot.xmpp.connection import Connection
from bot.xmpp.inquiries import Presences

#: what a session of our own shows
_OWN = ("stream management", "rights", "server", "clock", "send rate")


@dataclass(frozen=True, slots=True)
class State:
    """Of the service, by its sign of life."""

    #: None: nobody can tell
    connected: bool | None
    text: str


def examine(config: Path, other: XMPPSettings | None) -> list[Finding]:
    """Every finding; `other` is an account to look at the service from outside."""
    now = SystemClock().now()
    try:
        settings = load(config)
        _ = settings.xmpp.secret
    except SettingsError as error:
        found = [fault("configuration", text) for text in error.faults]
        found += tried("time zones", files.zones(now))
        without = "the configuration cannot be used"
        names = ("permissions", "database", "templates", "dns", "port", "tls", "login")
        return [
            *found,
            *(skipped(name, without) for name in (*names, *_OWN, *outside.NAMES)),
        ]
    return [
        ok("configuration", str(config)),
        *tried("permissions", files.permissions(config, settings)),
        *tried("database", files.database(config, settings)),
        *tried("templates", files.templates(settings)),
        *tried("time zones", files.zones(now)),
        *asyncio.run(_connected(config, settings, other)),
    ]


async def _connected(
    config: Path, settings: Settings, other: XMPPSettings | None
) -> list[Finding]:
    now = SystemClock().now()
    found = [one async for one in server.network(config, settings, now)]
    if any(one.name in {"dns", "port"} and one.result is Result.FAULT for one in found):
        return [*found, *_skip(("login", *_OWN, *outside.NAMES), "no server answers")]
    service = await asyncio.to_thread(state_of, settings)
    found.append(ok("service", service.text))
    found += await _inside(config, settings, service, alone=other is None)
    if other is not None:
        found += await _outside(settings, service, other)
    elif settings.xmpp.mode == "component" or not service.connected:
        why = "name an account that looks at the service by --as"
        found += _skip(outside.NAMES, f"{service.text}; {why}")
    return _best(found)


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
            why = f"{service.text}: another connection might disturb one"
            return _skip(("login", *_OWN), why)
        why = "the running service has the component's only connection"
        return [ok("login", "the running service is connected"), *_skip(_OWN, why)]
    found: list[Finding] = []
    try:
        async with visiting(settings.xmpp) as connection:
            found.append(ok("login", f"as {connection.addresses.own}"))
            async for one in session.own(connection, settings):
                found.append(one)  # noqa: PERF401 - kept if the next one raises
            if alone and service.connected:
                who = "another resource of the account"
                async for one in outside.seen(connection, settings, who, None):
                    found.append(one)  # noqa: PERF401 - likewise
    except Conflict as error:
        change = f"password and jid: {place(config, 'xmpp', 'jid')}"
        found.append(fault("login", error.text, change))
        told = {one.name for one in found}
        found += _skip((name for name in _OWN if name not in told), "not logged in")
    return found


async def _outside(
    settings: Settings, service: State, other: XMPPSettings
) -> list[Finding]:
    """With another account's session."""
    domain = session.server_of(settings)
    heard: list[Presences] = []

    def listen(connection: Connection) -> None:
        heard.append(Presences(connection))

    found: list[Finding] = []
    try:
        async with visiting(_near(settings.xmpp, other), listen) as asker:
            found.append(await session.software(asker, domain))
            found.append(await session.clock(asker, domain))
            if service.connected:
                who = other.jid
                async for one in outside.seen(asker, settings, who, heard[0]):
                    found.append(one)  # noqa: PERF401 - kept if the next one raises
            else:
                found += _skip(outside.NAMES, service.text)
    except (Conflict, SettingsError) as error:
        return [fault(f"login as {other.jid}", str(error))]
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
            return State(False, "no service is running")
        with open_service(settings) as service:
            found = service.database.look(health, service.clock, 1)
    except CarillonError:
        return State(None, "whether a service is running cannot be told")
    if found.connected:
        return State(True, f"running, connected as {found.up[0].service}")
    if found.up:
        return State(False, "running, but not connected")
    return State(False, "no service is running")


def _skip(names: Iterable[str], why: str) -> list[Finding]:
    return [skipped(name, why) for name in names]


def _best(found: Iterable[Finding]) -> list[Finding]:
    """Of what was looked at twice what is worse, of what was skipped what was not."""
    order = (Result.FAULT, Result.WARNING, Result.OK, Result.SKIPPED)
    several = {"port"}  # one for each place
    best: dict[str, Finding] = {}
    for number, one in enumerate(found):
        name = f"{one.name} {number}" if one.name in several else one.name
        known = best.get(name, one)
        best[name] = min(known, one, key=lambda each: order.index(each.result))
    return list(best.values())
