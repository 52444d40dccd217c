"""What tests start gets every signal, also where whoever started the run ignores some.

A shell starts a background job with SIGINT and SIGQUIT ignored, `nohup` with SIGHUP,
and what is ignored stays so in every program that is started from there. A signal
that is handled, though, is back at its default in a program that is started. So the
process that runs tests handles what it was told to ignore, by doing nothing.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

ENDING = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM)


@contextmanager
def passed_on() -> Iterator[None]:
    """Only in the main thread. This process itself goes on ignoring what it did."""
    ignored = [one for one in ENDING if signal.getsignal(one) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, _stay)
    try:
        yield
    finally:
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)


def _stay(*_: object) -> None:
    """Stay alive."""
