"""Leaving by removing a contact, whoever put the person on the list; real servers."""

from pathlib import Path

import pytest

from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import MODES, Answering, answering, configured, until
from tests.xmpp.links import Run, newcomer
from tests.xmpp.test_presence import Contact, contact

pytestmark = pytest.mark.e2e


def put(bot: Answering, list_name: str, jid: str) -> None:
    """As an admin does, or an import."""
    operator = bot.use_cases.policy.access.operator()
    add = bot.use_cases.enrolling.add
    bot.use_cases.database.call(add, operator, list_name, jid, None, None)


async def remove(client: Contact, jid: str) -> None:
    """As clients remove a contact (RFC 6121 §2.5)."""
    request = client.make_iq_set()
    request["roster"]["items"] = {jid: {"subscription": "remove"}}
    await request.send(timeout=20)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("list_name", ["news", "staff"])
def test_who_was_added_by_others_leaves(
    server: XmppServer, mode: str, list_name: str, tmp_path: Path, run: Run
) -> None:
    """He adds the contact and removes it, also that of a list that is not open."""
    settings = configured(server, mode, tmp_path)
    jid = server.jid(name := newcomer(server))

    async def scenario() -> None:
        async with answering(settings) as bot, contact(server, name) as client:
            put(bot, list_name, jid)
            component = mode == "component"
            to = f"{list_name}@{bot.address}" if component else bot.contact
            client.tell(to, "subscribe")
            await client.until_presence(to, "subscribed")
            assert list_name in bot.standing(jid)
            await remove(client, to)
            await until(lambda: bot.standing(jid) == [])

    run(scenario())


def test_who_leaves_while_the_service_is_away(
    server: XmppServer, tmp_path: Path, run: Run
) -> None:
    """An account learns it at its next login, of whom others added, too."""
    settings = configured(server, "account", tmp_path)
    jid = server.jid(name := newcomer(server))

    async def scenario() -> None:
        async with contact(server, name) as client:
            async with answering(settings) as bot:
                put(bot, "news", jid)
                client.tell(bot.contact, "subscribe")
                await client.until_presence(bot.contact, "subscribed")
            await remove(client, bot.contact)
            async with answering(settings) as bot:
                await until(lambda: bot.standing(jid) == [])

    run(scenario())


def test_who_was_removed_and_added_again(
    server: XmppServer, tmp_path: Path, run: Run
) -> None:
    """His contact was there all the time: from the next login on it is missed."""
    settings = configured(server, "account", tmp_path)
    jid = server.jid(name := newcomer(server))

    async def scenario() -> None:
        async with contact(server, name) as client:
            async with answering(settings) as bot:
                client.tell(bot.contact, "subscribe")
                await client.until_presence(bot.contact, "subscribed")
                operator = bot.use_cases.policy.access.operator()
                drop = bot.use_cases.enrolling.remove
                bot.use_cases.database.call(drop, operator, "news", jid)
                assert bot.standing(jid) == []
                put(bot, "news", jid)
            async with answering(settings) as bot:
                assert bot.standing(jid) == ["news"]
            await remove(client, bot.contact)
            async with answering(settings) as bot:
                await until(lambda: bot.standing(jid) == [])

    run(scenario())
