"""The clock of another process, moved by libfaketime while it runs."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from tests.servers import programs


class FakedClock:
    """That of a process which is started with `environment`; it goes on by itself."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.environment: Mapping[str, str] = {
            "LD_PRELOAD": str(programs.faketime()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "TZ": "UTC",
        }

    def set(self, moment: datetime) -> None:
        # at once: of a file half written another time would be read
        written = self._file.with_suffix(".new")
        written.write_text(f"@{moment:%Y-%m-%d %H:%M:%S}\n")
        written.rename(self._file)
