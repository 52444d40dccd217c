"""`python -m benchmarks.modules --server prosody --messages 20000 --rounds 9`"""

import argparse
import json
import threading
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.fanout.process_costs import Meter
from benchmarks.fanout.sinks import Count
from tests.e2e.xml_client import XmlClient
from tests.servers.ejabberd import Ejabberd
from tests.servers.equipped import STARTED, Options
from tests.servers.prosody import Prosody
from tests.servers.xmpp_server import XmppServer

#: a chat message as clients write it
MESSAGE = (
    "<message to='{to}' type='chat' id='m{number}'><body>See you at the station, "
    "at a quarter past?</body><active xmlns='http://jabber.org/protocol/chatstates'/>"
    "<origin-id xmlns='urn:xmpp:sid:0' id='m{number}'/>"
    "<request xmlns='urn:xmpp:receipts'/></message>"
)
PLAIN = {"prosody": Prosody, "ejabberd": Ejabberd}
#: messages that each life of a server has before it is measured
WARM_UP = 1000
#: the module may cost so much more CPU
TARGET = 1.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One life of a server: ordinary messages between two people's clients."""

    server: str
    module: bool
    messages: int
    cpu_us: float
    #: cores that all other processes had, both clients included
    other_cores: float


def measure(server: str, messages: int, rounds: int) -> list[Run]:
    """Without the module and with it, in turns: A B A B."""
    return [
        _run(server, messages, module=module)
        for _, module in product(range(rounds), (False, True))
    ]


def ratio(runs: list[Run]) -> float:
    """Of the medians, with the module to without."""
    with_module, without = (
        median(run.cpu_us for run in runs if run.module == module)
        for module in (True, False)
    )
    return with_module / without


def _started(server: str, *, module: bool) -> AbstractContextManager[XmppServer]:
    """Without archive and offline storage, which cost more than all else."""
    if module:
        return STARTED[server](Options(archives=False))
    return PLAIN[server](mam=False)


def _run(name: str, messages: int, *, module: bool) -> Run:
    with _started(name, module=module) as server, ExitStack() as stack:
        sender, reader = (
            stack.enter_context(_client(server, user)) for user in ("anna", "bert")
        )
        _pass(sender, reader, WARM_UP)
        meter = Meter(server.pid)
        _pass(sender, reader, messages)
        reading = meter.read()
    return Run(
        server=name,
        module=module,
        messages=messages,
        cpu_us=reading.of[0] / messages * 1e6,
        other_cores=reading.other_cores,
    )


def _client(server: XmppServer, user: str) -> XmlClient:
    server.register(user)
    return XmlClient(server, user=user)


def _pass(sender: XmlClient, reader: XmlClient, messages: int) -> None:
    """Until the reader has all."""
    text = "".join(
        MESSAGE.format(to=reader.bare, number=number) for number in range(messages)
    )
    writer = threading.Thread(target=sender.send, args=[text])
    writer.start()
    count = Count()
    while count.count < messages:
        count.take(0, reader.receive())
    writer.join()


def show(console: Console, runs: list[Run]) -> None:
    table = Table(title="The server's CPU for an ordinary message")
    for heading in ("server", "module", "us", "others"):
        table.add_column(heading, justify="right")
    for run in runs:
        module = "with" if run.module else "without"
        us, others = f"{run.cpu_us:.1f}", f"{run.other_cores:.2f}"
        table.add_row(run.server, module, us, others)
    console.print(table)
    for server in sorted({run.server for run in runs}):
        found = ratio([run for run in runs if run.server == server])
        sign = "met" if found <= TARGET else "MISSED"
        console.print(f"{server:>9}  ratio {found:.3f}  target {TARGET} {sign}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.modules", description=__doc__)
    parser.add_argument("--server", choices=PLAIN, action="append")
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    runs = [
        run
        for server in given.server or PLAIN
        for run in measure(server, given.messages, given.rounds)
    ]
    show(Console(width=80), runs)
    if given.json:
        data = [asdict(run) for run in runs]
        given.json.write_text(json.dumps(data, indent=2) + "\n")


if __name__ == "__main__":
    main()
