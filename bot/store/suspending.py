"""Ctrl-Z comes between two transactions, never into one.

A process that is stopped in the middle of a transaction keeps what it holds: on SQLite
the one lock that every writer needs, until it goes on or ends.

SIGSTOP cannot be put off. Whoever waits for a process that was stopped by it may wake
that up for the rest of its transaction (`finish`), after which it stops again.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def put_off() -> Iterator[None]:
    """Stop (SIGTSTP) at the end of this, where somebody asks for it meanwhile.

    In the main thread, the only one that may handle signals: it is the one in which
    the command line works. The service is no job of a terminal.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []
    former = signal.getsignal(signal.SIGTSTP)
    if former is not signal.SIG_DFL:  # ignored, or put off already
        yield
        return
    signal.signal(signal.SIGTSTP, lambda number, _: asked.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTSTP, former)
        if asked:
            os.kill(os.getpid(), signal.SIGTSTP)


def finish(pid: int) -> bool:
    """Have a stopped process of ours come to the end of its transaction, and stop
    there; whether there is one.
    """
    status = _status(pid)
    stopped = status.get("State", "").startswith("T")
    # what tells a transaction of `put_off`: nobody else need put up with signals
    caught = int(status.get("SigCgt", "0"), 16) >> (signal.SIGTSTP - 1) & 1
    if not (stopped and caught):
        return False
    try:
        os.kill(pid, signal.SIGCONT)
        os.kill(pid, signal.SIGTSTP)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _status(pid: int) -> dict[str, str]:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.partition(":\t") for line in lines)
    return {name: value.strip() for name, _, value in pairs}
