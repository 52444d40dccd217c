"""Message Scheduling, draft 1.0.0: known stanzas and the discovery feature (§4)."""

from typing import ClassVar

from slixmpp import JID
from slixmpp.plugins import BasePlugin

from bot.xmpp.plugins.scheduling import stanza


class XEP_Scheduling(BasePlugin):  # noqa: N801 - slixmpp's way to name a plugin
    name = "scheduling"
    description = "Message Scheduling (draft)"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0059"}
    stanza = stanza

    def plugin_init(self) -> None:
        stanza.register()

    async def add(self, jid: JID | None = None) -> None:
        """Advertise `jid`, by default the bound one; features live until unbound."""
        await self.xmpp.plugin["xep_0030"].add_feature(stanza.NS, jid=jid)
