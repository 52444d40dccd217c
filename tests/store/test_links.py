"""Connections that are cut, whoever else opens and closes some."""

import sys
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from bot.store.links import Links

CUTS = 500


class Closed(psycopg.Connection[Any]):
    """One that was closed already."""

    def __init__(self) -> None:
        """Nothing is opened."""

    def __del__(self, *_: Any) -> None:
        """So nothing is to be closed."""

    def fileno(self) -> int:
        raise psycopg.OperationalError


@pytest.fixture
def many_turns() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("many_turns")
def test_cut_while_others_connect() -> None:
    """All can be cut while other threads open more."""
    links, enough = Links(), threading.Event()

    def connect() -> None:
        while not enough.is_set():
            kept = [Closed() for _ in range(100)]
            for one in kept:
                links.add(one)

    threads = [threading.Thread(target=connect) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(CUTS):
            links.cut()
    finally:
        enough.set()
        for thread in threads:
            thread.join()
