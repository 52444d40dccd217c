"""The table for people and the JSON for programs."""

import platform
from collections.abc import Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.fanout.results import Run, ratios, verdicts


def show(console: Console, server: str, mode: str, runs: Sequence[Run]) -> None:
    table = Table(title=f"{server}, {mode}: raw writer and Carillon, in turns")
    for heading in (
        *("readers", "way", "round", "start to ack s", "readers/s", "first at s"),
        *(
            "last at s",
            "bytes",
            "server us",
            "others",
            "bot us",
            "MB grown",
            "block ms (CPU)",
        ),
    ):
        table.add_column(heading, justify="right")
    for run in sorted(runs, key=lambda run: (run.readers, run.round)):
        table.add_row(
            f"{run.readers:,}",
            run.way,
            str(run.round),
            f"{run.seconds:.3f}",
            f"{run.readers / run.seconds:,.0f}",
            f"{run.first_arrival - run.start:.3f}",
            f"{run.arrival_seconds:.3f}",
            f"{run.bytes_per_stanza:.0f}",
            f"{run.server_us_per_reader:.0f}",
            f"{run.other_cores:.2f}",
            *_costs(run),
        )
    console.print(table)
    for readers in sorted({run.readers for run in runs}):
        for verdict in verdicts(server, runs, readers):
            sign = "met" if verdict.met else "MISSED"
            console.print(
                f"{readers:>9,}  {verdict.name:<17} {verdict.measured:8.2f}"
                f"  target {verdict.target:<7} {sign}"
            )
        sending = median(ratios(runs, readers, "sending_seconds"))
        console.print(f"{readers:>9,}  from the first arrival on, ratio {sending:.2f}")


def as_json(server: str, mode: str, runs: Sequence[Run]) -> dict[str, Any]:
    return {
        "server": server,
        "mode": mode,
        "machine": platform.platform(),
        "python": platform.python_version(),
        "runs": [asdict(run) | {"seconds": run.seconds} for run in runs],
        "results": {
            str(readers): [asdict(v) for v in verdicts(server, runs, readers)]
            for readers in sorted({run.readers for run in runs})
        },
    }


def _costs(run: Run) -> tuple[str, str, str]:
    if run.costs is None:
        return "", "", ""
    costs = run.costs
    return (
        f"{costs.cpu_us_per_reader:.1f}",
        f"{costs.grown_mb:.1f}",
        f"{costs.longest_turn_ms:.0f} ({costs.longest_turn_cpu_ms:.0f})",
    )
