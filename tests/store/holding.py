"""Another process that keeps writers of a SQLite file waiting."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator

#: holds the only lock for writers of a SQLite file until its input ends
HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def holding(url: str) -> Iterator[subprocess.Popen[str]]:
    """Another process is in the middle of a change of the SQLite file."""
    command = [sys.executable, "-c", HOLDER, url.removeprefix("sqlite:///")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "held\n"
        yield process
        process.stdin.close()
