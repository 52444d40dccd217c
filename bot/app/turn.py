"""Before the service connects: its turn, and its database, are waited for."""

from collections.abc import Callable
from typing import TypeVar

import structlog

from bot.app import systemd
from bot.app.ending import Ending
from bot.domain.errors import Unavailable
from bot.engine.failures import Pauses
from bot.store.hold import Hold
from bot.store.outage import Outage

log = structlog.get_logger(__name__)

T = TypeVar("T")

#: seconds between two looks of a process that stands by
STAND_BY = 2.0


class Turn:
    """Whose turn it is, of the processes of one service; and waiting as such."""

    def __init__(
        self, hold: Hold, outage: Outage, service: str, ending: Ending
    ) -> None:
        self._hold = hold
        self._outage = outage
        self._service = service
        self._ending = ending
        self._pauses = Pauses()
        #: whether `wait` had to
        self.stood_by = False

    def wait(self, prepare: Callable[[], T]) -> T | None:
        """What `prepare` gives, once it is ours; None where the end is asked for first.

        Raises what waiting does not mend.
        """
        told, jid = False, self._service
        while not self._ending.asked.is_set():
            try:
                if (prepared := self._take(prepare)) is not None:
                    return prepared
            except Unavailable as error:
                # nobody looks after the hold meanwhile: another may have it by then
                self._hold.close()
                self._wait_for_database(error)
                continue
            self._back()
            self.stood_by = True
            if not told:
                told = True
                log.info("standing by: another is connected, or may come back", jid=jid)
            self._say("Standing by: another process is connected, or may come back.")
            self._ending.asked.wait(STAND_BY)
        return None

    def _take(self, prepare: Callable[[], T]) -> T | None:
        """None where another has it, perhaps since preparing took too long."""
        if not self._hold.take():
            return None
        prepared = prepare()
        self._back()
        return prepared if self._hold.take() else None

    def _wait_for_database(self, error: Unavailable) -> None:
        if error.lasting:
            raise error
        self._outage.failed(error.phrase, writing=True)
        self._say(f"Waiting for the database: {error.text}")
        self._ending.asked.wait(self._pauses.next())

    def _back(self) -> None:
        self._outage.succeeded(writing=True)
        self._pauses.reset()

    def _say(self, status: str) -> None:
        systemd.tell(READY="1", WATCHDOG="1", STATUS=status)
