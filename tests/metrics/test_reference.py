"""docs/reference/metrics.md lists every series, and none that is not there."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from prometheus_client.core import Metric

from bot.domain.audit import Action
from bot.domain.broadcast import BroadcastState, ExceptionKind, OccurrenceState
from bot.domain.events import (
    Acknowledged,
    Deviated,
    Ended,
    Event,
    Moved,
    Planned,
    Requested,
    Unsent,
)
from bot.domain.schedule import Origin
from bot.metrics.counts import Counts
from bot.metrics.gauges import Gauges
from bot.metrics.page import MetricsPage
from bot.service.ports.sights import DIVERT, Sight
from tests.world import NOON, World

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \|([^|]*)\|", re.MULTILINE)
EVENTS: list[Event] = [
    Moved(action=Action.SUSPEND, list_name="news", reason="gone", announcement=1),
    Requested(door=Origin.IQ, action=Action.SCHEDULE, result="done", reference=1),
    Planned(
        announcement=1,
        broadcast=1,
        origin=Origin.IQ,
        due_at=NOON,
        at=NOON,
        readers=3,
    ),
    Unsent(announcement=1, due_at=NOON, state=OccurrenceState.HELD, reason="late"),
    Acknowledged(announcement=1, broadcast=1, chunk=1, sent=2, failed=0, skipped=1),
    *(
        Deviated(announcement=1, broadcast=1, kind=kind, condition="gone")
        for kind in ExceptionKind
    ),
    Ended(
        announcement=1,
        broadcast=1,
        origin=Origin.IQ,
        state=BroadcastState.SENT,
        reason=None,
        total=3,
        sent=2,
        failed=0,
        skipped=1,
        seconds=1.5,
    ),
]


class Running:
    """A service as far as metrics ask for it."""

    def build(self) -> Mapping[str, str]:
        return {"version": "1", "python": "3", "database": "sqlite"}

    def connected(self) -> tuple[str, bool]:
        return "component", True

    def window(self) -> tuple[int, int]:
        return 3, 200

    def replies(self) -> tuple[int, int]:
        return 5, 1

    def joins_dropped(self) -> int:
        return 4

    def turned_away(self) -> int:
        return 0

    def discarded(self) -> Mapping[str, int]:
        return {"address": 6}

    def moves_waiting(self) -> int:
        return 6

    def moves_dropped(self) -> Mapping[str, int]:
        return {"join": 1, "leave": 0, "probe": 2}

    def bounces_dropped(self) -> int:
        return 7

    def failures(self) -> Mapping[str, int]:
        return {"planner": 2}


@pytest.fixture
def collected(world: World) -> dict[str, Metric]:
    """Each series after one event of each kind, by the name that PromQL knows."""
    counts = Counts()
    gauges = Gauges(Running())

    async def scrape() -> None:
        await MetricsPage(counts.registry, gauges, world.database).text()

    world.subscribe("a@example.org")
    world.schedule()
    sight = Sight(server="example.org", parts=frozenset({DIVERT}), seen_at=NOON)
    world.do(lambda unit: unit.sights.put(sight))
    for event in EVENTS:
        counts.happened(event)
    asyncio.run(scrape())
    suffix = {"counter": "_total", "info": "_info"}
    return {
        family.name + suffix.get(family.type, ""): family
        for family in counts.registry.collect()
    }


def documented() -> Iterator[tuple[str, str, set[str]]]:
    """(name, type, labels) of each row."""
    for name, kind, labels in ROW.findall(PAGE.read_text()):
        yield name, kind, set(re.findall(r"`(\w+)`", labels))


def test_every_series_is_listed(collected: dict[str, Metric]) -> None:
    """The page and the registry have the same names."""
    assert sorted(name for name, _, _ in documented()) == sorted(collected)


def test_types_and_labels_are_those_listed(collected: dict[str, Metric]) -> None:
    """Each row has the type and the labels of its series."""
    for name, kind, labels in documented():
        family = collected[name]
        assert kind == family.type.replace("info", "gauge"), name
        assert family.samples, name
        found = {label for sample in family.samples for label in sample.labels}
        assert found - {"le"} == labels, name


def test_names_say_their_unit(collected: dict[str, Metric]) -> None:
    """Ours start alike; counters end in _total, and times are in seconds."""
    for name, family in collected.items():
        assert name.startswith(("carillon_", "process_"))
        assert name.endswith("_total") == (family.type == "counter")
        if family.type == "histogram":
            assert name.endswith("_seconds")
