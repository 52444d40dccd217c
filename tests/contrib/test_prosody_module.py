"""contrib/prosody/mod_carillon as it is handed out."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

from tests.servers import programs

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "contrib" / "prosody" / "mod_carillon"
README, CHANGELOG = FOLDER / "README.md", FOLDER / "CHANGELOG.md"
CODE = {file.name: file.read_text() for file in FOLDER.glob("*.lua")}


def test_luacheck() -> None:
    """It finds nothing, by the rules that lie beside the module."""
    pure = programs.folders("luacheck", "usr/share/lua/5.1")
    native = programs.folders("luacheck", f"usr/lib/{programs.multiarch()}/lua/5.1")
    ran = subprocess.run(
        [
            programs.find("luacheck", "usr/bin/lua5.1"),
            programs.find("luacheck", "usr/bin/luacheck"),
            *("--no-color", "--no-cache", "."),
        ],
        cwd=FOLDER,
        env={
            **os.environ,
            "LUA_PATH": ";".join(f"{path}/?.lua;{path}/?/init.lua" for path in pure),
            "LUA_CPATH": ";".join(f"{path}/?.so" for path in native),
            "LD_LIBRARY_PATH": programs.library_path("luacheck"),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"0 warnings / 0 errors in {len(CODE)} files" in ran.stdout


def test_options() -> None:
    """Each option that is read is told of, with its default, and no other."""
    reads = re.compile(r'get_option_(\w+)\("(carillon_\w+)"(?:, ([^()]+))?\)')
    read = {
        name: default
        for text in CODE.values()
        for _, name, default in reads.findall(text)
    }
    rows = re.findall(
        r"^\| `(carillon_\w+)` \| (.+?) \|", README.read_text(), re.MULTILINE
    )
    told = {name: default.strip("`") for name, default in rows}
    assert told.keys() == read.keys()
    for name in ("carillon_timeout", "carillon_retry", "carillon_memory"):
        assert told[name] == read[name]


def test_version() -> None:
    """The server says the version that the changelog has on top, the project's."""
    [version] = re.findall(r'local VERSION = "(.+)";', CODE["mod_carillon.lua"])
    [_, newest, *_] = re.split(r"^## (\S+)$", CHANGELOG.read_text(), flags=re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert version == newest == project["version"].partition(".dev")[0]


def test_license() -> None:
    """The project's."""
    assert (FOLDER / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
