"""The image is built from the Dockerfile, and runs as compose.yaml has it run."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.app.wiring import open_use_cases
from bot.settings import load
from tests.e2e.xml_client import C, XmlClient
from tests.packaging.building import ROOT
from tests.packaging.images import CannotError, Images, base, images
from tests.servers.postgresql import PostgreSQL
from tests.servers.processes import Process
from tests.servers.prosody import Prosody

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.postgres,
    pytest.mark.timeout(500),
    pytest.mark.skipif(
        "CARILLON_TEST_IMAGES" not in os.environ,
        reason="takes minutes: `make image-test`",
    ),
]
COMPOSE = ROOT / "contrib" / "compose"
CONFIG = "/etc/carillon/carillon.toml"
SECRETS = ("component_secret", "database_password")


@pytest.fixture(scope="module")
def store() -> Iterator[Images]:
    try:
        base()
    except CannotError as cannot:
        if "CI" in os.environ:
            raise
        pytest.skip(str(cannot))
    with images() as found:
        yield found


def _innermost(pid: int) -> int:
    """What buildah runs; it hands no signals on."""
    while children := [
        int(child)
        for file in Path(f"/proc/{pid}/task").glob("*/children")
        for child in file.read_text().split()
    ]:
        [pid] = children
    return pid


def test_image(
    store: Images, prosody: Prosody, postgresql: PostgreSQL, tmp_path: Path
) -> None:
    """The image serves PostgreSQL and Prosody with secrets of files, as no root."""
    store.build("carillon", ROOT)
    config = store.config("carillon")
    assert config["User"] == "carillon"
    health = config["Healthcheck"]["Test"]
    assert health == ["CMD", "carillon", "status"]
    container = store.container("carillon")

    url = postgresql.database(f"image_{os.getpid()}")
    files = {CONFIG: COMPOSE / "carillon.toml"}
    for name, secret in zip(SECRETS, (prosody.secret, "not asked for"), strict=True):
        files[f"/run/secrets/{name}"] = tmp_path / name
        (tmp_path / name).write_text(f"{secret}\n")
    elsewhere = {  # than the network of compose.yaml
        "CARILLON_XMPP__JID": prosody.component,
        "CARILLON_XMPP__HOST": prosody.host,
        "CARILLON_XMPP__PORT": str(prosody.component_port),
        "CARILLON_DATABASE__URL": url,
        "CARILLON_ACCESS__ADMINS": f'["{prosody.jid("admin")}"]',
    }

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            store.running(container, *words, files=files, **elsewhere),
            env=store.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert call("id", "-u").stdout.strip() == "10000"
    assert call("pip", "--version").returncode != 0
    command = store.running(
        container, *config["Entrypoint"], *config["Cmd"], files=files, **elsewhere
    )
    prosody.register("contained")
    with XmlClient(prosody, user="contained") as reader:
        service = Process(
            command, log=tmp_path / "log", cwd=Path("/"), env=store.environment
        )
        try:
            for _ in range(30):
                ran = call(*health[1:])
                if ran.returncode == 0:
                    break
            assert ran.returncode == 0, service.error(ran.stdout + ran.stderr)
            done = call("carillon", "subscribers", "add", "maintenance", reader.bare)
            assert done.returncode == 0, done.stderr
            body = ("--body", "From a container.", "--yes")
            done = call("carillon", "announce", "maintenance", *body)
            assert done.returncode == 0, done.stderr
            heard = reader.message(
                lambda one: one.findtext(f"{C}body") == "From a container."
            )
            assert heard.get("from") == f"maintenance@{prosody.component}"
            os.kill(_innermost(service.pid), signal.SIGTERM)
            assert service._popen.wait(60) == 0, service.error("did not end well")
        finally:
            service.kill()
    # what it did is in PostgreSQL, and it has taken its leave there
    here = tmp_path / "carillon.toml"
    here.write_text(
        f'[xmpp]\nmode = "component"\njid = "{prosody.component}"\npassword = "x"\n'
        f'[database]\nurl = "{url}"\n[lists.maintenance]\n'
    )
    with open_use_cases(load(here)) as left:
        assert left.database.look(lambda uow: uow.facts.pulses()) == []
    assert call(*health[1:]).returncode == 1


#: in a network of its own: does it take its configuration, does its port open?
PLAY = """
ip link set lo up
"$@" sh -c '
  prosodyctl check config | tee /dev/stderr | grep -q "All checks passed"
' || exit
"$@" sh -c '
  prosody -F >/dev/null &
  timeout 40 bash -c "until $0; do sleep 0.2; done"; healthy=$?
  kill $!; wait
  exit $healthy
' "$HEALTH"
"""


def test_prosody(store: Images, tmp_path: Path) -> None:
    """The Prosody of compose.yaml is built, takes its configuration, gets healthy."""
    store.build("prosody", COMPOSE, "prosody.Dockerfile")
    assert store.config("prosody")["User"] == "prosody"
    [*test, health] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"][
        "prosody"
    ]["healthcheck"]["test"]
    assert test == ["CMD", "bash", "-c"]
    secret = tmp_path / SECRETS[0]
    secret.write_text("the component's\n")
    within = store.running(
        store.container("prosody"), files={f"/run/secrets/{secret.name}": secret}
    )
    ran = subprocess.run(
        ["unshare", "-n", "sh", "-c", PLAY, "sh", *within],
        env={**store.environment, "HEALTH": health},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    # by exit codes alone: of quick commands buildah may lose the output
    assert ran.returncode == 0, ran.stdout + ran.stderr
