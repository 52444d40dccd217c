"""What processes cost, from /proc (proc(5))."""

import os
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fanout.clock import now

_TICK: float = 1 / os.sysconf("SC_CLK_TCK")
_RESET_PEAK = "5"  # of /proc/PID/clear_refs: VmHWM starts anew


def cpu_seconds(pid: int) -> float:
    """User and system time of all threads, in steps of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK


def machine_cpu_seconds() -> float:
    """What every process, and the kernel, has taken of all cores."""
    line = Path("/proc/stat").read_text().partition("\n")[0]
    user, nice, system, _idle, _iowait, irq, softirq, *_ = map(int, line.split()[1:])
    return (user + nice + system + irq + softirq) * _TICK


def resident_mb(pid: int) -> float:
    return _status_mb(pid, "VmRSS")


def peak_mb(pid: int) -> float:
    """The most that was resident since `reset_peak`."""
    return _status_mb(pid, "VmHWM")


def reset_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text(_RESET_PEAK)


def _status_mb(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return int(value.split()[0]) / 1024
    raise LookupError(f"/proc/{pid}/status has no {name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    seconds: float
    #: CPU seconds by process, in the order given
    of: tuple[float, ...]
    #: cores that all other processes had on average
    other_cores: float


class Meter:
    """CPU of some processes, and of all others, from now on."""

    def __init__(self, *pids: int) -> None:
        self._pids = pids
        self._at, self._of, self._all = self._look()

    def read(self) -> Reading:
        at, of, machine = self._look()
        took = tuple(late - early for early, late in zip(self._of, of, strict=True))
        seconds = at - self._at
        others = machine - self._all - sum(took)
        return Reading(seconds=seconds, of=took, other_cores=others / seconds)

    def _look(self) -> tuple[float, list[float], float]:
        return now(), [cpu_seconds(pid) for pid in self._pids], machine_cpu_seconds()
