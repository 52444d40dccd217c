"""`carillon` with a selector that notes for how long the event loop was away.

    python -m benchmarks.fanout.monitored TURNS.json -c FILE run

Whatever a turn of the loop does, it does between one `select` and the next. Every
turn longer than 5 ms is noted with its end, its length and the CPU time that the
loop's thread took of it: the rest is waiting for a core or for the interpreter.
"""

import asyncio
import atexit
import json
import selectors
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.fanout.clock import now

NOTED = 0.005


class TimedSelector(selectors.EpollSelector):
    def __init__(self) -> None:
        super().__init__()
        #: (when it ended, seconds, seconds of CPU) of every long turn
        self.turns: list[tuple[float, float, float]] = []
        self._back = 0.0
        self._cpu = 0.0

    def select(self, timeout: float | None = None) -> Any:
        took = time.monotonic() - self._back
        if took > NOTED and self._back:
            self.turns.append((now(), took, time.thread_time() - self._cpu))
        ready = super().select(timeout)
        self._back, self._cpu = time.monotonic(), time.thread_time()
        return ready


class TimedPolicy(asyncio.DefaultEventLoopPolicy):
    def __init__(self, selector: TimedSelector) -> None:
        super().__init__()
        self._selector = selector

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.SelectorEventLoop(self._selector)


def main() -> None:
    from bot.cli import main as carillon  # noqa: PLC0415 - after the policy is set

    turns = Path(sys.argv.pop(1))
    selector = TimedSelector()
    atexit.register(lambda: turns.write_text(json.dumps(selector.turns)))
    asyncio.set_event_loop_policy(TimedPolicy(selector))
    carillon()


if __name__ == "__main__":
    main()
