"""Signs of life are written now and then, not for each stanza."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.app.wiring import open_use_cases
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.use_cases import UseCases
from bot.settings import Settings
from bot.store import sqlite, upgrade
from bot.xmpp.doors.signs_of_life import REPEAT_SECONDS, SignsOfLife
from tests.servers.locked import locked
from tests.xmpp.answering import LISTS, at_work, until
from tests.xmpp.links import Run

JID = "alice@example.org"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    given: dict[str, Any] = {
        "xmpp": {"mode": "component", "jid": "announce.example.org", "password": "x"},
        "database": {"url": f"sqlite:///{tmp_path}/carillon.db"},
        "lists": LISTS,
    }
    return Settings(**given)


@asynccontextmanager
async def running(
    settings: Settings, clock: Clock
) -> AsyncIterator[tuple[UseCases, SignsOfLife]]:
    """With one subscriber, whose notes are being written."""
    upgrade.prepare(settings.database.url, settings.xmpp.addresses.own)
    with open_use_cases(settings) as use_cases:
        own = use_cases.policy.addresses.own
        use_cases.database.call(use_cases.subscribers.join, JID, own, None)
        signs = SignsOfLife(use_cases.database, use_cases.subscribers, clock)
        async with at_work(signs.run()):
            yield use_cases, signs


def _has_seen(use_cases: UseCases, language: str) -> bool:
    return use_cases.database.call(_language) == language


def _language(uow: UnitOfWork) -> str | None:
    subscriber = uow.subscribers.get(JID)
    return subscriber.language_seen if subscriber else None


def test_languages_are_written_at_once(settings: Settings, run: Run) -> None:
    """Another language counts at once; what is no language never does."""

    async def scenario() -> None:
        async with running(settings, Clock()) as (use_cases, signs):
            for given, stored in (
                ("de", "de"),
                ("pl", "pl"),
                ("no tag!", "pl"),
                ("xx", "pl"),
            ):
                signs.note(JID, given)
                await until(partial(_has_seen, use_cases, stored))

    run(scenario())


def test_repeats_wait(settings: Settings, run: Run) -> None:
    """A repeat is written once an hour, or at once after something came back."""

    async def scenario() -> None:
        clock = Clock()
        async with running(settings, clock) as (_, signs):
            signs.note(JID, "de")
            await until(lambda: not signs._waiting)
            signs.note(JID, "de")
            signs.note(JID, None)
            assert not signs._waiting
            signs.forget(JID)
            signs.note(JID, None)
            assert signs._waiting
            await until(lambda: not signs._waiting)
            clock.now = REPEAT_SECONDS
            signs.note(JID, None)
            assert signs._waiting

    run(scenario())


def test_memory_is_bounded(settings: Settings, run: Run) -> None:
    """Of many people the longest silent are forgotten."""

    async def scenario() -> None:
        upgrade.prepare(settings.database.url, settings.xmpp.addresses.own)
        with open_use_cases(settings) as use_cases:
            signs = SignsOfLife(
                use_cases.database,
                use_cases.subscribers,
                Clock(),
                max_people=20,
                max_waiting=10,
            )
            for number in range(100):
                signs.note(f"u{number}@example.org", None)
            assert len(signs._written) == len(signs._waiting) == 10
            for _ in range(3):
                signs._waiting.clear()
                for number in range(100):
                    signs.note(f"u{number}@example.org", None)
            assert (len(signs._written), len(signs._waiting)) == (20, 10)

    run(scenario())


def test_the_database_is_away(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    """A sign that could not be written counts at once when it comes again."""
    monkeypatch.setattr(sqlite, "_BUSY_TIMEOUT", 10)

    async def scenario() -> None:
        async with running(settings, Clock()) as (use_cases, signs):
            with locked(tmp_path / "carillon.db"):
                signs.note(JID, "de")
                await until(lambda: not signs._written)
            signs.note(JID, "de")
            await until(partial(_has_seen, use_cases, "de"))

    run(scenario())
