"""The servers with the module, and people on them."""

from collections.abc import Iterator

import pytest

from tests.modules.scene import Component, Scene, scene
from tests.servers.xmpp_server import XmppServer


@pytest.fixture
def stage(equipped: XmppServer) -> Iterator[Scene]:
    """Two people who have met nobody, and the component."""
    with scene(equipped) as found:
        yield found


@pytest.fixture
def component(equipped: XmppServer) -> Iterator[Component]:
    """Alone."""
    with Component(equipped) as found:
        yield found
