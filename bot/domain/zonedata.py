"""Which rules of time zones are used: the newest that this machine has.

Python takes a zone from the first folder of `zoneinfo.TZPATH` that has it, and asks the
package `tzdata`, which is installed with Carillon, only about what no folder has. So a
system that nobody brings up to date would win. Here all of them are folders, the newest
first (docs/decisions/0035-the-newest-zone-data.md); what one lacks the next one has.
"""

import importlib
import re
import zoneinfo
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

#: where a folder, the package's too, says which release of the IANA's database it is
_SAYS = (("tzdata.zi", r"# version (\d{4}[a-z]+)"), ("+VERSION", r"(\d{4}[a-z]+)"))


@dataclass(frozen=True, slots=True)
class ZoneData:
    folder: Path
    #: "2026a"; "" where nobody says, which counts as older than all others
    version: str
    is_package: bool


def known() -> list[ZoneData]:
    """All there are, the newest first; of equals, those of the system."""
    package = _package()
    folders = [*map(Path, zoneinfo.TZPATH), *([package] if package else [])]
    found: dict[Path, ZoneData] = {}
    for folder in folders:
        if folder.is_dir():
            data = ZoneData(folder, _version(folder), folder == package)
            # links may lead to the same
            found.setdefault(folder.resolve(), data)
    return sorted(
        found.values(), key=lambda one: (one.version, not one.is_package), reverse=True
    )


def take_newest() -> None:
    """For the zones that are read from here on."""
    folders = [str(one.folder) for one in known()]
    # those that are not there yet may be when zones are read anew
    zoneinfo.reset_tzpath(tuple(dict.fromkeys([*folders, *zoneinfo.TZPATH])))
    zoneinfo.ZoneInfo.clear_cache()


def _package() -> Path | None:
    with suppress(ImportError):
        file = importlib.import_module("tzdata").__file__
        return Path(file).absolute().parent / "zoneinfo" if file else None
    return None


def _version(folder: Path) -> str:
    for name, pattern in _SAYS:
        with suppress(OSError, UnicodeError), (folder / name).open() as file:
            if found := re.match(pattern, file.readline(100), re.ASCII):
                return found[1]
    return ""
