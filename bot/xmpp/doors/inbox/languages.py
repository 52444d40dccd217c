"""In which language those read a refusal who are stored with one.

Clients stamp `en` on whatever is written, so a stanza's own language is no more than a
guess. But whoever writes to us must not cost a transaction each: those who are refused
wait here for a moment, and one transaction looks up all of them. Where too many wait,
or the database is slow or away, they are told in the language of their stanza.

docs/decisions/0042-the-language-of-a-refusal.md
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from bot.desk.sender_limit import Limit
from bot.domain.errors import Unavailable
from bot.service.ports.outside import Database
from bot.service.readers.subscribers import Subscribers

log = logging.getLogger(__name__)

MAX_WAITING = 1_000  #: who are refused and not told yet
PEOPLE_PER_TRANSACTION = 100
PER_SECOND, BURST = 5, 25  #: transactions
PATIENCE_SECONDS = 2.0  #: until all are told without the database

#: what tells somebody, given the languages that he is stored with, most wanted first
Tell = Callable[[Sequence[str]], None]


class StoredLanguages:
    """`ask()` costs no transaction; `run()` looks up who has come together.

    `clock` is monotonic, in seconds.
    """

    def __init__(
        self,
        database: Database,
        subscribers: Subscribers,
        clock: Callable[[], float],
        max_waiting: int = MAX_WAITING,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._max_waiting = max_waiting
        self._patience = patience
        self._limit = Limit(clock, rate=PER_SECOND, burst=BURST)
        self._waiting: deque[tuple[str, Tell]] = deque()
        self._news = asyncio.Event()
        self._looking: asyncio.Task[Mapping[str, Sequence[str]]] | None = None

    def ask(self, jid: str, tell: Tell) -> None:
        """`tell` is called once: soon, or now if there are too many."""
        if len(self._waiting) >= self._max_waiting:
            tell(())
            return
        self._waiting.append((jid, tell))
        self._news.set()

    async def run(self) -> None:
        """Until cancelled; then nobody waits any more."""
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                while self._waiting:
                    while not self._limit.permits():  # noqa: ASYNC110 - no event
                        await asyncio.sleep(1 / PER_SECOND)
                    await self._tell_some()
        finally:
            if self._looking is not None:
                self._looking.cancel()

    async def _tell_some(self) -> None:
        most = min(PEOPLE_PER_TRANSACTION, len(self._waiting))
        batch = [self._waiting.popleft() for _ in range(most)]
        known = await self._known(sorted({jid for jid, _ in batch}))
        for jid, tell in batch:
            try:
                tell(known.get(jid, ()))
            except Exception:  # of this one alone: the others wait, too
                log.exception("one who wrote is not refused")

    async def _known(self, jids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Nothing while a look-up of before is not over: they would pile up."""
        if self._looking is not None and not self._looking.done():
            return {}
        self._looking = asyncio.create_task(self._look_up(jids))
        await asyncio.wait({self._looking}, timeout=self._patience)
        return self._looking.result() if self._looking.done() else {}

    async def _look_up(self, jids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        try:
            return await self._database.read(self._subscribers.languages, jids)
        except Unavailable as error:
            log.debug("refused in the language of the stanza: %s", error.text)
        except Exception:
            log.exception("refused in the language of the stanza")
        return {}
