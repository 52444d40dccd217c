"""A recipient's say over real servers: what he chooses, what waits, his answer."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bot.domain.consent import ApprovalState, Who
from bot.domain.schedule import Origin, Schedule
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests.request import ScheduleRequest
from bot.service.rules.policy import People
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import (
    Answering,
    X,
    answering,
    ask,
    configured,
    refusal,
    text_of,
)
from tests.xmpp.links import Reader, Run, newcomer, reading

pytestmark = pytest.mark.e2e

NS = "urn:x-carillon:announce:0"
RSM = "http://jabber.org/protocol/rsm"


def element(name: str, attributes: str = "", inner: str = "") -> str:
    return f"<{name} xmlns='{NS}' {attributes}>{inner}</{name}>"


async def look(client: Reader, bot: Answering) -> ET.Element:
    answer = await ask(client, bot.address, "get", element("consent"))
    [found] = answer
    assert found.tag == f"{X}consent"
    return found


async def requests(client: Reader, bot: Answering, wish: str = "") -> list[ET.Element]:
    inner = f"<set xmlns='{RSM}'>{wish}</set>" if wish else ""
    answer = await ask(client, bot.address, "get", element("requests", inner=inner))
    return answer.findall(f"{X}requests/{X}request")


async def answer_(client: Reader, bot: Answering, ref: str, verdict: str) -> ET.Element:
    given = f"ref='{ref}' verdict='{verdict}'"
    return await ask(client, bot.address, "set", element("answer", given))


def waits(bot: Answering, admin: str, recipient: str) -> Schedule:
    """A message of the admin's waits for somebody who wants to be asked."""

    def store(uow: UnitOfWork) -> Schedule:
        use_cases = bot.use_cases
        request = ScheduleRequest(
            origin=Origin.IQ,
            people=(recipient,),
            bodies=(("en", "a secret"),),
            delay_seconds="3600",
        )
        caller = use_cases.policy.caller(admin)
        report, _ = use_cases.schedules.create(uow, caller, request)
        use_cases.approvals.wait_for(uow, report.schedule, recipient)
        return report.schedule

    return bot.use_cases.database.call(store)


def test_a_recipient_has_his_say(server: XmppServer, tmp_path: Path, run: Run) -> None:
    """He looks, chooses, looks at what waits and answers; another finds nothing of it,
    and what he may not is refused in words.
    """
    boss, bob, ann = (newcomer(server) for _ in range(3))
    access = {"admins": [server.jid(boss)]}
    settings = configured(server, "component", tmp_path, access=access)

    async def scenario() -> None:
        async with (
            answering(settings) as bot,
            reading(server, bob) as client,
            reading(server, ann) as other,
        ):
            people = People(servers=frozenset({server.domain}), consent=Who.CONTACTS)
            bot.use_cases.policy.people = people
            assert (await look(client, bot)).attrib == {"who": "contacts"}
            await chosen(client, bot)
            assert (await look(other, bot)).attrib == {"who": "contacts"}
            await refused(client, bot)
            await asked(client, other, bot, server.jid(boss))

    run(scenario())


async def chosen(client: Reader, bot: Answering) -> None:
    given = "who='ask' preview='true' max-per-day='2' max-ahead='86400'"
    names = "<allow jid='Ann@example.org'/><block jid='evil.example'/>"
    await ask(client, bot.address, "set", element("consent", "who='nobody'"))
    done = await ask(client, bot.address, "set", element("consent", given, names))
    for found in (done[0], await look(client, bot)):
        assert found.attrib == {
            "who": "ask",
            "preview": "true",
            "max-per-day": "2",
            "max-ahead": "86400",
        }
        assert [(one.tag, one.attrib) for one in found] == [
            (f"{X}allow", {"jid": "ann@example.org"}),
            (f"{X}block", {"jid": "evil.example"}),
        ]


REFUSED: tuple[tuple[str, str, str], ...] = (
    ("set", element("consent"), "who: "),
    ("set", element("consent", "who='friends'"), "who: "),
    ("set", element("consent", "who='ask' max-per-day='0'"), "max-per-day: "),
    ("set", element("consent", "who='ask'", "<allow jid='@'/>"), "allow: "),
    ("set", element("consent", "who='ask'", "<block/>"), "block: "),
    ("set", element("answer", "ref='1'"), ""),
    ("set", element("answer", "ref='1' verdict='yes'"), "verdict: "),
    ("set", element("requests"), "<requests/> goes with"),
    ("get", element("answer", "ref='1' verdict='approve'"), "<answer/> goes with"),
)


async def refused(client: Reader, bot: Answering) -> None:
    before = await look(client, bot)
    for kind, payload, begins in REFUSED:
        answer = await ask(client, bot.address, kind, payload)
        assert refusal(answer) == ("bad-request", "modify"), payload
        assert text_of(answer).startswith(begins), (payload, text_of(answer))
    many = element("consent", "who='ask'", "<allow jid='a@b.example'/>" * 1001)
    answer = await ask(client, bot.address, "set", many)
    assert refusal(answer) == ("policy-violation", "modify")
    assert ET.tostring(await look(client, bot)) == ET.tostring(before)


async def asked(client: Reader, other: Reader, bot: Answering, admin: str) -> None:
    bob, ann = client.boundjid.bare, other.boundjid.bare
    jobs = [waits(bot, admin, bob) for _ in range(2)]
    waits(bot, admin, ann)
    first, second = await requests(client, bot)
    assert first.get("from") == admin
    assert (first.get("due") or "").endswith("Z")
    assert "a secret" in ET.tostring(first, encoding="unicode")
    [of_ann] = await requests(other, bot)
    assert "a secret" not in ET.tostring(of_ann, encoding="unicode")
    page = f"<max>1</max><after>{first.get('ref')}</after>"
    [following] = await requests(client, bot, page)
    assert following.get("ref") == second.get("ref")
    told = set()
    for ref in (of_ann.get("ref", ""), "1", "nix", f"{jobs[0].id}"):
        answer = await answer_(client, bot, ref, "approve")
        assert refusal(answer) == ("item-not-found", "cancel")
        told.add(text_of(answer).replace(repr(ref), "REF"))
    assert len(told) == 1
    for verdict in ("refuse", "approve", "approve"):
        answer = await answer_(client, bot, first.get("ref", ""), verdict)
        assert answer.get("type") == "result", ET.tostring(answer)
        assert answer[0].attrib == {"ref": first.get("ref"), "verdict": verdict}
    [left] = await requests(client, bot)
    assert left.get("ref") == second.get("ref")
    approved = {state_of(bot, job) for job in jobs}
    assert approved == {ApprovalState.APPROVED, ApprovalState.WAITING}


def state_of(bot: Answering, job: Schedule) -> Any:
    return bot.use_cases.database.look(bot.use_cases.approvals.state, job)
