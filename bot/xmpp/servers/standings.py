"""How a recipient stands to a sender: his server's module says it, or his roster.

`<relation/>` (`urn:x-carillon:announce:0`): whether there is such an account, and what
subscription its roster has for the sender. Without the module the roster itself is read
where XEP-0356 (0.4.1 §4.2) allows it.

docs/conformance.md, Between people: relation
"""

import logging
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from slixmpp.exceptions import IqError, IqTimeout

from bot.domain.addresses import Addresses
from bot.domain.consent import Standing
from bot.domain.errors import NotAllowed, Unavailable
from bot.domain.jid import bare_of, domain_of
from bot.domain.phrase import Phrase
from bot.xmpp.servers.offers import RELATION, Offers
from bot.xmpp.session.exchange import NotConnected
from bot.xmpp.stanzas.namespaces import ANNOUNCE, ROSTER

log = logging.getLogger(__name__)

ANSWER_SECONDS = 10.0  #: that an answer may take
_SUBSCRIPTIONS = frozenset({"none", "to", "from", "both"})
#: of a roster that nobody has
_NOBODY = frozenset({"item-not-found", "service-unavailable"})


@dataclass(frozen=True, slots=True)
class Standings:
    """`bot.service.ports.outside.Neighbours`."""

    offers: Offers

    async def standing(self, sender: str, recipient: str) -> Standing:
        """Raises NotAllowed where nobody sends in the sender's name, Unavailable where
        the recipient's server does not answer.
        """
        connection, servers = self.offers.connection, self.offers.policy.people.servers
        if not (await self.offers.of(domain_of(sender))).sends:
            raise NoWay(domain_of(sender), connection.addresses)
        server = domain_of(recipient)
        if server not in servers:
            return Standing(exists=None, subscription=None)
        offer = await self.offers.of(server)
        try:
            if RELATION in offer.parts:
                return await self._relation(server, recipient, sender)
            if offer.rosters:
                return await self._roster(recipient, sender)
        except (NotConnected, IqError, IqTimeout) as error:
            # never the stanza: it may name the two
            why = error.condition if isinstance(error, IqError) else "no answer"
            log.warning("%s does not say who is whose contact: %s", server, why)
            raise Unavailable(
                Phrase("{server} does not answer", server=server)
            ) from None
        return Standing(exists=None, subscription=None)

    async def gone(self, jid: str) -> bool:
        """Whether a server says that there is no such account; a bare JID."""
        server = domain_of(jid)
        if RELATION not in self.offers.known(server).parts:
            return False
        try:
            return (await self._relation(server, jid, jid)).exists is False
        except (Unavailable, NotConnected, IqError, IqTimeout):
            return False

    async def _relation(self, server: str, of: str, with_: str) -> Standing:
        query = ET.Element(f"{{{ANNOUNCE}}}relation", {"of": of, "with": with_})
        answer = await self._ask(query, server)
        told = answer.find(f"{{{ANNOUNCE}}}relation")
        found = dict(told.attrib) if told is not None else {}
        subscription = found.get("subscription")
        if found.get("exists") not in {"true", "false"} or (
            subscription not in _SUBSCRIPTIONS
        ):
            raise Unavailable(
                Phrase("{server} answers what cannot be understood", server=server)
            )
        return Standing(exists=found["exists"] == "true", subscription=subscription)

    async def _roster(self, of: str, with_: str) -> Standing:
        try:
            answer = await self._ask(ET.Element(f"{{{ROSTER}}}query"), of)
        except IqError as error:
            if error.condition in _NOBODY:
                return Standing(exists=False, subscription="none")
            raise
        items = list(answer.iter(f"{{{ROSTER}}}item"))
        subscriptions = (
            item.get("subscription", "none")
            for item in items
            if bare_of(item.get("jid", "")) == with_
        )
        # servers have an empty roster for whoever does not exist, too
        return Standing(
            exists=True if items else None, subscription=next(subscriptions, "none")
        )

    async def _ask(self, query: ET.Element, to: str) -> ET.Element:
        connection = self.offers.connection
        return await connection.ask(
            query,
            to=to,
            sender=connection.addresses.service,
            seconds=ANSWER_SECONDS,
        )


class NoWay(NotAllowed):
    """A server does not let the service send in its people's names, now at least."""

    def __init__(self, server: str, addresses: Addresses) -> None:
        super().__init__(
            Phrase(
                "{server} offers no way to send in your name. Its operator can load the"
                " module mod_carillon there, or grant {service} to send messages"
                " (XEP-0356).",
                server=server,
                service=addresses.service,
            )
        )
