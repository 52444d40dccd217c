"""A private Prosody."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import ClassVar

from tests.servers import programs
from tests.servers.environment import environment
from tests.servers.processes import ServerError
from tests.servers.xmpp_server import XmppServer

TEMPLATE = Path(__file__).with_name("prosody.cfg.lua")

# Where the script looks for its parts; Debian's says /usr and /etc here.
PATHS = re.compile(r"^CFG_(SOURCEDIR|CONFIGDIR|PLUGINDIR|DATADIR)=.*$", re.MULTILINE)


class Prosody(XmppServer):
    """Domain prosody.test. More modules go into `folder`/modules before `start`."""

    name: ClassVar[str] = "prosody"
    _websocket_path: ClassVar[str] = "xmpp-websocket"

    def register(self, user: str, password: str = "pw") -> None:
        self._accounts.mkdir(parents=True, exist_ok=True)
        account = self._accounts / f"{user}.dat"
        account.write_text(f'return {{ ["password"] = "{password}"; }};\n')

    def register_many(self, count: int, prefix: str, password: str = "pw") -> list[str]:
        users = [f"{prefix}{number}" for number in range(count)]
        for user in users:
            self.register(user, password)
        return [self.jid(user) for user in users]

    @property
    def _accounts(self) -> Path:
        """As mod_storage_internal names it: all but letters and digits escaped."""
        return self.folder / "data" / self.domain.replace(".", "%2e") / "accounts"

    def _configure(self) -> None:
        for name in ("certs", "data", "modules"):
            (self.folder / name).mkdir(exist_ok=True)
        options = {"mam": self.mam, "limits": self.limits == "stock"}
        contributed = programs.folders(
            self.name, "usr/lib/prosody/modules", "usr/share/prosody/modules"
        )
        text = Template(TEMPLATE.read_text()).substitute(
            folder=self.folder,
            plugin_paths=_words(contributed),
            c2s_port=self.c2s_port,
            component_port=self.component_port,
            http_port=self.http_port,
            domain=self.domain,
            options=_words([name for name, wanted in options.items() if wanted]),
            disabled=_words([] if self.offline else ["offline"]),
            key=self.certificates.key,
            certificate=self.certificates.certificate,
            component=self.component,
            spare1=self.spares[0],
            spare2=self.spares[1],
            secret=self.secret,
            extra=self.extra,
            hibernation=self.hibernation,
            modules=self.modules,
            component_modules=self.component_modules,
        )
        (self.folder / "prosody.cfg.lua").write_text(text)
        source = programs.find(self.name, "usr/lib/prosody")
        paths = {
            "SOURCEDIR": source,
            "CONFIGDIR": self.folder,
            "PLUGINDIR": f"{source}/modules/",
            "DATADIR": self.folder / "data",
        }
        for name in ("prosody", "prosodyctl"):
            script = programs.find(self.name, f"usr/bin/{name}").read_text()
            script = PATHS.sub(lambda line: f"CFG_{line[1]}='{paths[line[1]]}'", script)
            (self.folder / f"{name}.lua").write_text(script)

    def control(self, *words: str) -> str:
        """What `prosodyctl` prints."""
        done = subprocess.run(
            [*self._program("prosodyctl"), *words],
            cwd=self.folder,
            env=environment(self.folder, self._environment()),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
            check=False,
        )
        if done.returncode:
            raise ServerError(f"prosodyctl: {(done.stdout + done.stderr).decode()}")
        return done.stdout.decode()

    def _command(self) -> list[str | Path]:
        return [*self._program("prosody"), "-F"]

    def _program(self, name: str) -> list[str | Path]:
        lua = programs.find(self.name, f"usr/bin/lua{self._lua_version}")
        configuration = self.folder / "prosody.cfg.lua"
        return [lua, self.folder / f"{name}.lua", "--config", configuration]

    def _environment(self) -> Mapping[str, str]:
        lua = self._lua_version
        pure = programs.folders(self.name, f"usr/share/lua/{lua}")
        native = programs.folders(
            self.name, f"usr/lib/{programs.multiarch()}/lua/{lua}"
        )
        return {
            "LUA_PATH": ";".join(f"{path}/?.lua;{path}/?/init.lua" for path in pure),
            "LUA_CPATH": ";".join(f"{path}/?.so" for path in native),
            "LD_LIBRARY_PATH": programs.library_path(self.name),
        }

    @property
    def _lua_version(self) -> str:
        """The one the script names in its first line: `#!/usr/bin/env lua5.4`."""
        first = programs.find(self.name, "usr/bin/prosody").read_text().splitlines()[0]
        if version := re.search(r"lua(5\.\d)", first):
            return version[1]
        return "5.4"


def _words(values: list[str]) -> str:
    return ", ".join(f'"{value}"' for value in values)
