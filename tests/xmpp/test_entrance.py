"""Floods of stanzas: what comes in of them, and what they keep others from."""

import asyncio
from pathlib import Path

import pytest

from bot.desk.gate import PER_SENDER
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import (
    MODES,
    answering,
    ask,
    configured,
    query,
    refusal,
    until,
)
from tests.xmpp.links import Run, newcomer, reading

pytestmark = pytest.mark.e2e
INFO = "<query xmlns='http://jabber.org/protocol/disco#info'/>"
ITEMS = "<query xmlns='http://jabber.org/protocol/disco#items'/>"
PING = "<ping xmlns='urn:xmpp:ping'/>"
UNKNOWN = "<what xmlns='urn:example'/>"
OPEN = {"news": {"default": True, "welcome": None}, "weather": {"welcome": None}}


@pytest.mark.parametrize("mode", MODES)
def test_a_flood_of_questions(
    server: XmppServer, tmp_path: Path, run: Run, mode: str
) -> None:
    """Beyond a person's share they are refused for a while, an admin is answered, and
    the share comes back.
    """
    user, boss = newcomer(server), newcomer(server)
    settings = configured(server, mode, tmp_path, access={"admins": [server.jid(boss)]})
    seconds = 0.0

    async def scenario() -> None:
        async with (
            answering(settings) as bot,
            reading(server, user) as client,
            reading(server, boss) as admin,
        ):
            for limit in (bot.desk.gate._senders, bot.desk.gate._named):
                limit._clock = lambda: seconds
            asking = [
                asyncio.create_task(ask(client, bot.address, "get", payload))
                for payload in (INFO, ITEMS, PING, UNKNOWN) * 45
            ]
            answer = await ask(admin, bot.address, "get", query())
            assert answer.get("type") == "result"
            answers = await asyncio.gather(*asking)
            assert all(not _turned_away(one) for one in answers[: PER_SENDER.burst])
            refused = answers[PER_SENDER.burst :]
            assert {refusal(one) for one in refused} == {("policy-violation", "wait")}
            assert bot.desk.gate.turned_away == len(refused) == 30
            nonlocal seconds
            seconds = 1.0
            answer = await ask(client, bot.address, "get", INFO)
            assert answer.get("type") == "result"

    run(scenario())


def _turned_away(answer: object) -> bool:
    text = "That is too much at once; wait a little."
    return text in "".join(answer.itertext())  # type: ignore[attr-defined]


def test_who_leaves_is_let_go(server: XmppServer, tmp_path: Path, run: Run) -> None:
    """Whatever else somebody has sent, and however much of it."""
    user = newcomer(server)
    settings = configured(server, "component", tmp_path)

    async def scenario() -> None:
        async with answering(settings) as bot, reading(server, user) as client:
            jid = server.jid(user)
            client.send_presence(pto=bot.address, ptype="subscribe")
            await until(lambda: bot.standing(jid) == ["news"])
            bot.desk.gate._senders._clock = lambda: 0.0
            while not bot.desk.gate.turned_away:
                await ask(client, bot.address, "get", PING)
            client.send_presence(pto=bot.address, ptype="unsubscribe")
            await until(lambda: bot.standing(jid) == [])

    run(scenario())


def test_looking_at_open_lists_costs_no_transaction(
    server: XmppServer, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does anything else that is asked but requests; of closed lists one person
    costs one in a while, however often he asks.
    """
    user = newcomer(server)
    reads: list[object] = []

    async def looks(lists: dict[str, object]) -> int:
        settings = configured(server, "component", tmp_path, lists=lists)
        async with answering(settings) as bot, reading(server, user) as client:
            database = bot.use_cases.database
            read = database.read

            def counted(use_case: object, *args: object) -> object:
                reads.append(use_case)
                return read(use_case, *args)  # type: ignore[arg-type] # passed on as it came

            monkeypatch.setattr(database, "read", counted)
            monkeypatch.setattr("bot.xmpp.doors.discovery.lists.FRESH_SECONDS", 3600)
            reads.clear()
            for payload in (INFO, ITEMS, PING, UNKNOWN) * 10:
                await ask(client, bot.address, "get", payload)
                await ask(client, f"news@{bot.address}", "get", payload)
            await ask(client, f"staff@{bot.address}", "get", INFO)
            return len(reads)

    async def scenario() -> None:
        assert await looks({**OPEN}) == 0
        assert await looks({**OPEN, "staff": {"kind": "closed", "welcome": None}}) == 1

    run(scenario())
