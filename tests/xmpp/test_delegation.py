"""Who may hand on requests (XEP-0355), in which shape, and for whom they count.

A component stands in for a server that the operator has named.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.desk.gate import PER_SENDER
from bot.service.ports.paging import Paging
from bot.service.ports.trail import AuditFilter
from bot.xmpp.session.discards import Reason
from bot.xmpp.stanzas.delegation import NAMESPACES, Delegated
from tests.e2e.xml_client import C, XmlClient
from tests.servers.prosody import Prosody
from tests.xmpp.answering import (
    Answering,
    S,
    answering,
    configured,
    query,
    refusal,
    schedule,
    text_of,
)
from tests.xmpp.links import Run, newcomer

FORWARD = "urn:xmpp:forward:0"
NEWS = "<metadata><list xmlns='urn:x-carillon:announce:0'>news</list></metadata>"
JOB = f"<body>Hello</body><delay-seconds>900</delay-seconds>{NEWS}"


@dataclass
class Neighbour:
    """A server whose users may ask through it, and that may be told anything."""

    raw: XmlClient
    bot: Answering

    @property
    def domain(self) -> str:
        return self.raw.bare

    async def send(self, outer: str, kind: str = "set") -> ET.Element:
        """The answer to an IQ around `outer`."""
        return await asyncio.to_thread(self.raw.ask, self.bot.address, kind, outer)

    async def hand_on(
        self,
        payload: str,
        *,
        kind: str = "set",
        namespace: str = NAMESPACES[0],
        **to: str,
    ) -> ET.Element:
        """The answer to a request of `boss`, unless `to` says otherwise."""
        answer = await self.send(delegation(self.iq(payload, kind, **to), namespace))
        assert answer.get("type") == "result", ET.tostring(answer)
        inner = answer.find(f"{{{namespace}}}delegation/{{{FORWARD}}}forwarded/{C}iq")
        assert inner is not None
        return inner

    def iq(self, payload: str, kind: str = "set", **attributes: str) -> str:
        given = {"from": f"boss@{self.domain}/x", "id": "inner", "type": kind}
        given |= {name.strip("_"): value for name, value in attributes.items()}
        said = " ".join(f"{name}='{value}'" for name, value in given.items() if value)
        return f"<iq xmlns='jabber:client' {said}>{payload}</iq>"

    def refused(self, caller: str) -> int:
        """How many times that somebody was forbidden something is written down."""
        database, wanted = self.bot.use_cases.database, AuditFilter(caller=caller)
        page = database.look(lambda uow: uow.audit.page(wanted, Paging(limit=1000)))
        return sum(entry.result == "forbidden" for entry in page.items)


def delegation(content: str, namespace: str = NAMESPACES[0]) -> str:
    return (
        f"<delegation xmlns='{namespace}'><forwarded xmlns='{FORWARD}'>"
        f"{content}</forwarded></delegation>"
    )


@asynccontextmanager
async def neighbour(prosody: Prosody, folder: Path) -> AsyncIterator[Neighbour]:
    """One of the servers that may speak for their users; its `boss` is an admin."""
    domain = prosody.spares[0]
    access = {
        "admins": [f"boss@{domain}"],
        "domains": [domain, prosody.domain],
        "servers": [domain],
    }
    settings = configured(prosody, "component", folder, access=access)
    async with answering(settings) as bot:
        with XmlClient(prosody, domain=domain) as raw:
            yield Neighbour(raw, bot)


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_handed_on(prosody: Prosody, tmp_path: Path, run: Run, namespace: str) -> None:
    """Both versions, to the server, the account or nobody: addresses and id come back
    exchanged, letter by letter as they were written.
    """

    async def scenario() -> None:
        async with neighbour(prosody, tmp_path) as server:
            boss = f"boss@{server.domain}"
            for to, answered_by in (
                (server.domain, server.domain),
                (boss, boss),
                (boss.upper(), boss.upper()),
                ("", boss),
            ):
                asker = f"{boss}/a&amp;b  \N{ROMAN NUMERAL FOUR}"
                answer = await server.hand_on(
                    schedule(JOB), namespace=namespace, to=to, from_=asker
                )
                assert answer.get("type") == "result"
                assert answer.get("id") == "inner"
                assert answer.get("from") == answered_by
                assert answer.get("to") == asker.replace("&amp;", "&")
                assert answer.findtext(f"{S}schedule/{S}status") == "scheduled"

    run(scenario())


def test_who_may_not(prosody: Prosody, tmp_path: Path, run: Run) -> None:
    """Whoever is no such server is refused alike, whatever he hands on, and so is a
    server for others' users, or for one who asks at another's account.
    """
    user = newcomer(prosody)

    async def scenario() -> None:
        async with neighbour(prosody, tmp_path) as server:
            boss, there = f"boss@{server.domain}", server.bot.address
            right, mine = server.iq(schedule(JOB)), f"{prosody.jid(user)}/x"
            with XmlClient(prosody, user=user) as client:
                told = [
                    await asyncio.to_thread(client.ask, there, kind, element)
                    for kind in ("set", "get")
                    for element in (
                        delegation(right),
                        delegation(server.iq(schedule(JOB), from_=mine)),
                        delegation("", NAMESPACES[1]),
                        f"<delegation xmlns='{NAMESPACES[0]}'/>",
                    )
                ]
            assert {refusal(one) for one in told} == {("forbidden", "auth")}
            assert len({text_of(one) for one in told}) == 1
            assert server.bot.connection.discarded[Reason.FORBIDDEN] == len(told)
            for asker in (
                mine,
                server.domain,
                f"{server.domain}/x",
                f"boss@x.{server.domain}",
                f"boss@{prosody.domain}/{server.domain}",
                there,
                "@",
            ):
                answer = await server.hand_on(schedule(JOB), from_=asker)
                assert refusal(answer) == ("forbidden", "auth"), asker
            told = [
                await server.hand_on(element, kind=kind, to=to)
                for element, kind in (
                    (schedule(JOB), "set"),
                    (query(), "get"),
                    ("<pause xmlns='urn:x-carillon:announce:0'/>", "set"),
                    ("<what xmlns='urn:x-carillon:announce:0'/>", "set"),
                )
                for to in (
                    f"ann@{server.domain}",
                    f"nobody@{server.domain}",
                    prosody.jid(user),
                    prosody.domain,
                    there,
                    f"{boss}/x",
                    f"{server.domain}/x",
                    "@",
                )
            ]
            assert {refusal(one) for one in told} == {("forbidden", "auth")}
            assert len({text_of(one) for one in told}) == 1
            # what is no request of ours the gate alone has counted
            assert server.refused(boss) == len(told) * 3 / 4

    run(scenario())


#: name -> what a server sends around a request of `boss`
SHAPES: dict[str, Callable[[Neighbour], str]] = {
    "nothing": lambda _: f"<delegation xmlns='{NAMESPACES[0]}'/>",
    "nothing forwarded": lambda _: delegation(""),
    "two": lambda server: delegation(server.iq(query(), "get") * 2),
    "two forwarded": lambda server: (
        f"<delegation xmlns='{NAMESPACES[0]}'>"
        + f"<forwarded xmlns='{FORWARD}'>{server.iq(query(), 'get')}</forwarded>" * 2
        + "</delegation>"
    ),
    "not forwarded": lambda server: (
        f"<delegation xmlns='{NAMESPACES[0]}'>{server.iq(query(), 'get')}</delegation>"
    ),
    "another forwarded": lambda server: delegation(server.iq(query(), "get")).replace(
        FORWARD, "urn:xmpp:forward:1"
    ),
    "beside a delay": lambda server: delegation(
        f"<delay xmlns='urn:xmpp:delay'/>{server.iq(query(), 'get')}"
    ),
    "a message": lambda server: delegation(
        f"<message xmlns='jabber:client' from='boss@{server.domain}/x' id='i'/>"
    ),
    "another's iq": lambda server: delegation(
        server.iq(query(), "get").replace("jabber:client", "jabber:server")
    ),
    "a result": lambda server: delegation(server.iq(query(), "result")),
    "an error": lambda server: delegation(server.iq(query(), "error")),
    "no type": lambda server: delegation(server.iq(query(), "")),
    "no id": lambda server: delegation(server.iq(query(), "get", id="")),
    "no sender": lambda server: delegation(server.iq(query(), "get", from_="")),
    "no request": lambda server: delegation(server.iq("", "get")),
    "two requests": lambda server: delegation(server.iq(query() * 2, "get")),
    "within itself": lambda server: delegation(delegation(server.iq(query(), "get"))),
}


def test_other_shapes(prosody: Prosody, tmp_path: Path, run: Run) -> None:
    """What is not one request of one user is refused, and the next one answered; one
    that hands on another is not offered, nor is what is no request of ours.
    """

    async def scenario() -> None:
        async with neighbour(prosody, tmp_path) as server:
            for name, shape in SHAPES.items():
                answer = await server.send(shape(server))
                assert refusal(answer) == ("bad-request", "modify"), name
            answer = await server.send(delegation(server.iq(query(), "get")), "get")
            assert refusal(answer) == ("bad-request", "modify")
            nested = delegation(server.iq(query(), "get"))
            for payload in (
                nested,
                "<ping xmlns='urn:xmpp:ping'/>",
                "<query xmlns='jabber:iq:roster'/>",
                "<schedule xmlns='urn:xmpp:scheduling:1'/>",
                "<schedule/>",
            ):
                answer = await server.hand_on(payload)
                assert refusal(answer) == ("feature-not-implemented", "cancel")
            answer = await server.hand_on(query(), kind="get")
            assert answer.get("type") == "result"

    run(scenario())


def test_large_ones(prosody: Prosody, tmp_path: Path, run: Run) -> None:
    """Of 64 KiB and more, or of too many elements: refused, and the next answered."""

    async def scenario() -> None:
        async with neighbour(prosody, tmp_path) as server:
            payload = f"<x xmlns='urn:example'>{'x' * 64 * 1024}</x>"
            for content in (f"{JOB}{payload}", JOB.replace("Hello", "x" * 65_537)):
                answer = await server.hand_on(schedule(content))
                assert refusal(answer) == ("policy-violation", "modify")
            many = server.iq(
                schedule(f"{JOB}<y xmlns='urn:example'>{'<z/>' * 4000}</y>")
            )
            answer = await server.send(delegation(many))
            assert refusal(answer) == ("policy-violation", "modify")
            answer = await server.hand_on(query(), kind="get")
            assert answer.get("type") == "result"

    run(scenario())


def test_floods_count_for_the_user(prosody: Prosody, tmp_path: Path, run: Run) -> None:
    """Whoever asks too much at home is refused there; his server's others are not."""

    async def scenario() -> None:
        async with neighbour(prosody, tmp_path) as server:
            gate = server.bot.desk.gate
            gate._senders._clock = lambda: 0.0
            flood = [f"ann@{server.domain}/x", f"ann@{server.domain}/y"]
            what = "<what xmlns='urn:x-carillon:announce:0'/>"
            answers = [
                await server.hand_on(what, from_=flood[number % 2])
                for number in range(PER_SENDER.burst + 3)
            ]
            assert gate.turned_away == 3
            assert [refusal(one) for one in answers[-3:]] == [
                ("policy-violation", "wait")
            ] * 3
            assert "at once" in text_of(answers[-1])
            other = await server.hand_on(what, from_=f"bob@{server.domain}/x")
            assert "at once" not in text_of(other)
            assert gate.turned_away == 3
            # what the desk counts a minute, it counts for him, too
            limit = server.bot.use_cases.policy.limits_of(
                server.bot.use_cases.policy.caller(f"eve@{server.domain}")
            ).requests_per_minute
            asked = [
                await server.hand_on(
                    query(), kind="get", from_=f"eve@{server.domain}/x"
                )
                for _ in range(limit + 1)
            ]
            assert [one.get("type") for one in asked] == ["result"] * limit + ["error"]
            assert refusal(asked[-1]) == ("policy-violation", "wait")

    run(scenario())


def test_a_delegation_as_it_is_written() -> None:
    """It is read as it comes on the wire, and its answer is wrapped alike."""
    outer = ET.fromstring(
        "<iq xmlns='jabber:component:accept' from='d' to='s' type='set' id='1'>"
        + delegation(
            "<iq xmlns='jabber:client' from='a@d/x' type='get' id='2'>"
            "<q xmlns='q'/></iq>"
        )
        + "</iq>"
    )
    found = Delegated.of(outer)
    assert found is not None
    assert found.sender == "a@d/x"
    answer = found.answer(ET.Element(f"{C}iq", {"type": "result"}))
    assert answer.attrib == {"type": "result", "id": "1", "from": "s", "to": "d"}
    assert answer[0].tag == outer[0].tag
    assert answer[0][0][0].get("from") == "a@d"
