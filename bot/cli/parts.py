"""What the work of commands is made of, each module loaded when it is first used.

    from bot.cli.parts import wiring

A help, a completion or a fault of usage shows what a command declares and waits for
nothing that only its work needs. The modules of a command import, as usual, what the
declaration is made of; what is slow, and is for the work alone, they have from here.
The service is one such part (`bot.app.running`), and uses nothing of this: all of it is
loaded before it starts.
"""

# ruff: noqa: PLC0414 - "as" is what mypy takes for exported

from typing import TYPE_CHECKING, Any

from bot.cli.later import later

if TYPE_CHECKING:
    from importlib import metadata as metadata

    import pydantic as pydantic
    import structlog as structlog

    from bot import clock as clock
    from bot import settings as settings
    from bot.app import configured as configured
    from bot.app import differences as differences
    from bot.app import modules as modules
    from bot.app import rekeying as rekeying
    from bot.app import renamed as renamed
    from bot.app import running as running
    from bot.app import snippets as snippets
    from bot.app import wiring as wiring
    from bot.app.checks import everything as everything
    from bot.app.checks import files as files
    from bot.desk import desk as desk
    from bot.desk import verb as verb
    from bot.desk.verbs import amending as amending
    from bot.desk.verbs import announcing as announcing
    from bot.desk.verbs import audit as audit
    from bot.desk.verbs import broadcasts as broadcasts
    from bot.desk.verbs import consent as consent
    from bot.desk.verbs import editing as editing
    from bot.desk.verbs import finding as finding
    from bot.desk.verbs import imports as imports
    from bot.desk.verbs import incidents as incidents
    from bot.desk.verbs import join_requests as join_requests
    from bot.desk.verbs import lists as lists
    from bot.desk.verbs import maintenance as maintenance
    from bot.desk.verbs import mydata as mydata
    from bot.desk.verbs import places as places
    from bot.desk.verbs import preferences as preferences
    from bot.desk.verbs import roles as roles
    from bot.desk.verbs import schedules as schedules
    from bot.desk.verbs import status as status
    from bot.desk.verbs import steering as steering
    from bot.desk.verbs import stopping as stopping
    from bot.desk.verbs import subscribers as subscribers
    from bot.desk.verbs import welcomes as welcomes
    from bot.dialogues import holdings as holdings
    from bot.service.people import choices as choices
    from bot.service.readers import arranging as arranging
    from bot.service.readers import preferring as preferring
    from bot.service.requests import cautions as cautions
    from bot.service.rules import quotas as quotas
    from bot.settings import values as values
    from bot.store import glance as glance
    from bot.store import handover as handover
    from bot.store import staging as staging
    from bot.store import upgrade as upgrade

PARTS = {
    "everything": "bot.app.checks.everything",
    "files": "bot.app.checks.files",
    "configured": "bot.app.configured",
    "differences": "bot.app.differences",
    "modules": "bot.app.modules",
    "rekeying": "bot.app.rekeying",
    "renamed": "bot.app.renamed",
    "running": "bot.app.running",
    "snippets": "bot.app.snippets",
    "wiring": "bot.app.wiring",
    "clock": "bot.clock",
    "desk": "bot.desk.desk",
    "verb": "bot.desk.verb",
    "amending": "bot.desk.verbs.amending",
    "announcing": "bot.desk.verbs.announcing",
    "audit": "bot.desk.verbs.audit",
    "broadcasts": "bot.desk.verbs.broadcasts",
    "consent": "bot.desk.verbs.consent",
    "editing": "bot.desk.verbs.editing",
    "finding": "bot.desk.verbs.finding",
    "imports": "bot.desk.verbs.imports",
    "incidents": "bot.desk.verbs.incidents",
    "join_requests": "bot.desk.verbs.join_requests",
    "lists": "bot.desk.verbs.lists",
    "maintenance": "bot.desk.verbs.maintenance",
    "places": "bot.desk.verbs.places",
    "mydata": "bot.desk.verbs.mydata",
    "roles": "bot.desk.verbs.roles",
    "preferences": "bot.desk.verbs.preferences",
    "schedules": "bot.desk.verbs.schedules",
    "status": "bot.desk.verbs.status",
    "steering": "bot.desk.verbs.steering",
    "stopping": "bot.desk.verbs.stopping",
    "subscribers": "bot.desk.verbs.subscribers",
    "holdings": "bot.dialogues.holdings",
    "welcomes": "bot.desk.verbs.welcomes",
    "choices": "bot.service.people.choices",
    "arranging": "bot.service.readers.arranging",
    "preferring": "bot.service.readers.preferring",
    "cautions": "bot.service.requests.cautions",
    "quotas": "bot.service.rules.quotas",
    "settings": "bot.settings",
    "values": "bot.settings.values",
    "glance": "bot.store.glance",
    "handover": "bot.store.handover",
    "staging": "bot.store.staging",
    "upgrade": "bot.store.upgrade",
    "metadata": "importlib.metadata",
    "pydantic": "pydantic",
    "structlog": "structlog",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """One of PARTS, for `from bot.cli.parts import`."""
        if name not in PARTS:
            raise AttributeError(name)
        return later(PARTS[name])
