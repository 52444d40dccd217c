"""Joining, leaving and preferences at a list's own address (XEP-0077), over servers."""

import asyncio
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from slixmpp import BaseXMPP

from bot.domain.lists import Preferences
from bot.xmpp.stanzas import data_forms
from bot.xmpp.stanzas.registration import NS
from bot.xmpp.visits import inquiries
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import (
    Answering,
    answering,
    ask,
    configured,
    refusal,
    text_of,
)
from tests.xmpp.links import Run, newcomer, reading
from tests.xmpp.test_contacts import INFO, as_a_stranger

pytestmark = pytest.mark.e2e
GET = JOIN = f"<query xmlns='{NS}'/>"
REMOVE = f"<query xmlns='{NS}'><remove/></query>"


def chosen(*, kind: str = "submit", **values: str) -> str:
    fields = "".join(
        f"<field var='{name.replace('_', '-')}'><value>{value}</value></field>"
        for name, value in values.items()
    )
    return (
        f"<query xmlns='{NS}'><x xmlns='jabber:x:data' type='{kind}'>"
        f"<field var='FORM_TYPE'><value>any</value></field>{fields}</x></query>"
    )


async def offered(client: BaseXMPP, to: str) -> tuple[bool, dict[str, tuple[str, ...]]]:
    """Whether he stands there, and what the form begins with."""
    answer = await ask(client, to, "get", GET)
    query = answer.find(f"{{{NS}}}query")
    assert query is not None, ET.tostring(answer)
    assert query.findtext(f"{{{NS}}}instructions")
    form = query.find(data_forms.FORM)
    assert form is not None
    assert form.get("type") == "form"
    return query.find(f"{{{NS}}}registered") is not None, data_forms.read(form)


async def preferences(bot: Answering, jid: str) -> Preferences:
    use_cases = bot.use_cases
    caller = use_cases.policy.caller(jid)
    return await use_cases.database.read(use_cases.preferring.look, caller)


def test_a_reader(server: XmppServer, tmp_path: Path, run: Run) -> None:
    """Whoever sends the form joins and has chosen; without one he joins; a value that
    is refused changes nothing; he leaves, but no mandatory list.
    """
    settings = configured(server, "component", tmp_path)
    name = newcomer(server)
    jid = server.jid(name)

    async def scenario() -> None:
        async with answering(settings) as bot, reading(server, name) as client:
            news, weather, rules = (
                f"{one}@{bot.address}" for one in ("news", "weather", "rules")
            )
            stands, values = await offered(client, news)
            assert not stands
            assert values["language"] == ("auto",)
            bad = chosen(language="de", timezone="Mars/Olympus")
            answer = await ask(client, news, "set", bad)
            assert refusal(answer) == ("bad-request", "modify")
            assert text_of(answer).startswith("Time zone: ")
            await ask(client, news, "set", chosen(kind="cancel", language="de"))
            assert (bot.standing(jid), await preferences(bot, jid)) == (
                [],
                Preferences(),
            )
            good = chosen(language="de", timezone="Europe/Warsaw")
            answer = await ask(client, f"{news}/carillon", "set", good)
            assert (answer.get("type"), len(answer)) == ("result", 0)
            assert bot.standing(jid) == ["news"]
            stands, values = await offered(client, news)
            assert stands
            assert values["language"] == ("de",)
            assert values["timezone"] == ("Europe/Warsaw",)
            for to in (weather, rules):
                answer = await ask(client, to, "set", JOIN)
                assert answer.get("type") == "result"
            await ask(client, news, "set", chosen(timezone=""))
            assert await preferences(bot, jid) == Preferences(language="de")
            assert sorted(bot.standing(jid)) == ["news", "rules", "weather"]
            for _ in range(2):
                answer = await ask(client, weather, "set", REMOVE)
                assert answer.get("type") == "result"
            answer = await ask(client, rules, "set", REMOVE)
            assert refusal(answer) == ("not-allowed", "cancel")
            assert sorted(bot.standing(jid)) == ["news", "rules"]

    run(scenario())


def test_who_may_not(server: XmppServer, tmp_path: Path, run: Run) -> None:
    """A closed list that he sees is not joined, and nothing is chosen; one that he does
    not see is as none; the service is no list, a stranger nobody.
    """
    name, boss = newcomer(server), newcomer(server)
    access = {"admins": [server.jid(boss)]}
    settings = configured(server, "component", tmp_path, access=access)

    async def scenario() -> None:
        async with (
            answering(settings) as bot,
            reading(server, name) as client,
            reading(server, boss) as admin,
        ):
            staff = f"staff@{bot.address}"
            answer = await ask(admin, staff, "set", chosen(language="de"))
            assert refusal(answer) == ("not-allowed", "cancel")
            assert await preferences(bot, server.jid(boss)) == Preferences()
            for kind, query in (("get", GET), ("set", JOIN), ("set", REMOVE)):
                told = [
                    text_of(await ask(client, f"{one}@{bot.address}", kind, query))
                    for one in ("staff", "nixxx")
                ]
                assert told == ["There is no list at this address."] * 2
                answer = await ask(client, bot.address, kind, query)
                assert refusal(answer) == ("feature-not-implemented", "cancel")
            news = f"news@{bot.address}"
            [answer] = await asyncio.to_thread(as_a_stranger, server, news, GET)
            assert refusal(answer) == ("forbidden", "auth")
            for asker, to, tells in (
                (client, news, True),
                (client, staff, False),
                (admin, staff, True),
                (client, bot.address, False),
            ):
                info = (await ask(asker, to, "get", INFO))[0]
                assert (NS in inquiries.features(info)) is tells

    run(scenario())
