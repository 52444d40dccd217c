"""What was answered is on the disk: a power cut takes nothing of it back."""

import re
import secrets
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.conftest import Make
from tests.e2e.service import ROOT
from tests.e2e.speaking import BODY, SCHEDULING, SOON
from tests.e2e.xml_client import XmlClient
from tests.servers import tools
from tests.servers.prosody import Prosody
from tests.store.releases import restore

pytestmark = pytest.mark.e2e

REQUESTS = 20
#: a call of a thread, as `strace -f -y` shows it
SYNC = re.compile(r"^\d+ +f(?:data)?sync\(\d+<(.*?)>\)? ", re.MULTILINE)


def tracing(file: Path) -> list[str | Path]:
    """What starts `carillon`, and writes down what it asks the disk for."""
    calls = "trace=fsync,fdatasync"
    return [tools.find("strace"), "-D", "-f", "-y", "-qq", "-e", calls, "-o", file]


def test_each_answer_is_on_the_disk(
    prosody: Prosody, make: Make, tmp_path: Path
) -> None:
    """No request is answered before the disk has it."""
    admin = f"admin{secrets.token_hex(4)}"
    prosody.register(admin)
    traced = tmp_path / "calls"
    service = make(
        prosody,
        "component",
        admins=[prosody.jid(admin)],
        program=[*tracing(traced), sys.executable, "-m", "bot"],
    )
    to = f"<to>news@{service.address}</to>"
    asked = f"<schedule xmlns='{SCHEDULING}'>{to}{SOON}{BODY}</schedule>"
    with XmlClient(prosody, user=admin) as client:
        service.start()
        service.wait_until_connected()
        ping = "<ping xmlns='urn:xmpp:ping'/>"
        service.until(
            lambda: client.ask(service.address, "get", ping).get("type") == "result"
        )
        for _ in range(REQUESTS):
            answer = client.ask(service.address, "set", asked)
            assert answer.get("type") == "result", ET.tostring(answer)
    assert service.stop() == 0
    synced = SYNC.findall(traced.read_text())
    assert sum(name.endswith("carillon.db-wal") for name in synced) >= REQUESTS


def test_new_files_have_their_names(
    prosody: Prosody, make: Make, tmp_path: Path
) -> None:
    """A copy of the database is on the disk, under its name, before that is changed."""
    service = make(prosody, "component")
    file = tmp_path / "old" / "carillon.db"
    file.parent.mkdir()
    restore("0.1.0", f"sqlite:///{file}")
    config = tmp_path / "old.toml"
    config.write_text(
        service.file.read_text().replace(service.url, f"sqlite:///{file}")
    )
    traced = tmp_path / "calls"
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "bot",
        "-c",
        config,
        "db",
        "upgrade",
    ]
    options = [one for one in tracing(traced) if one != "-D"]
    subprocess.run([*options, *command], cwd=ROOT, check=True, timeout=60)
    synced = SYNC.findall(traced.read_text())
    part = f"{file}.backup.part"
    assert part in synced
    after = synced[synced.index(part) :]
    assert str(file.parent) in after
    changed = after.index(f"{file}-wal")
    assert after.index(str(file.parent)) < changed
