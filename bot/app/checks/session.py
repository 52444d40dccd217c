"""What a session of our own shows: rights, stream management, clock, send rate."""

from collections.abc import AsyncIterator
from datetime import timedelta

from bot.app.checks.finding import Finding, fault, ok, skipped, warning
from bot.app.snippets import Kind, rate
from bot.engine.wire import StreamLost
from bot.settings import Settings
from bot.xmpp import inquiries, pace
from bot.xmpp.account import AccountStream
from bot.xmpp.connection import Connection
from bot.xmpp.inquiries import Unanswered

#: how far the clocks may be apart
APART = timedelta(seconds=5)
#: bytes a second; a server that takes less slows us down on purpose
_SLOW = 60_000
#: bytes of an ordinary announcement
_ORDINARY = 430
#: bytes a second that the servers' own configurations let an account send
DEFAULTS = {Kind.PROSODY: 10_000, Kind.EJABBERD: 3_000}


async def own(connection: Connection, settings: Settings) -> AsyncIterator[Finding]:
    """All that a session of the service's own JID shows."""
    domain = server_of(settings)
    if connection.addresses.component:
        yield skipped("stream management", "a component is acknowledged by pings")
        yield await _rights(connection, domain)
    else:
        yield _stream_management(connection)
        yield skipped("rights", "an account needs none")
    yield await software(connection, domain)
    yield await clock(connection, domain)
    yield await _pace(connection, settings)


def server_of(settings: Settings) -> str:
    """The domain of the server that the service belongs to."""
    addresses = settings.xmpp.addresses
    parent = addresses.domain.partition(".")[2]
    return parent if addresses.component and parent else addresses.domain


def _stream_management(connection: Connection) -> Finding:
    name, stream = "stream management", connection.stream
    if isinstance(stream, AccountStream) and stream.stream_management.enabled:
        if stream.stream_management.resumable:
            return ok(name, "XEP-0198: acknowledged, and resumed after a cut")
        return warning(name, "XEP-0198 without resuming: a cut may repeat messages")
    text = "no XEP-0198: pings are used, and a cut repeats messages"
    return warning(name, text, "enable smacks (Prosody), mod_stream_mgmt (ejabberd)")


async def _rights(connection: Connection, domain: str) -> Finding:
    """May a component speak as its domain and as a list, and is it heard."""
    name, own = "rights", connection.addresses.service
    change = f"see the server's log; does {own} belong to the server of {domain}?"
    try:
        await pace.there_and_back(connection)
        await inquiries.info(connection, domain, sender=f"check@{own}")
    except Unanswered as error:
        return fault(name, str(error), change)
    except TimeoutError:
        return fault(name, "what we say to ourselves does not come back", change)
    except StreamLost:
        return fault(name, "the server closed the stream over what we sent", change)
    return ok(name, f"may speak as {own} and as every list there")


async def software(connection: Connection, domain: str) -> Finding:
    """Which server it is."""
    try:
        return ok("server", await inquiries.software(connection, domain) or domain)
    except Unanswered as error:
        return skipped("server", f"it does not say what it is: {error}")


async def clock(connection: Connection, domain: str) -> Finding:
    """Whether the server has the same time as we."""
    name = "clock"
    try:
        ahead = await inquiries.ahead(connection, domain)
    except Unanswered as error:
        hint = "mod_time makes it tell the time (XEP-0202)"
        return skipped(name, f"{error}; {hint}")
    seconds = abs(ahead.total_seconds())
    if abs(ahead) <= APART:
        return ok(name, f"within {APART.seconds} s of the server's")
    way = "behind" if ahead > timedelta() else "ahead of"
    text = f"{seconds:.0f} s {way} the server's: announcements go out at our time"
    return warning(name, text, "have both machines set their clocks by NTP")


async def _pace(connection: Connection, settings: Settings) -> Finding:
    name = "send rate"
    if connection.addresses.component:
        return skipped(name, "neither server limits components by its defaults")
    try:
        found = await pace.measure(connection)
    except StreamLost:
        return fault(name, "the server closed the stream while we sent to ourselves")
    messages = found.rate / _ORDINARY
    text = (
        f"{found.rate / 1000:.1f} kB/s (measured: {found.sent / 1000:.0f} kB to"
        f" ourselves in {found.seconds:.1f} s), about {messages:.0f} messages a second"
    )
    if found.rate >= _SLOW:
        return ok(name, text)
    try:
        told = await inquiries.software(connection, connection.addresses.domain)
    except Unanswered:
        told = ""
    kinds = [kind for kind in Kind if kind in told.lower()] or list(Kind)
    near = [kind for kind in kinds if _near(found.rate, DEFAULTS[kind])]
    if near:
        limits = ", ".join(f"{DEFAULTS[one] / 1000:.0f} kB/s" for one in near)
        text += f"; the default limit of {' or '.join(near)} is {limits}"
    change = "\n".join(
        f"in the configuration of {kind}:\n{rate(kind, settings.xmpp.jid)}"
        for kind in near or kinds
    )
    return warning(name, text, change)


def _near(measured: float, limit: int) -> bool:
    return limit * 0.6 <= measured <= limit * 1.6
