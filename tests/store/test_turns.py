"""Which of several processes of a service goes on."""

import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest

from bot.app.ending import Ending
from bot.app.turn import STAND_BY, Turn
from bot.domain.errors import Unavailable
from bot.domain.phrase import Phrase
from bot.store.database import SqlDatabase
from bot.store.hold import Hold
from tests.store.samples import SERVICE

pytestmark = pytest.mark.postgres


class Asked(threading.Event):
    """Whether the end is asked for: never. Whoever stands by is noticed."""

    def __init__(self, stands_by: Callable[[], None]) -> None:
        super().__init__()
        self._stands_by = stands_by

    def wait(self, timeout: float | None = None) -> bool:
        if timeout == STAND_BY:
            self._stands_by()
        return False


@pytest.fixture
def rival(postgresql_url: str) -> Iterator[Hold]:
    """What another process of the service would hold."""
    database = SqlDatabase(postgresql_url, SERVICE)
    hold = database.hold()
    yield hold
    hold.close()
    database.close()


@pytest.mark.parametrize("fails", [True, False], ids=["database away", "slow"])
def test_preparing_keeps_no_turn(
    postgres: SqlDatabase, postgresql_url: str, rival: Hold, *, fails: bool
) -> None:
    """Who lost its turn while it got ready, however that ended, stands by behind the
    one that has it, and gets ready anew.
    """
    told: list[str] = []
    plain = postgresql_url.replace("+psycopg", "")

    def stands_by() -> None:
        told.append("stands by")
        rival.close()

    def prepare() -> str:
        told.append("gets ready")
        if len(told) == 1:
            with psycopg.connect(plain) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks"
                    " WHERE locktype = 'advisory'"
                )
            while not rival.take():
                pass
            if fails:
                raise Unavailable(Phrase("away"))
        return "ready"

    ending = Ending()
    ending.asked = Asked(stands_by)
    hold = postgres.hold()
    turn = Turn(hold, postgres.outage, SERVICE, ending)
    assert turn.wait(prepare) == "ready"
    hold.close()
    assert told[:2] == ["gets ready", "stands by"]
    assert told[-1] == "gets ready"
