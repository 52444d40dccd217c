"""The engine of one process: what plans, sends, repeats and reports over one wire."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from bot.domain.identity import MessageIds
from bot.engine.dispatcher import Dispatcher
from bot.engine.ledger import Ledger
from bot.engine.loop import Loop
from bot.engine.pipe import Line
from bot.engine.planner import Alarm, Planner
from bot.engine.reporter import Reporter
from bot.engine.retrier import Retrier
from bot.engine.window import Pace, Underway, Window
from bot.engine.wire import Wire
from bot.service.use_cases import UseCases

#: messages between people on their way at once
MESSAGES_AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    line: Line
    ledger: Ledger
    dispatchers: tuple[Dispatcher, ...]
    planning: Loop
    dispatching: tuple[Loop, ...]
    retrying: Loop
    reporting: Loop

    @property
    def loops(self) -> tuple[Loop, ...]:
        """Those that look into the database, and are nudged when it changes."""
        return (self.planning, *self.dispatching, self.retrying, self.reporting)

    @property
    def carrying(self) -> frozenset[int]:
        """The chunks in hand: their leases are to be renewed."""
        return frozenset().union(*(one.carrying for one in self.dispatchers))

    async def drain(self) -> None:
        """Wait until what is on its way is acknowledged and recorded."""
        for dispatcher in self.dispatchers:
            await dispatcher.drain()

    @classmethod
    def over(
        cls,
        use_cases: UseCases,
        wire: Wire,
        alarm: Alarm,
        *,
        ids: MessageIds,
        worker: str,
        window: int,
        rate: int,
        stopping: Callable[[], bool],
    ) -> Self:
        """Put together in the running event loop; nothing runs yet.

        `window`: messages written whose cursor is not committed, at most. `rate`:
        messages a second, 0 for as fast as they are acknowledged.
        """
        database, clock = use_cases.database, use_cases.clock
        ledger = Ledger(database, use_cases.progress, worker)
        line = Line(
            database=database,
            progress=use_cases.progress,
            renditions=use_cases.renditions,
            wire=wire,
            ledger=ledger,
            ids=ids,
            window=Window(window),
            underway=Underway(),
            pace=Pace(rate),
            clock=clock,
            worker=worker,
            stopping=stopping,
        )
        planner = Planner(
            database=database,
            planning=use_cases.planning,
            maintenances=use_cases.maintenances,
            wire=wire,
            alarm=alarm,
            clock=clock,
        )
        announcing = Dispatcher(line)
        # each waits for an answer of its own, so that many are under way
        posting = Dispatcher(line, in_owners_name=True, places=MESSAGES_AT_ONCE)
        retrier = Retrier(line, use_cases.outcomes)
        service = use_cases.policy.addresses.service
        reporter = Reporter(database, wire, service)
        return cls(
            line=line,
            ledger=ledger,
            dispatchers=(announcing, posting),
            planning=Loop("planner", planner.step),
            dispatching=(
                Loop("dispatcher", announcing.step),
                Loop("postman", posting.step),
            ),
            retrying=Loop("retrier", retrier.step),
            reporting=Loop("reporter", reporter.step),
        )
