"""One process for each service JID on PostgreSQL: an advisory lock.

The server drops it with the session that took it. So the session must end soon after
its process, or the host of that, is gone: both sides look for signs of life.
"""

import contextlib
import secrets
import time
from collections.abc import Callable
from typing import Any

import psycopg

from bot.store.hold import Hold, Standing
from bot.store.links import cut
from bot.store.outage import Outage
from bot.store.postgresql_faults import diagnose

#: seconds between two looks of the holder
LOOK = 2.0
#: seconds of silence after which the server takes the lock from its holder
SILENCE = 15
#: what libpq does on our side, in seconds and ms: after 11 s a dead server is noticed
CLIENT: dict[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
#: the same on the server's side, and for a holder that is there but says nothing
_SERVER = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
    "idle_session_timeout": f"{SILENCE}s",
}
#: seconds that who waits leaves the holder to come back, after both were cut off
GIVE_WAY = 6.0
#: tries, and seconds between them, until a session of ours that was ended lets go
_OWN_TRIES, _OWN_PAUSE = 20, 0.1


class AdvisoryLock(Hold):
    def __init__(
        self,
        service: str,
        connect: Callable[..., "psycopg.Connection[Any]"],
        outage: Outage,
    ) -> None:
        """`connect` takes more of libpq's parameters."""
        super().__init__(service)
        self._connect = connect
        self._outage = outage
        #: tells our sessions from everybody else's in `pg_stat_activity`
        self._name = f"carillon lock {secrets.token_hex(8)}"
        self._session: psycopg.Connection[Any] | None = None
        self._was_cut = False
        #: until then, on the monotonic clock, the holder may come back
        self._not_before = 0.0
        #: another had it when we looked last, or may have had
        self._gives_way = False

    def take(self) -> bool:
        try:
            return self._take()
        except psycopg.Error as error:
            self._let_go()
            self._gives_way = True
            raise diagnose(error).unavailable from error

    def _take(self) -> bool:
        if self._session is None:
            self._session = self._connect(**CLIENT, application_name=self._name)
            _end_when_silent(self._session)
            if self._gives_way:
                self._not_before = time.monotonic() + GIVE_WAY
        if time.monotonic() < self._not_before:
            return False
        self._gives_way = not (taken := self._lock_of(self._session))
        return taken

    def _lock_of(self, session: "psycopg.Connection[Any]") -> bool:
        if self._lock(session):
            return True
        # A session of ours whose end the server has not noticed is nobody else.
        for _ in range(_OWN_TRIES):
            if not _end_former(session, self._name):
                break
            time.sleep(_OWN_PAUSE)
        return self._lock(session)

    def _lock(self, session: "psycopg.Connection[Any]") -> bool:
        taken = session.execute(
            "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [self._service]
        ).fetchone()
        return taken is not None and bool(taken[0])

    def look(self) -> Standing:
        try:
            if self._session is None:
                return self._again()
            # returns at once where the session ends
            for _ in self._session.notifies(timeout=LOOK):
                pass
            self._session.execute("SELECT 1")
        except psycopg.Error as error:
            self._let_go()
            if not self._was_cut:  # else nothing is the matter, or the next look tells
                found = diagnose(error)
                self._outage.failed(found.phrase, writing=False, crowded=found.crowded)
            self._was_cut = False
            return Standing.UNKNOWN
        return Standing.OURS

    def _again(self) -> Standing:
        if self._take():
            self._outage.succeeded(writing=False)
            return Standing.OURS
        return Standing.THEIRS

    def _let_go(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with contextlib.suppress(psycopg.Error):
                session.close()

    def cut(self) -> None:
        if (session := self._session) is not None:
            self._was_cut = True
            cut(session)

    def close(self) -> None:
        self._let_go()


def _end_when_silent(session: "psycopg.Connection[Any]") -> None:
    """Some are unknown to older servers, and to some systems."""
    for name, value in _SERVER.items():
        with contextlib.suppress(psycopg.errors.UndefinedObject):
            session.execute("SELECT set_config(%s, %s, false)", [name, value])


def _end_former(session: "psycopg.Connection[Any]", name: str) -> bool:
    """Whether there was another session of ours, which now ends."""
    ended = session.execute(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE application_name = %s AND pid <> pg_backend_pid()",
        [name],
    ).fetchone()
    return ended is not None and bool(ended[0])
