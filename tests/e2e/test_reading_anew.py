"""The running service reads its configuration anew, and stays connected."""

import json
import secrets
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.xmpp.stanzas.commands import NS as COMMANDS
from tests.e2e.conftest import Make
from tests.e2e.service import Service
from tests.e2e.xml_client import XmlClient
from tests.servers import forked
from tests.servers.environment import environment
from tests.servers.postgresql import PostgreSQL
from tests.servers.prosody import Prosody

pytestmark = pytest.mark.e2e


@pytest.fixture
def service(request: pytest.FixtureRequest, prosody: Prosody, make: Make) -> Service:
    """It runs, connected, as a component unless the test says otherwise."""
    made = make(prosody, getattr(request, "param", "component"))
    made.start()
    made.wait_until_connected()
    return made


def change(service: Service, *changes: tuple[str, str]) -> None:
    text = service.file.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    service.file.write_text(text)


def a_template(folder: Path, name: str, body: str) -> None:
    made = folder / name
    made.mkdir(parents=True)
    (made / "template.toml").write_text(
        'languages = ["en"]\n[title]\nen = "Bells"\n[description]\nen = "Of them."\n'
    )
    (made / "subject.en.txt.j2").write_text("Bells")
    (made / "body.en.txt.j2").write_text(body)


def tried(service: Service, *words: str) -> tuple[int, str]:
    """Exit code, and what it says."""
    done = forked.run(
        ("-c", str(service.file), *words), cwd=service.folder, env=_env(service)
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def _env(service: Service) -> dict[str, str]:
    return environment(service.folder, {"LC_ALL": "C.UTF-8"})


def status(service: Service) -> dict[str, Any]:
    [found] = json.loads(service.command("status", "--json"))["services"]
    return dict(found)


def hang_up(service: Service) -> None:
    service.send_signal(signal.SIGHUP)


def by_command(service: Service) -> None:
    service.command("reload")


def sessions(service: Service) -> int:
    return sum(" connected as " in line for line in service.lines)


@pytest.mark.parametrize(
    ("service", "read_anew"),
    [("component", hang_up), ("account", by_command)],
    indirect=["service"],
)
def test_it_takes_up_what_changed(
    service: Service, read_anew: Callable[[Service], None]
) -> None:
    """After SIGHUP and after `carillon reload` it sends with a template of a folder
    that was set while it ran, to a list that came then, over the same session.
    """
    folder, before = service.folder / "templates", sessions(service)
    a_template(folder, "bells", "They ring.")
    change(
        service,
        ("[lists.news]", f'[templates]\nfolder = "{folder}"\n[lists.news]'),
        ("[lists.news]", "[lists.club]\nwelcome = ''\n[lists.news]"),
    )
    assert status(service)["differs"] == ["lists.club", "templates.folder"]
    read_anew(service)
    service.until(lambda: not status(service)["differs"])
    job = service.command(
        *("announce", "club", "--template", "bells", "--yes", "--json")
    )
    reference = json.loads(job)["reference"]
    found = service.uses.database.look(lambda uow: uow.schedules.get(reference))
    assert found is not None
    service.until(lambda: service.sent(found))
    assert sessions(service) == before == 1
    assert service.stop() == 0


def test_what_has_to_wait_is_named(service: Service) -> None:
    """What a running service does not take up is named by the command, in the log and
    by `status`; the rest counts.
    """
    change(
        service, ("window = 200", "window = 100"), ("auditors = []", 'auditors=["a@b"]')
    )
    code, said = tried(service, "reload")
    assert code == 0
    assert f"has read {service.file}. Changed: access.auditors, sending.window." in said
    assert "Not while it runs: sending.window." in said
    assert any("wait for the next start" in line for line in service.lines)
    found = status(service)
    assert found["configuration"]["waiting"] == found["differs"] == ["sending.window"]
    for command in ("status", "check"):
        _, said = tried(service, command)
        assert "changes of sending.window wait until" in said
        assert "differ in" not in said


def test_one_that_cannot_be_used(service: Service) -> None:
    """It changes nothing: `reload` fails with the reason, and what SIGHUP met is in the
    log and told by `status`, until it is mended.
    """
    before = status(service)
    text = service.file.read_text()
    service.file.write_text(f"{text}\n[acess]\n")
    code, said = tried(service, "reload")
    assert code == 1
    assert "acess: there is no such key" in said
    hang_up(service)
    service.until(lambda: "acess: there is no such key" in "".join(service.lines))
    service.file.write_text(text)
    service.until(lambda: status(service)["configuration"]["faults"])
    found = status(service)
    assert found["configuration"]["read_at"] == before["configuration"]["read_at"]
    assert tried(service, "reload")[0] == 0
    assert status(service)["configuration"]["faults"] == []


def test_a_file_of_its_own(service: Service, tmp_path: Path) -> None:
    """`reload` fails with the service's reason where the service reads another file."""
    other = tmp_path / "other.toml"
    other.write_text(service.file.read_text())
    service.file.write_text("[")
    service.file, broken = other, service.file
    code, said = tried(service, "reload")
    assert code == 1
    assert f"{broken}:1: not TOML" in said
    assert "that of before stays in force" in said


def test_who_differs_is_told(service: Service) -> None:
    """`announce`, `status` and `check` say where they go by another configuration."""
    change(service, ("admins = []", 'admins = ["a@example.org"]'))
    announce = ("announce", "news", "--body", "Hi", "--dry-run")
    for words in (announce, ("status",), ("check",)):
        _, said = tried(service, *words)
        assert "differ in access.admins." in said, words
    assert tried(service, "reload")[0] == 0
    for words in (announce, ("status",), ("check",)):
        assert "differ in" not in tried(service, *words)[1], words


@pytest.mark.postgres
def test_a_stand_by(prosody: Prosody, postgresql: PostgreSQL, make: Make) -> None:
    """One that stands by reads its file when its turn comes."""
    url = postgresql.database("a_stand_by_reads")
    first, second = (make(prosody, "component", database=url) for _ in range(2))
    first.start()
    first.wait_until_connected()
    second.start()
    second.until(lambda: "standing by" in second.log)
    change(second, ("auditors = []", 'auditors = ["a@b"]'))
    assert first.stop() == 0
    second.wait_until_connected()
    told = [line for line in second.lines if "configuration read anew" in line]
    assert ["changed=access.auditors" in line for line in told] == [True]
    assert second.stop() == 0


def test_nobody_reads(prosody: Prosody, make: Make) -> None:
    """With no service running `reload` says so, and fails."""
    code, said = tried(make(prosody, "component"), "reload")
    assert code == 1
    assert "no service is running" in said


def test_a_right_lost_in_the_middle_of_a_command(prosody: Prosody, make: Make) -> None:
    """Between two steps of a form, over the wire: the next step finds that it is gone,
    and does nothing.
    """
    user = f"b{secrets.token_hex(4)}"
    prosody.register(user)
    service = make(prosody, "component", admins=[prosody.jid(user)])
    service.start()
    service.wait_until_connected()
    run = f"<command xmlns='{COMMANDS}' node='check'"
    with XmlClient(prosody, user=user) as boss:
        opened = boss.ask(service.address, "set", f"{run}/>")[0]
        assert opened.get("status") == "executing"
        change(service, (prosody.jid(user), "nobody@example.org"))
        by_command(service)
        session = opened.get("sessionid")
        answer = boss.ask(
            service.address,
            "set",
            f"{run} sessionid='{session}'><x xmlns='jabber:x:data' type='submit'>"
            "<field var='do'><value>reload</value></field></x></command>",
        )[0]
    assert answer.get("status") == "completed"
    note = answer.find(f"{{{COMMANDS}}}note")
    assert note is not None
    assert (note.get("type"), note.text) == ("error", "You may not do this here.")
    assert service.log.count("configuration read anew") == 1
