"""Maintenance that ends: its owner is asked, and people are told when he says so."""

import json
from datetime import timedelta

import pytest

from tests.e2e.commanding import Taps
from tests.e2e.conftest import Make
from tests.e2e.hearing import says
from tests.e2e.sink import Sink
from tests.e2e.speaking import Stage, fresh, now, written
from tests.e2e.test_maintenance import ask, look, standing
from tests.e2e.xml_client import C, XmlClient
from tests.servers.faked_clock import FakedClock
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

HOUR = timedelta(hours=1)


def test_the_owner_is_asked(stage: Stage) -> None:
    """Its end passes: he is asked by a message that names it, nobody else hears of
    that, and everybody does once he has answered by his client's command.
    """
    client_id = fresh()
    named = f"<id>{client_id}</id>"
    stage.service.subscribe([stage.reader.bare], "en")
    begins = now() + timedelta(seconds=4)
    opening = (
        f"{named}<list>news</list><start>{written(begins)}</start>"
        f"<end>{written(begins + timedelta(seconds=5))}</end><remind/>"
        f"<field var='summary'><value>{client_id}</value></field>"
    )
    assert standing(ask(stage, "open", opening))[0] == "planned"
    for words in ("Planned maintenance", "Maintenance has begun"):
        stage.reader.message(says(words, client_id))
    question = stage.publisher.message(says("Is all well?", "Maintenance M"))
    assert standing(look(stage, named))[0] == "verifying"
    stage.reader.settle()
    assert not any(says("", client_id)(one) for one in stage.reader.waiting)
    number = (question.findtext(f"{C}body") or "").split()[1].removeprefix("M")
    taps = Taps(stage.publisher, stage.address, "maintenance")
    taps.through(maintenance=number, do="finish", sure="yes")
    assert taps.said[0] == "info"
    stage.reader.message(says("Maintenance is over", client_id))
    assert standing(look(stage, named))[0] == "finished"


@pytest.mark.parametrize(
    ("server", "mode"),
    [("prosody", "component"), ("ejabberd", "account")],
    indirect=["server"],
)
def test_away_meanwhile(server: XmppServer, mode: str, make: Make) -> None:
    """Of two that begin, and one that ends, while the service is away, the one that
    goes on is told as begun, the other not: its owner is asked. Of the one without an
    end he is reminded hours after its start.
    """
    server.register(boss := f"boss{fresh()}")
    service = make(server, mode, admins=[server.jid(boss)])
    clock, start = FakedClock(service.folder), now() + HOUR
    with Sink(server, server.spares[0]) as sink, XmlClient(server, user=boss) as owner:
        service.subscribe(sink.jids(1))
        clock.set(now())
        service.start(clock.environment)
        service.wait_until_connected()
        opens = ("maintenance", "open", "news", "--remind", "none", "--yes")
        begins = ("--start", f"{start:%Y-%m-%d %H:%M}", "--tz", "UTC")
        short, long = ("--set", "summary=Short"), ("--set", "summary=Long")
        owned = ("--id", "short", "--for", "1h", *short)
        service.command(*opens, *begins, *owned)
        service.command(*opens, *begins, "--id", "long", *long)
        sink.wait(2)
        assert service.stop() == 0
        clock.set(start + 2 * HOUR)
        service.start(clock.environment)
        service.wait_until_connected()
        sink.wait(3)
        assert ["Maintenance has begun: Long" in one for one in sink.bodies] == [
            *(False, False, True)
        ]
        question = owner.message(says("Is all well?", "M1"))
        assert "carillon maintenance finish M1" in (question.findtext(f"{C}body") or "")
        clock.set(start + 4 * HOUR)
        owner.message(says("nobody has said when it ends", "M2"))
        states = {
            one["id"]: one["state"]
            for one in json.loads(service.command("maintenance", "list", "--json"))[
                "items"
            ]
        }
        assert states == {"short": "verifying", "long": "under-way"}
        service.command("maintenance", "finish", "short", "--yes")
        sink.wait(4)
        assert "Maintenance is over: Short" in sink.bodies[-1]
        assert service.stop() == 0
        assert len(sink.arrived) == 4
