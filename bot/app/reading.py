"""What others have changed, taken up while the service runs: roles and lists that
commands made, and the configuration where somebody has asked for it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.app import keys
from bot.app.configuration import Configuration, Look
from bot.app.configured import lists_of, pictures_of, retention_of
from bot.app.ending import Ending
from bot.app.wiring import declare, given_roles
from bot.domain.lists import AnnouncementList
from bot.engine.housekeeper import Housekeeper
from bot.service.ports.outside import Clock
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.records import storage
from bot.service.rules.policy import Policy
from bot.store.database import SqlDatabase
from bot.store.sealing import Vault
from bot.xmpp.doors.opening import Doors

#: seconds between looks, where nobody calls
IDLE_SECONDS = 5.0


class Reading:
    """`worker`: the process, by its name in the database. `heeded` is called once the
    configuration was read.
    """

    def __init__(
        self,
        *,
        configuration: Configuration,
        database: SqlDatabase,
        policy: Policy,
        doors: Doors,
        housekeeper: Housekeeper,
        ending: Ending,
        clock: Clock,
        worker: str,
        heeded: Callable[[], None],
    ) -> None:
        self._configuration = configuration
        self._database = database
        self._policy = policy
        self._doors = doors
        self._housekeeper = housekeeper
        self._ending = ending
        self._clock = clock
        self._worker = worker
        self._on_heeded = heeded
        #: which hang-up, and which asking in the database, was heeded last
        self._heeded = (ending.hang_ups, 0)

    async def step(self) -> float:
        """Seconds until it is worth another look. Of the configuration all, or nothing:
        where the database is away it is tried again.
        """
        await self._take_up_roles()
        asked, lists = await self._database.read(_looked, self._worker)
        self._take_up(lists)
        now = (self._ending.hang_ups, asked)
        if now == self._heeded:
            return IDLE_SECONDS
        look = await asyncio.to_thread(self._configuration.look, self._clock.now())
        if not look.faults:
            look = await self._with_keys(look)
        if not look.faults:
            lists = await self._database.run(declare, lists_of(look.settings))
        self._configuration.take(look, self._policy, asked)
        if not look.faults:
            self._housekeeper.retention = retention_of(look.settings)
            await self._housekeeper.rearm()  # by holidays that may be others
        self._take_up(lists)
        self._heeded = now
        self._on_heeded()
        return IDLE_SECONDS

    def _take_up(self, lists: Sequence[AnnouncementList]) -> None:
        """These are the lists: those of the file, and those that commands made."""
        settings = self._configuration.settings
        self._policy.take_up(lists)
        self._doors.become(lists, settings.xmpp.contact, pictures_of(settings))

    async def _take_up_roles(self) -> None:
        """What admins gave and took, here or elsewhere."""
        before = self._policy.given
        found = await self._database.read(given_roles)
        if self._policy.given is before:  # else a later change was taken up meanwhile
            self._policy.give(found)

    async def _with_keys(self, look: Look) -> Look:
        """The same, and its keys in use; or a fault, where one is not among them."""
        found = look.settings.storage
        vault = Vault(found.keys)
        if await self._database.read(storage.is_lacking, vault.names):
            return replace(look, faults=(keys.lacking(found.key_file),))
        await self._database.run(storage.note, vault.newest)
        self._database.vault = vault
        return look


def _looked(uow: UnitOfWork, worker: str) -> tuple[int, list[AnnouncementList]]:
    """How often we were asked to read anew, and the lists as they are stored."""
    return uow.facts.asked_to_read(worker), uow.lists.all()
