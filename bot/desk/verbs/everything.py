"""All verbs of all modules, for what is told or tested of each."""

from typing import Any

from bot.desk.verb import Verb
from bot.desk.verbs import (
    amending,
    announcing,
    audit,
    broadcasts,
    consent,
    editing,
    finding,
    imports,
    join_requests,
    lists,
    mydata,
    places,
    preferences,
    roles,
    schedules,
    status,
    steering,
    stopping,
    subscribers,
    templates,
    welcomes,
)

ALL: tuple[Verb[Any, Any], ...] = (
    *announcing.VERBS,
    *schedules.VERBS,
    *editing.VERBS,
    *steering.VERBS,
    *broadcasts.VERBS,
    *amending.VERBS,
    *stopping.VERBS,
    *lists.VERBS,
    *places.VERBS,
    *join_requests.VERBS,
    *subscribers.VERBS,
    *finding.VERBS,
    *imports.VERBS,
    *consent.VERBS,
    *templates.VERBS,
    *welcomes.VERBS,
    *roles.VERBS,
    *mydata.VERBS,
    *preferences.VERBS,
    *audit.VERBS,
    *status.VERBS,
)
