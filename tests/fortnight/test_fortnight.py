"""A fortnight of maintenance, an incident and news: each inbox holds what it must."""

from pathlib import Path

import pytest

from tests.fortnight import script
from tests.fortnight.fortnight import run
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

READERS = 100


def test_fortnight(server: XmppServer, tmp_path: Path) -> None:
    """No more and no less, at the step at which he is to have it; and feeds say what is
    so. What a process was killed over comes again by its id alone, a window at most.

    With a thousand readers: `tests/drills/drill_fortnight.py`.
    """
    outcome = run(server, tmp_path, READERS, seed=13)
    assert list(outcome.differences) == []
    assert 0 < outcome.again <= outcome.window * len(script.KILLED)
