"""The life of a private server: a folder, one process, its end."""

import signal
from abc import ABC, abstractmethod
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar, Self

from tests.servers.folders import temporary_folder
from tests.servers.ports import HOST
from tests.servers.processes import Process


class Server(ABC):
    """Started by `with`; stopped, and its folder removed unless given, at the end."""

    name: ClassVar[str]
    host: ClassVar[str] = HOST
    #: what asks it to shut down
    goodbye: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, folder: Path | None) -> None:
        """Nothing is started yet."""
        self._given_folder = folder
        self._cleanup = ExitStack()
        self._process: Process | None = None

    folder: Path

    @property
    def log(self) -> Path:
        """All the server says."""
        return self.folder / "server.log"

    @property
    def pid(self) -> int:
        """Of the running server's one or first process."""
        return self._running().pid

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.folder = self._given_folder or stack.enter_context(temporary_folder())
            self._prepare()
            self.start()
            self._cleanup = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self._process is not None:
                self.stop()
        finally:
            self._cleanup.close()

    def start(self) -> None:
        """Start, also again after `stop` or `kill`: same ports, same data."""
        self._process = self._launch()
        try:
            self._wait_until_up(self._process)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Shut down cleanly."""
        process, self._process = self._running(), None
        process.stop(self.goodbye)

    def kill(self) -> None:
        """End it as a power cut would."""
        process, self._process = self._running(), None
        process.kill()

    def _running(self) -> Process:
        if self._process is None:
            raise RuntimeError(f"{self.name} is not running")
        return self._process

    @abstractmethod
    def _prepare(self) -> None:
        """Write what it needs into the folder, before the first start."""

    @abstractmethod
    def _launch(self) -> Process: ...

    @abstractmethod
    def _wait_until_up(self, process: Process) -> None:
        """Return once it serves; raises where it does not."""
