"""A send window that opens by the clock on the wall, over real servers."""

import json
from datetime import timedelta

import pytest

from bot.clock import SystemClock
from tests.e2e.conftest import PLACES, Make
from tests.e2e.sink import Sink
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(("name", "mode"), PLACES)
def test_it_opens(
    request: pytest.FixtureRequest, make: Make, name: str, mode: str
) -> None:
    """What is announced before it waits, over a kill, and goes out when it opens; what
    is urgent has gone out meanwhile.
    """
    server: XmppServer = request.getfixturevalue(name)
    service = make(server, mode)
    with Sink(server, server.spares[0]) as sink:
        [reader] = sink.jids(1)
        service.subscribe([reader])
        # it begins with a minute; time enough to announce before that
        soon = SystemClock().now() + timedelta(seconds=40)
        opens = soon.replace(second=0, microsecond=0) + timedelta(minutes=1)
        hours = f"{opens:%H:%M}-{opens + HOUR:%H:%M}"
        text = service.file.read_text()
        window = f'[lists.news]\ntimezone = "UTC"\nsend_window = "{hours}"'
        service.file.write_text(text.replace("[lists.news]", window))
        service.start()
        service.wait_until_connected()
        words = ("announce", "news", "--yes", "--body")
        told = json.loads(service.command(*words, "Hello", "--json"))
        assert [one["begins"] for one in told["moments"]] == [f"{opens:%FT%TZ}"]
        service.command(*words, "Fire", "--urgent", "--wait")  # and recorded
        sink.wait(1)
        service.kill()
        service.start()
        sink.wait(2, seconds=150)
        assert SystemClock().now() >= opens
        assert [body for _, _, body in sink.said] == ["Fire", "Hello"]
        assert service.stop() == 0
