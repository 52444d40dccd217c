"""Ad-hoc commands over real servers: sessions, forms and who may (XEP-0050, 1.3.0)."""

from pathlib import Path

import pytest
from slixmpp import JID, BaseXMPP

from bot.xmpp.stanzas.commands import NS
from bot.xmpp.stanzas.namespaces import LANG
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import MODES, answering, ask, configured, refusal, until
from tests.xmpp.commanding import Commander
from tests.xmpp.links import Run, newcomer
from tests.xmpp.test_presence import contact

pytestmark = pytest.mark.e2e
MUC_CANCEL = (
    "<query xmlns='http://jabber.org/protocol/muc#owner'>"
    "<x xmlns='jabber:x:data' type='cancel'/></query>"
)


async def listed(client: BaseXMPP, to: str) -> dict[str, str]:
    """Node -> name, in their order."""
    found = await client.plugin["xep_0030"].get_items(JID(to), NS, timeout=10)
    assert found["disco_items"]["node"] == NS, "Converse finds no command"
    return {node: name for _, node, name in found["disco_items"]["items"]}


@pytest.mark.parametrize("mode", MODES)
def test_a_session(server: XmppServer, mode: str, tmp_path: Path, run: Run) -> None:
    """Found, run through the menu, back and on; ended, and then it is over; others
    find nothing of it.
    """
    boss, other = newcomer(server), newcomer(server)
    settings = configured(server, mode, tmp_path, access={"admins": [server.jid(boss)]})

    async def scenario() -> None:
        async with (
            contact(server, boss) as admin,
            contact(server, other) as reader,
            answering(settings) as bot,
        ):
            found = await listed(admin, bot.address)
            assert found["menu"] == "All tasks"
            assert len(found) <= 10
            assert "status" not in await listed(reader, bot.address)
            info = await admin.plugin["xep_0030"].get_info(
                JID(bot.address), "status", timeout=10
            )
            identities = info["disco_info"]["identities"]
            assert ("automation", "command-node", None, "Status") in identities

            taps = await Commander(admin, bot.address).run("menu", "en")
            assert taps.status == "executing"
            assert taps.actions == ("next", {"next"})
            assert taps.options("task")["status"] == "Status"
            session = taps.session

            thief = Commander(reader, bot.address, taps.session, "menu")
            await thief.send("next", {"task": "status"})
            assert thief.status == "completed"
            assert thief.note[0] == "warn"

            # as profanity does, without an action, and a forged field
            await taps.send(None, {"task": "status", "forged": "yes"})
            assert taps.session == session
            assert taps.status == "completed"
            assert taps.form.get("type") == "result"
            await taps.send("complete", {})
            assert taps.note[0] == "warn"

            # a value that there is not: the same form, with the reason
            await taps.run("menu")
            await taps.send("complete", {"task": "nonsense"})
            assert taps.status == "executing"
            assert taps.values("task") == ["announce"]
            assert taps.instructions[0].startswith("Task: ")
            await taps.send("dance")
            assert taps.status == "executing"
            await taps.send("cancel")
            assert taps.status == "canceled"
            await taps.send("next", {"task": "status"})
            assert taps.note[0] == "warn"

            # profanity's way to cancel is no command at all
            refused = await ask(admin, bot.address, "set", MUC_CANCEL)
            assert refusal(refused)[0] in {
                "feature-not-implemented",
                "service-unavailable",
            }

    run(scenario())


def test_who_may_not(server: XmppServer, tmp_path: Path, run: Run) -> None:
    """A note and no error, once there is such a command; at a list's address, too,
    unless nobody may know of it.
    """
    reader = newcomer(server)
    settings = configured(server, "component", tmp_path)

    async def scenario() -> None:
        async with contact(server, reader) as client, answering(settings) as bot:
            for address in (bot.address, f"news@{bot.address}"):
                taps = await Commander(client, address).run("status")
                assert taps.status == "completed"
                assert taps.note == ("error", "You may not do this here.")
                taps = await Commander(client, address).run("nonsense")
                assert refusal(taps.answer) == ("item-not-found", "cancel")
            for nobody in (f"staff@{bot.address}", f"free@{bot.address}"):
                taps = await Commander(client, nobody).run("status")
                assert refusal(taps.answer) == ("item-not-found", "cancel")
                assert await listed(client, nobody) == {}

    run(scenario())


def test_languages(server: XmppServer, tmp_path: Path, run: Run) -> None:
    """That of the stanza, but English: all clients stamp it on everything."""
    boss = newcomer(server)
    lists = {"news": {"default": True, "language": "de", "welcome": None}}
    settings = configured(
        server,
        "component",
        tmp_path,
        access={"admins": [server.jid(boss)]},
        lists=lists,
    )

    async def scenario() -> None:
        async with contact(server, boss) as client, answering(settings) as bot:
            taps = await Commander(client, bot.address).run("menu", "en")
            assert taps.title == "Alle Aufgaben"
            assert taps.answer.get(LANG) == "de"
            taps = await Commander(client, bot.address).run("menu", "fr")
            assert taps.title == "Toutes les tâches"

    run(scenario())


def test_to_those_online(server: XmppServer, tmp_path: Path, run: Run) -> None:
    """By the menu that clients have for it (XEP-0133): who showed that he is there is
    counted and told, who went or never came is not.
    """
    boss, here, away = newcomer(server), newcomer(server), newcomer(server)
    settings = configured(
        server, "component", tmp_path, access={"admins": [server.jid(boss)]}
    )

    async def scenario() -> None:
        async with (
            contact(server, boss) as admin,
            contact(server, here) as reader,
            contact(server, away) as other,
            answering(settings) as bot,
        ):
            news = f"news@{bot.address}"
            for client in (reader, other):
                client.send_presence(pto=news, ptype="subscribe")
            both = [server.jid(one) for one in (here, away)]
            await until(lambda: all("news" in bot.standing(jid) for jid in both))
            reader.send_presence(pto=news)
            await until(lambda: server.jid(here) in bot.desk.online())
            node = "http://jabber.org/protocol/admin#announce"
            info = await admin.plugin["xep_0030"].get_info(
                JID(bot.address), node, timeout=10
            )
            assert NS in info["disco_info"]["features"]
            taps = await Commander(admin, news).run(node)
            assert taps.values("FORM_TYPE") == ["http://jabber.org/protocol/admin"]
            assert taps.actions == ("complete", {"complete"})
            await taps.send("complete", {"announcement": "Back in five minutes."})
            assert taps.note[0] == "info", taps.note

            reader.send_presence(pto=news, ptype="unavailable")
            await until(lambda: server.jid(here) not in bot.desk.online())

    run(scenario())
