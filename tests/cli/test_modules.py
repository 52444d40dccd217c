"""`carillon module`: what is written, and for which release it is."""

import re
from pathlib import Path

import pytest

from bot.app import modules
from bot.app.snippets import ServerKind
from tests.cli.workplace import Workplace

BOTH = pytest.mark.parametrize("kind", list(ServerKind))
VERSIONS = {
    ServerKind.PROSODY: ("mod_carillon.lua", r'VERSION = "([\d.]+)"'),
    ServerKind.EJABBERD: ("src/mod_carillon.hrl", r'VERSION, <<"([\d.]+)">>'),
}


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(one.relative_to(folder)): one.read_bytes()
        for one in folder.rglob("*")
        if one.is_file()
    }


@BOTH
def test_it_is_of_this_release(kind: ServerKind) -> None:
    """What `check` wants of a server is what comes along."""
    name, pattern = VERSIONS[kind]
    [version] = re.findall(pattern, (modules.shipped(kind) / name).read_text())
    assert modules.parsed(version) == modules.VERSION


@BOTH
def test_it_is_written(place: Workplace, tmp_path: Path, kind: ServerKind) -> None:
    """As it comes along, readable for everybody, with the command that loads it, and
    where it is told what else it needs; an older one is replaced as a whole, with the
    command that stops nothing.
    """
    place.config.unlink()  # which it does without
    folder = tmp_path / "some" / "where"
    said = place("module", kind, "--to", str(folder))
    assert said.code == 0, said
    assert modules.LOADED[kind][0] in said.out
    there = folder / "mod_carillon"
    assert "README.md" in said.out
    assert (there / "README.md").is_file()
    assert files(there) == files(modules.shipped(kind))
    for one in (there, *there.rglob("*")):
        assert one.stat().st_mode & 0o777 == (0o755 if one.is_dir() else 0o644)
    (there / "left.lua").write_text("of before")
    found = place.data("module", kind, "--to", str(folder))
    assert found == {
        "folder": str(there),
        "replaced": True,
        "commands": list(modules.TAKEN_UP[kind]),
    }
    assert files(there) == files(modules.shipped(kind))
    assert [one.name for one in folder.iterdir()] == ["mod_carillon"]


def test_where_it_cannot_be(place: Workplace, tmp_path: Path) -> None:
    """It says why, and for a server that is none which there are."""
    (tmp_path / "file").write_text("")
    refused = place("module", "prosody", "--to", str(tmp_path / "file"))
    assert refused.code == 1
    assert "cannot be made" in refused.err
    assert "is none of prosody, ejabberd" in place("module", "x", "--to", "y").err
