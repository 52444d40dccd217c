"""What happens, told to the log and the metrics."""

from bot.app import journal
from bot.domain.events import Event
from bot.metrics.counts import Counts


class Observing:
    """What the database tells (`bot.service.ports.outside.Observer`)."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.transacted = self.counts.transacted
        self.database_failed = self.counts.database_failed

    def happened(self, event: Event) -> None:
        journal.write(event)
        self.counts.happened(event)
