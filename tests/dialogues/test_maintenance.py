"""Maintenance as people open it, look at it and change it in a client."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.dialogues.choices import ONWARD
from bot.domain import timestamps
from bot.domain.maintenance import Finish, Maintenance, WindowState
from bot.domain.schedule import Origin
from bot.service.maintenance.request import MoveWindow, OpenMaintenance, WindowName
from bot.service.maintenance.shown import Shown
from bot.service.ports.paging import Paging
from tests.dialogues.talking import Person
from tests.engine.maintenance import changed
from tests.world import ADMIN, PUBLISHER, USER, World, a_list, copy_of

WARSAW = "Europe/Warsaw"


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    with closing(
        World(copy_of(blank, tmp_path), lists=[a_list(timezone=WARSAW)])
    ) as it:
        it.subscribe(USER)
        yield it


def stored(world: World) -> list[Maintenance]:
    page = world.use_cases.maintenances.page
    return [
        one.maintenance for one in world.do(page, world.caller(ADMIN), Paging()).items
    ]


def shown(world: World) -> Shown:
    show = world.use_cases.maintenances.show
    return world.do(show, world.caller(ADMIN), WindowName(number=1))


def advance(world: World, **by: float) -> None:
    """The clock, and what the planner makes of it."""
    world.clock.advance(**by)
    world.do(world.use_cases.maintenances.advance, world.clock.now())
    world.plan_all()


def opened(world: World, **changes: Any) -> Shown:
    """At the fifth of March at 22:00 UTC for two hours, and announced."""
    values: dict[str, Any] = {
        "start": "2026-03-05T22:00:00Z",
        "duration": "2h",
        "timezone": "UTC",
    }
    request = OpenMaintenance(
        origin=Origin.COMMAND,
        list_name="news",
        values={"summary": {"": "New disks"}},
        **values | changes,
    )
    return world.do(world.use_cases.maintenances.open, world.caller(ADMIN), request)


def at_words(world: World, **when: str) -> Person:
    """Somebody who has said when it is."""
    person = Person(world, ADMIN)
    person.runs("maintenance")
    person.fills(**{"start": "2026-03-05 22:00", "end": "2h"} | when)
    return person


def test_open(world: World) -> None:
    """With nothing there it is opened at once; what readers get is shown, with its
    moments, before somebody says yes.
    """
    person = at_words(world)
    person.fills(set__summary="New disks", set__affected="Mail")
    assert "at once: people are told of it" in person.told
    assert "[de] Wartung am Donnerstag, 5. März 2026" in person.told
    later = "2026-03-04 22:00 UTC, 2026-03-05 21:00 UTC: people are reminded"
    assert later in person.told
    assert "2026-03-05 22:00 UTC: people are told that it begins" in person.told
    assert "readers now: 1" in person.told
    person.fills(sure="no")
    assert person.reason.startswith("Nothing was announced yet.")
    person.fills(sure="yes")
    assert person.said == (
        "M1 is planned: 2026-03-05 22:00 UTC to 2026-03-06 00:00 UTC."
        " Next, 2026-03-04 22:00 UTC: people are reminded."
    )
    [one] = stored(world)
    assert (one.owner, one.timezone, one.finish) == (ADMIN, WARSAW, Finish.ASK)
    assert one.values == {"summary": {"": "New disks"}, "affected": {"": "Mail"}}


def test_words_of_incidents_are_none_of_maintenance(world: World) -> None:
    """Where one template alone has words for it, none is asked for."""
    person = Person(world, ADMIN)
    person.runs("maintenance")
    names = {one.name for one in person.asked.form.fields}
    assert "start" in names
    assert "template" not in names


def test_a_no_is_a_no(world: World) -> None:
    person = at_words(world)
    person.fills(set__summary="New disks")
    person.fills(sure="no")
    person.fills(sure="no")
    assert person.said == "Nothing was announced."
    assert stored(world) == []


def test_said_again(world: World) -> None:
    """A second yes after a lost answer opens no second one."""
    person = at_words(world)
    person.fills(set__summary="New disks")
    person.fills(sure="yes")
    for _ in range(2):
        person.runs("maintenance")
        person.fills(maintenance="new")
        person.fills(start="2026-03-05 22:00", end="2h")
        person.fills(set__summary="New disks")
        assert "was there already" in person.said
    assert len(stored(world)) == 1


def test_all_that_can_be_said(world: World) -> None:
    """Another language, a rule of one's own, reminders, who says that all is well."""
    person = at_words(world, end="2026-03-06 00:30", every="rule", settings="yes")
    person.fills(set__summary="New disks", another="yes")
    person.fills(language="de")
    person.fills(set__summary__de="Neue Platten")
    assert dict(person.asked.given)["remind"] == ("1d 1h",)
    person.fills(
        rule="FREQ=MONTHLY;BYDAY=1TH",
        remind="48h, 2h",
        finish="auto",
        tz="Asia/Tokyo",
        id="disks",
    )
    assert "Again: each first Thursday of the month at 22:00" in person.told
    assert "at its end: people are told that all is well" in person.told
    person.fills(sure="yes")
    [one] = stored(world)
    assert (one.client_id, one.timezone) == ("disks", "Asia/Tokyo")
    assert (one.recurrence, one.finish) == ("FREQ=MONTHLY;BYDAY=1TH", Finish.AUTO)
    assert one.reminders == (timedelta(hours=48), timedelta(hours=2))
    assert one.values == {"summary": {"": "New disks", "de": "Neue Platten"}}
    window = shown(world).window
    assert window.starts_at == datetime(2026, 3, 5, 13, tzinfo=UTC)
    assert window.ends_at == datetime(2026, 3, 5, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("soon", "2h", "It begins: 'soon' is not a moment"),
        ("2026-02-28 22:00", "2h", "It begins: 2026-02-28 22:00 UTC has passed."),
        ("2026-03-05 22:00", "later", "It ends: 'later' is not a moment"),
        ("2026-03-05 22:00", "2026-03-05 21:00", "It ends: must lie after the start"),
    ],
)
def test_what_cannot_be(world: World, start: str, end: str, why: str) -> None:
    """It is told while what was typed is in sight."""
    person = at_words(world, start=start, end=end)
    assert person.reason.startswith(why)


def test_nobody_knows_the_end(world: World) -> None:
    """Its owner is asked, also where all is well by itself once an end is known."""
    person = at_words(world, end="", settings="yes")
    person.fills(set__summary="New disks")
    person.fills(finish="auto")
    assert "2026-03-05 22:00 UTC, end unknown" in person.told
    assert "at its end: you are asked whether it is over, since no end" in person.told
    assert "that all is well" not in person.told
    person.fills(sure="yes")
    assert shown(world).window.ends_at is None
    person = decided(world, "extend", end="2026-03-06 01:00")
    person.fills(sure="yes")
    person = decided(world, "show")
    assert "at its end: people are told that all is well" in person.shown


def test_show(world: World) -> None:
    """How it stands, what was told to how many, and what happens next."""
    opened(world)
    world.plan_all()
    person = Person(world, ADMIN)
    person.runs("maintenance")
    assert person.asked.form.fields[0].choice_labels == {
        "1": "M1 03-05 22:00 planned: New disks",
        "new": person.asked.form.fields[0].choice_labels["new"],
    }
    person.fills(maintenance="1")
    person.fills(do="show")
    assert "planned" in person.shown
    assert "2026-03-01 12:00 UTC announced: 0 of 1, running" in person.shown
    assert "2026-03-05 21:00 UTC: people are reminded" in person.shown
    assert "2026-03-06 00:00 UTC: you are asked whether all is well" in person.shown


def decided(world: World, task: str, **typed: str) -> Person:
    """Somebody who is asked whether he means it."""
    person = Person(world, ADMIN)
    person.runs("maintenance")
    person.fills(maintenance="1")
    person.fills(do=task)
    if typed:
        person.fills(**typed)
    return person


def test_move(world: World) -> None:
    """It takes as long as before; whom that reaches is shown first."""
    opened(world)
    world.plan_all()
    person = decided(world, "move", start="2026-03-05 23:00")
    assert "planned: 2026-03-05 23:00 UTC to 2026-03-06 01:00 UTC" in person.told
    person.fills(sure="yes")
    assert person.said.startswith("M1 is planned: 2026-03-05 23:00 UTC to 2026-03-06 0")
    window = shown(world).window
    assert window.ends_at == datetime(2026, 3, 6, 1, tzinfo=UTC)


def test_move_the_end_alone(world: World) -> None:
    """The form begins with the start as it is, and takes it back so."""
    opened(world)
    person = decided(world, "move")
    assert person.asked.given["start"] == ("2026-03-05 22:00 UTC",)
    person.fills(end="3h")
    person.fills(sure="yes")
    window = shown(world).window
    assert window.starts_at == datetime(2026, 3, 5, 22, tzinfo=UTC)
    assert window.ends_at == datetime(2026, 3, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize("until", ["1h", "+1h", "2026-03-06 01:00"])
def test_extend(world: World, until: str) -> None:
    """So much longer, or until then."""
    opened(world)
    person = decided(world, "extend", end=until)
    person.fills(sure="yes")
    assert shown(world).window.ends_at == datetime(2026, 3, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize("until", ["900d", "2090-01-01 00:00", "2026-03-05 23:00"])
def test_an_end_that_cannot_be(world: World, until: str) -> None:
    """However it was typed, it is the end that is named."""
    opened(world)
    person = decided(world, "extend", end=until)
    assert person.reason.startswith("It ends: ")


def test_finish(world: World) -> None:
    """Offered once it has begun."""
    opened(world)
    person = Person(world, ADMIN)
    person.runs("maintenance")
    person.fills(maintenance="1")
    assert "finish" not in person.asked.form.fields[0].choices
    advance(world, days=4, hours=11)
    person = decided(world, "finish")
    assert "at once: people are told that all is well" in person.told
    assert "1 reader is told at once." in person.told
    early = "2026-03-05 22:00 UTC to 2026-03-05 23:00 UTC"
    assert f"finished: {early}" in person.told
    person.fills(sure="yes")
    assert person.said == f"M1 is finished: {early}."
    assert shown(world).window.state is WindowState.FINISHED


def test_call_off(world: World) -> None:
    """A no leaves it; where nobody was told nobody hears of it."""
    opened(world)
    person = decided(world, "call-off")
    assert "Nobody is told anything now." in person.told
    person.fills(sure="no")
    person.fills(sure="no")
    assert person.said == "Nothing was changed."
    person = decided(world, "call-off")
    person.fills(sure="yes")
    assert "M1 is called off" in person.said
    person = Person(world, ADMIN)
    person.runs("maintenance")
    assert "start" in {one.name for one in person.asked.form.fields}


def test_changed_meanwhile(world: World) -> None:
    """What nobody has seen is not done."""
    opened(world)
    person = decided(world, "move", start="2026-03-05 23:00")
    other = decided(world, "extend", end="1h")
    other.fills(sure="yes")
    person.fills(sure="yes")
    assert "is at revision 2; look at it again" in person.reason


def test_one_of_several(world: World) -> None:
    """Of what recurs one is chosen, and the others stay; or all that are to come."""
    opened(world, recurrence="FREQ=WEEKLY")
    person = Person(world, ADMIN)
    person.runs("maintenance")
    person.fills(maintenance="1")
    assert list(person.asked.form.fields[0].choices)[-1] == "all"
    person.fills(window="1")
    person.fills(do="call-off")
    person.fills(sure="yes")
    assert "M1/1 is called off" in person.said
    person = Person(world, ADMIN)
    person.runs("maintenance")
    person.fills(maintenance="1")
    assert "M1, news: New disks" in person.told
    person.fills(window="all")
    assert person.asked.form.fields[0].choices == ("show", "call-off")
    assert person.told.startswith("M1, news: New disks\nAgain: each Thursday at 22:00")
    person.fills(do="call-off")
    assert "called off: all that was to come" in person.told
    person.fills(sure="yes")
    assert person.said == "M1 is called off: all that was to come."
    assert stored(world)[0].is_over


def test_one_of_many(world: World) -> None:
    """Each that is known to come can be reached, a page after the other."""
    it = opened(world, recurrence="FREQ=WEEKLY")
    first = datetime(2026, 3, 5, 22, tzinfo=UTC)
    for week in range(12):
        due = first + timedelta(weeks=week)
        later = timestamps.format(due + timedelta(hours=1))
        changed(world, it, MoveWindow(start=later), due=timestamps.format(due))
    person = Person(world, ADMIN)
    person.runs("maintenance")
    person.fills(maintenance="1")
    reached: list[str] = []
    while ONWARD in (choices := person.asked.form.fields[0].choices):
        assert choices[-1] == "all"
        reached += choices
        person.fills(window=ONWARD)
    reached += person.asked.form.fields[0].choices
    assert {str(number) for number in range(1, 13)} <= {*reached}
    person.fills(window="12")
    person.fills(do="call-off")
    person.fills(sure="yes")
    assert "M1/12 is called off" in person.said


def test_whose(world: World) -> None:
    """Another's is an admin's to change, and a publisher's not even to see."""
    opened(world)
    person = Person(world, PUBLISHER)
    person.runs("maintenance")
    assert "start" in {one.name for one in person.asked.form.fields}
