"""From messages that a real server returns to what admins are told once a day."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.conftest import Make
from tests.e2e.service import Service
from tests.e2e.speaking import fresh
from tests.e2e.xml_client import C, XmlClient
from tests.servers.faked_clock import FakedClock

pytestmark = pytest.mark.e2e

#: messages that have to come back before a reader is told nothing more
ENOUGH = 5


@pytest.mark.parametrize(("server_name", "mode"), [("ejabberd", "account")])
def test_who_is_suspended_is_told_of(
    server_name: str, mode: str, make: Make, request: pytest.FixtureRequest
) -> None:
    """Five messages to an account that is gone come back; minutes later the admin
    has one message with number and list, and on the next day none about the same.
    """
    server = request.getfixturevalue(server_name)
    server.register(name := f"a{fresh()}")
    service = make(server, mode, admins=[server.jid(name)])
    gone = server.jid(f"gone{fresh()}")
    clock, now = FakedClock(service.folder), datetime.now(UTC)  # noqa: TID251 - the faked one starts there
    clock.set(now)
    with XmlClient(server, user=name) as admin:
        service.subscribe([gone, admin.bare])
        service.start(clock.environment)
        service.wait_until_connected()
        for number in range(ENOUGH):
            service.announce(bodies=(("", f"News {number}"),))
        service.until(lambda: gone in service.command("subscribers", *SUSPENDED))
        later(service, clock, now + timedelta(minutes=10))
        told = admin.take(_is_report, seconds=60)
        body = told.findtext(f"{C}body") or ""
        assert "news" in body
        assert "service-unavailable" in body
        assert gone not in body
        due = now + timedelta(hours=25)
        later(service, clock, due)
        last = service.announce(
            bodies=(("", "A day later"),), deliver_at=f"{due:%Y-%m-%dT%H:%M:%SZ}"
        )
        admin.take(lambda one: one.findtext(f"{C}body") == "A day later", seconds=60)
        service.until(lambda: service.sent(last))
        assert service.failures(last) == []
        assert not [one for one in admin.waiting if _is_report(one)]
        assert service.stop() == 0


def later(service: Service, clock: FakedClock, moment: datetime) -> None:
    """The service is started again, for it looks who is suspended when it starts."""
    assert service.stop() == 0
    clock.set(moment)
    service.start(clock.environment)
    service.wait_until_connected()


SUSPENDED = ("list", "news", "--suspended")


def _is_report(message: ET.Element) -> bool:
    return "suspended" in (message.findtext(f"{C}body") or "")
