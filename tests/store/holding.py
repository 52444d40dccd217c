"""Others who keep us waiting."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator

import psycopg

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


@contextlib.contextmanager
def foreign(url: str, *statements: str) -> Iterator[psycopg.Connection]:
    """A session of somebody else, in an open transaction that did this."""
    plain = url.replace("+psycopg", "").partition("?")[0]
    with psycopg.connect(plain) as connection:
        for statement in statements:
            connection.execute(statement)
        yield connection
        connection.rollback()


def impatiently(url: str) -> str:
    """Who connects so waits for others for a second, not five."""
    return f"{url}?options=-c%20lock_timeout%3D1200"
