"""Messages between people: what each server lets this service do.

Seen by a session of our own, by the running service, or by the account of `--as`; what
it comes to says `fitting.py`.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

from bot.app.checks.finding import fault, ok, skipped
from bot.app.checks.fitting import DELEGATION, NAME, judged
from bot.app.configured import policy_of
from bot.domain.findings import Finding
from bot.domain.jid import domain_of
from bot.domain.phrase import Phrase
from bot.service.ports.sights import Sight
from bot.settings import Settings
from bot.xmpp.servers.offers import DELIVER, RELATION, Offers, module
from bot.xmpp.servers.servers import sight_of
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.namespaces import ANNOUNCE
from bot.xmpp.visits import inquiries
from bot.xmpp.visits.inquiries import Unanswered

NAMES = (NAME, DELEGATION)

Sights = Mapping[str, Sight]


def idle(settings: Settings) -> Phrase | None:
    """Why there are no messages between people, if there are to be none."""
    if settings.xmpp.mode == "account":
        return Phrase(
            "messages between people are refused: no server's module can hand them to"
            " an account; that needs a component"
        )
    if not settings.people.enabled:
        return Phrase("messages between people are off ([people] enabled)")
    if not servers_of(settings):
        return Phrase("no server is named for messages between people")
    return None


def servers_of(settings: Settings) -> list[str]:
    return sorted(policy_of(settings).people.servers)


# --- as a session of our own sees it --------------------------------------------------


async def own(
    connection: Connection, offers: Offers, config: Path, settings: Settings
) -> AsyncIterator[Finding]:
    """`offers` has listened since before the session began."""
    if why := idle(settings):
        yield skipped(NAME, why)
        return
    for server in servers_of(settings):
        offer = await offers.look(server)
        if offer is None:
            yield _silent(server)
            continue
        sight = sight_of(server, offer, connection.now())
        found = list(judged(sight, config, settings))
        async for one in _asked(connection, sight, settings):
            found.append(one)  # noqa: PERF401 - of a generator that waits
        for one in found:
            yield one
        if not sight.delegated:  # ejabberd tells it to who answers for the namespaces
            text = Phrase("{server}: told to the running service", server=server)
            yield skipped(DELEGATION, text)


async def _asked(
    connection: Connection, sight: Sight, settings: Settings
) -> AsyncIterator[Finding]:
    """Whether the module does what it says, asked what changes nothing."""
    server, own = sight.server, connection.addresses.service
    admins = (one for one in settings.access.admins if domain_of(one) == server)
    of = next(admins, f"nobody@{server}")
    relation = ET.Element(f"{{{ANNOUNCE}}}relation", {"of": of, "with": of})
    try:
        if RELATION in sight.parts:
            await inquiries.ask(connection, server, relation, own)
        if DELIVER in sight.parts:
            await _deliver_nothing(connection, server, own)
    except Unanswered as error:
        told = {"server": server, "reason": error.phrase}
        text = Phrase("{server}: its module does not do as it says: {reason}", **told)
        change = Phrase(
            "see the server's log; is {own} a component of this very server?", own=own
        )
        yield fault(NAME, text, change)


async def _deliver_nothing(connection: Connection, server: str, own: str) -> None:
    """Without a message: refused as what cannot be read, by whoever delivers."""
    try:
        await inquiries.ask(
            connection, server, ET.Element(f"{{{ANNOUNCE}}}deliver"), own, kind="set"
        )
    except Unanswered as error:
        if error.condition != "bad-request":
            raise


# --- as others see it -----------------------------------------------------------------


def seen(config: Path, settings: Settings, sights: Sights) -> Iterator[Finding]:
    """By what the running service saw last, of each server."""
    if why := idle(settings):
        yield skipped(NAME, why)
        return
    for server in servers_of(settings):
        if server not in sights:
            yield _silent(server)
            continue
        yield from judged(sights[server], config, settings)
        if not sights[server].delegated:
            text = Phrase(
                "{server} hands nothing on: clients have to know {service}",
                server=server,
                service=settings.xmpp.addresses.service,
            )
            yield ok(DELEGATION, text)


async def refreshed(asker: Connection, settings: Settings, sights: Sights) -> Sights:
    """The same, with what each server says of its module to an account."""
    service = settings.xmpp.addresses.service
    found = dict(sights)
    for server in servers_of(settings):
        try:
            offer = module(await inquiries.info(asker, server), service)
        except Unanswered:
            continue
        known = found.get(server) or Sight(server=server, seen_at=asker.now())
        found[server] = replace(
            known, version=offer.version, serves=offer.serves, parts=offer.parts
        )
    return found


def _silent(server: str) -> Finding:
    return skipped(NAME, Phrase("{server} has not said what it offers", server=server))
