"""All verbs of all modules, for what is told or tested of each."""

from typing import Any

from bot.desk.verb import Verb
from bot.desk.verbs import (
    announcing,
    audit,
    broadcasts,
    consent,
    editing,
    finding,
    imports,
    incidents,
    join_requests,
    lists,
    maintenance,
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
    *maintenance.VERBS,
    *broadcasts.VERBS,
    *incidents.VERBS,
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
