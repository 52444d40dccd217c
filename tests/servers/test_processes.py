"""Servers do not outlive their owner, and failures are told with the log."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from tests.servers import signals
from tests.servers.environment import servers_of
from tests.servers.folders import temporary_folder
from tests.servers.forked import Forked
from tests.servers.ports import free_port, is_open
from tests.servers.processes import Process, ServerError, eventually

ROOT = Path(__file__).parents[2]

# Starts all servers, tells where, and waits to be killed.
OWNER = """
import time
from tests.servers.ejabberd import Ejabberd
from tests.servers.postgresql import PostgreSQL
from tests.servers.prosody import Prosody
with Prosody() as a, Ejabberd() as b, PostgreSQL() as c:
    print(a.folder, b.folder, c.folder, a.c2s_port, b.c2s_port, c.port, flush=True)
    time.sleep(120)
"""


def children(pid: int) -> set[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return {int(child) for child in listed.split()}


#: a run of tests that starts a program in both ways, and goes on for ever
SUITE = """
import os, time
from pathlib import Path
from tests.servers.processes import Process

def test_it(tmp_path):
    log = tmp_path / "log"
    Process(["sleep", "600"], log=log, cwd=tmp_path, env={})
    command = ["carillon", "-c", os.environ["CONFIG"], "run"]
    Process(command, log=log, cwd=tmp_path, env={}, forked=True)
    Path(os.environ["WORKER"]).write_text(str(os.getpid()))
    time.sleep(600)
"""
CONFIG = """
[xmpp]
mode = "component"
jid = "announce.example.org"
password = "x"
host = "127.0.0.1"
port = 1
[database]
url = "sqlite:///carillon.db"
[web]
listen = ""
"""


def test_a_killed_fork_is_known_to_be_over(tmp_path: Path) -> None:
    """Nobody has to wait for it any more: nothing of it is left open."""
    with Path(os.devnull).open("r+b") as nothing:
        streams = [nothing.fileno()] * 3
        (tmp_path / "config").write_text(CONFIG)
        command = ["-c", str(tmp_path / "config"), "run"]
        child = Forked(command, streams=streams, cwd=tmp_path, env={})
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0)
        child.kill()
    assert child.returncode == -signal.SIGKILL


def broken_off(folder: Path, number: signal.Signals) -> tuple[int, dict[int, str]]:
    """A run in parallel that got that signal: its worker, and what that had started."""
    folder.mkdir()
    suite, config, worker = folder / "test_it.py", folder / "config", folder / "pid"
    suite.write_text(SUITE)
    config.write_text(CONFIG)
    files = {"CONFIG": str(config), "WORKER": str(worker)}
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "1"),
            *("--rootdir", folder, suite),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **files},
    ) as run:
        assert eventually(lambda: worker.exists() and worker.read_text() != "", 60)
        owner = int(worker.read_text())
        started = servers_of(owner)
        run.send_signal(number)
    return owner, started


def test_a_killed_run_leaves_nothing(tmp_path: Path) -> None:
    """However a run in parallel is broken off, what its tests started ends."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
    with ThreadPoolExecutor() as side_by_side:
        ends = side_by_side.map(
            lambda one: broken_off(tmp_path / one.name, one), numbers
        )
        for owner, started in ends:
            assert len(started) >= 4  # sleep, the fork server, its monitor, carillon
            assert eventually(partial(not_one, owner), 60)


def not_one(owner: int) -> bool:
    return not servers_of(owner)


@pytest.mark.e2e
@pytest.mark.postgres
@pytest.mark.usefixtures("prosody", "ejabberd", "postgresql")  # or skip, or fail
def test_a_killed_owner_leaves_nothing() -> None:
    """After SIGKILL of their owner, servers, ports and folders are gone."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert owner.stdout is not None
    with owner.stdout:
        words = owner.stdout.readline().split()
    folders, ports = [Path(word) for word in words[:3]], [int(w) for w in words[3:]]
    running = servers_of(owner.pid)
    owner.kill()
    owner.wait(10)

    assert len(running) >= 3  # it was true before
    assert eventually(lambda: not servers_of(owner.pid))
    assert eventually(lambda: not any(is_open(port) for port in ports))
    assert eventually(lambda: not any(folder.exists() for folder in folders))


def test_early_end_is_told_with_the_log(tmp_path: Path) -> None:
    """A program that ends instead of listening is an error that quotes its output."""
    process = Process(
        ["sh", "-c", "echo no such bell; exit 3"],
        log=tmp_path / "log",
        cwd=tmp_path,
        env={},
    )
    with pytest.raises(ServerError, match=r"(?s)ended with status 3.*no such bell"):
        process.wait_for_ports([free_port()])


def test_deaf_program_is_killed(tmp_path: Path) -> None:
    """A program that ignores SIGTERM is killed, with its children, and told of."""
    script = "trap '' TERM; sleep 60 & echo ready; while :; do sleep 1; done"
    process = Process(["sh", "-c", script], log=tmp_path / "log", cwd=tmp_path, env={})
    assert eventually(lambda: "ready" in process.log.read_text())
    family = {process.pid, *children(process.pid)}
    assert len(family) >= 2
    with pytest.raises(ServerError, match="still there"):
        process.stop(timeout=0.2)
    assert eventually(lambda: not family & servers_of(os.getpid()).keys())


@pytest.mark.parametrize("number", signals.ENDING, ids=lambda one: one.name)
def test_a_signal_reaches_what_tests_start(
    tmp_path: Path, number: signal.Signals
) -> None:
    """Each signal that ends a program does, whatever the run's starter ignores."""
    script = ["sh", "-c", "echo ready; exec sleep 60"]
    process = Process(script, log=tmp_path / "log", cwd=tmp_path, env={})
    assert eventually(lambda: "ready" in process.log.read_text())
    assert process.stop(number) == -number


def test_folder_goes_with_its_owner() -> None:
    """A temporary folder is private, and removed with all it holds."""
    with temporary_folder() as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "file").touch()
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
