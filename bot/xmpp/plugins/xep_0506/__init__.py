"""XEP-0506: No-reply JIDs. A feature in service discovery, no stanzas."""

from slixmpp.plugins.base import register_plugin

from bot.xmpp.plugins.xep_0506.noreply import NS, XEP_0506

register_plugin(XEP_0506)

__all__ = ["NS", "XEP_0506"]
