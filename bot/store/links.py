"""Connections to PostgreSQL that a thread may wait on for ever, and how to end that."""

import contextlib
import os
import socket
import weakref
from typing import Any

import psycopg


class Links:
    """All connections that are open, whoever uses them."""

    def __init__(self) -> None:
        self._open: weakref.WeakSet[psycopg.Connection[Any]] = weakref.WeakSet()

    def add(self, connection: "psycopg.Connection[Any]") -> None:
        self._open.add(connection)

    def cut(self) -> None:
        for connection in list(self._open):
            cut(connection)


def cut(connection: "psycopg.Connection[Any]") -> None:
    """From any thread: whoever waits for an answer finds that the server is gone."""
    with (
        contextlib.suppress(OSError, psycopg.Error),
        # a copy: should the connection be closed meanwhile, its number is another's
        socket.socket(fileno=os.dup(connection.fileno())) as link,
    ):
        link.shutdown(socket.SHUT_RDWR)
