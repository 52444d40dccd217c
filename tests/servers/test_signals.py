"""The suite passes whatever signals its starter ignores."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: a terminal's Ctrl-C, and a server that is ended by SIGTERM
NODES = (
    "tests/cli/test_init.py::test_interrupted_while_asking[Ctrl-C-0]",
    "tests/servers/test_processes.py::test_a_signal_reaches_what_tests_start[SIGTERM]",
)


def test_started_with_signals_ignored() -> None:
    """As under nohup and in the background of a shell: Ctrl-C still ends a command."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTEST_")
    }
    done = subprocess.run(
        [
            *("env", "--ignore-signal=INT,QUIT,HUP,TERM", sys.executable, "-m"),
            *("pytest", "-q", "-p", "no:cacheprovider", "-n", "1", *NODES),
        ],
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
        cwd=ROOT,
        env=environment,
    )
    assert done.returncode == 0, done.stdout
    assert f"{len(NODES)} passed" in done.stdout
