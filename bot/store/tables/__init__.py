"""The tables; `migrations/` brings a database to this shape.

    list ─< subscription >─ subscriber
    list ─< join_request, contact_news
    schedule ─< occurrence ─ broadcast ─< chunk, delivery_exception,
                                          broadcast_recipient, broadcast_text,
                                          broadcast_content
    schedule ─< approval
    incident ─< incident_update ─ schedule
    consent ─< consent_entry
    maintenance ─< maintenance_window ─< maintenance_notice >─ schedule

Positions of a broadcast's audience are subscription ids where it is frozen by
rule (`highest` is set) and count from 1 where it is copied.

Several services may share a database. `service` says whose a row is: the bare
JID of the service (an account's without its resource). A row without that
column belongs to whom the row that it refers to belongs (`bot.store.ownership`).
"""

from bot.store.tables.base import CONTENT, metadata
from bot.store.tables.broadcasts import (
    IS_ACCEPTED,
    IS_AWAITED,
    IS_KEPT_BROADCAST,
    IS_LEASED,
    IS_LISTED,
    IS_NOTICE,
    IS_OPEN,
    IS_REPEATED,
    IS_SENDING,
    IS_SHUT_OUT,
    IS_TO_LIST,
    IS_WAITING,
    broadcast,
    broadcast_content,
    broadcast_recipient,
    broadcast_text,
    chunk,
    delivery_exception,
)
from bot.store.tables.consents import (
    IS_UNTOLD,
    approval,
    consent,
    consent_entry,
    forgetting_key,
    forgotten,
)
from bot.store.tables.incidents import (
    IS_KEPT_INCIDENT,
    IS_OPEN_INCIDENT,
    incident,
    incident_update,
)
from bot.store.tables.maintenance import (
    IS_DUE_MAINTENANCE,
    IS_KEPT_MAINTENANCE,
    IS_LIVE_MAINTENANCE,
    IS_LIVE_WINDOW,
    IS_OVER_WINDOW,
    maintenance,
    maintenance_notice,
    maintenance_window,
)
from bot.store.tables.readers import (
    SUBSCRIBED,
    announcement_list,
    contact_news,
    greeting,
    join_request,
    subscriber,
    subscription,
    suspension,
    welcome,
)
from bot.store.tables.records import (
    audit,
    fact,
    notice,
    pulse,
    request_count,
    role,
    sight,
    standstill,
    storage_key,
)
from bot.store.tables.schedules import (
    IS_AMENDING,
    IS_KEPT_SCHEDULE,
    IS_LIVE,
    IS_OF_NO_RULE,
    IS_PLANNABLE,
    occurrence,
    schedule,
    shift,
)

__all__ = [
    "CONTENT",
    "IS_ACCEPTED",
    "IS_AMENDING",
    "IS_AWAITED",
    "IS_DUE_MAINTENANCE",
    "IS_KEPT_BROADCAST",
    "IS_KEPT_INCIDENT",
    "IS_KEPT_MAINTENANCE",
    "IS_KEPT_SCHEDULE",
    "IS_LEASED",
    "IS_LISTED",
    "IS_LIVE",
    "IS_LIVE_MAINTENANCE",
    "IS_LIVE_WINDOW",
    "IS_NOTICE",
    "IS_OF_NO_RULE",
    "IS_OPEN",
    "IS_OPEN_INCIDENT",
    "IS_OVER_WINDOW",
    "IS_PLANNABLE",
    "IS_REPEATED",
    "IS_SENDING",
    "IS_SHUT_OUT",
    "IS_TO_LIST",
    "IS_UNTOLD",
    "IS_WAITING",
    "SUBSCRIBED",
    "announcement_list",
    "approval",
    "audit",
    "broadcast",
    "broadcast_content",
    "broadcast_recipient",
    "broadcast_text",
    "chunk",
    "consent",
    "consent_entry",
    "contact_news",
    "delivery_exception",
    "fact",
    "forgetting_key",
    "forgotten",
    "greeting",
    "incident",
    "incident_update",
    "join_request",
    "maintenance",
    "maintenance_notice",
    "maintenance_window",
    "metadata",
    "notice",
    "occurrence",
    "pulse",
    "request_count",
    "role",
    "schedule",
    "shift",
    "sight",
    "standstill",
    "storage_key",
    "subscriber",
    "subscription",
    "suspension",
    "welcome",
]
