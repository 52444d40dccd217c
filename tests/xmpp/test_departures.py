"""Who joins and leaves by presence while the database is away, on real servers."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.store import sqlite
from bot.xmpp.doors.opening import Doors
from bot.xmpp.session.connection import Connection
from tests.servers.locked import locked
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import MODES, Answering, answering, configured, until
from tests.xmpp.links import Run, newcomer
from tests.xmpp.test_presence import Contact, contact

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("mode", MODES)]

Lock = Callable[[], ExitStack]


@pytest.fixture
def settings(
    server: XmppServer, mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """A service that soon takes a locked database for one that is away."""
    monkeypatch.setattr(sqlite, "_BUSY_TIMEOUT", 10)
    return configured(server, mode, tmp_path)


@pytest.fixture
def lock(tmp_path: Path) -> Lock:
    """Takes the database away until the stack is closed."""

    def away() -> ExitStack:
        stack = ExitStack()
        stack.enter_context(locked(tmp_path / "carillon.db"))
        return stack

    return away


def address(bot: Answering) -> str:
    return f"news@{bot.address}" if bot.address == bot.contact else bot.contact


async def subscribed(client: Contact, bot: Answering) -> None:
    client.tell(address(bot), "subscribe")
    await client.until_presence(address(bot), "subscribed")


async def held(bot: Answering, count: int) -> None:
    """So many wait, and the database was found to be away."""
    await until(lambda: bot.doors.moves.waiting == count)
    await until(lambda: bot.doors.moves.held)


def stands(bot: Answering, client: Contact) -> bool:
    return bot.standing(client.boundjid.bare) == ["news"]


def test_the_database_is_away_for_a_while(
    server: XmppServer, settings: Settings, lock: Lock, run: Run
) -> None:
    """Once it is back who left has left and who joined has joined, the last that each
    did; nobody is answered before.
    """

    async def scenario() -> None:
        async with (
            answering(settings) as bot,
            contact(server, newcomer(server)) as leaves,
            contact(server, newcomer(server)) as returns,
            contact(server, newcomer(server)) as joins,
            contact(server, newcomer(server)) as gives_up,
        ):
            to = address(bot)
            for client in (leaves, returns):
                await subscribed(client, bot)
            with lock():
                joins.tell(to, "subscribe")
                await held(bot, 1)
                for client, kinds in (
                    (leaves, ("unsubscribe",)),
                    (returns, ("unsubscribe", "subscribe")),
                    (gives_up, ("subscribe", "unsubscribe")),
                ):
                    for kind in kinds:
                        client.tell(to, kind)
                await held(bot, 4)
                assert stands(bot, leaves)
                assert not joins.had(to, "subscribed")
                assert not leaves.had(to, "unsubscribed")
            await joins.until_presence(to, "subscribed")
            await until(lambda: bot.doors.moves.waiting == 0)
            assert not bot.doors.moves.held
            found = [stands(bot, one) for one in (leaves, returns, joins)]
            assert found == [False, True, True]
            # ejabberd tells an account nothing of who takes back what he asked for
            if settings.xmpp.mode == "component" or server.name == "prosody":
                assert not stands(bot, gives_up)

    run(scenario())


def test_the_service_ends_meanwhile(
    server: XmppServer, settings: Settings, lock: Lock, run: Run
) -> None:
    """What waits when the service ends is done by the next one; who joined is told."""

    async def scenario() -> None:
        async with (
            contact(server, newcomer(server)) as leaves,
            contact(server, newcomer(server)) as joins,
        ):
            async with answering(settings) as bot:
                to = address(bot)
                await subscribed(leaves, bot)
                away = lock()
                leaves.tell(to, "unsubscribe")
                joins.tell(to, "subscribe")
                await held(bot, 2)
            assert not joins.had(to, "subscribed")
            away.close()
            async with answering(settings) as bot:
                await joins.until_presence(to, "subscribed")
                await until(partial(stands, bot, joins))
                # two people, each over a connection of his own: in either order
                await until(lambda: not stands(bot, leaves))

    run(scenario())


def test_a_login_while_it_is_away(
    server: XmppServer,
    settings: Settings,
    lock: Lock,
    run: Run,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An account that logs in without its database learns who left once it is back."""
    if server.component == settings.xmpp.jid:
        pytest.skip("a component has no roster to look into")
    caplog.set_level(logging.WARNING)

    async def scenario() -> None:
        async with contact(server, newcomer(server)) as leaves:
            async with answering(settings) as bot:
                to = address(bot)
                await subscribed(leaves, bot)
            leaves.tell(to, "unsubscribe")
            await leaves.contacts()
            back: list[asyncio.Task[None]] = []
            opened = Doors.open

            def away(doors: Doors, connection: Connection) -> None:
                opened(doors, connection)
                waited_for = _back_when_waited_for(lock(), caplog)
                back.append(asyncio.create_task(waited_for))

            monkeypatch.setattr(Doors, "open", away)
            async with answering(settings) as bot:
                assert not stands(bot, leaves)
            await back[0]

    run(scenario())


async def _back_when_waited_for(away: ExitStack, log: pytest.LogCaptureFixture) -> None:
    await until(lambda: "the roster waits" in log.text)
    away.close()
