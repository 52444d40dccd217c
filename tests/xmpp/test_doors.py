"""What the service says of itself at each fresh session, on real servers."""

from pathlib import Path

import pytest
from slixmpp import JID

from bot.service.ports.spool import Move
from bot.store.spool import SqlSpool
from bot.xmpp.stanzas.namespaces import NOREPLY
from bot.xmpp.stanzas.scheduling import NS as SCHEDULING
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import MODES, answering, ask, configured, until
from tests.xmpp.links import Run, newcomer, reading
from tests.xmpp.test_presence import CAPS, contact

pytestmark = pytest.mark.e2e
MAM = "urn:xmpp:mam:2"


@pytest.mark.parametrize("mode", MODES)
def test_the_first_presence_says_no_reply(
    server: XmppServer, mode: str, tmp_path: Path, run: Run
) -> None:
    """A contact's first sight of the service has capabilities that say no-reply."""
    settings = configured(server, mode, tmp_path)
    name = newcomer(server)

    async def scenario() -> None:
        async with contact(server, name) as client:
            async with answering(settings) as bot:
                client.tell(bot.contact, "subscribe")
                await client.until_presence(bot.contact, "subscribed")
                await client.until_presence(bot.contact, None)
            client.presences.clear()
            async with answering(settings) as bot:
                await client.until_presence(bot.contact, None)
                first = client.had(bot.contact, None)[0]
                caps = first.find(CAPS)
                assert caps is not None
                sender = JID(first.get("from"))
                node = f"{caps.get('node')}#{caps.get('ver')}"
                answer = await client.plugin["xep_0030"].get_info(
                    sender, node, timeout=10
                )
                info = answer["disco_info"]
                assert {NOREPLY, SCHEDULING} <= info["features"]
                found = client.plugin["xep_0115"].generate_verstring(info, "sha-1")
                assert found == caps.get("ver")

    run(scenario())


@pytest.mark.parametrize("mode", MODES)
def test_discovery(server: XmppServer, mode: str, tmp_path: Path, run: Run) -> None:
    """Everybody sees the limits and the lists he may see; every address says
    no-reply.
    """
    boss, name = newcomer(server), newcomer(server)
    access = {"admins": [server.jid(boss)]}
    settings = configured(server, mode, tmp_path, access=access)

    async def scenario() -> None:
        async with (
            answering(settings) as bot,
            reading(server, name) as client,
            reading(server, boss) as admin,
        ):
            addresses = [bot.address]
            if mode == "component":
                addresses += [f"{one}@{bot.address}" for one in settings.lists]
            for address in addresses:
                answer = await client.plugin["xep_0030"].get_info(
                    JID(address), timeout=10
                )
                info = answer["disco_info"]
                assert {NOREPLY, SCHEDULING} <= info["features"]
            answer = await client.plugin["xep_0030"].get_info(
                JID(bot.address), timeout=10
            )
            form = answer["disco_info"]["form"].get_values()
            assert form["FORM_TYPE"] == [SCHEDULING]
            assert int(form["max-window"]) == 366 * 24 * 3600
            assert (form["max-pending"], form["max-body"]) == ("100", "16000")
            assert {"DAILY", "YEARLY", "BYDAY"} <= set(form["recurrence"])
            assert form["signing"] == "none"
            titles = {"News", "Weather", "Rules"}
            for asker, expected in ((client, titles), (admin, titles | {"Staff"})):
                items = await asker.plugin["xep_0030"].get_items(
                    JID(bot.address), timeout=10
                )
                found = items["disco_items"]["items"]
                assert {title for _, _, title in found} == expected
                if mode == "component":
                    assert (f"news@{bot.address}", None, "News") in found

    run(scenario())


def test_an_accounts_archive_is_off(
    server: XmppServer, tmp_path: Path, run: Run
) -> None:
    """The account's archive keeps nothing of what it sends or is sent."""
    settings = configured(server, "account", tmp_path)
    user = settings.xmpp.jid.partition("@")[0]

    async def scenario() -> None:
        async with answering(settings), reading(server, user) as same:
            answer = await ask(
                same, same.boundjid.bare, "get", f"<prefs xmlns='{MAM}'/>"
            )
            preferences = answer.find(f"{{{MAM}}}prefs")
            assert preferences is not None
            assert preferences.get("default") == "never"

    run(scenario())


def test_a_task_that_fails(
    server: XmppServer, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a door's task has ended over a mistake that is seen, and the doors can
    still be closed.
    """
    settings = configured(server, "component", tmp_path)

    async def scenario() -> None:
        async with answering(settings) as bot:
            tasks = bot.doors.tasks
            monkeypatch.setattr(SqlSpool, "first", None)
            bot.doors.moves.add(Move("a@example.org", bot.address, leaves=True))
            await until(tasks["presence"].done)
            assert not tasks["signs of life"].done()
        assert all(task.done() for task in tasks.values())

    run(scenario())
