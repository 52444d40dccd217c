"""Of several sets of rules for time zones the newest is used, by every process."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain import wallclock, zonedata
from tests.zones import HOUR, Rules, zones_in

BOT = Path(wallclock.__file__).parents[1]
OLD, NEW, NEWEST = "1999a", "9999y", "9999z"
WARSAW = "Europe/Warsaw"
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
#: what a process says that reads a zone in the way that all of ours do
SAYS = f"""
from datetime import datetime
from bot.domain import wallclock
moment = datetime.fromisoformat("{NOON.isoformat()}")
for name in {{names}}:
    print(wallclock.local(moment, wallclock.zone(name)).hour - moment.hour)
"""


def folder(path: Path, version: str | None, **zones: int) -> Path:
    """Zones, `__` for `/`, each so many hours east of Greenwich."""
    for name, hours in zones.items():
        file = path / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(Rules(hours * HOUR).as_file())
    if version:
        (path / "tzdata.zi").write_text(f"# version {version}\n# zic input\n")
    return path


def hours(*names: str, tzpath: str, packages: Path | None = None) -> list[int]:
    """How far clocks are ahead at these places, as a new process sees it."""
    path = [*([str(packages)] if packages else []), str(BOT.parent)]
    ran = subprocess.run(
        [sys.executable, "-c", SAYS.format(names=names)],
        env={
            **os.environ,
            "PYTHONTZPATH": tzpath,
            "PYTHONPATH": os.pathsep.join(path),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return [int(line) for line in ran.stdout.split()]


def package(path: Path, version: str, **zones: int) -> Path:
    """A folder with a package `tzdata` of one's own."""
    folder(path / "tzdata" / "zoneinfo", version, **zones)
    (path / "tzdata" / "__init__.py").touch()
    return path


@pytest.mark.parametrize("order", [("old", "new"), ("new", "old")])
def test_the_newest_folder(tmp_path: Path, order: tuple[str, str]) -> None:
    """Of two folders the newer is read, whichever stands first."""
    folder(tmp_path / "old", NEW, Europe__Warsaw=5)
    folder(tmp_path / "new", NEWEST, Europe__Warsaw=6)
    tzpath = os.pathsep.join(str(tmp_path / one) for one in order)
    assert hours(WARSAW, tzpath=tzpath) == [6]


@pytest.mark.parametrize("version", [OLD, None], ids=["old", "unknown"])
def test_a_package_that_is_newer(tmp_path: Path, version: str | None) -> None:
    """The package that came with Carillon wins over older data of the system, also over
    those that say no version.
    """
    system = folder(tmp_path, version, Europe__Warsaw=5)
    assert hours(WARSAW, tzpath=str(system)) == [1]


def test_a_system_that_is_newer(tmp_path: Path) -> None:
    """Newer data of the system win over the package's."""
    system = folder(tmp_path / "system", NEWEST, Europe__Warsaw=5)
    packages = package(tmp_path, NEW, Europe__Warsaw=6)
    assert hours(WARSAW, tzpath=str(system), packages=packages) == [5]


def test_what_only_one_of_them_knows(tmp_path: Path) -> None:
    """A zone that only the older data know is still known, with their rules."""
    system = folder(tmp_path / "system", NEW, Europe__Warsaw=5, Mars__Old=7)
    packages = package(tmp_path, NEWEST, Europe__Warsaw=6, Mars__New=8)
    names = (WARSAW, "Mars/Old", "Mars/New")
    found = hours(*names, tzpath=str(system), packages=packages)
    assert found == [6, 7, 8]


def test_no_package(tmp_path: Path) -> None:
    """Without a package there is what the system has."""
    (tmp_path / "tzdata.py").write_text("raise ImportError\n")
    system = folder(tmp_path / "system", OLD, Europe__Warsaw=5)
    assert hours(WARSAW, tzpath=str(system), packages=tmp_path) == [5]


def test_no_system() -> None:
    """Without data of the system there is the package."""
    assert hours(WARSAW, tzpath="") == [1]


def test_the_version_of_other_systems(tmp_path: Path) -> None:
    """A folder may say its version as macOS does; what is none is unknown."""
    folder(tmp_path / "tz", None, Europe__Warsaw=5)
    (tmp_path / "tz" / "tzdata.zi").write_text("# version unknown\n")
    assert hours(WARSAW, tzpath=str(tmp_path / "tz")) == [1]
    (tmp_path / "tz" / "+VERSION").write_text(f"{NEWEST}\n")
    assert hours(WARSAW, tzpath=str(tmp_path / "tz")) == [5]


def test_brought_up_to_date_meanwhile(tmp_path: Path) -> None:
    """Data that become the newest while a process runs are read by its next look."""
    with zones_in(tmp_path) as zones:
        (tmp_path / "+VERSION").write_text(OLD)
        zones.write(WARSAW, Rules(5 * HOUR))
        assert wallclock.local(NOON, wallclock.zone(WARSAW)).hour == NOON.hour + 1
        assert zonedata.known()[-1] == zonedata.ZoneData(
            folder=tmp_path, version=OLD, is_package=False
        )
        (tmp_path / "+VERSION").write_text(NEWEST)
        wallclock.look_again()
        assert wallclock.local(NOON, wallclock.zone(WARSAW)).hour == NOON.hour + 5
        assert zonedata.known()[0].folder == tmp_path


def test_libraries_agree(tmp_path: Path) -> None:
    """Dateutil and Babel take a zone from the same data."""
    from babel.dates import format_time  # noqa: PLC0415 - imported by the test alone
    from dateutil import tz  # noqa: PLC0415

    with zones_in(tmp_path) as zones:
        zones.write(WARSAW, Rules(5 * HOUR))
        for found in (ZoneInfo(WARSAW), tz.gettz(WARSAW)):
            assert NOON.astimezone(found).hour == NOON.hour + 5
        # by its name Babel would take a zone from pytz, where somebody has that
        told = format_time(NOON, "HH", tzinfo=ZoneInfo(WARSAW), locale="en")
        assert told == f"{NOON.hour + 5}"


def test_one_place_makes_zones() -> None:
    """No other module makes a zone or lists them, so none is read before the choice."""
    assert sorted(set(_makers())) == ["domain/wallclock.py"]


def _makers() -> Iterator[str]:
    for file in BOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(
                    func=ast.Name(id="ZoneInfo"), args=[ast.Constant(value="UTC")]
                ):
                    pass  # which is the same everywhere
                case ast.Call(func=ast.Name(id="ZoneInfo" | "available_timezones")):
                    yield file.relative_to(BOT).as_posix()
