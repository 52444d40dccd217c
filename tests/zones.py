"""Time zones whose rules a test writes, and changes while it runs (RFC 8536)."""

import struct
import zoneinfo
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.domain import wallclock

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Rules:
    """What clocks in a zone show: an offset, others from some moments on, and then
    what a POSIX TZ string says.
    """

    #: seconds east of UTC at first
    offset: int
    changes: Sequence[tuple[datetime, int]] = ()
    footer: str = ""

    def as_file(self) -> bytes:
        offsets = sorted({self.offset, *(offset for _, offset in self.changes)})
        # the first type is that of before all changes
        offsets.remove(self.offset)
        offsets.insert(0, self.offset)
        times = [int(moment.timestamp()) for moment, _ in self.changes]
        kinds = [offsets.index(offset) for _, offset in self.changes]
        names = b"ZZZ\0"
        count, types = len(times), len(offsets)
        body = struct.pack(f">{count}q{count}B", *times, *kinds)
        body += b"".join(struct.pack(">lBB", offset, 0, 0) for offset in offsets)
        head = struct.pack(">4sc15x6l", b"TZif", b"2", 0, 0, 0, count, types, 4)
        # the part for readers of old is left empty but for one type
        old = struct.pack(">4sc15x6l", b"TZif", b"2", 0, 0, 0, 0, 1, 4)
        old += struct.pack(">lBB", 0, 0, 0) + names
        return old + head + body + names + f"\n{self.footer}\n".encode()


class Zones:
    """A folder whose zones are newer than those of the machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "+VERSION").write_text("9999z\n")

    def write(self, name: str, rules: Rules) -> None:
        """As an upgrade of the zones' data does; read by who looks again."""
        file = self._folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(rules.as_file())
        wallclock.look_again()


@contextmanager
def zones_in(folder: Path) -> Iterator[Zones]:
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(folder), *before])
    zones = Zones(folder)
    wallclock.look_again()
    try:
        yield zones
    finally:
        zoneinfo.reset_tzpath(before)
        wallclock.look_again()
