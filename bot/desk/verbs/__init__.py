"""Everything that can be asked, once; a module for each noun.

A new verb is a `Verb` in one of them, with its fields and its steps, and stands in
`ALL`; `tests/permissions` holds it to the permission table, `tests/desk` its fields to
what the steps are given.
"""

from typing import Any

from bot.desk.verb import Verb
from bot.desk.verbs import (
    announcing,
    audit,
    broadcasts,
    editing,
    imports,
    lists,
    schedules,
    status,
    steering,
    subscribers,
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
    *audit.VERBS,
    *status.VERBS,
)
