"""The bot: its configuration, its process, its command line."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.demo import DemoError
from tests.servers.processes import Process
from tests.servers.prosody import Prosody

CONFIGURATION = """\
[xmpp]
mode = "component"
jid = "{server.component}"
password = "{server.secret}"
host = "{server.host}"
port = {server.component_port}
contact = "xmpp:support@{server.domain}"

[database]
url = "sqlite:///{folder}/carillon.db"

[access]
admins = ["admin@{server.domain}"]

[web]
listen = ""

[lists.maintenance]
title = "Maintenance"
timezone = "Europe/Warsaw"
"""


class Service:
    def __init__(self, folder: Path, server: Prosody) -> None:
        self.folder = folder
        self._file = folder / "carillon.toml"
        self._file.write_text(CONFIGURATION.format(server=server, folder=folder))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """`carillon run`, connected when entered, ended when left."""
        process = Process(self._command("run"), log=self._log, cwd=Path.cwd(), env={})
        try:
            for _ in range(30):
                status, _text = await self.run("status")
                if status == 0:
                    break
                await asyncio.sleep(0.5)
            else:
                raise DemoError("the service did not connect")
            yield
        finally:
            await asyncio.to_thread(process.stop)

    async def run(self, *words: str) -> tuple[int, str]:
        """A command's exit code and output."""
        process = await asyncio.create_subprocess_exec(
            *self._command(*words),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(30):
                output, _ = await process.communicate()
        except TimeoutError:
            process.kill()
            raise DemoError(f"`carillon {words[0]}` did not end") from None
        return await process.wait(), output.decode()

    @property
    def last_words(self) -> str:
        if not self._log.exists():
            return ""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:])

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "bot", "-c", str(self._file), *words]

    @property
    def _log(self) -> Path:
        return self.folder / "carillon.log"
