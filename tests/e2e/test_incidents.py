"""An incident from the command line to its readers' inboxes, over a real server."""

import json
from datetime import timedelta

import pytest

from bot.clock import SystemClock
from bot.domain import timestamps
from tests.e2e.conftest import PLACES, Make
from tests.e2e.service import Service
from tests.e2e.sink import Sink
from tests.servers.xmpp_server import XmppServer

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.parametrize(("server", "mode"), PLACES, indirect=["server"]),
]

HOUR = timedelta(hours=1)
LATE = ("--set", "summary=Messages arrive late", "--set", "since=-20m")


def _say(service: Service, *words: str) -> None:
    service.command("incidents", *words, "--yes")


def _read(sink: Sink, jid: str) -> list[str]:
    return [body for _, to, body in sink.said if to == jid]


def test_a_thread(server: XmppServer, mode: str, make: Make) -> None:
    """Each notice says on what the last one said; who is on a pause or in quiet hours
    meanwhile hears the newest alone.
    """
    service = make(server, mode)
    with Sink(server, server.spares[0]) as sink:
        awake, paused, asleep = sink.jids(3)
        service.subscribe([awake, paused, asleep])
        now = SystemClock().now()
        begin, end = f"{now - HOUR:%H:%M}", f"{now + HOUR:%H:%M}"
        quiet = ("--quiet-from", begin, "--quiet-to", end, "--tz", "UTC")
        service.command("people", "preferences", asleep, *quiet)
        pause = ("--paused-until", timestamps.format(timestamps.round_up(now + HOUR)))
        service.command("people", "preferences", paused, *pause)
        service.start()
        service.wait_until_connected()
        _say(service, "open", "news", *LATE, "--set", "next_update=+1h", "--id", "late")
        sink.wait(1)
        _say(service, "update", "late", "--set", "details=A disk is full.")
        sink.wait(2)
        (listed,) = json.loads(service.command("incidents", "list", "--json"))["items"]
        assert (listed["id"], listed["state"]) == ("late", "open")
        _say(service, "resolve", "late", "--set", "cause=A disk was full.")
        sink.wait(3)
        first, second, last = _read(sink, awake)
        assert "Messages arrive late" in first
        assert "A disk is full." not in first
        for said in ("Messages arrive late", "A disk is full."):
            assert said in second
        since = next(line for line in first.splitlines() if line.startswith("Since"))
        assert since in second.splitlines()
        for said in ("Messages arrive late", "A disk was full."):
            assert said in last
        assert set(sink.told) == {awake}
        none = ("--quiet-from", "", "--quiet-to", "")
        service.command("people", "preferences", asleep, *none)
        service.command("people", "preferences", paused, "--paused-until", "")
        sink.wait(5)
        assert _read(sink, asleep) == _read(sink, paused) == [last]
        shown = service.command("incidents", "show", "late")
        assert "resolved" in shown
        assert "There is nothing." in service.command("incidents", "list")
        assert service.stop() == 0
        assert len(sink.arrived) == 5


READERS = 300


def test_overtaken(server: XmppServer, mode: str, make: Make) -> None:
    """What still goes out ends where an update begins: everybody hears that, and nobody
    the first one after it.
    """
    service = make(server, mode, rate=100, window=20)
    with Sink(server, server.spares[0]) as sink:
        service.subscribe(sink.jids(READERS))
        service.start()
        service.wait_until_connected()
        _say(service, "open", "news", *LATE, "--id", "late")
        sink.wait(40)
        _say(service, "update", "late", "--set", "details=A disk is full.")
        service.until(
            lambda: sum("A disk is full." in body for body in sink.bodies) >= READERS
        )
        first = json.loads(service.command("incidents", "show", "late", "--json"))
        assert service.stop() == 0
        told = [_read(sink, jid) for jid in sink.jids(READERS)]
    assert all("A disk is full." in heard[-1] for heard in told)
    assert {len(heard) for heard in told} == {1, 2}
    twice = sum(len(heard) for heard in told) - READERS
    opened, updated = first["updates"]
    assert (opened["sent"], updated["sent"]) == (twice, READERS)
