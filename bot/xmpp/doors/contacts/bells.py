"""The pictures that lists wear who have none of their own: bells in several colours.

`contrib/bells.py` draws them.
"""

import zlib
from functools import cache
from pathlib import Path

from bot.domain.pictures import Picture, picture

FOLDER = Path(__file__).parent / "pictures"


def bell(name: str) -> Picture:
    """Always the same for a list's name, "" for the service itself."""
    files = sorted(FOLDER.glob("*.png"))
    return _read(files[zlib.crc32(name.encode()) % len(files)])


@cache
def _read(file: Path) -> Picture:
    return picture(file.read_bytes())
