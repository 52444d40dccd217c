"""A clock that is set by decades: the service works on, and holds no more for it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from tests.e2e.conftest import Make
from tests.e2e.sink import Sink
from tests.servers.faked_clock import FakedClock
from tests.servers.prosody import Prosody

pytestmark = pytest.mark.e2e

EPOCH, FAR = (datetime(year, 1, 2, tzinfo=UTC) for year in (1970, 2100))
DAY = timedelta(days=1)
#: KiB that it may hold more at its most: each look at what lies between costs far more
MORE = 60_000


def test_clock_steps(prosody: Prosody, make: Make) -> None:
    """Started in 1970, put right, in 2100 and put right again, it tells everybody of
    what is announced, without an error and without memory for what lay between.
    """
    service = make(prosody, "component")
    clock, now = FakedClock(service.folder), SystemClock().now

    def works_at(moment: datetime) -> bool:
        pulses = service.uses.database.look(lambda unit: unit.facts.pulses())
        return any(moment <= one.seen_at < moment + DAY for one in pulses)

    def most() -> int:
        """The most memory that it held so far, in KiB."""
        status = Path(f"/proc/{service.pid}/status").read_text()
        [size] = re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
        return int(size)

    with Sink(prosody, prosody.spares[0]) as sink:
        service.subscribe(sink.jids(3))
        yearly = service.announce(recurrence="FREQ=YEARLY", deliver_at=tomorrow(now()))
        clock.set(EPOCH)
        service.start(clock.environment)
        service.wait_until_connected()
        before = most()
        clock.set(now())
        service.announce()
        sink.wait(3)
        clock.set(FAR)
        service.until(lambda: works_at(FAR))
        service.until(lambda: overtaken(service.schedule(yearly).next_at))
        clock.set(now())
        service.announce()
        sink.wait(6)
        assert most() < before + MORE
        assert service.stop() == 0
    assert not [line for line in service.lines if "[error" in line]


def tomorrow(now: datetime) -> str:
    return f"{now + DAY:%Y-%m-%dT%H:%M:%SZ}"


def overtaken(following: datetime | None) -> bool:
    """All of a century is behind it."""
    return following is not None and following > FAR
