"""`carillon run` as a subprocess, in a folder of its own, and its database."""

import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from bot.app.wiring import open_use_cases
from bot.domain.broadcast import Broadcast, BroadcastState, DeliveryException, Progress
from bot.domain.schedule import Origin, Schedule
from bot.service.ports.paging import Paging
from bot.service.requests.request import ScheduleRequest
from bot.settings import load
from bot.store import upgrade
from tests.servers import forked
from tests.servers.environment import environment
from tests.servers.forked import without_starters
from tests.servers.processes import Process
from tests.servers.xmpp_server import XmppServer

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = (sys.executable, "-m", "bot")


class Service:
    """One configuration and database; `start`, `kill` and `stop` are its lives.

    The test itself asks as the operator, over a database connection of its own.
    """

    def __init__(
        self,
        folder: Path,
        server: XmppServer,
        mode: str,
        *,
        host_port: int | None = None,
        jid: str | None = None,
        database: str | None = None,
        admins: Iterable[str] = (),
        auditors: Iterable[str] = (),
        rate: int = 0,
        window: int = 200,
        templates: Path | None = None,
        web: str = "",
        more: str = "",
        program: Sequence[str | Path] = PROGRAM,
        prefix: Sequence[str] = (),
        cwd: Path = ROOT,
    ) -> None:
        """Nothing is started yet; `prefix` is a command that starts the program, `more`
        are tables of the configuration.
        """
        component = mode == "component"
        port = server.component_port if component else server.c2s_port
        account = f"bot{abs(hash(folder)) % 10**8}"
        if not component and jid is None:
            server.register(account)
        self.folder = folder
        self._program, self._prefix, self._cwd = program, prefix, cwd
        self._can_fork = program == PROGRAM and not prefix
        self.file = folder / "carillon.toml"
        self.jid = jid or (server.component if component else server.jid(account))
        self.url = database or f"sqlite:///{folder}/carillon.db"
        self.file.write_text(
            f"""
[xmpp]
mode = "{mode}"
jid = "{self.jid}"
password = "{server.secret if component else "pw"}"
host = "{server.host}"
port = {host_port or port}
tls = "{"required" if component else "off"}"
[database]
url = "{self.url}"
[access]
admins = {list(admins)!r}
auditors = {list(auditors)!r}
[sending]
rate = {rate}
window = {window}
[web]
listen = "{web}"
[lists.news]
default = true
welcome = ""
{f'[templates]{chr(10)}folder = "{templates}"' if templates else ""}
{more}
"""
        )
        self._environment: dict[str, str] = {}
        self._process: Process | None = None
        self._stack = ExitStack()
        settings = load(self.file)
        upgrade.prepare(self.url, settings.xmpp.addresses.own)
        self.uses = self._stack.enter_context(open_use_cases(settings))
        self.operator = self.uses.policy.access.operator()

    @property
    def address(self) -> str:
        """What takes requests."""
        return self.uses.policy.addresses.service

    @property
    def log(self) -> str:
        return (self.folder / "carillon.log").read_text(errors="replace")

    @property
    def lines(self) -> list[str]:
        """The log without colours."""
        return re.sub(r"\x1b\[[0-9;]*m", "", self.log).splitlines()

    @property
    def web(self) -> str:
        """The URL of its web pages, as it was started last."""
        return re.findall(r"web pages .* url=(\S+)", "\n".join(self.lines))[-1]

    def page(self, path: str) -> tuple[int, str]:
        """Status and text of one of its web pages."""
        try:
            with urllib.request.urlopen(self.web + path, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def metric(self, name: str, **labels: str) -> float:
        """The sum of the samples with these labels among theirs."""
        status, text = self.page("/metrics")
        assert status == 200
        return sum(
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    # --- lives ----------------------------------------------------------------

    def start(self, more: Mapping[str, str] | None = None) -> None:
        given = {"XDG_STATE_HOME": str(self.folder), **(more or {})}
        can_fork = self._can_fork and without_starters(given) == given
        program = ["carillon"] if can_fork else [*self._prefix, *self._program]
        self._process = Process(
            [*program, "-c", self.file, "run"],
            log=self.folder / "carillon.log",
            cwd=self._cwd,
            env=given,
            forked=can_fork,
        )

    @property
    def is_running(self) -> bool:
        return self._process is not None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def wait_until_connected(self) -> None:
        """The process that was started last, which then also heeds signals."""
        assert self._process is not None
        ours = f"-{self._process.pid}-"
        self.until(
            lambda: any(
                pulse.connected and ours in pulse.worker
                for pulse in self.uses.database.look(lambda uow: uow.facts.pulses())
            )
        )

    def kill(self) -> None:
        """Kill -9"""
        assert self._process is not None
        self._process.kill()
        self._process = None

    def send_signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self, seconds: float = 30) -> int:
        """Until it ends by itself; the exit status."""
        assert self._process is not None
        process, self._process = self._process, None
        return process.wait(seconds)

    def stop(self, ending: signal.Signals = signal.SIGTERM) -> int:
        """The exit status."""
        assert self._process is not None
        process, self._process = self._process, None
        return process.stop(ending, timeout=30)

    def close(self) -> None:
        if self._process is not None:
            self.kill()
        self._stack.close()

    # --- asking ---------------------------------------------------------------

    def subscribe(self, jids: Iterable[str], language: str | None = None) -> None:
        people = list(jids)

        def add(uow: Any, part: list[str]) -> None:
            for jid in part:
                self.uses.enrolling.add(
                    uow, self.operator, "news", jid, language, None, welcome=False
                )

        for start in range(0, len(people), 500):
            self.uses.database.call(add, people[start : start + 500])

    def announce(self, **changes: Any) -> Schedule:
        """To `news`, in a second, unless the changes say otherwise."""
        values: dict[str, Any] = {
            "origin": Origin.CLI,
            "list_name": "news",
            "bodies": (("en", "Hello, this is the news."),),
            "delay_seconds": "1",
        }
        values |= changes
        if values.get("deliver_at"):
            values["delay_seconds"] = None
        request = ScheduleRequest(**values)
        database = self.uses.database
        create = self.uses.schedules.create
        return database.call(create, self.operator, request)[0].schedule

    def command(self, *words: str) -> str:
        """The command line; what it prints."""
        words = ("-c", str(self.file), *words)
        if self._can_fork:
            surroundings = environment(self.folder, {})
            done = forked.run(words, cwd=self._cwd, env=surroundings)
        else:
            done = subprocess.run(
                [*self._program, *words],
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
                cwd=self._cwd,
            )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    # --- looking --------------------------------------------------------------

    def schedule(self, job: Schedule) -> Schedule:
        found = self.uses.database.look(lambda uow: uow.schedules.get(job.id))
        assert found is not None
        return found

    def broadcasts(self, job: Schedule) -> list[Broadcast]:
        return list(
            self.uses.database.look(
                lambda uow: (
                    uow.broadcasts.page(Paging(limit=100), schedule_id=job.id).items
                )
            )
        )

    def progress(self, job: Schedule) -> Progress:
        [broadcast] = self.broadcasts(job)
        return self.uses.database.look(
            lambda uow: uow.broadcasts.progress(broadcast.id)
        )

    def failures(self, job: Schedule) -> list[DeliveryException]:
        [broadcast] = self.broadcasts(job)
        return self.uses.database.look(
            lambda uow: uow.exceptions.page(broadcast.id, after="", limit=5000)
        )

    def sent(self, job: Schedule) -> bool:
        found = self.broadcasts(job)
        return bool(found) and all(
            one.state is not BroadcastState.SENDING for one in found
        )

    def until_stopped(self, job: Schedule) -> None:
        """Wait until nothing of a stopped broadcast is on its way any more.

        Up to a window is written after the stop, so counts that agree may be passing.
        """
        says = re.compile(rf"broadcast is stopped .*announcement={job.id}\b")
        self.until(lambda: any(says.search(line) for line in self.lines))

    def until(self, fact: Callable[[], object], seconds: float = 60) -> None:
        """Wait until it holds; shows the log if it does not."""
        deadline = time.monotonic() + seconds
        while not fact():
            if time.monotonic() > deadline:
                tail = "\n".join(self.lines[-40:])
                raise TimeoutError(f"not within {seconds:g} s; its log ends:\n{tail}")
            time.sleep(0.02)
