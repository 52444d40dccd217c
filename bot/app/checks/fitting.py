"""Whether a server's module and this service fit, and what to change where they don't.

`mod_carillon` (XEP-0128), or what the server grants in its place (XEP-0356), and what
it hands on of what its users ask it (XEP-0355).
"""

from collections.abc import Iterator
from pathlib import Path

from bot.app.checks.finding import fault, ok, warning
from bot.app.modules import VERSION, parsed
from bot.domain.findings import Finding
from bot.domain.phrase import Listed, Phrase
from bot.service.ports.sights import DIVERT, Sight
from bot.settings import Settings, place
from bot.xmpp.servers.offers import DELIVER, RELATION

NAME, DELEGATION = "people", "delegation"
_BOUNCE = "bounce"
_LOAD = "carillon module prosody|ejabberd --to FOLDER"


def judged(sight: Sight, config: Path, settings: Settings) -> Iterator[Finding]:
    """What is wrong, else that all is right; then what is delegated."""
    service = settings.xmpp.addresses.service
    found = list(_faults(sight, config, service))
    if found:
        yield from found
    else:
        text = Phrase(
            "{server}: its module mod_carillon {version} serves {service} ({parts})",
            server=sight.server,
            version=sight.version,
            service=service,
            parts=", ".join(sorted(sight.parts)),
        )
        yield ok(NAME, text)
    if sight.delegated:
        yield _delegation(sight)


def _faults(sight: Sight, config: Path, service: str) -> Iterator[Finding]:
    server = sight.server
    if not sight.version:
        yield _without_module(sight, config)
        return
    if sight.serves != service:
        text = Phrase(
            "{server}: its module serves {other}, not {service}",
            server=server,
            other=sight.serves or Phrase("nobody"),
            service=service,
        )
        change = Phrase(
            "there: carillon_component (Prosody) or component of mod_carillon"
            " (ejabberd) = {service}",
            service=service,
        )
        yield fault(NAME, text, change)
        return
    yield from _version(sight)
    lacking = [why for part, why in _PARTS.items() if not _has(sight, part)]
    if lacking:
        verdict = warning if _has(sight, DELIVER) else fault
        text = Phrase(
            "{server}: parts of its module are off: {parts}",
            server=server,
            parts=Listed(*lacking, separator="; "),
        )
        change = Phrase(
            "there: carillon_parts (Prosody) or parts of mod_carillon (ejabberd);"
            " its log says where one could not be loaded"
        )
        yield verdict(NAME, text, change)


def _delegation(sight: Sight) -> Finding:
    values = {"server": sight.server, "namespaces": ", ".join(sorted(sight.delegated))}
    text = Phrase("{server} hands on what its users ask it ({namespaces})", **values)
    return ok(DELEGATION, text)


#: what the lack of each part means
_PARTS = {
    DIVERT: Phrase("divert (what is to be sent later goes out at once)"),
    DELIVER: Phrase("deliver (messages between people are refused)"),
    _BOUNCE: Phrase("bounce (nobody hears what comes back)"),
    RELATION: Phrase("relation (nobody can tell who is whose contact)"),
}


def _has(sight: Sight, part: str) -> bool:
    """The part, or a right that does as well."""
    instead = {DELIVER: sight.privilege is not None, RELATION: sight.rosters}
    return part in sight.parts or instead.get(part, False)


def _version(sight: Sight) -> Iterator[Finding]:
    told = parsed(sight.version)
    values = {
        "server": sight.server,
        "version": sight.version,
        "wanted": ".".join(map(str, VERSION)),
    }
    if told is None or told < VERSION:
        text = Phrase(
            "{server}: its module is {version}, this release needs {wanted}", **values
        )
        change = Phrase(
            "where the server is: {command}, and what it says then", command=_LOAD
        )
        yield fault(NAME, text, change)
    elif told > VERSION:
        text = Phrase(
            "{server}: its module is {version}, newer than this release, which knows"
            " {wanted}",
            **values,
        )
        yield warning(NAME, text, Phrase("update Carillon"))


def _without_module(sight: Sight, config: Path) -> Finding:
    off = Phrase(
        "where the server is: {command}, and what it says then; or, for no messages"
        " between people: enabled = false ({place})",
        command=_LOAD,
        place=place(config, "people"),
    )
    if sight.privilege is None:
        text = Phrase(
            "{server} has no module mod_carillon, and grants nothing (XEP-0356):"
            " messages between people are refused",
            server=sight.server,
        )
    else:
        text = Phrase(
            "{server} has no module mod_carillon. It grants to send messages ({grant}):"
            " what is asked for is sent, and nobody hears what comes back; a message"
            " with a time on it goes out at once",
            server=sight.server,
            grant=sight.privilege,
        )
    return warning(NAME, text, off)
