"""Child processes that cannot outlive their parent."""

import contextlib
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from tests.servers.environment import environment
from tests.servers.forked import Forked
from tests.servers.ports import is_open


def eventually(fact: Callable[[], bool], timeout: float = 20) -> bool:
    """Whether it comes true within so many seconds."""
    deadline = time.monotonic() + timeout
    while not (true := fact()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return true


class ServerError(Exception):
    """A server did not start or did not stop; the text ends with its log's tail."""


class Process:
    """One running program in a process group of its own, its output in a file."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        cwd: Path,
        env: Mapping[str, str],
        user: int | None = None,
        at_parents_death: signal.Signals = signal.SIGKILL,
        forked: bool = False,
    ) -> None:
        """`forked`: the command is `carillon`, as a fork and not started anew."""
        self.log = log
        self.command = [str(word) for word in command]
        surroundings = environment(cwd, env)
        self._popen: subprocess.Popen[bytes] | Forked
        with log.open("ab") as output, Path(os.devnull).open("rb") as nothing:
            if forked:
                streams = (nothing.fileno(), output.fileno(), output.fileno())
                self._popen = Forked(
                    self.command[1:], streams=streams, cwd=cwd, env=surroundings
                )
            else:
                death = at_parents_death.name.removeprefix("SIG")
                self._popen = subprocess.Popen(
                    # setpriv(1) sets PR_SET_PDEATHSIG and becomes the command
                    ["setpriv", "--pdeathsig", death, "--", *self.command],
                    stdin=nothing,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    cwd=cwd,
                    env=surroundings,
                    user=user,
                    group=user,
                    extra_groups=None if user is None else [],
                )
        if user is None:
            _allow_many_connections(self.pid)

    @property
    def pid(self) -> int:
        return self._popen.pid

    def wait_for_ports(self, ports: Iterable[int], timeout: float = 60) -> None:
        """Return once all accept connections.

        Raises ServerError when the process ends first or `timeout` seconds pass.
        """
        deadline = time.monotonic() + timeout
        for port in ports:
            while not is_open(port):
                if (status := self._popen.poll()) is not None:
                    raise self.error(f"ended with status {status}")
                if time.monotonic() > deadline:
                    raise self.error(f"port {port} not open after {timeout:g} s")
                time.sleep(0.02)

    def wait(self, timeout: float) -> int:
        """Until it ends by itself; the exit status."""
        return self._popen.wait(timeout)

    def send_signal(self, number: signal.Signals) -> None:
        """Send it, unless the process has ended."""
        if self._popen.poll() is None:
            self._popen.send_signal(number)

    def stop(self, first: signal.Signals = signal.SIGTERM, timeout: float = 15) -> int:
        """Ask to end; after `timeout` seconds kill. The exit status, -N of signal N."""
        self.send_signal(first)
        try:
            return self._popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise self.error(f"killed: still there after {timeout:g} s") from None

    def kill(self) -> None:
        """End the whole group at once, as a power cut would."""
        if self._popen.poll() is None:
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except ProcessLookupError:  # it ended, or has no group of its own yet
                with contextlib.suppress(ProcessLookupError):
                    self._popen.kill()
        self._popen.wait(10)

    def error(self, what: str) -> ServerError:
        tail = self.log.read_text(errors="replace")[-3000:]
        return ServerError(f"{' '.join(self.command)}: {what}\n{tail}")


def _allow_many_connections(pid: int) -> None:
    """Many files, but not the 10⁹ of some containers: Erlang makes room for all."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = min(most, 65536) if most != resource.RLIM_INFINITY else 65536
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (limit, limit))
