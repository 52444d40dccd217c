"""A folder with a configuration and a SQLite database, and ways to call the program."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from bot.app.wiring import open_use_cases
from bot.cli.program import app
from bot.domain.broadcast import ExceptionKind, Occurrence, OccurrenceState
from bot.domain.lateness import Shift
from bot.service.delivery.jobs import Deviation, Job, Step
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.use_cases import UseCases
from bot.settings import load
from tests.servers import forked
from tests.servers.forked import without_starters
from tests.servers.processes import Process

CONFIG = """
[xmpp]
mode = "component"
jid = "announce.example.org"
password = "not shown"
host = "127.0.0.1"
port = 1

[database]
url = "sqlite:///{folder}/carillon.db"

[access]
admins = ["admin@example.org"]

[templates]
folder = "{folder}/templates"

[web]
listen = ""

[lists.maintenance]
title = "Maintenance"
timezone = "Europe/Warsaw"
default = true

[lists.news]
"""
PROGRAM = (sys.executable, "-m", "bot")
CTRL_C, CTRL_D = "\x03", "\x04"
_PATIENCE = 60.0
#: what is typed at a question, or what is done there before something is typed
Answer = str | Callable[[], str]


@dataclass(frozen=True, slots=True)
class Outcome:
    code: int
    out: str
    err: str

    def fault(self, code: int = 1) -> str:
        """The one line on stderr of a command that ended with `code`."""
        assert self.code == code, (self.code, self.out, self.err)
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert "Traceback" not in self.err
        return lines[0]


class Workplace:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "carillon.toml"
        self.config.write_text(CONFIG.format(folder=folder))
        (folder / "templates").mkdir()

    def __call__(self, *args: str, env: Mapping[str, str] | None = None) -> Outcome:
        """In this process, without a terminal."""
        ran = CliRunner().invoke(app, ["-c", str(self.config), *args], env=env)
        if ran.exception is not None and not isinstance(ran.exception, SystemExit):
            raise ran.exception
        return Outcome(ran.exit_code, ran.stdout, ran.stderr)

    def done(self, *args: str) -> str:
        """What a command that has to succeed prints."""
        ran = self(*args)
        assert ran.code == 0, ran
        return ran.out

    def data(self, *args: str) -> Any:
        """The JSON document of a command that has to succeed."""
        return json.loads(self.done(*args, "--json"))

    def command(self, *args: str) -> list[str]:
        return [*PROGRAM, "-c", str(self.config), *args]

    def program(
        self, *args: str, command: Sequence[str] = (), env: Mapping[str, str] = {}
    ) -> Outcome:
        """In a process of its own, without a terminal.

        It is a fork of one that has imported the program, unless the whole command
        is given or the environment is one that the interpreter reads at its start.
        """
        surroundings = {**_environment(), **env}
        if not command and without_starters(env) == env:
            ran = forked.run(
                self.command(*args)[len(PROGRAM) :],
                cwd=self.folder,
                env=without_starters(surroundings),
                timeout=_PATIENCE,
            )
            return Outcome(ran.returncode, ran.stdout, ran.stderr)
        done = subprocess.run(
            command or self.command(*args),
            cwd=self.folder,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    def background(self, *args: str) -> Process:
        """In a process of its own, that goes on; what it prints is in its log."""
        return Process(
            ["carillon", *self.command(*args)[len(PROGRAM) :]],
            log=self.folder / "background.log",
            cwd=self.folder,
            env={},
            forked=True,
        )

    def terminal(self, *args: str, types: str = "") -> tuple[int, str]:
        """In a process of its own, on a terminal of 80 columns where `types` is typed.

        Gives the exit code and all that the terminal got.
        """
        return self.dialogue(*args, turns=[("", types)])

    def dialogue(
        self, *args: str, turns: Sequence[tuple[str, Answer]]
    ) -> tuple[int, str]:
        """Likewise; each turn's second text is typed at the question with the first.

        The terminal is the program's own, as `/dev/tty` and for Ctrl-C.
        """
        ours, theirs = pty.openpty()
        env = _environment() | {"COLUMNS": "80", "TERM": "xterm"}
        child = forked.Forked(
            self.command(*args)[len(PROGRAM) :],
            streams=[theirs] * 3,
            cwd=self.folder,
            env=without_starters(env),
            terminal=True,
        )
        os.close(theirs)
        try:
            seen = _converse(ours, turns)
            return child.wait(_PATIENCE), seen.decode().replace("\r\n", "\n")
        finally:
            child.kill()
            os.close(ours)

    @contextmanager
    def use_cases(self) -> Iterator[UseCases]:
        with open_use_cases(load(self.config)) as use_cases:
            yield use_cases

    def add_template(self, name: str, body: str, toml: str) -> None:
        folder = self.folder / "templates" / name
        folder.mkdir()
        (folder / "template.toml").write_text(toml)
        (folder / "subject.en.txt.j2").write_text("Subject")
        (folder / "body.en.txt.j2").write_text(body)


def plan(use_cases: UseCases) -> None:
    """Turn what is due into broadcasts, as the running service does; so what was
    announced just now, which is due with one of the next two seconds.
    """
    database, planning = use_cases.database, use_cases.planning
    soon = use_cases.clock.now() + timedelta(seconds=2)
    while True:
        now = use_cases.clock.now()
        names = database.call(planning.audiences_due, now)
        frozen = {name: database.call(planning.freeze, name, now) for name in names}
        database.call(planning.plan, frozen, Shift(began_at=now, seen_at=now))
        due = database.look(lambda unit: unit.schedules.next_due())
        if due is None or due > soon or now > soon:  # for what is stopped stays due
            return
        time.sleep(max(0.01, (due - now).total_seconds()))


def send(use_cases: UseCases, failing: Mapping[str, str] = {}) -> None:
    """Acknowledge everything that is to be sent, but whom `failing` names."""
    claim = use_cases.progress.claim
    while (job := use_cases.database.call(claim, "worker")) is not None:
        _send(use_cases, job, failing)


def send_first(use_cases: UseCases, failing: Mapping[str, str], most: int) -> None:
    """The same of at most so many of one chunk, which stays in hand."""
    job = use_cases.database.call(use_cases.progress.claim, "worker")
    assert job is not None
    _send(use_cases, job, failing, most)


def _send(
    use_cases: UseCases, job: Job, failing: Mapping[str, str], most: int = 1000
) -> None:
    progress = use_cases.progress
    page = [
        one
        for one in use_cases.database.look(
            progress.recipients, job, job.chunk.after, most
        )
        if not one.unreached
    ]
    exceptions = [
        Deviation(one.jid, ExceptionKind.FAILED, failing[one.jid])
        for one in page
        if one.jid in failing
    ]
    step = Step(
        chunk_id=job.chunk.id,
        through=job.chunk.last if most > len(page) else page[-1].position,
        done=len(page),
        exceptions=exceptions,
    )
    use_cases.database.call(progress.record, "worker", [step], [])


def _environment() -> dict[str, str]:
    """Ours, without what would configure the program."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("CARILLON_")
    }


def _converse(terminal: int, turns: Sequence[tuple[str, Answer]]) -> bytes:
    """All that is written to the terminal until it is closed."""
    seen, answered, typed = b"", 0, ""
    waiting = list(turns)
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        asked = seen[answered:]
        # a question is whole, and waited at, once its last blank is there
        ready = asked.endswith(b": ") or not (waiting and waiting[0][0])
        if waiting and ready and waiting[0][0].encode() in asked:
            answer = waiting.pop(0)[1]
            typed = answer if isinstance(answer, str) else answer()
            os.write(terminal, typed.encode())
            answered = len(seen)
        if not select.select([terminal], [], [], 0.5)[0]:
            if typed == CTRL_C and not asked.replace(b"^C", b""):
                # one that comes just before Python reads is noticed after the read
                os.write(terminal, typed.encode())
            continue
        try:
            read = os.read(terminal, 65_536)
        except OSError:  # Linux: the last process on it has gone
            break
        if not read:
            break
        seen += read
    return seen


def soon(place: Workplace) -> None:
    """Let the window reach the far years that these tests use."""
    with place.config.open("a") as file:
        file.write("\n[limits.admin]\nwindow_days = 100000\n")


def hold(unit: UnitOfWork, number: int) -> None:
    """As the planner leaves it that found it too late."""
    found = unit.schedules.get(number)
    assert found is not None
    unit.occurrences.add(
        Occurrence(
            schedule_id=number,
            due_at=unit.now() - timedelta(hours=1),
            state=OccurrenceState.HELD,
            reason="late",
        )
    )
    unit.schedules.save(replace(found, next_at=None))


def next_at(unit: UnitOfWork, reference: int) -> float:
    """When it is due, in seconds since 1970."""
    found = unit.schedules.get(reference)
    assert found is not None
    assert found.next_at is not None
    return found.next_at.timestamp()
