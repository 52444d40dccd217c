"""`carillon` as a process of its own that starts in milliseconds (see forkserver)."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from tests.servers.environment import environment

ROOT = Path(__file__).resolve().parents[2]
#: read by the interpreter and the loader at their start, so not by a fork
STARTERS = ("PYTHON", "LD_")


#: seconds
_DEAD_WITHIN = 20


class ForkServer:
    """Started at its first use, one for each process that runs tests."""

    def __init__(self) -> None:
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @contextmanager
    def ending(self) -> Iterator[None]:
        """It is gone afterwards, with all that it started."""
        try:
            yield
        finally:
            if self._control is not None and self._process is not None:
                self._control.close()
                self._process.wait(20)
            self._control = self._process = None

    def ask(self, request: Mapping[str, object], descriptors: Sequence[int]) -> None:
        if self._control is None:
            self._control = self._start()
        socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [
                    *("setpriv", "--pdeathsig", "KILL", "--", sys.executable),
                    *("-m", "tests.servers.forkserver", str(theirs.fileno())),
                ],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                cwd=ROOT,
                env=environment(ROOT, {}),
            )
        return ours


FORK_SERVER = ForkServer()


class Forked:
    """Is used as a `subprocess.Popen`; it is the leader of a session of its own."""

    def __init__(
        self,
        arguments: Sequence[str | Path],
        *,
        streams: Sequence[int],
        cwd: Path,
        env: Mapping[str, str],
        terminal: bool = False,
    ) -> None:
        """`streams` are stdin, stdout and stderr.

        `terminal`: stdin is the one that Ctrl-C comes from.
        """
        if wrong := [name for name in env if name.startswith(STARTERS)]:
            raise ValueError(f"a fork does not heed {wrong}")
        self.returncode: int | None = None
        reading, writing = os.pipe()
        self._told = os.fdopen(reading, "rb", buffering=0)
        request = {
            "arguments": [str(word) for word in arguments],
            "cwd": str(cwd),
            "env": dict(env),
            "terminal": terminal,
        }
        try:
            FORK_SERVER.ask(request, [*streams, writing])
        finally:
            os.close(writing)
        self.pid = self._told_of("process")

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit status; raises subprocess.TimeoutExpired."""
        status = self._ended(timeout)
        if status is None:
            raise subprocess.TimeoutExpired("carillon", timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """And wait for its end: whoever kills may ask no more, and its pipe is open
        until it is known.
        """
        self.send_signal(signal.SIGKILL)
        self._ended(_DEAD_WITHIN)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], timeout)[0]:
            self.returncode = self._told_of("ended")
            self._told.close()
        return self.returncode

    def _told_of(self, what: str) -> int:
        """The number in the next line, which has to be about that."""
        about, _, number = self._told.readline().decode().strip().partition(" ")
        if about != what:
            raise ChildProcessError(f"the fork server says {about!r}, not {what!r}")
        return int(number)


def run(
    arguments: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout: float = 60,
) -> subprocess.CompletedProcess[str]:
    """`carillon` to its end, without a terminal or input; what it printed."""
    with (
        Path(os.devnull).open("rb") as nothing,
        TemporaryFile() as out,
        TemporaryFile() as err,
    ):
        streams = [one.fileno() for one in (nothing, out, err)]
        child = Forked(arguments, streams=streams, cwd=cwd, env=env)
        try:
            status = child.wait(timeout)
        finally:
            child.kill()
        printed = []
        for one in (out, err):
            one.seek(0)
            printed.append(one.read().decode())
        return subprocess.CompletedProcess(arguments, status, *printed)


def without_starters(env: Mapping[str, str]) -> dict[str, str]:
    """What a fork heeds of an environment."""
    return {n: value for n, value in env.items() if not n.startswith(STARTERS)}
