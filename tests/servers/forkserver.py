"""A process that has imported `carillon` and becomes it, in a fork, for each request.

    tests ──► this process ──fork──► monitor ──fork──► carillon …
      ▲                                 └── exit status     └── process id
      └────────────────────────────────────────┴─────────────────┘

A request is argv, folder and environment as JSON, with four descriptors: the three
standard streams, and where those two are written. Each process is killed when the one
before it ends, so nothing outlives the tests. The imports are most of what a command
costs: half a second of processor time, against some milliseconds for the forks.

Nothing here may start a thread: a fork has only the one that calls it.
"""

import atexit
import ctypes
import fcntl
import gc
import json
import os
import signal
import socket
import sys
import termios
import threading
import time
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TextIO

from bot import cli
from bot.cli.parts import PARTS
from bot.domain import wallclock

_PR_SET_PDEATHSIG = 1
_REQUEST_BYTES = 1 << 17
_LIBC = ctypes.CDLL(None)


def serve(control: socket.socket) -> None:
    """Answers requests until the tests close the other end; returns in each program."""
    # each command, and what commands load late
    commands = (found.name for found in iter_modules(cli.__path__, "bot.cli."))
    for name in (*commands, *PARTS.values()):
        import_module(name)
    wallclock.look_again()  # reads hundreds of files, at each start of a command
    gc.freeze()  # what is shared stays shared
    while True:
        request, descriptors, *_ = socket.recv_fds(control, _REQUEST_BYTES, 4)
        if not request:
            sys.exit()
        if os.fork() == 0:
            control.close()
            _monitored(json.loads(request), descriptors)
            return
        for one in descriptors:
            os.close(one)
        _reap_monitors()


def _monitored(request: dict[str, Any], descriptors: list[int]) -> None:
    """Returns in the program; its parent waits for it and tells of it."""
    _die_with_parent()
    *streams, told = descriptors
    program = os.fork()
    if program == 0:
        _become(request, streams)
        # only now: whoever knows it may kill its session
        os.write(told, f"process {os.getpid()}\n".encode())
        os.close(told)
        return
    for one in streams:
        os.close(one)
    _, status = os.waitpid(program, 0)
    os.write(told, f"ended {os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(request: dict[str, Any], streams: list[int]) -> None:
    """What a process gets at its start, and the interpreter makes of it."""
    _die_with_parent()
    os.setsid()
    for number, one in enumerate(streams):
        os.dup2(one, number)
        os.close(one)
    if request["terminal"]:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    sys.argv[1:] = request["arguments"]
    sys.stdin = open(  # noqa: SIM115 - open as long as the process
        0, encoding=sys.stdin.encoding, errors=sys.stdin.errors, closefd=False
    )
    sys.stdout = _output(1, sys.stdout, by_line=os.isatty(1))
    sys.stderr = _output(2, sys.stderr, by_line=True)


def _output(number: int, like: TextIO, *, by_line: bool) -> TextIO:
    return open(
        number,
        "w",
        buffering=1 if by_line else -1,
        encoding=like.encoding,
        errors=like.errors,
        closefd=False,
    )


def _reap_monitors() -> None:
    while True:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if ended == 0:
            return


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _end(status: SystemExit) -> None:
    """As the interpreter ends, but nothing is taken apart.

    Going through all objects would copy every page that is shared with the parent: most
    of what a short command costs. Returns where output cannot be written, of which the
    interpreter itself tells.
    """
    # as the interpreter calls them at its own end, and nobody else is meant to
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    code = status.code
    try:
        if isinstance(code, str):
            print(code, file=sys.stderr)
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return
    os._exit(code or 0)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv.pop(1))))
    try:
        cli.main()
    except SystemExit as ended:
        _end(ended)
        raise
