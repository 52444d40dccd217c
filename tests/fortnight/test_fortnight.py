"""A fortnight of maintenance, an incident and news: each inbox holds what it must."""

from pathlib import Path

from tests.fortnight.fortnight import run
from tests.servers.xmpp_server import XmppServer


def test_fortnight(server: XmppServer, tmp_path: Path) -> None:
    outcome = run(server, tmp_path, 100, seed=13)
    assert list(outcome.differences) == []
