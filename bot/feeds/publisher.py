"""The loop that keeps the feeds as their rows are.

Each look reads what is public, and makes, writes and shows what is another document by
then. The next one comes when something has changed in the database, at the moment at
which the same rows are other feeds, and after some seconds in any case.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime

import structlog

from bot.domain.feeds import Public, until_other
from bot.feeds.document import Document
from bot.feeds.folder import Folder
from bot.feeds.making import Making
from bot.service.ports.outside import Clock, Database
from bot.service.records.publicity import Publicity

log = structlog.get_logger(__name__)

#: seconds between looks at most, and at least: much may change while something is sent
IDLE_SECONDS = 5.0
PAUSE_SECONDS = 1.0


class Publisher:
    """`folder`: where they are written; None: nowhere."""

    def __init__(
        self,
        database: Database,
        publicity: Publicity,
        making: Making,
        folder: Folder | None,
        clock: Clock,
    ) -> None:
        self._database = database
        self._publicity = publicity
        self._making = making
        self._folder = folder
        self._clock = clock
        self._watch = database.watch()
        self._documents: Mapping[str, Document] | None = None
        #: what lies in the folder
        self._written: Mapping[str, Document] = {}
        #: why it could not be written last
        self._trouble: str | None = None

    def documents(self) -> Mapping[str, Document] | None:
        """By name, as they are by now; None: nothing was read yet."""
        return self._documents

    async def step(self) -> float:
        """One look, and until there is something new; seconds before the next one."""
        seconds = await self.look()
        await self._watch.changed(seconds)
        return PAUSE_SECONDS

    async def look(self) -> float:
        """Seconds for which there is nothing new unless something is changed."""
        public = await self._database.read(
            self._publicity.gather, self._making.shape.entries
        )
        now = self._clock.now()
        documents = await asyncio.to_thread(self._making.documents, public, now)
        self._documents = documents
        await asyncio.to_thread(self._write, documents)
        return self._seconds(public, now)

    def _seconds(self, public: Public, now: datetime) -> float:
        moment = until_other(public, now, self._making.shape.ahead)
        if moment is None:
            return IDLE_SECONDS
        return min(IDLE_SECONDS, (moment - now).total_seconds())

    def _write(self, documents: Mapping[str, Document]) -> None:
        """A folder that is away is told once, and tried again at each look."""
        if self._folder is None or documents == self._written:
            return
        try:
            self._folder.put(documents.values())
        except OSError as error:
            trouble = f"{error.filename}: {error.strerror}"
            if trouble != self._trouble:
                log.warning("feeds cannot be written", reason=trouble)
            self._trouble = trouble
            return
        if self._trouble is not None:
            log.info("feeds are written again")
        self._trouble, self._written = None, documents
