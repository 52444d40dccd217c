"""Who keeps our transactions waiting: found by looking, told to people."""

import os
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from bot.domain.phrase import Phrase
from bot.store import sessions

#: seconds after which a wait is told of
TOLD_AFTER = 5.0
_LOOK_EVERY = 0.05
#: into the list of locks, until it counts that ours is not among them
_LOOKS = 5

# Not one that waits itself, where there is another: what it waits for is in the way of
# both. Of sessions that are not its own, a user is told neither state nor age.
_HOLDER = """
SELECT holder.pid, holder.usename, holder.application_name,
  coalesce(holder.xact_start, waiting.query_start)
FROM pg_stat_activity AS waiting
CROSS JOIN LATERAL unnest(pg_blocking_pids(waiting.pid)) AS blocking(pid)
JOIN pg_stat_activity AS holder ON holder.pid = blocking.pid
WHERE waiting.datname = current_database() AND waiting.application_name LIKE %(ours)s
  AND holder.application_name <> waiting.application_name
  AND coalesce(
    holder.xact_start < clock_timestamp() - make_interval(secs => %(age)s), true
  )
ORDER BY coalesce(holder.wait_event_type = 'Lock', false), 4
LIMIT 1
"""
#: where SQLite locks a writer of a file in WAL mode: a byte of FILE-shm
_WRITER_BYTE = "120"
#: of its command line, what is told
_LONGEST_COMMAND = 80


@dataclass(frozen=True, slots=True)
class Holder:
    """A transaction of somebody else that ours wait for."""

    #: of the session, or of the process; None: not to be found out
    pid: int | None
    told: Phrase


def in_postgresql(url: sa.URL, *, own: bool) -> Holder | None:
    """Whoever keeps a session waiting: of this process (`own`), which has waited for
    some seconds; else of any of ours, by a transaction that is open for as long.
    """
    whose = sessions.name() if own else f"{sessions.NAME} %"
    values = {"ours": whose, "age": 0.0 if own else TOLD_AFTER}
    with sessions.connect(url) as connection:
        row = connection.execute(_HOLDER, values).fetchone()
    if row is None:
        return None
    pid, user, program, since = row
    assert isinstance(pid, int)  # noqa: S101 - as the view has it
    assert isinstance(since, datetime)  # noqa: S101
    return Holder(
        pid,
        Phrase(
            "The database is held up by session {pid} of {user} ({program}), whose"
            " transaction is open since {since}. All goes on once it ends; `{ends}`"
            " ends it.",
            pid=pid,
            user=user,
            program=program or "?",
            since=f"{since.astimezone():%Y-%m-%d %H:%M:%S %z}",
            ends=f"SELECT pg_terminate_backend({pid})",
        ),
    )


def in_sqlite(file: Path, seconds: float = 0.0) -> Holder | None:
    """Whoever holds the lock of the only writer, for so many seconds from now."""
    until = time.monotonic() + seconds
    while True:
        pid = _writer(file)
        if pid is None or time.monotonic() >= until:
            break
        time.sleep(_LOOK_EVERY)
    return None if pid is None or pid == os.getpid() else _process(pid, file)


def unknown(file: Path) -> Holder:
    return Holder(
        None,
        Phrase(
            "The database is held up by another process, which is in the middle of a"
            " change of {file}. All goes on once it ends; `{names}` names it.",
            file=file,
            names=f"fuser {file}",
        ),
    )


def _process(pid: int, file: Path) -> Holder:
    return Holder(
        pid,
        Phrase(
            "The database is held up by process {pid} ({command}), which is in the"
            " middle of a change of {file}. All goes on once it ends; `{ends}` ends"
            " it.",
            pid=pid,
            command=_command(pid),
            file=file,
            ends=f"kill {pid}",
        ),
    )


def _writer(file: Path) -> int | None:
    """From the system's list: to open the file and close it again would drop all locks
    that this process has on it (POSIX).

    The list is read page by page, and what is taken and dropped meanwhile moves its
    lines: one that misses now and then is there all the same.
    """
    for _ in range(_LOOKS):
        if (pid := _listed(file)) is not None:
            return pid
    return None


def _listed(file: Path) -> int | None:
    try:
        found = Path(f"{file}-shm").stat()
        listed = Path("/proc/locks").read_text()
    except OSError:
        return None
    for line in listed.splitlines():
        # 7: POSIX  ADVISORY  WRITE 4711 fe:00:123456 120 120
        _, *words = line.split()
        match words:
            case ["POSIX", _, "WRITE", pid, place, start, end]:
                ours = place.rpartition(":")[2] == str(found.st_ino)
                if ours and start == end == _WRITER_BYTE:
                    return int(pid)
    return None


def _command(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return "?"
    said = " ".join(word.decode(errors="replace") for word in words)
    return " ".join(said.split())[:_LONGEST_COMMAND]
