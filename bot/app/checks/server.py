"""What needs no login: DNS, the port, TLS."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.app.checks.finding import Finding, fault, ok, skipped, warning
from bot.settings import LOOPBACK, Settings, XMPPSettings, place
from bot.xmpp import encryption
from bot.xmpp.encryption import NotReached, NotTrusted, Place

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
            faults.append(str(error))
        else:
            reached = one
            break
    for text in faults:
        verdict = fault if reached is None else warning
        here = place(config, "xmpp", "port" if xmpp.port else "host")
        change = f"start the server, or change host and port: {here}"
        yield verdict("port", text, change)
    if reached is not None:
        yield ok("port", f"{reached.host} port {reached.port} answers")
    yield await _tls(config, xmpp, domain, reached, now)


def _dns(config: Path, xmpp: XMPPSettings, domain: str, places: list[Place]) -> Finding:
    if xmpp.host or xmpp.mode == "component":
        return ok("dns", f"not needed: host is {places[0].host}")
    if not places:
        text = f"{domain} has no address, and no _xmpp-client._tcp record"
        return fault(
            "dns", text, f"add the record, or give host: {place(config, 'xmpp')}"
        )
    shown = ", ".join(f"{one.host} port {one.port}" for one in places)
    return ok("dns", f"{domain}: {shown}")


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
        return skipped(name, 'off by the configuration (tls = "off")')
    if found is None:
        return skipped(name, "no server answers")
    try:
        seen = await encryption.look(found, domain, xmpp.ca_file)
    except (NotReached, NotTrusted) as error:
        change = f"give the server a certificate for {domain}, or set ca_file"
        here = place(config, "xmpp", "ca_file")
        return fault(name, str(error), f"{change}: {here}")
    text = f"{seen.protocol}, trusted for {domain}, until {seen.until:%Y-%m-%d}"
    if seen.until - now < _SOON:
        return warning(name, text, "renew the server's certificate")
    return ok(name, text)


def _component_tls(name: str, found: Place | None) -> Finding:
    if found is None or found.host in LOOPBACK:
        return skipped(name, "a component's connection is never encrypted")
    text = f"all goes to {found.host} in clear: XEP-0114 has no encryption"
    return warning(name, text, "have the server on this machine, or a tunnel to it")
