"""How others see the running service: no-reply (XEP-0506), capabilities (XEP-0115),
commands (XEP-0050).
"""

from collections.abc import AsyncIterator, Mapping

from bot.app.checks.finding import fault, ok, skipped, warning
from bot.domain.findings import Finding
from bot.domain.guidance import commands_at
from bot.domain.phrase import Phrase
from bot.settings import Settings
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas import commands, scheduling
from bot.xmpp.stanzas.namespaces import NOREPLY
from bot.xmpp.visits import inquiries
from bot.xmpp.visits.inquiries import Presences, Unanswered

NAMES = ("no-reply", "capabilities")
#: where nobody looks, it still says where people find them
COMMANDS = "commands"
#: seconds in which a presence comes, if any does
_SOON = 3.0


async def seen(
    asker: Connection,
    settings: Settings,
    who: Phrase,
    presences: Presences | None,
) -> AsyncIterator[Finding]:
    """By disco#info of each address, and by presence where the asker gets any.

    `who` is told; `presences` listens on the asker's connection since before it
    connected, None where the asker is to stay unseen.
    """
    addresses = settings.xmpp.addresses
    lists = [addresses.of_list(name) for name in settings.lists]
    known = list(dict.fromkeys([addresses.service, *lists]))
    silent: list[Phrase] = []
    offering = False
    without: list[str] = []
    for address in known:
        try:
            found = inquiries.features(await inquiries.info(asker, address))
        except Unanswered as error:
            silent.append(error.phrase)
            continue
        offering |= address == addresses.service and commands.NS in found
        if NOREPLY not in found or scheduling.NS not in found:
            without.append(address)
    if silent:
        text = Phrase("{reason} (asked by {who})", reason=silent[0], who=who)
        yield fault("no-reply", text, Phrase("see the log"))
    elif without:
        text = Phrase(
            "{addresses} does not say {feature} (asked by {who})",
            addresses=", ".join(without),
            feature=NOREPLY,
            who=who,
        )
        yield fault("no-reply", text, Phrase("is another program connected as us?"))
    else:
        told = Phrase("{addresses}: told to {who}", addresses=", ".join(known), who=who)
        yield ok("no-reply", told)
    if offering:
        yield ok(COMMANDS, commands_at(addresses.service))
    elif not silent:
        text = Phrase("{address} offers no commands", address=addresses.service)
        yield fault(COMMANDS, text, Phrase("is another program connected as us?"))
    if presences is None:
        unseen = Phrase(
            "{who} gets no presence of it: name an account by --as", who=who
        )
        yield skipped("capabilities", unseen)
    else:
        there = {one: addresses.present(one) for one in known}
        yield await _capabilities(asker, there, who, presences)


async def _capabilities(
    asker: Connection, there: Mapping[str, str], who: Phrase, presences: Presences
) -> Finding:
    """`there`: address -> where its presence comes from."""
    name = "capabilities"
    await presences.of(there.values(), _SOON)
    seen = presences.seen
    came = {one: seen[full] for one, full in there.items() if full in seen}
    if not came:
        stranger = Phrase(
            "{who} gets no presence: it is no contact of {address}, or is none yet",
            who=who,
            address=next(iter(there)),
        )
        return skipped(name, stranger)
    for address, caps in came.items():
        if caps is None:
            bare = Phrase("{address} is present without capabilities", address=address)
            return fault(name, bare)
        node = f"{caps.node}#{caps.ver}"
        try:
            found = await inquiries.info(asker, there[address], node)
        except Unanswered as error:
            text = Phrase("{node}: {reason}", node=node, reason=error.phrase)
            return fault(name, text)
        if inquiries.verification(found) != caps.ver:
            text = Phrase(
                "{address}: the hash is not that of what it says", address=address
            )
            return warning(name, text)
        if NOREPLY not in inquiries.features(found):
            text = Phrase(
                "{address}: they do not hold {feature}",
                address=address,
                feature=NOREPLY,
            )
            return fault(name, text)
    told = Phrase(
        "with no-reply, in the presence of {addresses} to {who}",
        addresses=", ".join(came),
        who=who,
    )
    return ok(name, told)
