"""The feeds of the running service: a client finds them, and all views agree, as pages
and as files, whatever becomes of what they show.
"""

import asyncio
import json
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from slixmpp import JID
from slixmpp.plugins.xep_0455 import XEP_0455, ExternalStatus

from tests.e2e.conftest import PLACES, Make
from tests.e2e.service import Service
from tests.e2e.speaking import fresh
from tests.feeds import strangers
from tests.servers.ports import free_port
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.links import reading

pytestmark = pytest.mark.e2e
NAMES = {f"{name}.{kind}" for name in ("all", "news") for kind in ("ics", "atom")}
DISKS = ("--set", "summary=New disks")
FEEDS = """
[lists.board]
kind = "closed"
[lists.staff]
kind = "mandatory"
"""


@dataclass(frozen=True)
class Views:
    """What there is to read, by readers that people have."""

    service: Service
    folder: Path

    def files(self) -> Mapping[str, bytes]:
        return {one.name: one.read_bytes() for one in self.folder.glob("[!.]*")}

    def page(self, name: str) -> bytes:
        with urllib.request.urlopen(f"{self.service.web}/{name}", timeout=20) as found:
            body: bytes = found.read()
        return body

    def status(self) -> ExternalStatus | None:
        return XEP_0455._parse_status(self.files()["outage.json"].decode())

    def events(self) -> Mapping[str, Any]:
        return strangers.calendar(self.files()["news.ics"])

    def titles(self) -> Mapping[str, str]:
        return strangers.titles(self.files()["news.atom"])

    def until(self, fact: Callable[[], object]) -> None:
        self.service.until(fact)
        pages = {name: self.page(name) for name in self.files()}
        assert pages == self.files()
        assert self.files().keys() == NAMES | {"outage.json"}
        assert strangers.calendar(pages["all.ics"]).keys() == self.events().keys()
        assert strangers.titles(pages["all.atom"]) == self.titles()

    def shows(self, title: str) -> str:
        """Wait until there is an entry of that title; its id."""
        self.until(lambda: title in self.titles().values())
        return next(key for key, one in self.titles().items() if one == title)


def _views(make: Make, server: XmppServer, mode: str, **options: Any) -> Views:
    """Nothing is started yet."""
    port = free_port()
    service = make(server, mode, web=f"127.0.0.1:{port}", more=FEEDS, **options)
    folder = service.folder / "status"
    folder.mkdir()
    with service.file.open("a") as file:
        file.write(
            f"""
[feeds]
enabled = true
directory = "{folder}"
urls = ["http://127.0.0.1:{port}"]
"""
        )
    return Views(service, folder)


@pytest.fixture(params=PLACES, ids="-".join)
def views(request: pytest.FixtureRequest, make: Make) -> Views:
    name, mode = request.param
    server: XmppServer = request.getfixturevalue(name)
    found = _views(make, server, mode)
    service = found.service
    service.start()
    service.wait_until_connected()
    service.until(lambda: found.folder.joinpath("outage.json").exists())
    (address,) = asyncio.run(_where(server, service))
    with urllib.request.urlopen(address, timeout=20) as answer:
        assert answer.headers["content-type"] == "application/json"
        assert json.loads(answer.read()) == {}
    return found


async def _where(server: XmppServer, service: Service) -> list[str]:
    """As a client asks over XMPP."""
    server.register(user := f"c{fresh()}")
    async with reading(server, user) as reader:
        reader.register_plugin("xep_0455")
        plugin = reader.plugin["xep_0455"]
        told: list[str] = await plugin.get_external_status_addresses(
            JID(service.address)
        )
    return told


def _do(views: Views, *words: str) -> None:
    views.service.command(*words, "--yes")


def test_maintenance(views: Views) -> None:
    """Moved, extended and called off it is one event and one entry; another one, that
    is finished early, is over in all views.
    """
    opened = ("maintenance", "open", "news", "--in", "1d", "--for", "2h", *DISKS)
    _do(views, *opened)
    key = views.shows("Maintenance: New disks")
    ((uid, first),) = views.events().items()
    assert uid in key
    planned = views.status()
    assert planned is not None
    assert planned.planned
    assert planned.message is not None
    assert planned.message["default"] == planned.message["en"]
    assert planned.message["de"] == "Wartung: New disks"
    assert (planned.beginning, planned.expected_end) == (
        first.dtstart.value,
        first.dtend.value,
    )

    _do(views, "maintenance", "move", "M1", "--in", "3d")
    views.until(lambda: views.events()[uid].dtstart.value > first.dtstart.value)
    moved, status = views.events()[uid], views.status()
    assert int(moved.sequence.value) == int(first.sequence.value) + 1
    # all of that may be within one second
    assert moved.dtstamp.value == moved.last_modified.value >= first.dtstamp.value
    assert status is not None
    assert status.beginning == moved.dtstart.value

    _do(views, "maintenance", "extend", "M1", "+3h")
    views.until(lambda: views.events()[uid].dtend.value > moved.dtend.value)
    assert int(views.events()[uid].sequence.value) == int(moved.sequence.value) + 1

    _do(views, "maintenance", "call-off", "M1")
    assert views.shows("Cancelled: Maintenance: New disks") == key
    off = views.events()[uid]
    assert off.status.value == "CANCELLED"
    assert off.summary.value == "Cancelled: Maintenance: New disks"
    assert off.dtstart.value == moved.dtstart.value
    assert views.status() is None

    _do(views, "maintenance", "open", "news", "--in", "2s", "--for", "2h", *DISKS)
    other_key = views.shows("Under way: Maintenance: New disks")
    running = views.status()
    assert running is not None
    assert running.planned
    _do(views, "maintenance", "finish", "M2")
    assert views.shows("Finished: Maintenance: New disks") == other_key
    over = next(one for key, one in views.events().items() if key != uid)
    assert over.dtend.value < running.expected_end
    assert views.status() is None


def test_an_incident(views: Views) -> None:
    """With its updates it is one entry, and the outage until it is resolved."""
    opened = ("incidents", "open", "news", "--set", "summary=Mail is slow")
    _do(views, *opened)
    key = views.shows("Incident: Mail is slow")
    status = views.status()
    assert status is not None
    assert status.planned is False
    assert status.expected_end is None
    _do(views, "incidents", "update", "I1", "--set", "summary=Mail is down")
    assert views.shows("Incident: Mail is down") == key
    _do(views, "incidents", "resolve", "I1")
    assert views.shows("Resolved: Incident: Mail is down") == key
    assert len(views.titles()) == 1
    assert views.status() is None


def test_announcements(views: Views) -> None:
    """Corrected one says what is right, withdrawn one says that; what closed and
    mandatory lists and single people are told is nowhere. After kill -9, and a start,
    everything is as it was, byte by byte.
    """
    service = views.service
    for name in ("board", "staff"):
        service.announce(list_name=name, bodies=(("en", "Secret"),))
    someone = f"x@{fresh()}.example"
    _do(views, "announce", "news", "--to", someone, "--body", "Secret")
    job = service.announce(bodies=(("en", "At ten"),))
    key = views.shows("At ten")
    _do(views, "broadcasts", "correct", str(job.id), "--body", "At eleven")
    assert views.shows("At eleven") == key
    _do(views, "broadcasts", "retract", str(job.id))
    assert views.shows("An announcement was withdrawn") == key
    service.announce(bodies=(("en", "Later"),))
    views.shows("Later")
    before = views.files()
    everything = b"".join(before.values())
    assert b"At " not in everything
    assert b"Secret" not in everything
    service.kill()
    assert views.files() == before
    service.start()
    service.wait_until_connected()
    views.until(lambda: service.page("/news.atom")[0] == 200)
    assert views.files() == before


def test_while_xmpp_is_down(prosody: XmppServer, make: Make) -> None:
    """What is said then, and what begins then, stands in the feeds, though nobody can
    be told.
    """
    views = _views(make, prosody, "component", host_port=free_port())
    views.service.start()
    views.service.until(lambda: views.folder.joinpath("outage.json").exists())
    begins = ("maintenance", "open", "news", "--in", "2s", "--for", "2h", *DISKS)
    _do(views, *begins)
    views.shows("Under way: Maintenance: New disks")
    _do(views, "incidents", "open", "news", "--set", "summary=It is down")
    views.shows("Incident: It is down")
    status = views.status()
    assert status is not None
    assert status.planned is False
