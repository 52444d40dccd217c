"""Requests a minute: counted, refused from memory, and written down once."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk.admission import Admission
from bot.domain.access import Role
from bot.domain.audit import Action, Asked, AuditEntry
from bot.domain.errors import PolicyViolation
from bot.domain.schedule import Origin
from bot.service.ports.paging import Paging
from bot.service.ports.trail import AuditFilter
from bot.service.rules.quotas import Quotas
from tests.world import NOON, PUBLISHER, USER, World, copy_of

MOST = 5  #: requests a minute of users in tests.world


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    found = World(copy_of(blank, tmp_path))
    assert found.policy.limits[Role.USER].requests_per_minute == MOST
    yield found
    found.close()


class Door:
    """A process's admission; `ask` gives the seconds to wait, None where admitted."""

    def __init__(self, world: World) -> None:
        self.world = world
        #: what was refused without an entry in the audit trail
        self.unrecorded: list[Asked] = []
        self.admission = Admission(
            world.database,
            Quotas(world.policy),
            world.audit,
            world.clock.now,
            self.unrecorded.append,
        )

    def ask(self, jid: str = USER) -> int | None:
        asked = Asked(
            caller=self.world.caller(jid), door=Origin.IQ, action=Action.QUERY
        )
        try:
            asyncio.run(self.admission.admit(asked))
        except PolicyViolation as error:
            found = error
        else:
            return None
        assert (found.limit, found.maximum) == ("requests-per-minute", MOST)
        assert found.wait
        return found.retry_after

    def ask_often(self, times: int, jid: str = USER) -> list[int | None]:
        return [self.ask(jid) for _ in range(times)]

    @property
    def trail(self) -> list[AuditEntry]:
        page = self.world.do(lambda uow: uow.audit.page(AuditFilter(), Paging()))
        return list(page.items)


def test_one_too_many(world: World) -> None:
    """Refused until the minute is over, with the seconds until then."""
    door = Door(world)
    assert door.ask_often(MOST) == [None] * MOST
    assert door.ask() == 60
    assert door.unrecorded == []  # the first is written down
    world.clock.advance(seconds=20.5)
    assert door.ask() == 40
    assert len(door.unrecorded) == 1
    assert door.ask(PUBLISHER) is None
    world.clock.advance(seconds=39.5)
    assert door.ask_often(MOST + 1) == [*([None] * MOST), 60]


def test_the_first_refusal_is_written_down(world: World) -> None:
    """Once a minute and asker, however many follow; and the database hears no more."""
    door = Door(world)
    door.ask_often(MOST + 1)
    count = world.do(lambda uow: uow.requests.add(USER, NOON, timedelta(minutes=1)))[0]
    door.ask_often(20)
    [entry] = door.trail
    assert (entry.caller, entry.result) == (USER, "policy-violation")
    assert (entry.door, entry.action) == (Origin.IQ, Action.QUERY)
    again = world.do(lambda uow: uow.requests.add(USER, NOON, timedelta(minutes=1)))[0]
    assert again == count + 1
    world.clock.advance(seconds=60)
    door.ask_often(MOST + 3)
    assert len(door.trail) == 2


def test_many_at_once(world: World) -> None:
    """Of those that come in one go, to two processes, one refusal is written down, and
    each process asks the database for one too many only.
    """
    doors = Door(world), Door(world)
    asked = Asked(caller=world.caller(USER), door=Origin.IQ, action=Action.QUERY)

    async def ask_all() -> list[BaseException | None]:
        waiting = [door.admission.admit(asked) for _ in range(50) for door in doors]
        return await asyncio.gather(*waiting, return_exceptions=True)

    answers = asyncio.run(ask_all())
    refused = [answer for answer in answers if isinstance(answer, PolicyViolation)]
    assert answers.count(None) == MOST
    assert len(refused) == 100 - MOST
    assert [entry.result for entry in doors[0].trail] == ["policy-violation"]
    again = world.do(lambda uow: uow.requests.add(USER, NOON, timedelta(minutes=1)))[0]
    assert again == MOST + 2 + 1


def test_a_restart_forgets_nothing(world: World) -> None:
    """A process that begins anew goes on with the count."""
    Door(world).ask_often(MOST)
    assert Door(world).ask() == 60


def test_two_processes_share_the_count(world: World) -> None:
    """Whoever asks here and there has no more than who asks in one place."""
    first, second = Door(world), Door(world)
    answers = [door.ask() for _ in range(MOST) for door in (first, second)]
    assert answers == [None] * MOST + [60] * MOST


def test_a_clock_put_back(world: World) -> None:
    """Whoever was refused by a clock that was wrong need not wait for its time."""
    world.clock.advance(days=1)
    door = Door(world)
    assert door.ask_often(MOST + 1)[-1] == 60
    world.clock.set(NOON)
    assert door.ask_often(MOST + 1) == [*([None] * MOST), 60]


def test_memory_stays_small(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those whose minute is over are forgotten."""
    monkeypatch.setattr("bot.desk.admission.MAX_REMEMBERED", 3)
    door = Door(world)
    for number in range(9):
        door.ask_often(MOST + 1, f"u{number}@example.org")
        world.clock.advance(seconds=61)
    assert len(door.admission._closed) <= 3


def test_memory_after_a_clock_is_put_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those whose minute is over by a clock that was wrong are forgotten, too."""
    monkeypatch.setattr("bot.desk.admission.MAX_REMEMBERED", 3)
    world.clock.advance(days=3_000)
    door = Door(world)
    for number in range(3):
        door.ask_often(MOST + 1, f"u{number}@example.org")
    world.clock.set(NOON)
    door.ask_often(MOST + 1, "u3@example.org")
    assert len(door.admission._closed) == 1
