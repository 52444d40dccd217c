"""`python -m benchmarks.imports --people 1000000 --rounds 3`"""

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.fanout.process_costs import machine_cpu_seconds
from benchmarks.imports.prober import Prober
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
#: what a CSV file says of a person's language and zone, in equal shares
PREFERENCES = ["de,Europe/Berlin", "pl,Europe/Warsaw", "en,America/New_York", ","]
#: a prime, so that no number comes twice
STEP = 7_654_321


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One whole process: from `carillon` to its end."""

    file: str
    people: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    #: how long another writer was refused, at a stretch
    longest_refusal_ms: float
    median_refusal_ms: float
    #: cores that all other processes had, the prober's included
    other_cores: float


def write(file: Path, people: int) -> None:
    """Distinct people in no order, of five domains."""
    with file.open("w") as stream:
        stream.write("jid,language,timezone\n")
        for place in range(people):
            # no list of numbers: a child's peak counts from what its parent has
            number = place * STEP % (10 * people)
            said = PREFERENCES[place % len(PREFERENCES)]
            stream.write(f"user{number}@example{place % 5}.org,{said}\n")


def measure(people: int) -> list[Run]:
    """Into an empty list; then the same file again, when all stand there."""
    with temporary_folder() as folder:
        configuration = folder / "carillon.toml"
        configuration.write_text(CONFIGURATION.format(folder=folder))
        command = [sys.executable, "-m", "bot", "-c", str(configuration)]
        subprocess.run([*command, "db", "upgrade"], check=True, capture_output=True)
        file = folder / "people.csv"
        write(file, people)
        words = [*command, "subscribers", "import", "news", str(file), "--json"]
        return [
            run(words, name, people, folder / "carillon.db")
            for name in ("new", "again")
        ]


def run(words: list[str], name: str, people: int, database: Path) -> Run:
    machine, before = machine_cpu_seconds(), _children()
    began = time.monotonic()
    with Prober(database) as prober:
        done = subprocess.run(words, check=True, capture_output=True)
    seconds = time.monotonic() - began
    after = _children()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    counts = json.loads(done.stdout)["counts"]
    if counts["added" if name == "new" else "there"] != people:
        raise RuntimeError(f"not everybody was imported: {counts}")
    return Run(
        file=name,
        people=people,
        seconds=seconds,
        cpu_seconds=cpu,
        peak_mb=after.ru_maxrss / 1024,
        longest_refusal_ms=max(prober.refusals, default=0) * 1000,
        median_refusal_ms=median(prober.refusals or [0]) * 1000,
        other_cores=(machine_cpu_seconds() - machine - cpu) / seconds,
    )


def _children() -> resource.struct_rusage:
    """Of all that have ended; the peak is the highest of them."""
    return resource.getrusage(resource.RUSAGE_CHILDREN)


def show(console: Console, runs: list[Run]) -> None:
    table = Table(title="carillon subscribers import, CSV, SQLite")
    for heading in (
        *("people", "file", "seconds", "CPU s", "peak MB"),
        *("refused ms: median", "longest", "others"),
    ):
        table.add_column(heading, justify="right")
    for one in runs:
        table.add_row(
            f"{one.people:,}",
            one.file,
            f"{one.seconds:.1f}",
            f"{one.cpu_seconds:.1f}",
            f"{one.peak_mb:.0f}",
            f"{one.median_refusal_ms:.1f}",
            f"{one.longest_refusal_ms:.1f}",
            f"{one.other_cores:.2f}",
        )
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.imports", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    runs = [one for _ in range(given.rounds) for one in measure(given.people)]
    show(Console(width=120), runs)
    if given.json:
        data = [asdict(one) for one in runs]
        given.json.write_text(json.dumps(data, indent=2) + "\n")


if __name__ == "__main__":
    main()
