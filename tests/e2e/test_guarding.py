"""A server's module that holds messages back is watched, on both servers."""

import json
import secrets
from typing import Any

import pytest

from tests.e2e.conftest import Make
from tests.e2e.service import Service
from tests.e2e.xml_client import C, XmlClient
from tests.servers.equipped import without_module
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e


def told(admin: XmlClient) -> str:
    """The next thing that the service says to an admin."""
    found = admin.message(lambda one: one.find(f"{C}body") is not None)
    return found.findtext(f"{C}body", "")


def open_servers(service: Service) -> list[dict[str, Any]]:
    found = json.loads(service.command("status", "--json"))["open_servers"]
    return list(found)


def holding(service: Service, server: XmppServer) -> float:
    return service.metric("carillon_server_holds", server=server.domain)


def test_a_module_that_vanishes(equipped: XmppServer, make: Make) -> None:
    """Once the module is not loaded any more the admins are told, once, also where the
    service was started again meanwhile; `status` and the metrics say it until the
    module is back, of which the admins are told, too.
    """
    user = f"a{secrets.token_hex(4)}"
    equipped.register(user)
    jid = equipped.jid(user)
    service = make(equipped, "component", admins=[jid], web="127.0.0.1:0")
    with XmlClient(equipped, user=user) as admin:
        service.start()
        service.wait_until_connected()
        service.until(lambda: holding(service, equipped) == 1)
        assert open_servers(service) == []
        with without_module(equipped):
            service.command("reload")
            assert told(admin).startswith(f"{equipped.domain} no longer holds back")
            [one] = open_servers(service)
            assert one["server"] == equipped.domain
            assert f"{equipped.domain} does not hold" in service.command("status")
            assert service.stop() == 0
            service.start()
            service.wait_until_connected()
            service.until(lambda: holding(service, equipped) == 0)
            service.command("reload")
        service.command("reload")
        assert f"{equipped.domain} holds back messages" in told(admin)
        assert open_servers(service) == []
        assert service.stop() == 0
    assert service.log.count("server no longer holds back") == 1
