"""Connections to PostgreSQL that a thread may wait on for ever, and how to end that."""

import contextlib
import os
import socket
import threading
import weakref
from typing import Any

import psycopg


class Links:
    """All connections that are open, whoever uses them."""

    def __init__(self) -> None:
        self._open: weakref.WeakSet[psycopg.Connection[Any]] = weakref.WeakSet()
        #: held where one is added: a set that changes cannot be gone through
        self._lock = threading.Lock()

    def add(self, connection: "psycopg.Connection[Any]") -> None:
        with self._lock:
            self._open.add(connection)

    def cut(self) -> None:
        with self._lock:
            found = list(self._open)
        for connection in found:
            cut(connection)


def cut(connection: "psycopg.Connection[Any]") -> None:
    """From any thread: whoever waits for an answer finds that the server is gone."""
    with (
        contextlib.suppress(OSError, psycopg.Error),
        # a copy: should the connection be closed meanwhile, its number is another's
        socket.socket(fileno=os.dup(connection.fileno())) as link,
    ):
        link.shutdown(socket.SHUT_RDWR)
