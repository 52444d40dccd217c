"""What is read where it is, each time somebody looks."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from bot.domain.broadcast import OccurrenceState
from bot.domain.schedule import FINAL, ScheduleState
from bot.service.records.figures import Figures


class Live(Protocol):
    """The running service, as far as it is measured; every call is quick."""

    def build(self) -> Mapping[str, str]:
        """What runs: version, Python, kind of database."""
        ...

    def connected(self) -> tuple[str, bool]:
        """The mode, and whether a session is up."""
        ...

    def window(self) -> tuple[int, int]:
        """Messages on their way, and how many may be."""
        ...

    def replies(self) -> tuple[int, int]:
        """Messages to us that were refused, and that were dropped."""
        ...

    def joins_dropped(self) -> int:
        """Subscriptions of one person that came too fast."""
        ...

    def turned_away(self) -> int:
        """Stanzas that nobody looked at, since their senders sent too many."""
        ...

    def discarded(self) -> Mapping[str, int]:
        """Stanzas that came to nothing, by reason."""
        ...

    def moves_waiting(self) -> int:
        """Joins and leaves that the database does not have yet."""
        ...

    def moves_dropped(self) -> Mapping[str, int]:
        """By kind, presences that there was no room for."""
        ...

    def bounces_dropped(self) -> int:
        """Messages that came back, for which there was no room."""
        ...

    def failures(self) -> Mapping[str, int]:
        """Steps of each loop that raised."""
        ...


class Gauges(Collector):
    """`figures` are the latest from the database; None: it does not answer."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self.figures: Figures | None = None

    def collect(self) -> Iterator[Metric]:
        yield from self._process()
        yield from self._database()

    def _process(self) -> Iterator[Metric]:
        live = self._live
        build = InfoMetricFamily("carillon_build", "What runs.")
        build.add_metric([], dict(live.build()))
        yield build
        mode, is_connected = live.connected()
        up = _gauge("connected", "Whether an XMPP session is up.", "mode")
        up.add_metric([mode], is_connected)
        yield up
        used, size = live.window()
        yield _value("window_used", "Messages on their way.", used)
        yield _value("window_size", "Messages that may be on their way.", size)
        refused, dropped = live.replies()
        replies = CounterMetricFamily(
            "carillon_replies", "Messages to the service.", labels=["answer"]
        )
        replies.add_metric(["refused"], refused)
        replies.add_metric(["dropped"], dropped)
        yield replies
        yield CounterMetricFamily(
            "carillon_subscriptions_dropped",
            "Subscriptions that came too fast.",
            value=live.joins_dropped(),
        )
        yield CounterMetricFamily(
            "carillon_stanzas_turned_away",
            "Stanzas that came too fast to be looked at.",
            value=live.turned_away(),
        )
        discarded = CounterMetricFamily(
            "carillon_stanzas_discarded",
            "Stanzas that came to nothing.",
            labels=["reason"],
        )
        for reason, count in live.discarded().items():
            discarded.add_metric([reason], count)
        yield discarded
        waiting = live.moves_waiting()
        yield _value("presences_waiting", "Joins and leaves not stored yet.", waiting)
        lost = CounterMetricFamily(
            "carillon_presences_dropped",
            "Presences that there was no room for.",
            labels=["kind"],
        )
        for kind, count in live.moves_dropped().items():
            lost.add_metric([kind], count)
        yield lost
        yield CounterMetricFamily(
            "carillon_bounces_dropped",
            "Messages that came back, for which there was no room.",
            value=live.bounces_dropped(),
        )
        failures = CounterMetricFamily(
            "carillon_loop_failures", "Steps of a loop that failed.", labels=["loop"]
        )
        for name, count in live.failures().items():
            failures.add_metric([name], count)
        yield failures

    def _database(self) -> Iterator[Metric]:
        found = self.figures
        yield _value("database_up", "Whether the database answers.", found is not None)
        schedules = _gauge("schedules", "Schedules that are not over.", "state")
        readers = _gauge("subscribers", "Readers of a list.", "list")
        suspended = _gauge(
            "subscribers_suspended", "Readers of a list who are told nothing.", "list"
        )
        sending = _gauge("broadcasts_sending", "Broadcasts going out.")
        later = _gauge("messages_waiting", "Messages that readers hear later.")
        notices = _gauge("notices_waiting", "Notices that owners do not have yet.")
        holding = _gauge(
            "server_holds", "Whether messages wait there until they are due.", "server"
        )
        due = _gauge(
            "next_occurrence_timestamp_seconds", "When the next one is due; Unix time."
        )
        if found is not None:
            for state in ScheduleState:
                if state not in FINAL:
                    schedules.add_metric([state], found.schedules.get(state, 0))
            # in one of these states as well: what alerts look for
            schedules.add_metric([OccurrenceState.HELD], found.held)
            for name, count in found.subscribers.items():
                readers.add_metric([name], count)
            for name, count in found.suspended.items():
                suspended.add_metric([name], count)
            sending.add_metric([], found.broadcasts)
            later.add_metric([], found.waiting)
            notices.add_metric([], found.notices)
            for server, holds in found.holding.items():
                holding.add_metric([server], holds)
            if found.next_due is not None:
                due.add_metric([], found.next_due.timestamp())
        yield from (schedules, readers, suspended, sending)
        yield from (later, notices, holding, due)


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"carillon_{name}", text, labels=labels)


def _value(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"carillon_{name}", text, value=value)
