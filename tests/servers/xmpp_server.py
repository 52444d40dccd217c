"""What the two XMPP servers have in common: names, ports, life and accounts."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar, Literal, Self

from tests.servers.certificates import Certificates, make_certificates
from tests.servers.folders import temporary_folder
from tests.servers.ports import HOST, free_port
from tests.servers.processes import Process

Limits = Literal["stock"] | None


class XmppServer(ABC):
    """A private XMPP server, started by `with`.

    Clients connect to `host`:`c2s_port` (STARTTLS by `ca_file`, or in clear),
    components to `component_port` with `secret`. admin@`domain` is its admin
    (to be registered). Resources that drop hibernate for 20 seconds.
    """

    name: ClassVar[str]
    host: ClassVar[str] = HOST
    secret: ClassVar[str] = "s3cret"

    def __init__(
        self,
        folder: Path | None = None,
        *,
        limits: Limits = None,
        mam: bool = True,
        offline: bool = True,
        extra: str = "",
        modules: str = "",
    ) -> None:
        """Nothing is started yet.

        `limits="stock"`: throttled as Debian's own configuration does it.
        `mam`, `offline`: whether messages are archived, kept for absent users.
        `extra`: configuration text, in the server's language, for the top level.
        `modules`: the same for the host: lines within Prosody's VirtualHost,
        lines (two spaces deep) under ejabberd's `modules:`.
        """
        self.domain = f"{self.name}.test"
        self.component = f"announce.{self.domain}"
        self.spares = (f"spare1.{self.domain}", f"spare2.{self.domain}")
        self.limits, self.mam, self.offline = limits, mam, offline
        self.extra, self.modules = extra, modules
        self.c2s_port, self.component_port, self.http_port = (
            free_port() for _ in range(3)
        )
        self._given_folder = folder
        self._cleanup = ExitStack()
        self._process: Process | None = None

    folder: Path
    certificates: Certificates

    @property
    def ca_file(self) -> Path:
        return self.certificates.ca_file

    @property
    def log(self) -> Path:
        """All the server says, at its most talkative short of debugging."""
        return self.folder / "server.log"

    @property
    def websocket_url(self) -> str:
        return f"ws://{self.host}:{self.http_port}/{self._websocket_path}"

    @property
    def pid(self) -> int:
        """Of the running server's one process."""
        return self._running().pid

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.folder = self._given_folder or stack.enter_context(temporary_folder())
            self.certificates = make_certificates(self.folder, self.domain)
            self._configure()
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
        self._process = Process(
            self._command(),
            log=self.folder / "server.log",
            cwd=self.folder,
            env=self._environment(),
        )
        try:
            self._process.wait_for_ports(
                (self.c2s_port, self.component_port, self.http_port)
            )
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Shut down cleanly."""
        process, self._process = self._running(), None
        process.stop()

    def kill(self) -> None:
        """End it as a power cut would."""
        process, self._process = self._running(), None
        process.kill()

    def jid(self, user: str) -> str:
        return f"{user}@{self.domain}"

    @abstractmethod
    def register(self, user: str, password: str = "pw") -> None:
        """Make an account (ASCII letters and digits only), silently."""

    @abstractmethod
    def register_many(self, count: int, prefix: str, password: str = "pw") -> list[str]:
        """Make accounts `prefix`0, `prefix`1 …; returns their bare JIDs."""

    def _running(self) -> Process:
        if self._process is None:
            raise RuntimeError(f"{self.name} is not running")
        return self._process

    _websocket_path: ClassVar[str]

    @abstractmethod
    def _configure(self) -> None:
        """Write the configuration into the folder."""

    @abstractmethod
    def _command(self) -> list[str | Path]:
        """The program in the foreground."""

    @abstractmethod
    def _environment(self) -> Mapping[str, str]:
        """Beside PATH, HOME and LC_ALL."""
