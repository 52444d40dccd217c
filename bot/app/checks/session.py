"""What a session of our own shows: rights, stream management, clock, send rate."""

from collections.abc import AsyncIterator
from datetime import timedelta

from bot.app.checks.finding import fault, ok, skipped, warning
from bot.app.snippets import ServerKind, rate
from bot.domain.findings import Finding
from bot.domain.phrase import Counted, Listed, Phrase, Quoted
from bot.engine.wire import StreamLost
from bot.settings import Settings
from bot.xmpp.session.connection import Connection
from bot.xmpp.visits import inquiries, throughput
from bot.xmpp.visits.inquiries import Unanswered

#: how far the clocks may be apart
APART = timedelta(seconds=5)
#: bytes a second; a server that takes less slows us down on purpose
_SLOW = 60_000
#: bytes of an ordinary announcement
_ORDINARY = 430
#: bytes a second that the servers' own configurations let an account send
DEFAULTS = {ServerKind.PROSODY: 10_000, ServerKind.EJABBERD: 3_000}


async def own(connection: Connection, settings: Settings) -> AsyncIterator[Finding]:
    """All that a session of the service's own JID shows."""
    async for one in _told(connection, settings):
        yield one
    yield await _send_rate(connection, settings)


async def seen(connection: Connection, settings: Settings) -> AsyncIterator[Finding]:
    """The same of the session over which announcements go out: nothing is measured."""
    async for one in _told(connection, settings):
        yield one
    command = "`carillon check`"
    text = Phrase(
        "only {command} measures it: that takes some seconds", command=command
    )
    yield skipped("send rate", text)


async def _told(connection: Connection, settings: Settings) -> AsyncIterator[Finding]:
    domain = settings.xmpp.addresses.server
    if connection.addresses.component:
        pings = Phrase("a component is acknowledged by pings")
        yield skipped("stream management", pings)
        yield await _rights(connection, domain)
    else:
        yield _stream_management(connection)
        yield skipped("rights", Phrase("an account needs none"))
    yield await software(connection, domain)
    yield await clock(connection, domain)


def _stream_management(connection: Connection) -> Finding:
    name, managed = "stream management", connection.stream_management
    if managed is not None and managed.enabled:
        if managed.resumable:
            good = Phrase("XEP-0198: acknowledged, and resumed after a cut")
            return ok(name, good)
        half = Phrase("XEP-0198 without resuming: a cut may repeat messages")
        return warning(name, half)
    text = Phrase("no XEP-0198: pings are used, and a cut repeats messages")
    change = Phrase("enable smacks (Prosody), mod_stream_mgmt (ejabberd)")
    return warning(name, text, change)


async def _rights(connection: Connection, domain: str) -> Finding:
    """May a component speak as its domain and as a list, and is it heard."""
    name, own = "rights", connection.addresses.service
    change = Phrase(
        "see the server's log; does {own} belong to the server of {domain}?",
        own=own,
        domain=domain,
    )
    try:
        await throughput.there_and_back(connection)
        await inquiries.info(connection, domain, sender=f"check@{own}")
    except Unanswered as error:
        return fault(name, error.phrase, change)
    except TimeoutError:
        deaf = Phrase("what we say to ourselves does not come back")
        return fault(name, deaf, change)
    except StreamLost:
        closed = Phrase("the server closed the stream over what we sent")
        return fault(name, closed, change)
    return ok(name, Phrase("may speak as {own} and as every list there", own=own))


async def software(connection: Connection, domain: str) -> Finding:
    """Which server it is."""
    try:
        told = await inquiries.software(connection, domain)
    except Unanswered as error:
        silent = Phrase("it does not say what it is: {reason}", reason=error.phrase)
        return skipped("server", silent)
    return ok("server", Quoted(told or domain))


async def clock(connection: Connection, domain: str) -> Finding:
    """Whether the server has the same time as we."""
    name = "clock"
    try:
        ahead = await inquiries.ahead(connection, domain)
    except Unanswered as error:
        silent = Phrase(
            "{reason}; mod_time makes it tell the time (XEP-0202)", reason=error.phrase
        )
        return skipped(name, silent)
    seconds = abs(ahead.total_seconds())
    if abs(ahead) <= APART:
        near = Phrase("within {seconds} s of the server's", seconds=APART.seconds)
        return ok(name, near)
    text = (
        Phrase(
            "{seconds:.0f} s behind the server's: announcements go out at our time",
            seconds=seconds,
        )
        if ahead > timedelta()
        else Phrase(
            "{seconds:.0f} s ahead of the server's: announcements go out at our time",
            seconds=seconds,
        )
    )
    change = Phrase("have both machines set their clocks by NTP")
    return warning(name, text, change)


async def _send_rate(connection: Connection, settings: Settings) -> Finding:
    name = "send rate"
    if connection.addresses.component:
        free = Phrase("neither server limits components by its defaults")
        return skipped(name, free)
    try:
        found = await throughput.measure(connection)
    except StreamLost:
        closed = Phrase("the server closed the stream while we sent to ourselves")
        return fault(name, closed)
    text = Counted(
        "{rate:.1f} kB/s (measured: {sent:.0f} kB to ourselves in {seconds:.1f} s),"
        " about {count} message a second",
        "{rate:.1f} kB/s (measured: {sent:.0f} kB to ourselves in {seconds:.1f} s),"
        " about {count} messages a second",
        round(found.rate / _ORDINARY),
        rate=found.rate / 1000,
        sent=found.sent / 1000,
        seconds=found.seconds,
    )
    if found.rate >= _SLOW:
        return ok(name, text)
    try:
        told = await inquiries.software(connection, connection.addresses.domain)
    except Unanswered:
        told = ""
    kinds = [kind for kind in ServerKind if kind in told.lower()] or list(ServerKind)
    near = [kind for kind in kinds if _near(found.rate, DEFAULTS[kind])]
    limits = [
        Phrase(
            "the default limit of {server} is {limit:.0f} kB/s",
            server=kind,
            limit=DEFAULTS[kind] / 1000,
        )
        for kind in near
    ]
    changes = (
        Phrase(
            "in the configuration of {server}:\n{snippet}",
            server=kind,
            snippet=rate(kind, settings.xmpp.jid),
        )
        for kind in near or kinds
    )
    return warning(
        name,
        Listed(text, *limits, separator="; "),
        Listed(*changes, separator="\n"),
    )


def _near(measured: float, limit: int) -> bool:
    return limit * 0.6 <= measured <= limit * 1.6
