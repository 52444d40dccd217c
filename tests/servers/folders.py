"""Temporary folders that go even when the process that made them is killed."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Waits for the end of its input, that is of its parent; then removes the folder,
# twice as servers that die at the same moment may still be writing.
SWEEPER = 'cat; rm -rf "$0"; sleep 1; rm -rf "$0"'


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder with a short name (Unix sockets allow 107 bytes) and mode 700."""
    folder = Path(tempfile.mkdtemp(prefix="carillon-"))
    sweeper = subprocess.Popen(
        ["sh", "-c", SWEEPER, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # not interrupted by Ctrl-C
        cwd="/",
    )
    try:
        yield folder
    finally:
        sweeper.kill()
        sweeper.communicate()
        shutil.rmtree(folder, ignore_errors=True)
