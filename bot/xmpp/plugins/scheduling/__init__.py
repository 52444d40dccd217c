"""Message Scheduling, draft 1.0.0 (2025-09-14), `urn:xmpp:scheduling:0`.

The draft's `<message/>` and `<iq/>` payloads as slixmpp stanzas. What they mean
is decided by whoever handles `iq/schedule` and `iq/schedule_query`.
"""

from slixmpp.plugins.base import register_plugin

from bot.xmpp.plugins.scheduling.scheduling import XEP_Scheduling
from bot.xmpp.plugins.scheduling.stanza import (
    NS,
    Metadata,
    Schedule,
    ScheduledBy,
    ScheduleQuery,
)

register_plugin(XEP_Scheduling)

__all__ = [
    "NS",
    "Metadata",
    "Schedule",
    "ScheduleQuery",
    "ScheduledBy",
    "XEP_Scheduling",
]
