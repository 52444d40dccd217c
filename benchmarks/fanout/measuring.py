"""One broadcast each: raw, and Carillon."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from benchmarks.fanout import announcement, raw
from benchmarks.fanout.clock import now
from benchmarks.fanout.process_costs import (
    Meter,
    Reading,
    peak_mb,
    reset_peak,
    resident_mb,
)
from benchmarks.fanout.results import Costs, Run
from benchmarks.fanout.service import Life, Service
from benchmarks.fanout.sinks import Arrivals, Sinks
from bot.settings import XMPPSettings
from tests.servers.xmpp_server import XmppServer

#: seconds from scheduling to the due moment, in which the idle CPU is measured
AHEAD = 4.0
#: readers of the list that every life of the service tells first, unmeasured
WARM_UP = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    server: XmppServer
    xmpp: XMPPSettings
    sinks: Sinks
    service: Service
    #: of one broadcast
    timeout: float = 300.0

    def prepare(self, sizes: list[int]) -> None:
        """Make the tables and fill the lists."""
        with self.service.running():
            for size in (WARM_UP, *sizes):
                self.service.subscribe(list_name(size), self._readers(size))

    def raw(self, number: int, size: int) -> Run:
        stanzas = list(
            announcement.stanzas(
                self.xmpp,
                list_name=list_name(size),
                job=job_name(number, size),
                to=self._readers(size),
            )
        )
        self.sinks.expect(size)
        meter = Meter(self.server.pid)
        written = raw.write(self.xmpp, stanzas)
        arrivals = self.sinks.wait(self.timeout)
        reading = meter.read()
        times = written.start, written.acknowledged
        return _run("raw", number, size, times, arrivals, reading)

    def carillon(self, number: int, sizes: list[int]) -> list[Run]:
        """One life of the service, with one broadcast of each size."""
        with self.service.running() as life:
            self._tell(life, number, WARM_UP)
            runs = [self._tell(life, number, size) for size in sizes]
        return [_with_turns(run, life) for run in runs]

    def _tell(self, life: Life, number: int, size: int) -> Run:
        job = job_name(number, size)
        due = math.ceil(now() + 2 + AHEAD)
        self.sinks.expect(size)
        self.service.announce(list_name(size), job, datetime.fromtimestamp(due, UTC))
        _sleep_until(due - AHEAD)
        idle = Meter(life.pid)
        _sleep_until(due - 0.5)
        quiet = idle.read()
        reset_peak(life.pid)
        before = resident_mb(life.pid)
        meter = Meter(self.server.pid, life.pid)
        arrivals = self.sinks.wait(self.timeout)
        outcome = self.service.outcome(job, self.timeout)
        if (outcome.state, outcome.total) != ("sent", size):
            raise RuntimeError(f"{job}: {outcome}")
        reading = meter.read()
        cpu = reading.of[1] - quiet.of[0] / quiet.seconds * reading.seconds
        times = float(due), outcome.finished
        run = _run("carillon", number, size, times, arrivals, reading)
        costs = Costs(
            cpu_us_per_reader=cpu / size * 1e6,
            grown_mb=peak_mb(life.pid) - before,
            longest_turn_ms=0.0,
            longest_turn_cpu_ms=0.0,
        )
        return replace(run, costs=costs)

    def _readers(self, size: int) -> Iterator[str]:
        return announcement.readers(size, self.sinks.domains)


def list_name(size: int) -> str:
    return f"readers{size}"


def job_name(number: int, size: int) -> str:
    return f"round{number}-{size}"


def _sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - now()))


def _run(
    way: str,
    number: int,
    size: int,
    times: tuple[float, float],
    arrivals: Arrivals,
    reading: Reading,
) -> Run:
    """`times`: the start, and the last acknowledgement."""
    if arrivals.count != size:
        raise RuntimeError(f"{arrivals.count} messages arrived, not {size}")
    return Run(
        round=number,
        way=way,
        readers=size,
        start=times[0],
        first_arrival=arrivals.first,
        last_arrival=arrivals.last,
        acknowledged=times[1],
        bytes_per_stanza=arrivals.size / size,
        server_us_per_reader=reading.of[0] / size * 1e6,
        other_cores=reading.other_cores,
    )


def _with_turns(run: Run, life: Life) -> Run:
    assert run.costs is not None
    took, cpu = life.longest_turn(run.start - 0.1, run.acknowledged + 0.1)
    costs = replace(
        run.costs, longest_turn_ms=took * 1e3, longest_turn_cpu_ms=cpu * 1e3
    )
    return replace(run, costs=costs)
