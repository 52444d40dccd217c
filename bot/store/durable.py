"""What is written stays written: a file, and its name in its folder."""

import os
from pathlib import Path


def settle(path: Path) -> None:
    """Wait until the disk has this file, or the names in this folder (fsync)."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
