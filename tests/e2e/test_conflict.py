"""An account that somebody else logs in to under the same resource."""

import pytest

from tests.e2e.conftest import Make
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e


def test_somebody_else_logs_in(server: XmppServer, make: Make) -> None:
    """Both say so, take turns or wait, and no exception is left lying about."""
    first = make(server, "account")
    second = make(server, "account", jid=first.jid)
    first.start()
    first.wait_until_connected()
    second.start()
    second.until(lambda: "conflict" in first.log + second.log)
    for service in (first, second):
        service.stop()
        assert "never retrieved" not in service.log
        assert "Traceback" not in service.log
