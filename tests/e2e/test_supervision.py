"""What a process manager hears of the running service (sd_notify)."""

import contextlib
import os
import socket
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.e2e.service import Service
from tests.servers.folders import temporary_folder
from tests.servers.postgresql import PostgreSQL
from tests.servers.prosody import Prosody

pytestmark = pytest.mark.e2e
State = dict[str, str]
PATIENCE = 60.0


class Manager:
    """The manager's end of NOTIFY_SOCKET."""

    def __init__(self, address: str) -> None:
        self.environment = {"NOTIFY_SOCKET": address}
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address.replace("@", "\0", 1))

    def close(self) -> None:
        self._socket.close()

    def hear(self, seconds: float) -> State | None:
        """The next message; None where there is none for so long."""
        self._socket.settimeout(seconds)
        try:
            message = self._socket.recv(65_536).decode()
        except (TimeoutError, BlockingIOError):
            return None
        return dict(line.split("=", 1) for line in message.splitlines())

    def until(self, fact: Callable[[State], bool]) -> list[State]:
        """All messages up to the first of which it holds."""
        heard = []
        deadline = time.monotonic() + PATIENCE
        while (left := deadline - time.monotonic()) > 0:
            state = self.hear(left)
            if state is not None:
                heard.append(state)
                if fact(state):
                    return heard
        raise TimeoutError(f"heard only {heard}")


@pytest.fixture
def manager() -> Iterator[Manager]:
    """Its socket is a file, as systemd's own."""
    with temporary_folder() as folder:
        manager = Manager(f"{folder}/notify")
        yield manager
        manager.close()


def status(start: str) -> Callable[[State], bool]:
    return lambda state: state.get("STATUS", "").startswith(start)


def test_a_life(manager: Manager, make: Callable[..., Service]) -> None:
    """Ready once it has started, alive also without a server, stopping when it ends."""
    with Prosody() as prosody:
        service = make(prosody, "component")
        prosody.stop()
        service.start(manager.environment)
        began = manager.until(lambda state: "READY" in state)
        assert "WATCHDOG" in began[0]  # the database took a sign of life before
        manager.until(status("Not connected: "))
        prosody.start()
        manager.until(status(f"Connected as {service.address}."))
        prosody.kill()
        away = manager.until(status("Not connected: "))
        away += [manager.until(lambda state: "WATCHDOG" in state)[-1] for _ in range(2)]
        assert not any("STOPPING" in state for state in away)
    assert service.stop() == 0
    ending = manager.until(lambda state: "STOPPING" in state)
    assert ending[-1] == {"STOPPING": "1", "STATUS": "Stopping."}


def test_standing_by(
    prosody: Prosody, postgresql: PostgreSQL, make: Callable[..., Service]
) -> None:
    """A process that waits for another's end is ready and alive, and says so."""
    manager = Manager(f"@carillon-{os.getpid()}-{time.monotonic_ns()}")
    with contextlib.closing(manager):
        url = postgresql.database(f"standing_by_{os.getpid()}")
        first = make(prosody, "component", database=url)
        second = make(prosody, "component", database=url)
        first.start()
        first.wait_until_connected()
        second.start(manager.environment)
        for _ in range(2):
            [state] = manager.until(lambda _: True)
            assert (state["READY"], state["WATCHDOG"]) == ("1", "1")
            assert state["STATUS"].startswith("Standing by")
        first.kill()
        manager.until(status("Connected as "))
        assert second.stop() == 0


@contextlib.contextmanager
def locked(url: str, table: str) -> Iterator[None]:
    """Whoever wants this table of the database waits, with no word from the server."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(SQL("LOCK TABLE {}").format(Identifier(table)))
        yield


def test_no_sign_of_life(
    prosody: Prosody,
    postgresql: PostgreSQL,
    manager: Manager,
    make: Callable[..., Service],
) -> None:
    """Where it waits for an answer for ever, the watchdog hears nothing more."""
    url = postgresql.database(f"no_sign_{os.getpid()}")
    service = make(prosody, "component", database=url)
    service.start(manager.environment)
    manager.until(status("Connected as "))
    with locked(url, "pulse"):
        while manager.hear(0) is not None:
            pass  # what was told before
        manager.hear(2)  # and what was written already, but not told
        assert manager.hear(12) is None  # it tells every five seconds
    manager.until(lambda state: "WATCHDOG" in state)
    assert service.stop() == 0
