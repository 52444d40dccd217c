"""Quiet hours and a pause by the clock on the wall, over a real server."""

import json
from datetime import timedelta

import pytest

from bot.clock import SystemClock
from bot.domain import timestamps
from tests.e2e.conftest import Make
from tests.e2e.sink import Sink
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

HOUR = timedelta(hours=1)


def test_by_the_clock(prosody: XmppServer, make: Make) -> None:
    """Whoever wants to hear nothing now is not told: one at the moment at which his
    pause ends, though the service is killed meanwhile; the other what is urgent, and
    the rest as soon as he ends his quiet hours.
    """
    service = make(prosody, "component")
    with Sink(prosody, prosody.spares[0]) as sink:
        awake, paused, asleep = sink.jids(3)
        service.subscribe([awake, paused, asleep])
        now = SystemClock().now()
        times = (f"{now - HOUR:%H:%M}", f"{now + HOUR:%H:%M}")
        quiet = ("--quiet-from", times[0], "--quiet-to", times[1], "--tz", "UTC")
        service.command("people", "preferences", asleep, *quiet)
        service.start()
        service.wait_until_connected()
        end = timestamps.round_up(SystemClock().now() + timedelta(seconds=4))
        pause = ("--paused-until", timestamps.format(end))
        service.command("people", "preferences", paused, *pause)
        said = ("announce", "news", "--yes", "--wait", "--json", "--body")
        counts = json.loads(service.command(*said, "Hello"))["broadcast"]
        assert (counts["sent"], counts["deferred"], counts["waiting"]) == (1, 2, 2)
        assert [to for to, _ in sink.arrived] == [awake]
        service.kill()
        service.start()
        sink.wait(2)
        assert SystemClock().now() >= end
        assert [to for to, _ in sink.arrived] == [awake, paused]
        service.command(*said, "Fire", "--urgent")
        sink.wait(5)
        assert [body for _, to, body in sink.said if to == asleep] == ["Fire"]
        service.command("people", "preferences", asleep, *_NONE)
        sink.wait(6)
        assert [body for _, to, body in sink.said if to == asleep] == ["Fire", "Hello"]
        assert set(sink.told.values()) == {2}
        assert service.stop() == 0


_NONE = ("--quiet-from", "", "--quiet-to", "")
