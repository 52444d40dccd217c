"""The servers' modules under many messages, kills and odd configurations."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from xml.etree import ElementTree as ET

import pytest

from tests.drills.conftest import Start
from tests.e2e.xml_client import C, XmlClient
from tests.modules.scene import (
    ANNOUNCE,
    SCHEDULE,
    SCHEDULING,
    Component,
    X,
    archive,
    come_back,
    condition,
    delivered,
    described,
    discovered,
    drained,
    failed,
    fresh,
    inner,
    message,
    scene,
)
from tests.servers.equipped import Options, prosody

pytestmark = pytest.mark.e2e

MANY = 10_000


def scheduled(to: str, number: str = "m1") -> str:
    """A message that a client sends."""
    return f"<message to='{to}' id='{number}'><body>x</body>{SCHEDULE}</message>"


def messages_of(*clients: XmlClient) -> list[ET.Element]:
    """Those that have come and were not taken."""
    return [one for who in clients for one in who.waiting if one.tag == f"{C}message"]


def test_ten_thousand_at_once(start: Start) -> None:
    """All are held until they are answered; then each has its answer, and goes out."""
    with (
        start(Options(timeout=300, archives=False)) as server,
        ThreadPoolExecutor() as pool,
        ExitStack() as stack,
    ):
        names = ["anna", "bert"]
        for name in names:
            server.register(name)
        component = stack.enter_context(Component(server))
        anna, bert = (
            stack.enter_context(XmlClient(server, user=name)) for name in names
        )
        ids = [f"m{number}" for number in range(MANY)]
        messages = "".join(scheduled(bert.bare, one) for one in ids)
        sent = pool.submit(anna.send, messages)
        held = list(drained(component, MANY, "iq"))
        sent.result()
        assert [inner(one, "divert").get("id") for one in held] == ids
        bert.settle()
        anna.settle()
        assert not messages_of(anna, bert)
        refused = ids[::100]
        for number, iq in zip(ids, held, strict=True):
            component.answer(
                iq, failed("cancel", "conflict") if number in refused else ""
            )
        errors = [one.get("id") for one in drained(anna, len(refused), "message")]
        assert sorted(map(str, errors)) == sorted(refused)
        kept = [one for one in ids if one not in refused]
        deliveries = (
            component.delivery(message(anna.bare, bert.bare, one)) for one in kept
        )
        sent = pool.submit(component.send, "".join(deliveries))
        got = pool.submit(list, drained(bert, len(kept), "message"))
        answers = {one.get("type") for one in drained(component, len(kept), "iq")}
        sent.result()
        assert [one.get("id") for one in got.result()] == kept
        assert answers == {"result"}
        anna.settle()
        assert not messages_of(anna)


def test_the_component_killed(start: Start) -> None:
    """Before it has the message, with it, after its answer: 20 times each."""
    with start(Options(timeout=1)) as server, scene(server) as stage:
        stage.component_dies()
        for moment in range(60):
            with Component(server) as component:
                stage.component = component
                if moment % 3 == 0:
                    stage.component_dies()
                number = stage.schedule(stage.recipient.bare)
                if moment % 3 == 1:
                    component.told("divert")
                    component.die()
                if moment % 3 == 2:
                    component.answer(component.told("divert"))
                    component.die()
                    assert stage.heard() == {}
                    continue
                what = described(stage.error(number))[1]
                wanted = ["service-unavailable", "remote-server-timeout"]
                assert what == wanted[moment % 3]
                assert stage.heard() == {}


def test_the_server_killed(start: Start) -> None:
    """With messages in hand: they are gone, and none has left. It fails closed from
    the first client that can log in.
    """
    with start(Options()) as server:
        for name in ("anna", "bert"):
            server.register(name)
        server.stop()  # so that the accounts are on the disk
        server.start()
        for _ in range(3):
            with (
                Component(server) as component,
                XmlClient(server, user="anna") as sender,
            ):
                for _ in range(10):
                    sender.send(scheduled(server.jid("bert")))
                    component.told("divert")
                server.kill()
            server.start()
            with (
                XmlClient(server, user="anna") as sender,
                XmlClient(server, user="bert") as recipient,
            ):
                sender.send(scheduled(recipient.bare))
                error = sender.message(lambda one: one.get("type") == "error")
                assert condition(error) == "wait service-unavailable"
                sender.settle()
                recipient.settle()
                assert not messages_of(sender, recipient)
                assert archive(recipient) == []


def test_prosody_stopped() -> None:
    """Whoever waits is told before it goes: his message may yet be scheduled."""
    with prosody(Options(timeout=60)) as server, scene(server) as stage:
        numbers = [stage.schedule(stage.recipient.bare) for _ in range(10)]
        for _ in numbers:
            stage.component.told("divert")
        server.stop()
        for number in numbers:
            kind, what, text = described(stage.error(number))
            assert (kind, what) == ("wait", "remote-server-timeout")
            assert "may yet be scheduled" in text
        server.start()


def test_a_small_memory(start: Start) -> None:
    """The newest are known, the oldest forgotten: those would go out again."""
    with (
        start(Options(memory=5)) as server,
        scene(server) as stage,
        Component(server, server.spares[1]) as neighbour,
    ):
        far = f"far@{neighbour.bare}"
        given = {
            number: message(stage.sender.bare, far, number)
            for number in (fresh() for _ in range(10))
        }
        for one in given.values():
            stage.component.deliver(one)
        for _ in given:
            neighbour.message()
        oldest, *_, newest = given
        for number in (newest, oldest):
            stage.component.deliver(given[number])
        assert neighbour.message().get("id") == oldest
        come_back(neighbour, stage.sender.bare, newest)
        iq = stage.component.told("bounce")
        assert inner(iq, "bounce").get("id") == newest
        stage.component.answer(iq)


@pytest.mark.parametrize(
    ("parts", "offered"),
    [(("divert",), True), (("deliver", "relation"), False), ((), False)],
    ids=["divert", "deliver", "none"],
)
def test_parts(start: Start, parts: tuple[str, ...], offered: bool) -> None:
    """What is not switched on is neither offered nor done."""
    with start(Options(parts=parts)) as server, scene(server) as stage:
        features, form = discovered(stage.sender, server.domain)
        assert (SCHEDULING in features) == offered
        features, _ = discovered(stage.sender, stage.sender.bare)
        assert (SCHEDULING in features) == offered
        assert form.get("parts", []) == list(parts)
        number = stage.schedule(stage.recipient.bare)
        if offered:
            stage.component.answer(stage.component.told("divert"))
            assert stage.heard() == {}
        else:
            assert stage.heard()["recipient"] == [number]
        given = message(stage.sender.bare, stage.recipient.bare, another := fresh())
        deliver = condition(stage.component.deliver(given))
        relation = condition(
            stage.component.relation(stage.sender.bare, stage.recipient.bare)
        )
        if "deliver" in parts:
            assert (deliver, relation) == ("result", "result")
            assert stage.heard()["recipient"] == delivered(another)["recipient"]
        else:
            assert "result" not in (deliver, relation)
            assert stage.heard().get("recipient", []) == []
        accounts = f"<accounts xmlns='{ANNOUNCE}' kind='all'/>"
        assert stage.component.ask_server("get", accounts).get("type") == "error"


def test_events(start: Start) -> None:
    """An account's beginning and end, numbered, again until there is a result, and
    across a restart of the server.
    """
    with start(Options(parts=("divert", "event"))) as server:
        server.register("first")
        with XmlClient(server, user="first"):
            server.register("short")  # while it serves: it is there before, else
        with XmlClient(server, user="short") as client:
            client.send(
                "<iq type='set' id='gone'><query xmlns='jabber:iq:register'>"
                "<remove/></query></iq>"
            )
            with Component(server) as component:
                first = component.told("event")
                component.answer(first, failed("wait", "resource-constraint"))
                again = component.told("event")
                assert _event(again) == _event(first)
        server.stop()
        server.start()
        told: list[tuple[str, str, int]] = []
        with Component(server) as component:
            while not told or told[-1][0] != "deleted":
                iq = component.told("event")
                told.append(_event(iq))
                component.answer(iq)
    assert told[0] == _event(first)
    numbers = [number for _, _, number in told]
    assert numbers == sorted(set(numbers))
    kinds = [kind for kind, jid, _ in told if jid == server.jid("short")]
    assert kinds in (
        ["registered", "deleted"],
        ["registered", "first-login", "deleted"],  # where the server can tell
    )


def test_prosodyctl() -> None:
    """What a process of its own does to accounts Prosody finds when it compares."""
    options = Options(parts=("event",))
    with (
        prosody(options, "carillon_compare = 1") as server,
        Component(server) as component,
    ):
        server.register("first")
        with XmlClient(server, user="first"):
            server.control("register", "silent", server.domain, "pw")
            server.control("deluser", server.jid("first"))
        told: set[tuple[str, str]] = set()
        wanted = {
            ("registered", server.jid("silent")),
            ("deleted", server.jid("first")),
        }
        while not wanted <= told:
            iq = component.told("event")
            told.add(_event(iq)[:2])
            component.answer(iq)
        assert ("deleted", server.jid("silent")) not in told


def _event(iq: ET.Element) -> tuple[str, str, int]:
    event = iq.find(f"{X}event")
    assert event is not None
    return event.get("kind", ""), event.get("jid", ""), int(event.get("n", ""))
