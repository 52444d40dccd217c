"""`carillon init` on real servers, from nothing to an announcement that arrives."""

import contextlib
import json
import re
import secrets
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import load
from tests.e2e.service import ROOT
from tests.e2e.xml_client import C, XmlClient
from tests.servers import forked
from tests.servers.ejabberd import Ejabberd
from tests.servers.environment import environment
from tests.servers.ports import free_port
from tests.servers.processes import Process
from tests.servers.prosody import Prosody
from tests.servers.xmpp_server import XmppServer

REGISTER = re.compile(r'\w+ctl register (\S+) (\S+) "\$\(cat (\S+)\)"')
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


@pytest.fixture(params=[Prosody, Ejabberd])
def fresh(request: pytest.FixtureRequest) -> Iterator[XmppServer]:
    """A server of the test's own, throttled like Debian's, to be configured."""
    with request.param(limits="stock") as server:
        server.register("admin")
        yield server


def carillon(arguments: Sequence[str], folder: Path) -> Process:
    """It runs until it ends or is stopped; what it prints is in its log."""
    command = ["carillon", *arguments]
    return Process(command, log=folder / "log", cwd=ROOT, env={}, forked=True)


class Setup:
    """The program, in a process of its own, and what it is called with."""

    def __init__(self, server: XmppServer, mode: str, folder: Path) -> None:
        self.server, self.mode, self.folder = server, mode, folder
        self.config = folder / "carillon.toml"
        component = mode == "component"
        # Prosody has one port for components; ejabberd's snippet opens one
        shared = isinstance(server, Prosody)
        port = server.component_port if shared else free_port()
        self.port = port if component else server.c2s_port
        self.jid = f"bells.{server.domain}" if component else server.jid("bells")

    def command(self, *more: str) -> list[str]:
        return [
            *("init", "--json"),
            *("--jid", self.jid, "--admin", self.server.jid("admin")),
            *("--server", self.server.name, "--dir", str(self.folder)),
            *("--host", self.server.host, "--port", str(self.port)),
            *("--ca-file", str(self.server.ca_file), "--tz", "Europe/Warsaw"),
            *more,
        ]

    def run(self, *more: str, code: int = 0) -> tuple[dict[str, Any], str]:
        """What it tells programs, and its lines on stderr."""
        ran = forked.run(
            self.command(*more), cwd=ROOT, env=environment(ROOT, {}), timeout=120
        )
        assert ran.returncode == code, ran
        return (json.loads(ran.stdout) if ran.stdout else {}), ran.stderr

    def paste(self, told: dict[str, Any]) -> None:
        """Do what the operator is told to, on the private server."""
        place, text = told["server"]["place"], told["server"]["text"]
        if isinstance(self.server, Prosody):
            self._paste_prosody(place, text)
        else:
            assert isinstance(self.server, Ejabberd)
            self._paste_ejabberd(self.server, place, text)
        for command in told["server"]["commands"][:-1]:
            found = re.fullmatch(
                r'\w+ctl register (\S+) (\S+) "\$\(cat (\S+)\)"', command
            )
            assert found is not None, command
            assert found[2] == self.server.domain
            self.server.register(found[1], Path(found[3]).read_text().strip())

    def _paste_prosody(self, place: str, text: str) -> None:
        file = self.server.folder / "prosody.cfg.lua"
        content = file.read_text()
        if "at the end" in place:
            content += f"\n{text}\n"
        else:
            assert "above the first VirtualHost" in place
            content = content.replace("VirtualHost", f"{text}\nVirtualHost", 1)
        file.write_text(content)
        self.server.stop()
        self.server.start()

    def _paste_ejabberd(self, server: Ejabberd, place: str, text: str) -> None:
        file = server.folder / "ejabberd.yml"
        content = file.read_text()
        if "under `listen:`" in place:
            content = content.replace("listen:\n", f"listen:\n{text}\n", 1)
        else:
            # `acl` is added to what is there, the one rule is changed
            acl, rule = re.split(r"^shaper_rules:.*\n", text, flags=re.MULTILINE)
            content = content.replace("acl: # add to what is there\n", "")
            content = content.replace(
                "acl:\n", "acl:\n" + "".join(acl.splitlines(keepends=True)[1:]), 1
            )
            assert "  c2s_shaper: {none: admin, normal: all}\n" in content
            content = content.replace(
                "  c2s_shaper: {none: admin, normal: all}\n", f"{rule}\n", 1
            )
        file.write_text(content)
        server.call("reload_config")

    def equip(self, told: dict[str, Any]) -> None:
        """Give the private server the module, as the operator is told to."""
        module = told["server"]["module"]
        command = module["before"][0].split()
        assert command[:4] == ["carillon", "module", self.server.name, "--to"]
        if isinstance(self.server, Prosody):
            folder = self.server.folder / "modules"
            self._write_module(folder)
            [plugins, host] = module["pastes"]
            assert plugins["text"].endswith(f'{{ "{command[4]}" }}')
            line = re.findall("`(.*)`", host["place"])[0]
            file = self.server.folder / "prosody.cfg.lua"
            text = file.read_text()
            assert line in text
            file.write_text(text.replace(line, f"{line}\n{host['text']}"))
            self.server.stop()
            self.server.start()
        else:
            assert isinstance(self.server, Ejabberd)
            self._write_module(self.server.sources)
            assert module["before"][1:] == ["ejabberdctl module_install mod_carillon"]
            self.server.call("module_install", module="mod_carillon")
            [paste] = module["pastes"]
            file = self.server.folder / "ejabberd.yml"
            content = yaml.safe_load(file.read_text())
            for section, added in yaml.safe_load(paste["text"]).items():
                content[section] |= added
            file.write_text(yaml.safe_dump(content))
            assert self.server.call("reload_config") == 0

    def _write_module(self, folder: Path) -> None:
        words = ("module", self.server.name, "--to", str(folder))
        assert forked.run(words, cwd=ROOT, env=environment(ROOT, {})).returncode == 0


@pytest.mark.parametrize("mode", ["component", "account"])
def test_from_nothing_to_an_announcement(
    fresh: XmppServer, mode: str, tmp_path: Path
) -> None:
    """Written, pasted, run again: the announcement arrives, check finds no fault; once
    a component's server has the module, that fits, too.
    """
    setup = Setup(fresh, mode, tmp_path / "new")
    told, _ = setup.run("--no-test")
    assert told["wrote"] == [str(tmp_path / "new" / "secret"), str(setup.config)]
    assert {
        file.name: file.stat().st_mode & 0o777 for file in setup.folder.iterdir()
    } == {
        "secret": 0o600,
        "carillon.toml": 0o640,
        "carillon.db": 0o600,
    }
    assert load(setup.config).xmpp.mode == mode
    setup.paste(told)
    with XmlClient(fresh, user="admin") as admin:
        again, _ = setup.run("--yes")
        message = admin.message(lambda one: one.find(f"{C}body") is not None)
    assert again["wrote"] == []
    assert again["test"] == {"to": fresh.jid("admin"), "result": "sent"}
    assert (
        message.get("from", "").rpartition("@")[2].startswith((setup.jid, fresh.domain))
    )
    assert "Carillon is set up" in (message.findtext(f"{C}subject") or "")
    found = _check(setup)
    assert "fault" not in {one["result"] for one in found.values()}, found
    assert found["login"]["result"] == "ok"
    if mode == "account":  # the snippet lifts the limit
        assert found["send rate"]["result"] == "ok", found["send rate"]
    else:
        assert found["people"]["result"] == "warning"
        setup.equip(told)
        assert _check(setup)["people"]["result"] == "ok", _check(setup)["people"]


def _check(setup: Setup) -> dict[str, Any]:
    words = ("-c", setup.config, "check", "--json")
    ran = forked.run(words, cwd=ROOT, env=environment(ROOT, {}))
    assert ran.returncode == 0, ran
    return {one["check"]: one for one in json.loads(ran.stdout)["checks"]}


def test_it_tries_until_the_server_is_configured(tmp_path: Path) -> None:
    """With --yes it waits for whoever pastes, and then announces."""
    with Prosody() as server:
        server.register("admin")
        setup = Setup(server, "component", tmp_path / "new")
        waiting = carillon(setup.command("--yes", "--wait", "90s"), tmp_path)
        deadline = time.monotonic() + 60
        while not (setup.folder / "carillon.db").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        told, _ = setup.run("--no-test")  # again, only to be told what to paste
        setup.paste(told)
        assert waiting.wait(100) == 0
        assert json.loads(waiting.log.read_text())["test"]["result"] == "sent"


@pytest.mark.parametrize("mode", ["component", "account"])
def test_not_pasted(server: XmppServer, mode: str, tmp_path: Path) -> None:
    """Where the server does not know it, the reason is told and the files stay."""
    setup = Setup(server, mode, tmp_path / "new")
    if mode == "component":
        setup.port = server.component_port
    told, err = setup.run("--yes", "--wait", "1s", code=1)
    assert told["test"]["result"] == "failed"
    assert err.count("\n") == 1
    again = f"carillon init --server {server.name} --dir {setup.folder}"
    assert f"run `{again}` again to go on" in err
    assert setup.config.exists()


def test_an_admin_who_is_not_there(prosody: Prosody, tmp_path: Path) -> None:
    """An announcement that comes back is told as a wrong address of the admin."""
    secret = tmp_path / "known"
    secret.write_text(f"{prosody.secret}\n")
    setup = Setup(prosody, "component", tmp_path / "new")
    setup.jid = prosody.spares[0]
    nobody = prosody.jid(f"n{secrets.token_hex(4)}")
    more = ("--secret-file", str(secret), "--admin", nobody)
    told, err = setup.run("--yes", "--wait", "1s", *more, code=1)
    assert told["secret"] == str(secret)
    assert f"it came back from {nobody}: service-unavailable" in err


def test_beside_a_running_service(prosody: Prosody, tmp_path: Path) -> None:
    """Where the service runs already, it is left alone."""
    prosody.register("admin")
    secret = tmp_path / "known"
    secret.write_text(f"{prosody.secret}\n")
    setup = Setup(prosody, "component", tmp_path / "new")
    setup.jid = prosody.spares[1]
    setup.run("--no-test", "--secret-file", str(secret))
    running = carillon(["-c", str(setup.config), "run"], tmp_path)
    deadline = time.monotonic() + 60
    status = ("-c", setup.config, "status")
    while forked.run(status, cwd=ROOT, env=environment(ROOT, {})).returncode:
        assert time.monotonic() < deadline
    told, _ = setup.run("--yes", "--wait", "1s", "--secret-file", str(secret))
    assert told["test"]["result"] == "skipped"
    assert running.stop() == 0


def test_killed_anywhere_it_goes_on(tmp_path: Path) -> None:
    """Killed at any moment, what is there is whole, and the next run ends the work."""
    folder = tmp_path / "new"
    command = [
        *("init", "--jid", "bells.example.org"),
        *("--admin", "a@example.org", "--server", "prosody", "--no-test"),
        *("--dir", str(folder), "--json"),
    ]
    for delay in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5):
        running = carillon(command, tmp_path)
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(delay)
        running.kill()
        if (folder / "secret").exists():
            assert len((folder / "secret").read_text().strip()) == 32
        if (folder / "carillon.toml").exists():
            assert load(folder / "carillon.toml").xmpp.secret
    done = forked.run(command, cwd=ROOT, env=environment(ROOT, {}))
    assert json.loads(done.stdout)["database"] is not None
    # as by a kill between two steps of writing it
    for name in ("carillon.toml", "secret"):
        (folder / f".{name}.new").hardlink_to(folder / name)
    forked.run(command, cwd=ROOT, env=environment(ROOT, {}))
    assert {file.name for file in folder.iterdir()} == {
        "carillon.toml",
        "carillon.db",
        "secret",
    }
