"""When readers were last seen: kept in memory first, then written in batches.

A message or presence shows that its sender is there. Of one person one such sign an
hour is written, and whenever his language changes.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping

from bot.domain.errors import Unavailable
from bot.service.ports.outside import Database
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.subscribers import Subscribers
from bot.texts.languages import is_language

REPEAT_SECONDS = 3600.0  #: before the same sign of the same person is written again
MAX_PEOPLE = 50_000  #: remembered; the longest silent is forgotten first
MAX_WAITING = 10_000  #: people whose sign is not written yet
PEOPLE_PER_TRANSACTION = 50  #: on SQLite others wait while it lasts

log = logging.getLogger(__name__)


class SignsOfLife:
    """`note()` costs no transaction; `run()` writes what has come together.

    `clock` is monotonic, in seconds. What cannot be written is dropped, and the next
    sign of that person counts at once. Of who sent one before only a hash is kept:
    anybody may send some, under names as long as he likes.
    """

    def __init__(
        self,
        database: Database,
        subscribers: Subscribers,
        clock: Callable[[], float],
        max_people: int = MAX_PEOPLE,
        max_waiting: int = MAX_WAITING,
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._clock = clock
        self._max_people, self._max_waiting = max_people, max_waiting
        self._written: OrderedDict[int, tuple[float, str | None]] = OrderedDict()
        self._waiting: dict[str, str | None] = {}
        self._news = asyncio.Event()

    def note(self, jid: str, language: str | None) -> None:
        """A bare JID has sent something, perhaps with an `xml:lang`."""
        tag = language if language and is_language(language) else None
        before = self._written.get(hash(jid))
        if before is not None and self._clock() - before[0] < REPEAT_SECONDS:
            if tag is None or tag == before[1]:
                return
        elif tag is None and before is not None:
            tag = before[1]
        if jid not in self._waiting and len(self._waiting) >= self._max_waiting:
            return
        self._waiting[jid] = tag
        self._news.set()
        self._written[hash(jid)] = (self._clock(), tag)
        self._written.move_to_end(hash(jid))
        if len(self._written) > self._max_people:
            self._written.popitem(last=False)

    def forget(self, jid: str) -> None:
        """The next sign counts at once: something of ours came back from there."""
        self._written.pop(hash(jid), None)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._news.wait()
            batch = dict(list(self._waiting.items())[:PEOPLE_PER_TRANSACTION])
            for jid in batch:
                del self._waiting[jid]
            if not self._waiting:
                self._news.clear()
            try:
                await self._database.run(self._write, batch)
            except Unavailable as error:
                self._drop(batch)
                log.debug("signs of life dropped: %s", error.text)
            except Exception:
                self._drop(batch)
                log.exception("signs of life dropped")

    def _drop(self, batch: Mapping[str, str | None]) -> None:
        for jid in batch:
            self.forget(jid)

    def _write(self, uow: UnitOfWork, batch: Mapping[str, str | None]) -> None:
        for jid, language in batch.items():
            self._subscribers.alive(uow, jid, language)
