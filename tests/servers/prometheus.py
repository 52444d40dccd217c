"""A private Prometheus, and promtool, which reads what is written for it."""

import json
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from tests.servers import programs
from tests.servers.environment import environment
from tests.servers.ports import free_port
from tests.servers.processes import Process
from tests.servers.server import Server

CONFIGURATION = """\
global:
  scrape_interval: 1s
  evaluation_interval: 1s
rule_files: ["{rules}"]
scrape_configs:
  - job_name: carillon
    static_configs:
      - targets: ["{target}"]
"""


def promtool(*words: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Its exit status and what it says, out and err in one."""
    return subprocess.run(
        [programs.find("prometheus", "usr/bin/promtool"), *words],
        cwd=folder,
        env=environment(folder, {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )


class Prometheus(Server):
    """Scrapes `target`, host and port of a service, each second."""

    name = "prometheus"

    def __init__(self, target: str, rules: Path) -> None:
        super().__init__(None)
        self._target, self._rules = target, rules
        self.port = free_port()

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The samples of an instant query; raises where it is not understood."""
        return self._get("query", query=expression)["result"]

    def alerts(self) -> list[dict[str, Any]]:
        """Those that fire or are about to."""
        return self._get("alerts")["alerts"]

    def _get(self, what: str, **parameters: str) -> Any:
        query = urllib.parse.urlencode(parameters)
        url = f"http://{self.host}:{self.port}/api/v1/{what}?{query}"
        with urllib.request.urlopen(url, timeout=20) as answer:
            found = json.load(answer)
        assert found["status"] == "success", found
        return found["data"]

    def _prepare(self) -> None:
        file = self.folder / "prometheus.yml"
        text = CONFIGURATION.format(rules=self._rules, target=self._target)
        file.write_text(text)

    def _launch(self) -> Process:
        return Process(
            [
                programs.find(self.name, "usr/bin/prometheus"),
                f"--config.file={self.folder}/prometheus.yml",
                f"--storage.tsdb.path={self.folder}/data",
                f"--web.listen-address={self.host}:{self.port}",
                "--log.level=warn",
            ],
            log=self.log,
            cwd=self.folder,
            env={},
        )

    def _wait_until_up(self, process: Process) -> None:
        process.wait_for_ports([self.port])
