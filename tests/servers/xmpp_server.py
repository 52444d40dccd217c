"""What the two XMPP servers have in common: names, ports and accounts."""

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Literal

from tests.servers.certificates import Certificates, make_certificates
from tests.servers.ports import free_port
from tests.servers.processes import Process
from tests.servers.server import Server

Limits = Literal["stock"] | None


class XmppServer(Server):
    """A private XMPP server, started by `with`.

    Clients connect to `host`:`c2s_port` (STARTTLS by `ca_file`, or in clear),
    components to `component_port` with `secret`. admin@`domain` is its admin
    (to be registered). Resources that drop hibernate for `hibernation` seconds.
    """

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
        component_modules: str = "",
        hibernation: int = 20,
    ) -> None:
        """Nothing is started yet.

        `limits="stock"`: throttled as Debian's own configuration does it.
        `mam`, `offline`: whether messages are archived, kept for absent users.
        `extra`: configuration text, in the server's language, for the top level.
        `modules`: the same for the host: lines within Prosody's VirtualHost,
        lines (two spaces deep) under ejabberd's `modules:`.
        `component_modules`: lines for the component, which Prosody alone has.
        """
        super().__init__(folder)
        self.domain = f"{self.name}.test"
        self.component = f"announce.{self.domain}"
        self.spares = (f"spare1.{self.domain}", f"spare2.{self.domain}")
        self.limits, self.mam, self.offline = limits, mam, offline
        self.extra, self.modules = extra, modules
        self.component_modules = component_modules
        self.hibernation = hibernation
        self.c2s_port, self.component_port, self.http_port = (
            free_port() for _ in range(3)
        )

    certificates: Certificates

    @property
    def ca_file(self) -> Path:
        return self.certificates.ca_file

    @property
    def websocket_url(self) -> str:
        return f"ws://{self.host}:{self.http_port}/{self._websocket_path}"

    def jid(self, user: str) -> str:
        return f"{user}@{self.domain}"

    @abstractmethod
    def register(self, user: str, password: str = "pw") -> None:
        """Make an account (ASCII letters and digits only), silently."""

    @abstractmethod
    def register_many(self, count: int, prefix: str, password: str = "pw") -> list[str]:
        """Make accounts `prefix`0, `prefix`1 …; returns their bare JIDs."""

    def _prepare(self) -> None:
        self.certificates = make_certificates(self.folder, self.domain)
        self._configure()

    def _launch(self) -> Process:
        return Process(
            self._command(), log=self.log, cwd=self.folder, env=self._environment()
        )

    def _wait_until_up(self, process: Process) -> None:
        process.wait_for_ports((self.c2s_port, self.component_port, self.http_port))

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
