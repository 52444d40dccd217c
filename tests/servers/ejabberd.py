"""A private ejabberd.

Erlang runs without distribution (no node name): so it needs no epmd and opens
no port for other nodes. Administration goes over the HTTP API instead.
"""

import http.client
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any, ClassVar

from tests.servers import erlang
from tests.servers.processes import ServerError
from tests.servers.xmpp_server import XmppServer

TEMPLATE = Path(__file__).with_name("ejabberd.yml")

# As in Debian's own ejabberd.yml.
STOCK_LIMITS = """
shaper:
  normal: {rate: 3000, burst_size: 20000}
  fast: 200000
shaper_rules:
  max_user_sessions: 10
  max_user_offline_messages: {5000: admin, 100: all}
  c2s_shaper: {none: admin, normal: all}
"""


class Ejabberd(XmppServer):
    """Domain ejabberd.test. Compiled modules (.beam) go into `folder`/modules."""

    name: ClassVar[str] = "ejabberd"
    _websocket_path: ClassVar[str] = "ws"

    def register(self, user: str, password: str = "pw") -> None:
        self._register([user], password)

    def register_many(self, count: int, prefix: str, password: str = "pw") -> list[str]:
        users = [f"{prefix}{number}" for number in range(count)]
        self._register(users, password)
        return [self.jid(user) for user in users]

    def call(self, command: str, **arguments: Any) -> Any:
        """One command of the API (`ejabberdctl help` lists them)."""
        connection = self._connect()
        try:
            return self._call(connection, command, arguments)
        finally:
            connection.close()

    def install_module(self, source: Path) -> None:
        """Compile and load a contributed module, as `ejabberdctl module_install`."""
        shutil.copytree(source, self.sources / source.name)
        self._do("module_install", module=source.name)

    def reconfigure(self, modules: str) -> None:
        """Other lines under `modules:`, without a restart."""
        self.modules = modules
        self._configure()
        self._do("reload_config")

    @property
    def sources(self) -> Path:
        """Of contributed modules; each has a folder."""
        return self.folder / "contrib" / "sources"

    def _do(self, command: str, **arguments: str) -> None:
        if self.call(command, **arguments) != 0:
            raise ServerError(f"{command} {arguments}: see {self.log}")

    def _register(self, users: list[str], password: str) -> None:
        connection = self._connect()
        try:
            for user in users:
                account = {"user": user, "host": self.domain, "password": password}
                self._call(connection, "register", account)
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, self.http_port, timeout=30)

    def _call(
        self,
        connection: http.client.HTTPConnection,
        command: str,
        arguments: Mapping[str, Any],
    ) -> Any:
        connection.request(
            "POST",
            f"/api/{command}",
            json.dumps(arguments),
            {"Content-Type": "application/json"},
        )
        response = connection.getresponse()
        answer = response.read().decode()
        if response.status != http.client.OK:
            raise ServerError(f"{command}: {response.status} {answer}")
        return json.loads(answer)

    def _configure(self) -> None:
        for name in ("modules", "mnesia", "contrib"):
            (self.folder / name).mkdir(exist_ok=True)
        stock = self.limits == "stock"
        optional = [
            "  mod_mam: {default: always}" if self.mam else "",
            "  mod_offline: {}" if self.offline else "",
        ]
        text = Template(TEMPLATE.read_text()).substitute(
            folder=self.folder,
            domain=self.domain,
            c2s_port=self.c2s_port,
            component_port=self.component_port,
            http_port=self.http_port,
            component=self.component,
            spare1=self.spares[0],
            spare2=self.spares[1],
            secret=self.secret,
            c2s_shaper="shaper: c2s_shaper" if stock else "",
            limits=STOCK_LIMITS if stock else "",
            extra=self.extra,
            hibernation=self.hibernation,
            modules="\n".join([*optional, self.modules]),
        )
        (self.folder / "ejabberd.yml").write_text(text)
        both = (self.certificates.certificate, self.certificates.key)
        (self.folder / "both.pem").write_text("".join(p.read_text() for p in both))

    def _command(self) -> list[str | Path]:
        return [
            erlang.emulator() / "erlexec",
            *("-noinput", "-noshell"),
            *("+sbwt", "none", "+P", "250000"),  # no busy waiting; many sessions
            *("-pa", self.folder / "modules"),
            *("-mnesia", "dir", f'"{self.folder}/mnesia"'),
            *("-s", "ejabberd"),
        ]

    def _environment(self) -> Mapping[str, str]:
        return {
            **erlang.environment(),
            "ERL_MAX_PORTS": "32000",
            "EJABBERD_CONFIG_PATH": str(self.folder / "ejabberd.yml"),
            "EJABBERD_LOG_PATH": str(self.log),
            "CONTRIB_MODULES_PATH": str(self.folder / "contrib"),
        }
