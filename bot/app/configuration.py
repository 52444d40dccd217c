"""The configuration that is in force, and the file that it is read from anew.

    SIGHUP, or `carillon reload` (a number in the service's pulse)
      └─► look(): the file as it is now ─► the parts take it up ─► take(): in force
                └─► cannot be used: what was in force stays, and why is told

docs/decisions/0038-read-anew.md
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import structlog

from bot.app.checks.files import template_faults
from bot.app.configured import calendars_of, templates_of, use
from bot.calendars.files import FileCalendars
from bot.domain.phrase import Phrase
from bot.rendering.digest import FolderDigest
from bot.service.ports.pulses import Reading
from bot.service.rules.policy import Policy
from bot.settings import Settings, SettingsError, load
from bot.settings.comparing import changed, digests, taken_up, waits

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was found in the file; `settings` are those that will be in force."""

    settings: Settings
    at: datetime
    changed: Sequence[str] = ()
    faults: Sequence[Phrase] = ()
    #: what is wrong with templates, each refused where it is used, and with holidays
    broken: Sequence[Phrase] = ()
    #: the holidays, as their files are now
    calendars: FileCalendars | None = None

    @property
    def waiting(self) -> Sequence[str]:
        """Of the changed keys, those that wait for a start."""
        return tuple(filter(waits, self.changed))


class Configuration:
    """`settings` are as they were read from `file` at the start."""

    def __init__(self, file: Path, settings: Settings, now: datetime) -> None:
        self.file = file.absolute()
        self.settings = settings
        self.templates = templates_of(settings)
        self.calendars = calendars_of(settings)
        self._digest = FolderDigest()
        self._reading = Reading(file=str(self.file), at=now)

    def look(self, now: datetime) -> Look:
        """What a service that runs takes up of the file as it is now."""
        try:
            found = load(self.file)
            _ = found.xmpp.secret
        except SettingsError as error:
            return Look(settings=self.settings, at=now, faults=error.faults)
        settings = taken_up(self.settings, found)
        calendars = calendars_of(settings)
        broken = template_faults(settings, templates_of(settings))
        return Look(
            settings=settings,
            at=now,
            changed=changed(self.settings, found),
            broken=(*broken, *calendars.faults()),
            calendars=calendars,
        )

    def take(self, look: Look, policy: Policy | None, answers: int) -> None:
        """It is in force from now on; told in the log."""
        self._reading = replace(
            self._reading,
            at=self._reading.at if look.faults else look.at,
            changed=tuple(look.changed),
            waiting=tuple(look.waiting),
            faults=tuple(map(str, look.faults)),
            broken=tuple(map(str, look.broken)),
            answers=answers,
        )
        for fault in look.faults:
            log.error("configuration not read anew", why=str(fault))
        if look.faults:
            return
        for fault in look.broken:
            log.error(str(fault))
        self.settings = look.settings
        if look.calendars is not None:
            self.calendars.use(look.calendars)
        if policy is not None:
            use(look.settings, policy, self.templates)
        else:
            self.templates = templates_of(look.settings)
        logging.getLogger("bot").setLevel(look.settings.log.level.upper())
        log.info(
            "configuration read anew", changed=", ".join(look.changed) or "nothing"
        )
        if look.waiting:
            log.warning("changes wait for the next start", keys=", ".join(look.waiting))

    def reading(self) -> Reading:
        """For the sign of life; looks at the templates' files."""
        folder = self.settings.templates.folder
        return replace(
            self._reading,
            templates=str(folder.absolute()) if folder else None,
            digests=digests(self.settings, self._digest.of(folder)),
        )
