"""How others see the running service: no-reply (XEP-0506), capabilities (XEP-0115)."""

from collections.abc import AsyncIterator

from bot.app.checks.finding import Finding, fault, ok, skipped, warning
from bot.settings import Settings
from bot.xmpp import inquiries
from bot.xmpp.connection import Connection
from bot.xmpp.inquiries import Presences, Unanswered
from bot.xmpp.namespaces import NOREPLY
from bot.xmpp.plugins import scheduling

NAMES = ("no-reply", "capabilities")
#: seconds in which a presence comes, if any does
_SOON = 3.0


async def seen(
    asker: Connection, settings: Settings, who: str, presences: Presences | None
) -> AsyncIterator[Finding]:
    """By disco#info of each address, and by presence where the asker gets any.

    `who` is told; `presences` listens on the asker's connection since before it
    connected, None where the asker is to stay unseen.
    """
    addresses = settings.xmpp.addresses
    lists = [addresses.of_list(name) for name in settings.lists]
    known = list(dict.fromkeys([addresses.service, *lists]))
    silent, without = [], []
    for address in known:
        try:
            found = inquiries.features(await inquiries.info(asker, address))
        except Unanswered as error:
            silent.append(str(error))
            continue
        if NOREPLY not in found or scheduling.NS not in found:
            without.append(address)
    if silent:
        yield fault("no-reply", f"{silent[0]} (asked by {who})", "see the log")
    elif without:
        text = f"{', '.join(without)} does not say {NOREPLY} (asked by {who})"
        yield fault("no-reply", text, "is another program connected as us?")
    else:
        yield ok("no-reply", f"{', '.join(known)}: told to {who}")
    if presences is None:
        yield skipped(
            "capabilities", f"{who} gets no presence of it: name an account by --as"
        )
    else:
        yield await _capabilities(asker, known, who, presences)


async def _capabilities(
    asker: Connection, known: list[str], who: str, presences: Presences
) -> Finding:
    name = "capabilities"
    await presences.of(known, _SOON)
    came = {one: presences.seen[one] for one in known if one in presences.seen}
    if not came:
        text = f"{who} gets no presence: it is no contact of {known[0]}"
        return skipped(name, f"{text}, or is none yet")
    for address, caps in came.items():
        if caps is None:
            return fault(name, f"{address} is present without capabilities")
        node = f"{caps.node}#{caps.ver}"
        try:
            found = await inquiries.info(asker, address, node)
        except Unanswered as error:
            return fault(name, f"{node}: {error}")
        if inquiries.verification(found) != caps.ver:
            return warning(name, f"{address}: the hash is not that of what it says")
        if NOREPLY not in inquiries.features(found):
            return fault(name, f"{address}: they do not hold {NOREPLY}")
    return ok(name, f"with no-reply, in the presence of {', '.join(came)} to {who}")
