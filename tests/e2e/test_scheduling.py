"""An admin's client asks, readers hear, and nobody answers a bell."""

import asyncio
import secrets
from collections.abc import Callable
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest
from slixmpp import JID

from tests.e2e.asking import S, ask, cancel, query, refused, schedule, status
from tests.e2e.conftest import Make
from tests.e2e.service import Service
from tests.e2e.sink import Sink
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.links import Reader, reading

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.parametrize("mode", ["component", "account"]),
]

BODY = "{jabber:client}body"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TEXTS = {"en": "New disks tonight", "de": "Heute Nacht neue Platten"}


class People(NamedTuple):
    """Accounts of the test's own."""

    admin: str
    anna: str
    bernd: str


def ready(
    server: XmppServer, mode: str, make: Make, **options: int
) -> tuple[Service, People]:
    """A connected service, and its admin and readers."""
    people = People(*(f"{name}{secrets.token_hex(4)}" for name in ("a", "b", "c")))
    for user in (people.admin, people.anna, people.bernd):
        server.register(user)
    service = make(server, mode, admins=[server.jid(people.admin)], **options)
    service.start()
    service.wait_until_connected()
    return service, people


async def until(service: Service, fact: Callable[[], bool]) -> None:
    await asyncio.to_thread(service.until, fact)


async def heard(reader: Reader, body: str) -> ET.Element:
    """The message with that body, once it is there."""
    async with asyncio.timeout(30):
        while True:
            for message in reader.messages:
                if message.findtext(BODY) == body:
                    return message
            reader._news.clear()
            await reader._news.wait()


def test_each_hears_in_the_own_language(
    server: XmppServer, mode: str, make: Make
) -> None:
    """Scheduled over IQ, heard by both in their languages; a reply bounces."""
    service, people = ready(server, mode, make)
    service.subscribe([server.jid(people.anna)], "en")
    service.subscribe([server.jid(people.bernd)], "de")

    async def go() -> None:
        async with (
            reading(server, people.admin) as admin,
            reading(server, people.anna) as anna,
            reading(server, people.bernd) as bernd,
        ):
            to = service.address
            answer = await ask(admin, to, "set", schedule("disks", TEXTS))
            assert (answer.findtext(f"{S}id"), status(answer)) == ("disks", "scheduled")
            for reader, language in ((anna, "en"), (bernd, "de")):
                message = await heard(reader, TEXTS[language])
                assert message.get(LANG) == language
                assert message.get("type") == "chat"
                by = message.find(f"{S}scheduled-by")
                assert by is not None
                assert by.findtext(f"{S}scheduler") == to
                assert by.findtext(f"{S}id") == "disks"

            first = await heard(anna, TEXTS["en"])
            anna.send_message(JID(first.get("from")), "Thank you!", mtype="chat")
            async with asyncio.timeout(20):
                while not (errors := [m for m in anna.messages if is_error(m)]):
                    anna._news.clear()
                    await anna._news.wait()
            [error] = errors
            assert error.find(".//{*}service-unavailable") is not None
            assert error.findtext(".//{urn:ietf:params:xml:ns:xmpp-stanzas}text")

            job = service.uses.database.look(
                lambda uow: uow.schedules.find(server.jid(people.admin), "disks")
            )
            assert job is not None
            await until(service, lambda: service.sent(job))
            answer = await ask(admin, to, "get", query("disks"))
            assert status(answer) == "sent"
            finished = await refused(admin, to, "set", cancel("disks"))
            assert finished == "unexpected-request"

    asyncio.run(go())
    assert service.stop() == 0


def is_error(message: ET.Element) -> bool:
    return message.get("type") == "error"


def test_listed_and_cancelled(server: XmppServer, mode: str, make: Make) -> None:
    """A pending job is found, listed, cancelled twice, and never heard."""
    service, people = ready(server, mode, make)
    service.subscribe([server.jid(people.anna)])

    async def go() -> None:
        async with (
            reading(server, people.admin) as admin,
            reading(server, people.anna) as anna,
        ):
            to = service.address
            for name in ("stays", "goes"):
                await ask(admin, to, "set", schedule(name, TEXTS, delay=3600))
            listed = await ask(admin, to, "get", f"<schedule-query xmlns='{S[1:-1]}'/>")
            ids = [one.findtext(f"{S}id") for one in listed.iter(f"{S}schedule")]
            assert ids == ["stays", "goes"]
            for _ in range(2):
                answer = await ask(admin, to, "set", cancel("goes"))
                assert status(answer) == "cancelled"
            assert status(await ask(admin, to, "get", query("goes"))) == "cancelled"
            assert status(await ask(admin, to, "get", query("stays"))) == "scheduled"
            assert await refused(anna, to, "get", query("stays")) == "item-not-found"
            assert await refused(anna, to, "set", schedule("x", TEXTS)) == "not-allowed"

    asyncio.run(go())


def test_cancelling_stops_a_slow_broadcast(
    server: XmppServer, mode: str, make: Make
) -> None:
    """A broadcast under way is queued; cancelled, it stops; those told are counted."""
    service, people = ready(server, mode, make, rate=50, window=20)

    async def go() -> None:
        with Sink(server, server.spares[0]) as sink:
            service.subscribe(sink.jids(1000))
            async with reading(server, people.admin) as admin:
                await ask(admin, service.address, "set", schedule("slow", TEXTS))
                await asyncio.to_thread(sink.wait, 30)
                answer = await ask(admin, service.address, "get", query("slow"))
                assert status(answer) == "queued"
                answer = await ask(admin, service.address, "set", cancel("slow"))
                assert status(answer) == "cancelled"
                told = len(sink.arrived)
                job = service.uses.database.look(
                    lambda uow: uow.schedules.find(server.jid(people.admin), "slow")
                )
                assert job is not None
            assert await asyncio.to_thread(service.stop) == 0
            assert len(sink.arrived) <= told + 2 * 20
            assert service.progress(job).sent == len(sink.arrived) < 1000
            assert service.schedule(job).wire_state == "cancelled"

    asyncio.run(go())


def test_a_stop_and_a_start_in_the_middle(
    server: XmppServer, mode: str, make: Make
) -> None:
    """SIGTERM ends with 0 and everything recorded; nobody hears twice.

    An account is seen to leave.
    """
    service, people = ready(server, mode, make, rate=200, window=50)

    async def go() -> None:
        with Sink(server, server.spares[0]) as sink:
            service.subscribe(sink.jids(600))
            async with reading(server, people.anna) as anna:
                gone = asyncio.Event()
                there = asyncio.Event()
                bare = service.address.partition("/")[0]
                for event, name in ((there, "available"), (gone, "unavailable")):
                    anna.add_event_handler(
                        f"presence_{name}",
                        lambda p, e=event: e.set() if p["from"].bare == bare else None,
                    )
                anna.send_presence_subscription(bare, ptype="subscribe")
                async with asyncio.timeout(20):
                    await there.wait()
                job = service.announce()
                await asyncio.to_thread(sink.wait, 200)
                assert await asyncio.to_thread(service.stop) == 0
                if mode == "account":  # a component's last word stays true
                    async with asyncio.timeout(20):
                        await gone.wait()
                progress = service.progress(job)
                told = len(sink.arrived) + len(
                    [m for m in anna.messages if m.find(BODY) is not None]
                )
                assert progress.sent == told < 601
                service.start()
                await until(service, lambda: service.sent(job))
                await asyncio.to_thread(sink.wait, 600)
                await heard(anna, "Hello, this is the news.")
            assert set(sink.told) == set(sink.jids(600))
            assert len(sink.arrived) == 600

    asyncio.run(go())
    assert service.stop() == 0
