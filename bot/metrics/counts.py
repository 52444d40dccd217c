"""Counters and histograms, moved by what happens in this process.

Whatever has few known values is there from the start, at 0: so the first one
counts in a rate, too.
"""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
)

from bot.domain.audit import Action
from bot.domain.broadcast import BroadcastState, ExceptionKind, OccurrenceState
from bot.domain.events import (
    Acknowledged,
    Deviated,
    Ended,
    Event,
    Heard,
    Moved,
    Planned,
    Requested,
    Unsent,
)

# A series more for each, and Prometheus sees a restart without them.
disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no types

#: seconds, of what usually takes less than one
_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
#: seconds, of what may take hours
_LONG = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600, 1800, 3600, 21600)

#: what is known of a message after it was written -> the outcome counted
_DEVIATIONS = {
    ExceptionKind.FAILED: "failed",
    ExceptionKind.RETRYING: "deferred",
    ExceptionKind.DEFERRED: "retried",
    ExceptionKind.SKIPPED: "skipped",
}


class Counts:
    """Each method may be called from any thread, and takes microseconds."""

    def __init__(self) -> None:
        #: of this service, not the library's own: several may live in one process
        self.registry = registry = CollectorRegistry()

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"carillon_{name}", text, labels, registry=registry)

        def histogram(
            name: str, text: str, buckets: tuple[float, ...], *labels: str
        ) -> Histogram:
            name = f"carillon_{name}_seconds"
            return Histogram(name, text, labels, registry=registry, buckets=buckets)

        self._requests = counter(
            "requests", "Requests answered.", "door", "action", "result"
        )
        self._occurrences = counter("occurrences", "Due moments dealt with.", "outcome")
        self._lateness = histogram("occurrence_lateness", "From due to planned.", _LONG)
        self._broadcasts = counter("broadcasts", "Broadcasts over.", "outcome")
        self._duration = histogram(
            "broadcast_duration", "From planned to the last acknowledgement.", _LONG
        )
        self._messages = counter("messages", "What became of messages.", "outcome")
        self._acknowledgement = histogram(
            "acknowledgement_duration", "From a write to its acknowledgement.", _QUICK
        )
        self._moves = counter("readers_moved", "Places on lists that changed.", "move")
        self._sessions = counter("sessions", "XMPP sessions begun.", "kind")
        self._lost = counter("sessions_lost", "XMPP sessions that ended.")
        self._transactions = histogram(
            "transaction_duration", "Database transactions.", _QUICK, "kind"
        )
        self._faults = counter(
            "database_errors", "Attempts at a transaction that failed.", "fault"
        )
        ended = (one for one in BroadcastState if one is not BroadcastState.SENDING)
        for family, values in (
            (self._occurrences, ("planned", *_UNSENT)),
            (self._broadcasts, ended),
            (self._messages, ("sent", "held_back", *_DEVIATIONS.values())),
            (self._moves, _MOVES),
            (self._sessions, ("fresh", "resumed")),
            (self._transactions, ("read", "write")),
            (self._faults, _FAULTS),
        ):
            for value in values:
                family.labels(value)

    def happened(self, event: Event) -> None:
        match event:
            case Requested():
                self.requested(event)
            case Planned():
                self._occurrences.labels("planned").inc()
                self._lateness.observe((event.at - event.due_at).total_seconds())
            case Unsent():
                self._occurrences.labels(event.state).inc(event.count)
            case Acknowledged():
                self._messages.labels("sent").inc(event.sent)
                self._messages.labels("failed").inc(event.failed)
                self._messages.labels("skipped").inc(event.skipped)
                self._messages.labels("held_back").inc(event.waiting)
            case Heard():
                self._messages.labels("sent").inc()
            case Deviated() if event.kind in _DEVIATIONS:
                self._messages.labels(_DEVIATIONS[event.kind]).inc()
            case Moved():
                self._moves.labels(event.action).inc(event.count)
            case Ended():
                self._broadcasts.labels(event.state).inc()
                self._duration.observe(event.seconds)

    def requested(self, event: Requested) -> None:
        labels = (event.door, event.action, event.result)
        self._requests.labels(*labels).inc()

    def acknowledged(self, seconds: float) -> None:
        self._acknowledgement.observe(seconds)

    def session(self, *, fresh: bool) -> None:
        self._sessions.labels("fresh" if fresh else "resumed").inc()

    def session_lost(self) -> None:
        self._lost.inc()

    def transacted(self, *, writing: bool, seconds: float) -> None:
        self._transactions.labels("write" if writing else "read").observe(seconds)

    def database_failed(self, fault: str) -> None:
        self._faults.labels(fault).inc()


_FAULTS = (
    *("away", "bug", "busy", "damaged", "full"),
    *("read_only", "refused", "retry", "schema"),
)
_MOVES = (Action.SUBSCRIBE, Action.UNSUBSCRIBE, Action.SUSPEND, Action.RESTORE)
_UNSENT = (OccurrenceState.MISSED, OccurrenceState.HELD, OccurrenceState.FAILED)
