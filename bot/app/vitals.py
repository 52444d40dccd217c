"""How the running service is: what its metrics and its health checks ask."""

import asyncio
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from bot.desk.gate import Gate
from bot.desk.sender_limit import SenderLimit
from bot.domain.errors import CarillonError
from bot.engine.ledger import Ledger
from bot.engine.loop import Loop
from bot.engine.window import Window
from bot.metrics.counts import Counts
from bot.metrics.gauges import Gauges
from bot.metrics.page import CONTENT_TYPE, MetricsPage
from bot.service.ports.unit_of_work import UnitOfWork
from bot.settings import Settings
from bot.store.database import SqlDatabase
from bot.web.feeds import Shelf
from bot.web.pages import Probes, pages
from bot.web.server import WebServer
from bot.xmpp.doors.inbox.refusals import RefusalLimit
from bot.xmpp.doors.moves import Moves
from bot.xmpp.session.connection import Connection

#: seconds that the database may take to show that it is there
PATIENCE = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """The parts that are looked at (`bot.metrics.gauges.Live`)."""

    settings: Settings
    database: SqlDatabase
    connection: Connection
    in_flight: Window
    limit: RefusalLimit
    joins: SenderLimit
    gate: Gate
    moves: Moves
    ledger: Ledger
    loops: Sequence[Loop]
    #: by name: what ends with the service and not before
    tasks: Mapping[str, asyncio.Task[None]]
    stopping: asyncio.Event
    #: cleared while nobody can tell whose turn it is
    may_write: asyncio.Event

    # --- metrics -----------------------------------------------------------------

    def build(self) -> Mapping[str, str]:
        return {
            "version": version("carillon"),
            "python": platform.python_version(),
            "database": self.settings.database.url.partition(":")[0].partition("+")[0],
        }

    def connected(self) -> tuple[str, bool]:
        return self.settings.xmpp.mode, self.connection.is_ready

    def window(self) -> tuple[int, int]:
        return self.in_flight.used, self.in_flight.size

    def replies(self) -> tuple[int, int]:
        return self.limit.permitted, self.limit.dropped

    def joins_dropped(self) -> int:
        return self.joins.dropped

    def turned_away(self) -> int:
        return self.gate.turned_away

    def discarded(self) -> Mapping[str, int]:
        return self.connection.discarded

    def moves_waiting(self) -> int:
        return self.moves.waiting

    def moves_dropped(self) -> Mapping[str, int]:
        return self.moves.dropped

    def bounces_dropped(self) -> int:
        return self.ledger.bounces_dropped

    def failures(self) -> Mapping[str, int]:
        return {loop.name: loop.failures for loop in self.loops}

    # --- health ------------------------------------------------------------------

    def health(self) -> Sequence[str]:
        """Only what starting again can mend."""
        return [f"{name} has ended" for name, task in self.tasks.items() if task.done()]

    async def readiness(self) -> Sequence[str]:
        reasons = []
        if self.stopping.is_set():
            reasons.append("stopping")
        if not self.connection.is_ready:
            reasons.append(f"not connected: {self.connection.failure or 'not yet'}")
        if self.moves.held:
            lost = self.moves.dropped["leave"]
            waiting = f"{self.moves.waiting} joins and leaves wait"
            reasons.append(f"{waiting}, {lost} are lost" if lost else waiting)
        try:
            async with asyncio.timeout(PATIENCE):
                await self.database.read(_look)
        except CarillonError as error:
            reasons.append(error.text)
        except TimeoutError:
            reasons.append(f"The database does not answer within {PATIENCE:g} s.")
        else:  # it can be read, but perhaps not written to
            if (trouble := self.database.outage.reason) is not None:
                reasons.append(str(trouble))
        if (held_up := self.database.held_up) is not None:
            reasons.append(str(held_up))
        if not reasons and not self.may_write.is_set():
            reasons.append("another process may have taken over")
        return reasons


def web_server(
    vitals: Vitals, counts: Counts, shelf: Shelf | None = None
) -> WebServer | None:
    """As configured, with the feeds of `shelf`; None where there are to be no pages."""
    address = vitals.settings.web.address
    if address is None:
        return None
    metrics = MetricsPage(counts.registry, Gauges(vitals), vitals.database)
    probes = Probes(
        health=vitals.health,
        readiness=vitals.readiness,
        metrics=metrics.text,
        metrics_type=CONTENT_TYPE,
    )
    shown = pages(probes, vitals.settings.web.hosts, shelf)
    return WebServer(shown, *address)


def _look(uow: UnitOfWork) -> None:
    uow.facts.pulses()
