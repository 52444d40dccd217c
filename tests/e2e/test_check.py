"""`carillon check` on real servers: what is right, and each thing that is not."""

import json
import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.app.wiring import open_use_cases
from bot.cli.program import app
from bot.clock import SystemClock
from bot.service.ports.pulses import Pulse
from bot.settings import load
from bot.xmpp.stanzas.commands import NS as COMMANDS
from bot.xmpp.stanzas.namespaces import NOREPLY
from tests.e2e.conftest import Make
from tests.e2e.service import Service
from tests.e2e.speaking import Stage
from tests.e2e.xml_client import XmlClient
from tests.servers import programs
from tests.servers.ejabberd import Ejabberd
from tests.servers.prosody import Prosody
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e
BOTH = pytest.mark.parametrize("mode", ["component", "account"])
Found = dict[str, dict[str, Any]]


def check(service: Service, *options: str) -> Found:
    """By name; the exit code agrees with what was found."""
    ran = CliRunner().invoke(
        app, ["-c", str(service.file), "check", "--json", *options]
    )
    assert ran.stdout, ran.output
    found = {one["check"]: one for one in json.loads(ran.stdout)["checks"]}
    faults = [name for name, one in found.items() if one["result"] == "fault"]
    assert ran.exit_code == (1 if faults else 0)
    return found


def results(found: Found, *names: str) -> list[str]:
    return [found[name]["result"] for name in names]


def private(service: Service) -> Service:
    """As an operator leaves it: nobody else reads the password."""
    service.file.chmod(0o600)
    return service


def change(service: Service, old: str, new: str) -> None:
    text = service.file.read_text()
    assert old in text
    service.file.write_text(text.replace(old, new))


@BOTH
def test_all_is_right(server: XmppServer, mode: str, make: Make) -> None:
    """Before the service runs its login and rights are found right, exit code 0."""
    found = check(private(make(server, mode)))
    assert "fault" not in {one["result"] for one in found.values()}
    assert results(found, "login", "server", "port") == ["ok", "ok", "ok"]
    assert server.name in found["server"]["what"].lower()
    own = {"component": "rights", "account": "stream management"}[mode]
    assert found[own]["result"] == "ok"
    assert found["no-reply"]["result"] == "skipped"
    assert "no service is running" in found["no-reply"]["what"]
    if mode == "account":
        assert found["send rate"]["result"] == "ok"


def outsider(server: XmppServer, folder: Path, user: str) -> list[str]:
    secret = folder / "their-password"
    secret.write_text("pw\n")
    return [
        *("--as", server.jid(user), "--password-file", str(secret)),
        *("--server", f"{server.host}:{server.c2s_port}"),
        *("--ca-file", str(server.ca_file)),
    ]


def test_beside_a_running_service(stage: Stage, tmp_path: Path) -> None:
    """A running service is looked at from outside, and stays connected meanwhile."""
    service = private(stage.service)
    before = service.log.count("connected as")
    user = f"o{secrets.token_hex(4)}"
    stage.server.register(user)
    found = check(service, *outsider(stage.server, tmp_path, user))
    assert results(found, "service", "login", "no-reply") == ["ok", "ok", "ok"]
    assert stage.server.jid(user) in found["no-reply"]["what"]
    assert found["capabilities"]["result"] == "skipped"  # no contact of it
    assert found["server"]["result"] == "ok"
    assert found["commands"]["result"] == "ok"
    alone = check(service)
    assert f"/cmd list {stage.address}" in alone["commands"]["what"]
    if stage.mode == "component":
        assert "--as" in alone["no-reply"]["what"]
        assert "only connection" in alone["rights"]["what"]
    else:
        assert "another resource" in alone["no-reply"]["what"]
        assert results(alone, "login", "no-reply") == ["ok", "ok"]
    assert service.log.count("connected as") == before
    assert "connection lost" not in service.log


def test_by_a_command(stage: Stage) -> None:
    """The service looks at itself over its own connection, which goes on; what is on
    the machine, and what others are told, is among it; and it reads itself anew.
    """
    before = stage.service.log.count("connected as")
    private(stage.service)
    [heading, *rows] = _by_command(stage, "look")
    assert heading == "none", rows  # to put right
    for name in ("configuration", "database", "disk", "login", "clock", "no-reply"):
        assert any(row.startswith(f"{name}: ") for row in rows), name
    [told] = [row for row in rows if row.startswith("no-reply: ")]
    assert "told to the service itself" in told
    [rate] = [row for row in rows if row.startswith("send rate: ")]
    assert "carillon check" in rate
    assert stage.service.log.count("connected as") == before
    [done] = _by_command(stage, "reload")
    assert "read anew" in done
    service = stage.service
    service.until(lambda: "configuration read anew" in service.log)


def _by_command(stage: Stage, what: str) -> list[str]:
    """The lines of the answer, or its note."""
    run = f"<command xmlns='{COMMANDS}' node='check'"
    opened = stage.request(f"{run}/>", "set")[0]
    session = opened.get("sessionid")
    answer = stage.request(
        f"{run} sessionid='{session}'><x xmlns='jabber:x:data' type='submit'>"
        f"<field var='do'><value>{what}</value></field></x></command>",
        "set",
    )[0]
    assert answer.get("status") == "completed"
    note = answer.findtext(f"{{{COMMANDS}}}note")
    values = answer.iter("{jabber:x:data}value")
    return [note] if note else [one.text or "" for one in values]


def test_a_contact_sees_capabilities(stage: Stage, tmp_path: Path) -> None:
    """A contact of the service finds no-reply in the capabilities of its presence."""
    user = f"o{secrets.token_hex(4)}"
    stage.server.register(user)
    with XmlClient(stage.server, user=user) as client:
        client.send(f"<presence type='subscribe' to='{stage.contact}'/>")
        client.presence(stage.contact)
    found = check(stage.service, *outsider(stage.server, tmp_path, user))
    assert found["capabilities"]["result"] == "ok", found
    assert stage.address in found["capabilities"]["what"]


def test_somebody_else_is_there(prosody: Prosody, make: Make, tmp_path: Path) -> None:
    """Where the address is answered by another program, no-reply is a fault."""
    service = private(make(prosody, "account"))
    prosody.register(user := f"o{secrets.token_hex(4)}")
    domain = prosody.spares[1]
    with ExitStack() as stack:
        stack.enter_context(answering(prosody, domain))
        change(service, 'mode = "account"', 'mode = "component"')
        change(service, f'jid = "{service.jid}"', f'jid = "{domain}"')
        change(service, 'tls = "off"', 'tls = "required"')
        change(
            service, f"port = {prosody.c2s_port}", f"port = {prosody.component_port}"
        )
        give_a_sign_of_life(service, domain)
        found = check(service, *outsider(prosody, tmp_path, user))
    assert found["no-reply"]["result"] == "fault", found
    assert NOREPLY in found["no-reply"]["what"]


def give_a_sign_of_life(service: Service, domain: str) -> None:
    """As the database has it of a service that is up and connected."""
    now = SystemClock().now()
    pulse = Pulse(
        worker="another",
        service=domain,
        version="1",
        connected=True,
        started_at=now,
        seen_at=now,
    )
    with open_use_cases(load(service.file)) as uses:
        uses.database.call(lambda uow: uow.facts.beat(pulse))


@contextmanager
def answering(server: XmppServer, domain: str) -> Iterator[None]:
    """A component that says of itself only that it is one."""
    over = threading.Event()
    info = "http://jabber.org/protocol/disco#info"

    def serve(client: XmlClient) -> None:
        while not over.is_set():
            try:
                one = client.take(lambda one: one.get("type") == "get", 0.2)
            except TimeoutError:
                continue
            client.send(
                f"<iq type='result' id='{one.get('id')}' from='{one.get('to')}'"
                f" to='{one.get('from')}'><query xmlns='{info}'/></iq>"
            )

    with XmlClient(server, domain=domain) as client:
        thread = threading.Thread(target=serve, args=(client,))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(10)


@BOTH
def test_a_wrong_secret(server: XmppServer, mode: str, make: Make) -> None:
    """A refused password is the fault, and what needs a session is skipped."""
    service = private(make(server, mode))
    old = server.secret if mode == "component" else "pw"
    change(service, f'password = "{old}"', 'password = "wrong"')
    found = check(service)
    assert found["login"]["result"] == "fault"
    assert "password" in found["login"]["what"]
    told = found["login"]["change"]
    assert told.startswith(f"ours: password ({service.file}:5); ")
    if mode == "component":
        assert (
            f"component_secret (Prosody) or password (ejabberd) of {service.jid}"
            in told
        )
    else:
        assert f"the account {service.jid} on the server" in told
    assert set(results(found, "rights", "clock", "send rate")) == {"skipped"}
    assert "not logged in" in found["clock"]["what"]


@BOTH
def test_a_wrong_secret_in_a_file(server: XmppServer, mode: str, make: Make) -> None:
    """The file that holds it is named, and the line that names the file."""
    service = private(make(server, mode))
    old = server.secret if mode == "component" else "pw"
    file = service.folder / "secret"
    file.write_text("wrong\n")
    file.chmod(0o600)
    change(service, f'password = "{old}"', f'password_file = "{file}"')
    told = check(service)["login"]["change"]
    assert told.startswith(f"ours: {file} (password_file, {service.file}:5); ")


def test_a_domain_that_is_not_there(server: XmppServer, make: Make) -> None:
    """A component that the server does not know is a fault of the login."""
    service = private(make(server, "component", jid="elsewhere.example"))
    login = check(service)["login"]
    assert login["result"] == "fault"
    if server.name == "prosody":  # ejabberd calls it a wrong secret
        assert "does not know elsewhere.example" in login["what"]
        assert login["change"] == f"jid, host and port: {service.file}:2"
    else:
        assert "elsewhere.example, or none" in login["what"]


def test_not_of_this_server(server: XmppServer, make: Make) -> None:
    """A component whose parent domain nobody answers for lacks a right."""
    other = type(server)()
    other.component = "announce.elsewhere.example"
    with other:
        found = check(private(make(other, "component")))
    assert found["login"]["result"] == "ok"
    assert found["rights"]["result"] == "fault"
    assert "elsewhere.example" in found["rights"]["change"]


def test_something_else_listens(make: Make, prosody: Prosody) -> None:
    """A port where no XMPP is spoken is a fault of the login, within its time."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        service = private(make(prosody, "component", host_port=port))
        found = check(service)
    assert found["port"]["result"] == "ok"
    assert found["login"]["result"] == "fault"


# --- TLS --------------------------------------------------------------------------


def test_trusted(server: XmppServer, make: Make) -> None:
    """A certificate by the given authority is trusted; its end is told."""
    service = private(make(server, "account"))
    change(service, 'tls = "off"', f'ca_file = "{server.ca_file}"')
    found = check(service)
    assert results(found, "tls", "login") == ["warning", "ok"]  # it lasts a week
    assert "TLSv1.3, trusted for" in found["tls"]["what"]
    assert found["tls"]["change"] == "renew the server's certificate"


def test_not_trusted(server: XmppServer, make: Make) -> None:
    """A certificate by nobody known is a fault that says what to give."""
    service = private(make(server, "account"))
    change(service, 'tls = "off"', 'tls = "required"')
    found = check(service)
    assert results(found, "tls", "login") == ["fault", "fault"]
    assert "ca_file" in found["tls"]["change"]


def test_no_tls(make: Make) -> None:
    """A server without STARTTLS is told as one."""
    with Prosody(extra='modules_disabled = { "s2s", "tls" }') as server:
        service = private(make(server, "account"))
        change(service, 'tls = "off"', 'tls = "required"')
        found = check(service)
    assert found["tls"]["what"] == "the server offers no STARTTLS"


def test_no_dns(prosody: Prosody, make: Make) -> None:
    """An account whose domain DNS does not know is told to give `host`."""
    service = private(make(prosody, "account"))
    change(service, 'host = "127.0.0.1"', "")
    change(service, 'tls = "off"', 'tls = "required"')
    found = check(service)
    assert found["dns"]["result"] == "fault"
    assert "give host" in found["dns"]["change"]


# --- limits and clocks -----------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "limit", "line"),
    [
        (Prosody, 10_000, 'unlimited_jids = { "{jid}" }'),
        (Ejabberd, 3_000, '    user: ["{jid}"]'),
    ],
)
def test_a_throttled_account(
    kind: type[XmppServer], limit: int, line: str, make: Make
) -> None:
    """Stock limits are recognised, with the line that lifts them for this account."""
    with kind(limits="stock") as server:
        service = private(make(server, "account"))
        found = check(service)["send rate"]
    assert found["result"] == "warning"
    assert (
        f"the default limit of {server.name} is {limit // 1000} kB/s" in found["what"]
    )
    assert line.replace("{jid}", service.jid) in found["change"].splitlines()


def test_a_clock_that_is_off(prosody: Prosody, make: Make) -> None:
    """A server whose clock is an hour away is warned of."""
    service = private(make(prosody, "component"))
    ran = subprocess.run(
        [sys.executable, "-m", "bot", "-c", service.file, "check", "--json"],
        env=os.environ | {"LD_PRELOAD": str(programs.faketime()), "FAKETIME": "-1h"},
        capture_output=True,
        check=True,
        timeout=60,
    )
    found = {one["check"]: one for one in json.loads(ran.stdout)["checks"]}
    assert found["clock"]["result"] == "warning"
    assert found["clock"]["what"].startswith("3600 s behind the server's") or found[
        "clock"
    ]["what"].startswith("3599 s behind the server's")
