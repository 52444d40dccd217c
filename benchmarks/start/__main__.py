"""`python -m benchmarks.start --rounds 9`"""

import argparse
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.servers.folders import temporary_folder

CONFIGURATION = """
[xmpp]
mode = "component"
jid = "announce.example.org"
password = "unused"
host = "127.0.0.1"
port = 1
[database]
url = "sqlite:///{folder}/carillon.db"
[lists.news]
"""
#: what is typed, and how it ends
COMMANDS = {
    "--version": 0,
    "--help": 0,
    "announce --help": 0,
    "schedules --help": 0,
    "soon": 2,
    "templates list": 0,
    "status": 1,
    "schedules list": 0,
}
#: what stands on the line at the tab key
TAB = "carillon announce n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One command, as a new process each time; seconds of CPU, user and system."""

    command: str
    rounds: int
    median_cpu_seconds: float
    least_cpu_seconds: float
    most_cpu_seconds: float


def measure(rounds: int) -> list[Start]:
    """All commands in turn, so that a busy moment of the machine meets all."""
    with temporary_folder() as folder:
        configuration = folder / "carillon.toml"
        configuration.write_text(CONFIGURATION.format(folder=folder))
        command = [sys.executable, "-m", "bot"]
        surroundings = {**os.environ, "CARILLON_CONFIG": str(configuration)}
        _cpu([*command, "db", "upgrade"], surroundings, 0)
        tab = {**surroundings, "_CARILLON_COMPLETE": "bash", "_CARILLON_LINE": TAB}
        # whom it does not know it answers with nothing, and that is not what costs
        if not subprocess.run(command, env=tab, capture_output=True, check=True).stdout:
            raise RuntimeError(f"nothing is offered at {TAB!r}")
        seconds: dict[str, list[float]] = {}
        for _ in range(rounds):
            for words, code in COMMANDS.items():
                cost = _cpu([*command, *words.split()], surroundings, code)
                seconds.setdefault(words, []).append(cost)
            cost = _cpu(command, tab, 0)
            seconds.setdefault(f"(tab) {TAB}", []).append(cost)
    return [
        Start(
            command=words,
            rounds=rounds,
            median_cpu_seconds=median(all_),
            least_cpu_seconds=min(all_),
            most_cpu_seconds=max(all_),
        )
        for words, all_ in seconds.items()
    ]


def _cpu(command: list[str], surroundings: dict[str, str], code: int) -> float:
    child = subprocess.Popen(
        command,
        env=surroundings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != code:
        raise RuntimeError(f"{command} ended with {child.returncode}, not {code}")
    return used.ru_utime + used.ru_stime


def show(console: Console, starts: list[Start]) -> None:
    table = Table(title="CPU seconds of a whole process")
    table.add_column("carillon")
    for heading in ("median", "least", "most"):
        table.add_column(heading, justify="right")
    for one in starts:
        table.add_row(
            one.command,
            f"{one.median_cpu_seconds:.2f}",
            f"{one.least_cpu_seconds:.2f}",
            f"{one.most_cpu_seconds:.2f}",
        )
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.start", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    starts = measure(given.rounds)
    show(Console(width=80), starts)
    if given.json:
        data = [asdict(one) for one in starts]
        given.json.write_text(json.dumps(data, indent=2) + "\n")


if __name__ == "__main__":
    main()
