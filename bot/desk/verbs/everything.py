"""All verbs of all modules, for what is told or tested of each."""

from typing import Any

from bot.desk.verb import Verb
from bot.desk.verbs import (
    announcing,
    audit,
    broadcasts,
    consent,
    editing,
    imports,
    lists,
    schedules,
    status,
    steering,
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
    *lists.VERBS,
    *subscribers.VERBS,
    *imports.VERBS,
    *consent.VERBS,
    *templates.VERBS,
    *welcomes.VERBS,
    *audit.VERBS,
    *status.VERBS,
)
