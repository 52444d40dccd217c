"""A port is given to one server only."""

import subprocess
import sys
from pathlib import Path

from tests.servers import ports

ROOT = Path(__file__).parents[2]
#: takes every candidate there is and prints them
GREEDY = """
from tests.servers import ports
found = []
for port in range(29000, 29010):
    ports.CANDIDATES = [port] * 100
    try:
        found.append(ports.free_port())
    except OSError:
        pass
print(*found, flush=True)
input()
"""


def test_two_processes_get_different_ports() -> None:
    """What one process was given another is not, though nobody listens there yet."""
    command = [sys.executable, "-c", GREEDY]
    with (
        subprocess.Popen(command, stdin=-1, stdout=-1, text=True, cwd=ROOT) as first,
        subprocess.Popen(command, stdin=-1, stdout=-1, text=True, cwd=ROOT) as second,
    ):
        given = []
        for one in (first, second):
            assert one.stdout is not None
            given.append({int(port) for port in one.stdout.readline().split()})
        for one in (first, second):
            one.communicate("\n")
    assert given[0] | given[1]
    assert not given[0] & given[1]


def test_one_process_gets_different_ports() -> None:
    """No port is given twice."""
    found = [ports.free_port() for _ in range(50)]
    assert len(set(found)) == len(found)
