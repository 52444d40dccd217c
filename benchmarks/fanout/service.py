"""Carillon as a subprocess, in a folder of its own, and its database."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.fanout.announcement import BODY, SUBJECT
from bot.settings import XMPPSettings
from tests.servers.processes import Process

_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """As it stands in the database."""

    state: str
    total: int
    finished: float


class Service:
    """`carillon` with one configuration file; `running()` is one life of it."""

    def __init__(self, folder: Path, xmpp: XMPPSettings, lists: Iterable[str]) -> None:
        self.folder = folder
        self.file = folder / "carillon.toml"
        self._database = folder / "carillon.db"
        self.file.write_text(_configuration(xmpp, self._database, lists))
        self._lives = 0

    @contextmanager
    def running(self) -> Iterator["Life"]:
        """Connected when entered, ended in good order when left."""
        self._lives += 1
        turns = self.folder / f"turns{self._lives}.json"
        process = Process(
            [
                *(sys.executable, "-m", "benchmarks.fanout.monitored", turns),
                *("-c", self.file, "run"),
            ],
            log=self.folder / "carillon.log",
            cwd=Path.cwd(),
            env={},
        )
        try:
            self._wait_until_up(process)
            yield Life(process.pid, turns)
        except BaseException:
            process.kill()
            raise
        process.stop(timeout=30)

    def subscribe(self, list_name: str, jids: Iterable[str]) -> None:
        """Put readers on a list, by an import."""
        file = self.folder / "readers.txt"
        file.write_text("".join(f"{jid}\n" for jid in jids))
        self.command("subscribers", "import", list_name, str(file))

    def announce(self, list_name: str, job: str, at: datetime) -> None:
        """Schedule by the command line."""
        self.command(
            *("announce", list_name, "--subject", SUBJECT, "--body", BODY),
            *("--at", at.astimezone(UTC).isoformat(), "--id", job, "--yes"),
        )

    def outcome(self, job: str, timeout: float) -> Outcome:
        """Once the last cursor and the broadcast's end are committed."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            rows = self._read(
                "SELECT broadcast.state, total, finished_at FROM broadcast"
                " JOIN schedule ON schedule.id = schedule_id WHERE client_id = ?",
                job,
            )
            if rows and rows[0][2] is not None:
                state, total, finished = rows[0]
                return Outcome(
                    state=state, total=total, finished=finished / _MICROSECONDS
                )
            time.sleep(0.2)
        raise TimeoutError(f"{job} was not sent in {timeout:g} s; see {self.folder}")

    def command(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "-c", self.file, *words],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"carillon {words[0]}: {done.stdout}{done.stderr}")
        return done.stdout

    def _read(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)) as db:
            return db.execute(query, values).fetchall()

    def _wait_until_up(self, process: Process) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if not Path(f"/proc/{process.pid}").exists():
                break
            if self._database.exists():
                try:
                    if self._read("SELECT 1 FROM pulse WHERE connected"):
                        return
                except sqlite3.OperationalError:
                    pass  # the tables are being made
            time.sleep(0.1)
        raise process.error("did not come up")


@dataclass(frozen=True, slots=True)
class Life:
    pid: int
    _turns: Path

    def longest_turn(self, since: float, until: float) -> tuple[float, float]:
        """(seconds, CPU seconds) of the longest turn that ended in between.

        Known once the service has ended.
        """
        turns = json.loads(self._turns.read_text())
        within = [(took, cpu) for end, took, cpu in turns if since <= end <= until]
        return max(within, default=(0.0, 0.0))


def _configuration(xmpp: XMPPSettings, database: Path, lists: Iterable[str]) -> str:
    lines = [
        "[xmpp]",
        f'mode = "{xmpp.mode}"',
        f'jid = "{xmpp.jid}"',
        f'password = "{xmpp.secret}"',
        f'host = "{xmpp.host}"',
        f"port = {xmpp.port}",
        'tls = "off"' if xmpp.mode == "account" else "",
        "[database]",
        f'url = "sqlite:///{database}"',
        "[sending]",
        "rate = 0",
        "[web]",
        'listen = "127.0.0.1:0"',
    ]
    for number, name in enumerate(lists):
        lines += [f"[lists.{name}]", f"default = {str(number == 0).lower()}"]
    return "\n".join(lines) + "\n"
