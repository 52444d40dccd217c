"""contrib/systemd/carillon.service is what systemd takes, and exposes little."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.app.running import GRACE_SECONDS, PULSE
from bot.cli.session import FOLDER
from bot.xmpp.session.timing import Timing
from tests.e2e.service import Service
from tests.packaging.building import ROOT
from tests.servers import programs, tools
from tests.servers.prosody import Prosody

UNIT = ROOT / "contrib" / "systemd" / "carillon.service"
#: of 100, as `systemd-analyze security` counts; a service of the network has about 10
EXPOSURE = 15
PROGRAM = "/usr/local/bin/carillon"


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit, with a program that is there."""
    text = UNIT.read_text()
    assert f"ExecStart={PROGRAM} " in text
    file = tmp_path / UNIT.name
    file.write_text(text.replace(PROGRAM, sys.executable))
    return file


def test_what_init_writes_is_handed_over(unit: Path, tmp_path: Path) -> None:
    """The service, another user at each start, gets both files, or goes without; the
    configuration also when it is to read it anew.
    """
    text = unit.read_text()
    assert f"\nLoadCredential=secret:{FOLDER / 'secret'}\n" in text
    copies = re.findall(r"^(Exec\w+)=\+/bin/sh -c '(.*)'$", text, re.MULTILINE)
    assert [key for key, _ in copies] == ["ExecStartPre", "ExecReload"]
    for _, copy in copies:
        made = tmp_path / "run" / "carillon"
        made.mkdir(parents=True, exist_ok=True)
        (tmp_path / "carillon.toml").write_text("x")
        command = copy.replace(f"{FOLDER}", f"{tmp_path}")
        command = command.replace("%t", f"{made.parent}")
        subprocess.run(["/bin/sh", "-c", command], check=True)
        assert (made / "carillon.toml").stat().st_mode & 0o777 == 0o600
        (made / "carillon.toml").unlink()
    service = re.search(r"^ExecStart=\S+ -c %t/(\S+) run$", text, re.MULTILINE)
    assert service is not None
    assert service[1] == "carillon/carillon.toml"
    assert f"\nExecReload=+{sys.executable} -c {FOLDER}/carillon.toml reload\n" in text
    # of a configuration that names no such file; systemd takes no empty one
    assert "\nSetCredential=secret:\\n\n" in text


def test_verify(unit: Path) -> None:
    """Systemd finds no fault: each key and value is one."""
    # the targets that it refers to, where systemd is not installed
    units = programs.folders("tools", "usr/lib/systemd/system", "lib/systemd/system")
    ran = tools.run(
        "systemd-analyze", "verify", "--man=no", unit,
        env={"SYSTEMD_UNIT_PATH": ":".join([str(unit.parent), *units])},
    )  # fmt: skip
    assert (ran.returncode, ran.stdout + ran.stderr) == (0, "")


def test_a_second_service(unit: Path, tmp_path: Path) -> None:
    """What docs/how-to/systemd.md makes of the unit has files and folders of its own,
    and systemd finds no fault in it.
    """
    page = (ROOT / "docs" / "how-to" / "systemd.md").read_text()
    [command] = re.findall(r"^sed .*(?= >/etc/systemd)", page, re.MULTILINE)
    made = tmp_path / "carillon-school.service"
    made.write_text(
        subprocess.run(
            shlex.split(command), cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout
    )
    own = re.findall(
        r"^(\w+)=.*?(carillon-school[^\s']*)$", made.read_text(), re.MULTILINE
    )
    assert own == [
        ("LoadCredential", "carillon-school/secret"),
        ("RuntimeDirectory", "carillon-school"),
        ("StateDirectory", "carillon-school"),
        ("WorkingDirectory", "carillon-school"),
    ]
    assert not re.search(
        r"(/etc|%t)/carillon/", made.read_text().partition("[Unit]")[2]
    )
    unit.write_text(made.read_text().replace(PROGRAM, sys.executable))
    test_verify(unit)


def test_verify_finds_faults(unit: Path) -> None:
    """A key that does not exist is found, so the test above can fail."""
    unit.write_text(unit.read_text().replace("PrivateTmp=", "PrivateTemp="))
    ran = tools.run("systemd-analyze", "verify", "--man=no", unit)
    assert "PrivateTemp" in ran.stderr


def test_security(unit: Path) -> None:
    """What the service could still do is little, by systemd's own measure."""
    limit = f"--threshold={EXPOSURE}"
    ran = tools.run("systemd-analyze", "security", "--offline=yes", limit, unit)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_system_calls(
    prosody: Prosody, make: Callable[..., Service], tmp_path: Path
) -> None:
    """A life of the service makes only calls that the unit allows it."""
    calls = tmp_path / "calls"
    traced = [tools.find("strace"), "-D", "-f", "-qq", "-o", calls]
    service = make(prosody, "component", program=[*traced, sys.executable, "-m", "bot"])
    service.start()
    service.wait_until_connected()
    prosody.register("traced")
    service.subscribe([prosody.jid("traced")])
    job = service.announce()
    service.until(lambda: service.sent(job))
    assert service.stop() == 0
    made = re.findall(r"^\d+ +(\w+)\((.*)$", calls.read_text(), re.MULTILINE)
    allowed = _group("@system-service") - _group("@privileged") - _group("@resources")
    assert len(made) > 1000
    # strace's own start; SQLite gives its files to their owner where it is root
    assert {name for name, _ in made} - allowed - {"execve", "fchown"} == set()
    # MemoryDenyWriteExecute
    assert [
        arguments
        for name, arguments in made
        if (name == "mmap" and "PROT_WRITE|PROT_EXEC" in arguments)
        or (name in {"mprotect", "pkey_mprotect"} and "PROT_EXEC" in arguments)
    ] == []


def _group(name: str) -> set[str]:
    """The system calls of one of systemd's groups."""
    ran = tools.run("systemd-analyze", "syscall-filter", "--no-pager", name)
    calls: set[str] = set()
    for line in ran.stdout.splitlines()[1:]:
        word = line.strip()
        if word.startswith("@"):
            calls |= _group(word)
        elif word and not word.startswith("#"):
            calls.add(word)
    assert calls, ran.stderr
    return calls


def test_after_the_clock_is_set(unit: Path) -> None:
    """It is started after the clock is set, and keeps no machine from starting that has
    nothing to set it with: who sets clocks pulls the target in (systemd.special(7)).
    """
    named = re.findall(
        r"^(\w+)=.*\btime-sync\.target\b", unit.read_text(), re.MULTILINE
    )
    assert named == ["After"]


def test_waiting_times() -> None:
    """It is given longer than the service itself takes to stop."""
    wanted = re.compile(r"^(\w+Sec)=(\d+)(?:s|min)$", re.MULTILINE)
    times = dict(wanted.findall(UNIT.read_text()))
    assert 2 * GRACE_SECONDS + Timing().close < int(times["TimeoutStopSec"])
    assert 60 * int(times["WatchdogSec"]) > 30 + PULSE
