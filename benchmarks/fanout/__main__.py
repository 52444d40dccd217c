"""`python -m benchmarks.fanout --server prosody --mode component`"""

import argparse
import json
from pathlib import Path
from typing import get_args

from rich.console import Console

from benchmarks.fanout import report
from benchmarks.fanout.measuring import WARM_UP, Bench, list_name
from benchmarks.fanout.results import Run, check_same_bytes
from benchmarks.fanout.service import Service
from benchmarks.fanout.sinks import sinks
from bot.settings import XMPPSettings
from tests.servers.ejabberd import Ejabberd
from tests.servers.folders import temporary_folder
from tests.servers.prosody import Prosody
from tests.servers.xmpp_server import XmppServer

SERVERS: dict[str, type[XmppServer]] = {"prosody": Prosody, "ejabberd": Ejabberd}
MODES: tuple[str, ...] = get_args(XMPPSettings.model_fields["mode"].annotation)
ACCOUNT, PASSWORD = "announce", "pw"


def measure(server_name: str, mode: str, sizes: list[int], rounds: int) -> list[Run]:
    """All rounds on a server of their own, in memory of nothing."""
    runs: list[Run] = []
    with SERVERS[server_name](mam=False, offline=False) as server:
        if mode == "account":
            server.register(ACCOUNT, PASSWORD)
        with (
            temporary_folder() as folder,
            sinks(
                server.host, server.component_port, server.spares, server.secret
            ) as s,
        ):
            xmpp = settings(server, mode)
            lists = [list_name(size) for size in (WARM_UP, *sizes)]
            service = Service(folder, xmpp, lists)
            bench = Bench(server=server, xmpp=xmpp, sinks=s, service=service)
            bench.prepare(sizes)
            for number in range(1, rounds + 1):
                runs += [bench.raw(number, size) for size in sizes]
                runs += bench.carillon(number, sizes)
                check_same_bytes(runs)
    return runs


def settings(server: XmppServer, mode: str) -> XMPPSettings:
    account = mode == "account"
    return XMPPSettings.model_validate(
        {
            "mode": mode,
            "jid": server.jid(ACCOUNT) if account else server.component,
            "password": PASSWORD if account else server.secret,
            "host": server.host,
            "port": server.c2s_port if account else server.component_port,
            "tls": "off",
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.fanout", description=__doc__)
    parser.add_argument("--server", choices=SERVERS, action="append")
    parser.add_argument("--mode", choices=MODES, action="append")
    parser.add_argument("--recipients", default="10000,100000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    sizes = [int(size) for size in given.recipients.split(",")]
    console, results = Console(width=140), []
    for server in given.server or SERVERS:
        for mode in given.mode or MODES:
            runs = measure(server, mode, sizes, given.rounds)
            report.show(console, server, mode, runs)
            results.append(report.as_json(server, mode, runs))
    if given.json:
        given.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
