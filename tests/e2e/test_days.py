"""Days go by for the real service: its clock is moved by libfaketime."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import SystemClock
from tests.e2e.conftest import Make
from tests.e2e.sink import Sink
from tests.servers.faked_clock import FakedClock
from tests.servers.prosody import Prosody

pytestmark = pytest.mark.e2e

WARSAW = ZoneInfo("Europe/Warsaw")
DAY = timedelta(days=1)


def change_of_clocks() -> list[datetime]:
    """Nine o'clock on the day before the next change of clocks, and on its day."""
    first = SystemClock().now().astimezone(WARSAW).replace(tzinfo=None) + 3 * DAY
    nine = first.replace(hour=9, minute=0, second=0, microsecond=0)
    while True:
        days = [day.replace(tzinfo=WARSAW) for day in (nine, nine + DAY)]
        if days[0].utcoffset() != days[1].utcoffset():
            return [day.astimezone(UTC) for day in days]
        nine += DAY


@pytest.mark.parametrize("running", [True, False])
def test_the_next_day(prosody: Prosody, make: Make, *, running: bool) -> None:
    """A daily announcement is heard on both days, by the wall clock of Warsaw.

    In the night between them the clocks change; the service runs through it, or
    is started again on the second day.
    """
    service = make(prosody, "component")
    clock = FakedClock(service.folder)
    days = change_of_clocks()
    assert days[1] - days[0] != DAY
    with Sink(prosody, prosody.spares[0]) as sink:
        clock.set(days[0] - timedelta(seconds=2))
        service.subscribe(sink.jids(3))
        job = service.announce(
            deliver_at=f"{days[0]:%Y-%m-%dT%H:%M:%SZ}",
            timezone="Europe/Warsaw",
            recurrence="FREQ=DAILY;COUNT=2",
        )
        service.start(clock.environment)
        sink.wait(3)
        service.until(lambda: service.schedule(job).wire_state == "scheduled")
        assert service.schedule(job).next_at == days[1]
        if not running:
            assert service.stop() == 0
        clock.set(days[1] - timedelta(seconds=1))
        if not running:
            service.start(clock.environment)
        sink.wait(6)
        service.until(lambda: service.schedule(job).wire_state == "sent")
        assert service.stop() == 0
    for broadcast, due in zip(service.broadcasts(job), days, strict=True):
        assert timedelta(0) <= broadcast.created_at - due < timedelta(minutes=1)
    assert set(sink.told.values()) == {2}
    assert len(set(sink.arrived)) == 6
