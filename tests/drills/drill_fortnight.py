"""The fortnight of `tests/fortnight` with a thousand readers, by a seed of its own."""

import random
from pathlib import Path

import pytest

from tests.fortnight.fortnight import run
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

READERS = 1_000


def test_fortnight(server: XmppServer, tmp_path: Path) -> None:
    """Each inbox holds what it must, no more and no less, and feeds say what is so;
    what a process was killed over comes again by its id alone.
    """
    seed = random.randrange(10**6)
    outcome = run(server, tmp_path, READERS, seed)
    print(f"seed {seed}: {outcome.messages} messages, {outcome.again} of them again")
    assert list(outcome.differences) == []
