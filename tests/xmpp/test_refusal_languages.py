"""In which language those are refused who are stored with one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bot.app.wiring import database_of, use_cases_over
from bot.domain.events import Event
from bot.domain.language import latest
from bot.domain.lists import SubscriptionOrigin
from bot.domain.people import Person
from bot.domain.phrase import Phrase
from bot.service.ports.unit_of_work import UnitOfWork
from bot.settings import Settings
from bot.store import upgrade
from bot.texts import said
from bot.xmpp.doors.inbox.languages import StoredLanguages
from bot.xmpp.doors.inbox.refusals import NOBODY
from bot.xmpp.stanzas.errors import StanzaError, error_answer
from bot.xmpp.stanzas.namespaces import CLIENT, LANG
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import (
    LISTS,
    MODES,
    answering,
    at_work,
    configured,
    text_of,
    until,
)
from tests.xmpp.links import Run, newcomer, reading
from tests.xmpp.test_inbox import BODY, SCHEDULE, answer, say
from tests.xmpp.test_presence import contact

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
POLISH = {"news": {"default": True, "welcome": None, "language": "pl"}}


def known(uow: UnitOfWork, jid: str, kept: str) -> None:
    """On the list `weather`, with German, as chosen or as seen."""
    chosen = "de" if kept == "chosen" else None
    [weather] = [one for one in uow.lists.all() if one.name == "weather"]
    people = [Person(jid, language=chosen)]
    uow.people.put(weather.id, people, SubscriptionOrigin.ADMIN, LONG_AGO)
    if kept == "seen":
        uow.subscribers.seen(jid, language="de")


def known_only(uow: UnitOfWork, jid: str) -> None:
    """On no list: whoever stands on one may subscribe to it, or to the account."""
    uow.subscribers.ensure(jid, LONG_AGO)
    uow.subscribers.seen(jid, language="de")


@pytest.mark.e2e
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kept", ["chosen", "seen"])
def test_of_a_reader(
    server: XmppServer, mode: str, kept: str, tmp_path: Path, run: Run
) -> None:
    """Who is known as German reads German, whatever his client stamps on it."""
    name = newcomer(server)

    async def scenario() -> None:
        settings = configured(server, mode, tmp_path)
        async with answering(settings) as bot, reading(server, name) as client:
            bot.use_cases.database.call(known, server.jid(name), kept)
            say(client, bot.address, BODY, identifier="1", language="en")
            say(client, bot.address, SCHEDULE + BODY, identifier="2", language="en")
            first = text_of(await answer(client, "1"))
            assert first.startswith(said(NOBODY, "de"))
            assert "<schedule/> werden hier nicht" in text_of(await answer(client, "2"))
            if mode == "component":
                to = f"weather@{bot.address}"
                for number, kind in enumerate(("groupchat", "normal"), start=3):
                    identifier = str(number)
                    say(client, to, BODY, identifier=identifier, kind=kind)
                    back = await answer(client, identifier)
                    assert text_of(back).startswith(said(NOBODY, "de"))

    run(scenario())


@pytest.mark.e2e
@pytest.mark.parametrize("mode", MODES)
def test_of_others(server: XmppServer, mode: str, tmp_path: Path, run: Run) -> None:
    """Who is stored with none reads the stanza's language, else the list's."""
    name = newcomer(server)

    async def scenario() -> None:
        settings = configured(server, mode, tmp_path, lists=POLISH)
        async with answering(settings) as bot, reading(server, name) as client:
            say(client, bot.address, BODY, identifier="1", language="fr")
            told = text_of(await answer(client, "1"))
            assert told.startswith(said(NOBODY, "fr"))
            tagged = BODY.replace("<body>", "<body xml:lang='es'>")
            say(client, bot.address, tagged, identifier="2", language="en")
            told = text_of(await answer(client, "2"))
            assert told.startswith(said(NOBODY, "es"))

    run(scenario())


@pytest.mark.parametrize(
    ("stored", "stamped", "told"),
    [
        (["de", "fr"], "pl", "de"),
        (["tlh"], "pl", "pl"),
        ([], "pl", "pl"),
        ([], "", "es"),
        ([], "tlh", "es"),
    ],
)
def test_the_order(stored: list[str], stamped: str, told: str) -> None:
    """What he is stored with, what his stanza says, what is spoken there."""
    attributes = {"from": "a@example.org/x", "to": "news@b.example.org", LANG: stamped}
    message = ET.Element(f"{{{CLIENT}}}message", attributes)
    error = StanzaError(condition="service-unavailable", type="cancel", text=NOBODY)
    back = error_answer(message, error, stored, "es")
    assert text_of(back) == said(NOBODY, told)


def test_english_replaces_nothing_that_is_known() -> None:
    """Clients stamp it on whatever their people write."""
    assert latest(None, "en") == "en"
    assert latest("de", "en") == latest("de", "en-GB") == "de"
    assert latest("en", "de") == "de"
    assert latest("en", "en-GB") == "en-GB"
    assert latest("de", "pl") == "pl"


@pytest.mark.e2e
@pytest.mark.parametrize("mode", MODES)
def test_of_a_refused_subscription(
    server: XmppServer, mode: str, tmp_path: Path, run: Run
) -> None:
    """The reason that stands in the presence is in his language, too."""
    name = newcomer(server)
    # he may know of it, and not join it
    theirs = {"kind": "closed", "publishers": [server.jid(name)]}
    lists = {**LISTS, "news": {"default": True, "welcome": None, **theirs}}

    async def scenario() -> None:
        settings = configured(server, mode, tmp_path, lists=lists)
        async with answering(settings) as bot, contact(server, name) as client:
            jid = server.jid(name)
            bot.use_cases.database.call(known_only, jid)
            client.tell(bot.contact, "subscribe", "en")
            no = await client.until_presence(bot.contact, "unsubscribed")
            status = no.findtext(f"{{{CLIENT}}}status")
            wanted = Phrase("{title} is not open to everybody.", title="News")
            assert status == said(wanted, "de")

    run(scenario())


class Counting:
    """What the database tells an observer."""

    def __init__(self) -> None:
        self.transactions = 0

    def happened(self, event: Event) -> None:
        pass

    def transacted(self, **_: object) -> None:
        self.transactions += 1

    def database_failed(self, fault: str) -> None:
        pass


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    given: dict[str, Any] = {
        "xmpp": {"mode": "component", "jid": "announce.example.org", "password": "x"},
        "database": {"url": f"sqlite:///{tmp_path}/carillon.db"},
        "lists": LISTS,
    }
    upgrade.prepare(given["database"]["url"], "announce.example.org")
    return Settings(**given)


@asynccontextmanager
async def looking_up(
    settings: Settings, **given: Any
) -> AsyncIterator[tuple[StoredLanguages, Counting]]:
    counting = Counting()
    with contextlib.closing(database_of(settings, counting)) as database:
        use_cases = use_cases_over(database, settings)
        use_cases.database.call(known, "anna@example.org", "seen")
        counting.transactions = 0
        clock = asyncio.get_running_loop().time
        languages = StoredLanguages(
            use_cases.database, use_cases.subscribers, clock, **given
        )
        async with at_work(languages.run()):
            yield languages, counting


@pytest.mark.e2e
def test_a_long_id(server: XmppServer, tmp_path: Path, run: Run) -> None:
    """It comes back as it was, and what would wait with it is told at once."""
    name = newcomer(server)

    async def scenario() -> None:
        settings = configured(server, "component", tmp_path)
        async with answering(settings) as bot, reading(server, name) as client:
            bot.use_cases.database.call(known, server.jid(name), "seen")
            identifier = "x" * 1_001
            say(client, bot.address, BODY, identifier=identifier, language="fr")
            told = text_of(await answer(client, identifier))
            assert told.startswith(said(NOBODY, "fr"))

    run(scenario())


def test_many_at_once(settings: Settings, run: Run) -> None:
    """A crowd costs a transaction for each hundred, and each is told once."""

    async def scenario() -> None:
        async with looking_up(settings) as (languages, counting):
            told: list[Sequence[str]] = []
            for number in range(199):
                languages.ask(f"p{number}@elsewhere.example", told.append)
            languages.ask("anna@example.org", told.append)
            await until(lambda: len(told) == 200)
            assert counting.transactions == 2
            assert told.count(["de"]) == 1

    run(scenario())


def test_too_many(settings: Settings, run: Run) -> None:
    """Whoever finds no place is told at once, in what his stanza says."""

    async def scenario() -> None:
        async with looking_up(settings, max_waiting=3) as (languages, _):
            told: list[Sequence[str]] = []
            for _ in range(5):
                languages.ask("anna@example.org", told.append)
            assert told == [(), ()]
            await until(lambda: told.count(["de"]) == 3)

    run(scenario())


def test_a_slow_database(settings: Settings, run: Run) -> None:
    """While a look-up takes too long, nobody waits for it, and no second one begins."""

    async def scenario() -> None:
        async with looking_up(settings, patience=0.0) as (languages, counting):
            told: list[Sequence[str]] = []
            languages.ask("anna@example.org", told.append)
            await until(lambda: len(told) == 1)
            assert told == [()]
            assert counting.transactions <= 1

    run(scenario())


def test_one_who_cannot_be_told(settings: Settings, run: Run) -> None:
    """Whoever waits with him, and after him, is told all the same."""

    def fails(_: Sequence[str]) -> None:
        raise ValueError("no stanza")

    async def scenario() -> None:
        async with looking_up(settings) as (languages, _):
            told: list[Sequence[str]] = []
            languages.ask("odd@example.org", fails)
            languages.ask("anna@example.org", told.append)
            await until(lambda: told == [["de"]])
            languages.ask("anna@example.org", told.append)
            await until(lambda: told == [["de"], ["de"]])

    run(scenario())
