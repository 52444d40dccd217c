"""The wheel and the sdist hold what the program needs, and it runs from any folder."""

import tarfile
import zipfile
from collections.abc import Callable, Iterator
from email.parser import Parser
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.e2e.service import Service
from tests.e2e.xml_client import C, XmlClient
from tests.packaging.building import (
    ROOT,
    Distribution,
    build,
    call,
    confined,
    install,
)
from tests.servers.prosody import Prosody

CONFIG = """
[xmpp]
mode = "component"
jid = "announce.example.org"
password = "not shown"
[database]
url = "sqlite:///carillon.db"
"""
#: where each folder of the checkout is in the wheel
PLACES = {
    "bot": "bot",
    "migrations": "bot/_migrations",
    "templates": "bot/_templates",
    "contrib/prosody": "bot/_modules/prosody",
    "contrib/ejabberd": "bot/_modules/ejabberd",
}


@pytest.fixture(scope="module")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Distribution:
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture
def program(tmp_path: Path, distribution: Distribution) -> Iterator[Path]:
    folder = tmp_path / "installed"
    yield install(distribution.wheel, folder)
    call(["chmod", "-R", "u+w", folder])


def _files(folder: str) -> set[str]:
    """What the checkout has there, as far as it is no trace of a run."""
    return {
        str(path.relative_to(ROOT / folder))
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_contents(distribution: Distribution) -> None:
    """The wheel has all of the program and nothing else; the sdist can be tested."""
    with zipfile.ZipFile(distribution.wheel) as wheel:
        names = set(wheel.namelist())
        [metadata] = [name for name in names if name.endswith("/METADATA")]
        told = Parser().parsestr(wheel.read(metadata).decode())
    here = {
        f"{place}/{name}" for folder, place in PLACES.items() for name in _files(folder)
    }
    assert {name for name in names if name.startswith("bot/")} == here
    assert {name.partition("/")[0] for name in names - here} <= {
        f"carillon-{version('carillon')}.{kind}" for kind in ("dist-info", "data")
    }
    shared = f"carillon-{version('carillon')}.data/data/share"
    assert f"{shared}/man/man1/carillon-announce.1" in names
    assert f"{shared}/doc/carillon/carillon.toml" in names
    assert f"{shared}/doc/carillon/carillon.service" in names
    assert (told["Name"], told["Version"]) == ("carillon", version("carillon"))
    with tarfile.open(distribution.sdist) as sdist:
        packed = {name.partition("/")[2] for name in sdist.getnames()}
    assert {f"tests/{name}" for name in _files("tests")} <= packed
    assert {"requirements.lock", "Makefile", "Dockerfile", "LICENSE"} <= packed


@pytest.mark.e2e
@pytest.mark.timeout(400)  # it installs everything anew
def test_installed_program(
    program: Path,
    prosody: Prosody,
    make: Callable[..., Service],
    tmp_path: Path,
) -> None:
    """Installed where it may not write, it works and announces from any folder."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "carillon.toml").write_text(CONFIG)
    carillon = confined(program)
    call(confined("sh", "-c", '! test -w "$0"', program.parent))
    for folder in (Path("/"), elsewhere, program.parent):
        assert call([*carillon, "--version"], folder) == (
            f"carillon {version('carillon')}\n"
        )
    assert "went from nothing to" in call([*carillon, "db", "upgrade"], elsewhere)
    assert "The schema is as" in call([*carillon, "db", "check"], elsewhere)
    assert "maintenance" in call([*carillon, "templates", "list"], elsewhere)
    for server in ("prosody", "ejabberd"):
        folder = tmp_path / server
        call([*carillon, "module", server, "--to", folder])
        assert _files(f"contrib/{server}") == {
            str(path.relative_to(folder))
            for path in folder.rglob("*")
            if path.is_file()
        }

    prosody.register("installed")
    service = make(prosody, "component", program=carillon, cwd=Path("/"))
    service.command("subscribers", "add", "news", prosody.jid("installed"))
    with XmlClient(prosody, user="installed") as reader:
        service.start()
        service.wait_until_connected()
        service.command("announce", "news", "--body", "From a wheel.", "--yes")
        heard = reader.message(lambda one: bool(one.findtext(f"{C}body")))
        assert heard.findtext(f"{C}body") == "From a wheel."
        assert service.stop() == 0
