"""What needs no login: DNS, the port, TLS."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.app.checks.finding import fault, ok, skipped, warning
from bot.domain.findings import Finding
from bot.domain.phrase import Listed, Phrase
from bot.settings import LOOPBACK, Settings, XMPPSettings, place
from bot.xmpp.visits import tls as encryption
from bot.xmpp.visits.tls import NotReached, NotTrusted, Place

#: a certificate that ends sooner is told of
_SOON = timedelta(days=14)


async def network(
    config: Path, settings: Settings, now: datetime
) -> AsyncIterator[Finding]:
    """DNS, then each place that it names until one answers, then TLS there."""
    xmpp = settings.xmpp
    domain = xmpp.addresses.domain
    places = await encryption.places_of(xmpp, domain)
    yield _dns(config, xmpp, domain, places)
    reached: Place | None = None
    faults = []
    for one in places:
        try:
            await encryption.reach(one)
        except NotReached as error:
            faults.append(error.phrase)
        else:
            reached = one
            break
    for text in faults:
        verdict = fault if reached is None else warning
        here = place(config, "xmpp", "port" if xmpp.port else "host")
        change = Phrase(
            "start the server, or change host and port: {place}", place=here
        )
        yield verdict("port", text, change)
    if not places:
        yield skipped("port", Phrase("no address is known"))
    if reached is not None:
        answers = Phrase(
            "{host} port {port} answers", host=reached.host, port=reached.port
        )
        yield ok("port", answers)
    yield await _tls(config, xmpp, domain, reached, now)


def _dns(config: Path, xmpp: XMPPSettings, domain: str, places: list[Place]) -> Finding:
    if xmpp.host or xmpp.mode == "component":
        host = places[0].host
        return ok("dns", Phrase("not needed: host is {host}", host=host))
    if not places:
        text = Phrase(
            "{domain} has no address, and no _xmpp-client._tcp record", domain=domain
        )
        here = place(config, "xmpp")
        change = Phrase("add the record, or give host: {place}", place=here)
        return fault("dns", text, change)
    shown = Listed(
        *(Phrase("{host} port {port}", host=one.host, port=one.port) for one in places)
    )
    return ok("dns", Phrase("{domain}: {places}", domain=domain, places=shown))


async def _tls(
    config: Path,
    xmpp: XMPPSettings,
    domain: str,
    found: Place | None,
    now: datetime,
) -> Finding:
    name = "tls"
    if xmpp.mode == "component":
        return _component_tls(name, found)
    if xmpp.tls == "off":
        return skipped(name, Phrase('off by the configuration (tls = "off")'))
    if found is None:
        return skipped(name, Phrase("no server answers"))
    try:
        seen = await encryption.look(found, domain, xmpp.ca_file)
    except (NotReached, NotTrusted) as error:
        change = Phrase(
            "give the server a certificate for {domain}, or set ca_file: {place}",
            domain=domain,
            place=place(config, "xmpp", "ca_file"),
        )
        return fault(name, error.phrase, change)
    text = Phrase(
        "{protocol}, trusted for {domain}, until {day:%Y-%m-%d}",
        protocol=seen.protocol,
        domain=domain,
        day=seen.until,
    )
    if seen.until - now < _SOON:
        return warning(name, text, Phrase("renew the server's certificate"))
    return ok(name, text)


def _component_tls(name: str, found: Place | None) -> Finding:
    if found is None or found.host in LOOPBACK:
        return skipped(name, Phrase("a component's connection is never encrypted"))
    text = Phrase(
        "all goes to {host} in clear: XEP-0114 has no encryption", host=found.host
    )
    change = Phrase("have the server on this machine, or a tunnel to it")
    return warning(name, text, change)
