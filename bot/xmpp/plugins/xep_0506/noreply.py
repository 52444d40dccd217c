"""XEP-0506: No-reply JIDs, version 0.1.0."""

from typing import ClassVar

from slixmpp import JID
from slixmpp.plugins import BasePlugin

NS = "urn:xmpp:noreply:0"


class XEP_0506(BasePlugin):  # noqa: N801 - slixmpp's way to name a plugin
    """Say in disco#info that an address takes no chat messages (§3)."""

    name = "xep_0506"
    description = "XEP-0506: No-reply JIDs"
    dependencies: ClassVar[set[str]] = {"xep_0030"}

    async def add(self, jid: JID | None = None) -> None:
        """Advertise `jid`, by default the bound one; features live until unbound."""
        await self.xmpp.plugin["xep_0030"].add_feature(NS, jid=jid)
