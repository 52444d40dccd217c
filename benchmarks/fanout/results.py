"""What one broadcast measured, and what becomes of several."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What Carillon's process took for one broadcast."""

    #: of all threads, less what it takes when idle
    cpu_us_per_reader: float
    #: the highest resident size in the broadcast, less that before it
    grown_mb: float
    #: the longest turn of the event loop, and the CPU time in it
    longest_turn_ms: float
    longest_turn_cpu_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One broadcast; times in seconds since 1970."""

    round: int
    way: str
    readers: int
    #: the due moment; of raw the first write
    start: float
    first_arrival: float
    last_arrival: float
    acknowledged: float
    bytes_per_stanza: float
    server_us_per_reader: float
    #: cores that neither the server nor Carillon had: sinks, raw, other programs
    other_cores: float
    costs: Costs | None = None

    @property
    def seconds(self) -> float:
        """From the start to the last acknowledgement."""
        return self.acknowledged - self.start

    @property
    def sending_seconds(self) -> float:
        """The same from the first arrival on: without what precedes sending."""
        return self.acknowledged - self.first_arrival

    @property
    def arrival_seconds(self) -> float:
        """From the start to the last arrival."""
        return self.last_arrival - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A target, what was measured, and whether that is good enough."""

    name: str
    target: str
    measured: float
    met: bool


def check_same_bytes(runs: Iterable[Run]) -> None:
    """Raw must have said what Carillon said; raises RuntimeError."""
    sizes: dict[int, set[float]] = {}
    for run in runs:
        sizes.setdefault(run.readers, set()).add(round(run.bytes_per_stanza, 1))
    if any(max(found) - min(found) > 1 for found in sizes.values()):
        raise RuntimeError(f"stanzas of different length were compared: {sizes}")


def ratios(runs: Iterable[Run], readers: int, field: str = "seconds") -> list[float]:
    """Raw's time by Carillon's, round by round: 1 is as fast as raw."""
    times = {
        (run.round, run.way): getattr(run, field)
        for run in runs
        if run.readers == readers
    }
    rounds = sorted({number for number, _ in times})
    return [times[number, "raw"] / times[number, "carillon"] for number in rounds]


def verdicts(server: str, runs: Sequence[Run], readers: int) -> list[Verdict]:
    """The targets of docs/performance.md: medians, and for blocks the worst."""
    least = 0.9 if server == "prosody" else 0.8
    ratio = median(ratios(runs, readers))
    costs = [run.costs for run in runs if run.costs and run.readers == readers]
    cpu = median(cost.cpu_us_per_reader for cost in costs)
    grown = max(cost.grown_mb for cost in costs)
    turn = max(cost.longest_turn_ms for cost in costs)
    return [
        Verdict(
            name="ratio to raw",
            target=f">= {least}",
            measured=ratio,
            met=ratio >= least,
        ),
        Verdict(name="CPU us/reader", target="< 15", measured=cpu, met=cpu < 15),
        Verdict(name="memory MB", target="< 16", measured=grown, met=grown < 16),
        Verdict(name="longest block ms", target="< 50", measured=turn, met=turn < 50),
    ]
