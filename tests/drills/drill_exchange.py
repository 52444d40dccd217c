"""ejabberd and its module are stopped, taken out and exchanged amid messages."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from tests.e2e.xml_client import C, XmlClient
from tests.modules.scene import Scene, archive, described, scene
from tests.modules.test_exchange import AWAY, meanwhile, number, version
from tests.servers.ejabberd import Ejabberd
from tests.servers.equipped import Options, ejabberd
from tests.servers.processes import ServerError

pytestmark = pytest.mark.e2e


@pytest.fixture
def server() -> Iterator[Ejabberd]:
    with ejabberd(Options()) as found:
        yield found


@pytest.fixture
def stage(server: Ejabberd) -> Iterator[Scene]:
    with scene(server) as found:
        yield found


def kept(stage: Scene) -> None:
    """The module is there and at work."""
    stage.schedule(stage.recipient.bare)
    stage.component.answer(stage.component.told("divert"))
    assert stage.heard() == {}


def test_over_and_over(server: Ejabberd, stage: Scene) -> None:
    """Thirty releases, one after the other, are put in place; each message is kept."""

    def upgrade() -> None:
        for release in range(30):
            number(server, f"1.{release}")
            answer = server.call("carillon_upgrade")
            assert answer.startswith(f"1.{release} runs in place of ")

    _, taken, bounced = meanwhile(stage, upgrade)
    assert (len(taken) > 1000, bounced) == (True, [])
    assert version(stage) == "1.29"


def test_without_sources(server: Ejabberd, stage: Scene) -> None:
    """There is nothing to put in place, and the module runs as before."""
    shutil.rmtree(server.sources / "mod_carillon")
    with pytest.raises(ServerError, match=r"no sources.*runs as before"):
        server.call("carillon_upgrade")
    kept(stage)


def test_uninstalled(server: Ejabberd, stage: Scene) -> None:
    """Messages with a moment bounce until the module is there again."""
    server.call("module_uninstall", module="mod_carillon")
    assert version(stage) is None
    refused = stage.schedule(stage.recipient.bare)
    assert described(stage.error(refused))[:2] == AWAY
    assert stage.heard() == {}
    server.call("module_install", module="mod_carillon")
    kept(stage)


def test_a_broken_release(server: Ejabberd, stage: Scene) -> None:
    """One that module_upgrade cannot compile leaves the guard, until one compiles."""
    source = server.sources / "mod_carillon" / "src" / "mod_carillon_divert.erl"
    text = source.read_text()
    source.write_text(f"{text}\nthis is no Erlang.\n")
    with suppress(ServerError):
        server.call("module_upgrade", module="mod_carillon")
    refused = stage.schedule(stage.recipient.bare)
    assert described(stage.error(refused))[:2] == AWAY
    assert stage.heard() == {}
    source.write_text(text)
    server.call("module_install", module="mod_carillon")
    kept(stage)


def test_stopped(server: Ejabberd) -> None:
    """Until the last client is gone, and once the first is back, nothing has left."""
    for name in ("anna", "bert"):
        server.register(name)
    with (
        XmlClient(server, user="anna") as anna,
        XmlClient(server, user="bert") as bert,
        ThreadPoolExecutor(1) as pool,
    ):
        stopping = pool.submit(server.stop)
        sent = 0
        with suppress(ConnectionError):
            while True:
                text = f"<body>{sent}</body><schedule xmlns='urn:xmpp:scheduling:0'/>"
                anna.send(f"<message to='{bert.bare}' id='m{sent}'>{text}</message>")
                sent += 1
        stopping.result()
        with suppress(ConnectionError):
            bert.take(lambda _: False)
        assert sent > 0
        assert not [one for one in bert.waiting if one.tag == f"{C}message"]
    server.start()
    with XmlClient(server, user="bert") as bert:
        assert archive(bert) == []
        assert not [one for one in bert.waiting if one.tag == f"{C}message"]
