"""compose.yaml is what Docker Compose takes, and its parts fit each other."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import load
from tests.packaging.building import ROOT
from tests.packaging.images import CannotError, base

FILE = ROOT / "compose.yaml"
PARTS = ROOT / "contrib" / "compose"


@pytest.fixture
def composed() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return found


def _compose(file: Path) -> subprocess.CompletedProcess[str]:
    """Docker's own reader, which asks no daemon."""
    try:
        program = base() / "docker-compose"
    except CannotError as cannot:
        if "CI" in os.environ:
            raise
        pytest.skip(str(cannot))
    return subprocess.run(
        [program, "-f", file, "config", "--quiet"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.timeout(600)  # the first time, it makes what images start from
def test_valid(tmp_path: Path) -> None:
    """Docker Compose takes the file, and would not take one with an unknown key."""
    ran = _compose(FILE)
    assert (ran.returncode, ran.stderr) == (0, "")
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(FILE.read_text().replace("restart:", "restarts:"))
    assert "restarts" in _compose(wrong).stderr


def test_parts(composed: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every mounted file is there; names, ports and secrets agree with the configs."""
    services = composed["services"]
    for service in services.values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            if source.startswith("."):
                assert (ROOT / source).is_file()
            else:
                assert source in composed["volumes"]
        assert set(service.get("secrets", ())) <= set(composed["secrets"])
    build = services["prosody"]["build"]
    assert (ROOT / build["context"] / build["dockerfile"]).is_file()

    config = (PARTS / "carillon.toml").read_text()
    given = set(re.findall(r"/run/secrets/(\w+)", config))
    assert given == set(services["carillon"]["secrets"])
    text = (PARTS / "prosody.cfg.lua").read_text()
    wanted = set(re.findall(r"/run/secrets/(\w+)", text))
    assert wanted == set(services["prosody"]["secrets"])

    monkeypatch.setenv("CARILLON_XMPP__PASSWORD_FILE", str(FILE))
    monkeypatch.setenv("CARILLON_DATABASE__PASSWORD_FILE", str(FILE))
    settings = load(PARTS / "carillon.toml")
    assert settings.xmpp.host in services
    assert f'Component "{settings.xmpp.jid}"' in text
    assert "@postgresql/carillon" in settings.database.url
    environment = services["postgresql"]["environment"]
    assert environment["POSTGRES_USER"] == environment["POSTGRES_DB"] == "carillon"
