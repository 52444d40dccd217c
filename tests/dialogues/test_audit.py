"""The audit trail looked through by command."""

import pytest

from bot.desk.verbs.schedules import LIST, ScheduleWish
from bot.desk.verbs.steering import CANCEL
from bot.service.ports.paging import Paging
from bot.service.requests.request import ScheduleName
from tests.dialogues.talking import Person
from tests.world import ADMIN, AUDITOR, PUBLISHER, USER, World


def test_pages(world: World) -> None:
    """The latest first, ten at once; what was asked for between two pages is new, and
    on none of them.
    """
    boss = Person(world, ADMIN)
    for _ in range(12):
        boss.looks(LIST(ScheduleWish(paging=Paging(limit=1))))
        world.clock.advance(minutes=1)
    person = Person(world, AUDITOR, zone="Europe/Warsaw")
    person.runs("audit")
    person.fills(caller=ADMIN)
    assert person.told.splitlines()[0] == "Entries 1 to 10 of 12"
    assert person.told.splitlines()[1] == f"2026-03-01 13:11 CET {ADMIN}"
    assert person.told.splitlines()[2] == "  query all: done"
    boss.looks(LIST(ScheduleWish(paging=Paging(limit=1))))
    person.fills(more="earlier")
    assert person.shown.splitlines()[0] == "Entries 12 to 13 of 13"
    assert person.shown.splitlines()[-2] == f"2026-03-01 13:00 CET {ADMIN}"


def test_enough(world: World) -> None:
    boss = Person(world, ADMIN)
    for _ in range(12):
        boss.looks(LIST(ScheduleWish(paging=Paging(limit=1))))
    boss.runs("audit")
    boss.fills()
    boss.fills(more="enough")
    assert "12 entries" in boss.said


@pytest.mark.parametrize(
    ("filled", "rows"),
    [
        ({}, 2),
        ({"action": "cancel"}, 1),
        ({"since": "30m"}, 1),
        ({"since": "2026-03-01 12:30"}, 1),
        ({"since": "2d"}, 2),
        ({"caller": ADMIN, "action": "cancel"}, 1),
        ({"caller": "role:admin"}, 0),
    ],
)
def test_filters(world: World, filled: dict[str, str], rows: int) -> None:
    """By what was asked, by a moment or how long ago, by who asked."""
    boss, job = Person(world, ADMIN), world.schedule(ADMIN)
    boss.looks(LIST(ScheduleWish(paging=Paging(limit=1))))
    world.clock.advance(hours=1)
    boss.looks(CANCEL(ScheduleName(number=job.id)))
    person = Person(world, AUDITOR)
    person.runs("audit")
    person.fills(**filled)
    _, *shown = person.shown.splitlines()
    assert shown == ["none"] if not rows else len(shown) == 2 * rows
    if filled.get("action"):
        assert shown[1] == f"  cancel #{job.id}: done"


@pytest.mark.parametrize(
    ("filled", "reason"),
    [
        ({"caller": "a b@@"}, "Who asked: "),
        ({"since": "yesterday"}, "Since: 'yesterday' is not a moment"),
        ({"action": "dance"}, "What was asked: 'dance' is not one of"),
    ],
)
def test_refused(world: World, filled: dict[str, str], reason: str) -> None:
    person = Person(world, ADMIN)
    person.runs("audit")
    person.fills(**filled)
    assert person.reason.startswith(reason)


def test_for_whom(world: World) -> None:
    for jid in (PUBLISHER, USER):
        person = Person(world, jid)
        person.runs("audit")
        assert person.refused == "You may not do this here."
