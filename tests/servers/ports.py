"""TCP ports on 127.0.0.1: choosing free ones, waiting for them, who listens."""

import fcntl
import os
import random
import socket
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

HOST = "127.0.0.1"

# Below the range the kernel takes for outgoing connections (32768 on), so that
# a port stays free while its server is stopped.
CANDIDATES = range(20000, 32000)


# Who runs tests locks the byte of each port that he gives out, until he ends: a free
# port is bound only later, when a server starts, and others look for ports, too.
RESERVED = Path(tempfile.gettempdir(), f"carillon-ports-{os.geteuid()}")


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on and nobody else is given."""
    for port in random.SystemRandom().sample(CANDIDATES, 100):
        if not _reserve(port):
            continue
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port found on {HOST}")


#: by this process, to which its own locks say nothing
_given: set[int] = set()


def _reserve(port: int) -> bool:
    if port in _given:
        return False
    try:
        fcntl.lockf(_reservations(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    _given.add(port)
    return True


@cache
def _reservations() -> int:
    """Open until the process ends: any close would give back every lock."""
    return os.open(RESERVED, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def is_open(port: int) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def listening(pids: set[int]) -> set[tuple[str, int]]:
    """(address, port) of every TCP port on which one of the processes listens.

    Addresses are as in /proc/net/tcp: "0100007F" is 127.0.0.1.
    """
    inodes = {link for pid in pids for link in _sockets(pid)}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                address, port = fields[1].split(":")
                found.add((address, int(port, 16)))
    return found


def _sockets(pid: int) -> set[str]:
    links = set()
    for link in _entries(Path(f"/proc/{pid}/fd")):
        with suppress(OSError):  # closed meanwhile; the others are still open
            links.add(str(link.readlink()))
    return {link for link in links if link.startswith("socket:")}


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []  # ended meanwhile
