"""What everybody may read of maintenance and incidents: how they stand, whatever was
announced of them, and corrected or withdrawn by hand.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.feeds import KEPT, Incident, Public, Window, Words
from bot.domain.incident import Incident as Stored
from bot.domain.incident import UpdateKind
from bot.domain.lists import ListKind
from bot.domain.maintenance import WindowState
from bot.domain.schedule import Origin, Schedule, TemplateContent
from bot.service.incidents.request import IncidentName, OpenIncident, UpdateIncident
from bot.service.maintenance.shown import Shown
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests.request import ScheduleChange
from tests.engine.maintenance import (
    DAY,
    END,
    HOUR,
    START,
    call_off,
    extend,
    finish,
    looked_at,
    move,
    opened,
)
from tests.world import ADMIN, NOON, USER, World, a_list, copy_of

LISTS = [
    a_list(language="de", timezone="Europe/Berlin"),
    a_list("board", kind=ListKind.CLOSED),
    a_list("all", kind=ListKind.MANDATORY),
]
PERSONAL = {
    "template.toml": """languages = ["en"]
[title]
en = "Trouble"
[description]
en = "x"
[fields.summary]
type = "line"
required = true
[fields.summary.label]
en = "What"
""",
    "subject.en.txt.j2": "Hello {{ recipient }}",
    "body.en.txt.j2": "{{ recipient }}, {{ summary }}",
}


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    with closing(World(copy_of(blank, tmp_path), lists=LISTS)) as made:
        made.subscribe(USER)
        yield made


def gather(world: World) -> Public:
    return world.database.look(world.use_cases.publicity.gather, 50)


def the_window(world: World) -> Window:
    (one,) = gather(world).windows
    return one


def the_incident(world: World) -> Incident:
    (one,) = gather(world).incidents
    return one


def broke(world: World, **changes: Any) -> Stored:
    given = {
        "origin": Origin.COMMAND,
        "list_name": "news",
        "values": {"summary": {"": "Slow"}},
    }
    request = OpenIncident(**given | changes)
    return world.do(world.use_cases.incidents.open, world.caller(ADMIN), request)


def went_on(world: World, incident: Stored, **changes: Any) -> Stored:
    name = IncidentName(number=incident.id)
    change = UpdateIncident(origin=Origin.COMMAND, name=name, **changes)
    return world.do(world.use_cases.incidents.update, world.caller(ADMIN), change)


def latest(world: World, incident: Stored) -> Schedule:
    """The announcement of its latest update."""

    def find(unit: UnitOfWork) -> Schedule:
        (update,) = unit.incidents.updates(incident.id, limit=1)
        found = unit.schedules.get(update.schedule_id)
        assert found is not None
        return found

    return world.do(find)


def corrected(world: World, job: Schedule, **change: Any) -> None:
    world.clock.advance(seconds=30)
    correct, who = world.use_cases.correcting.correct, world.caller(ADMIN)
    number = world.broadcast(job).id
    world.do(correct, who, number, ScheduleChange(**change), Origin.IQ)


def withdrawn(world: World, job: Schedule) -> None:
    world.clock.advance(seconds=30)
    retract, who = world.use_cases.correcting.retract, world.caller(ADMIN)
    world.do(retract, who, world.broadcast(job).id, Origin.IQ)


def test_an_incident(world: World) -> None:
    """One entry, from its opening until it is resolved, that says what its latest
    update did, and since when it is so.
    """
    stored = broke(world)
    first = the_incident(world)
    assert first.is_open
    assert first.words["de"].title == "Störung: Slow"
    assert first.created_at == first.changed_at == first.began_at == NOON
    world.plan_all()
    assert the_incident(world) == first
    world.clock.advance(seconds=600)
    since = {"summary": {"": "Slower"}, "since": {"": "2026-03-01T09:00:00Z"}}
    went_on(world, stored, values=since)
    second = the_incident(world)
    assert second.own.title == "Störung: Slower"
    assert second.began_at == NOON - 3 * HOUR
    assert second.changed_at == NOON + timedelta(minutes=10)
    world.clock.advance(seconds=600)
    went_on(world, stored, kind=UpdateKind.RESOLVED)
    last = the_incident(world)
    assert not last.is_open
    assert last.own.title == "Störung: Slower"
    assert "behoben" in last.own.text or "wieder" in last.own.text
    assert first.uid == second.uid == last.uid
    assert gather(world).sent == ()
    world.clock.advance(seconds=KEPT.total_seconds())
    assert gather(world).incidents == ()


def test_whose(world: World) -> None:
    """What closed and mandatory lists have is not public."""
    for name in ("board", "all"):
        broke(world, list_name=name)
        opened(world, list_name=name)
    world.plan_all()
    assert gather(world) == Public(feeds=gather(world).feeds)
    assert [one.name for one in gather(world).feeds] == ["news"]


def test_an_incident_whose_notice_was_corrected(world: World) -> None:
    """It says that, from then on, until there is another update."""
    stored = broke(world)
    world.plan_all()
    corrected(world, latest(world, stored), values={"summary": {"": "Down"}})
    found = the_incident(world)
    assert found.own.title == "Störung: Down"
    assert found.changed_at == NOON + timedelta(seconds=30)
    world.clock.advance(seconds=30)
    world.plan_all()  # its readers are told
    assert the_incident(world) == found
    went_on(world, stored, values={"summary": {"": "Down, all of it"}})
    assert the_incident(world).own.title == "Störung: Down, all of it"
    assert the_incident(world).changed_at == NOON + timedelta(seconds=60)


def test_an_incident_whose_notice_was_withdrawn(world: World) -> None:
    """It is there, and nothing is said of it."""
    stored = broke(world)
    world.plan_all()
    withdrawn(world, latest(world, stored))
    found = the_incident(world)
    assert found.words == {"de": Words("News", "")}
    assert found.is_open
    assert found.changed_at == NOON + timedelta(seconds=30)


def test_nobody_is_greeted(blank: Path, tmp_path: Path) -> None:
    """Where a template names each reader, only what it is about is told."""
    folder = tmp_path / "templates" / "hail"
    folder.mkdir(parents=True)
    for name, text in PERSONAL.items():
        (folder / name).write_text(text)
    database = copy_of(blank, tmp_path)
    with closing(World(database, lists=LISTS, templates=folder.parent)) as world:
        world.subscribe(USER)
        broke(world, template="hail")
        opened(world, template="hail")
        world.due(bodies=(), template="hail", values={"summary": {"": "Slow"}})
        found = gather(world)
    assert found.incidents[0].words == {"en": Words("Trouble: Slow", "")}
    assert found.windows[0].words == {"en": Words("Trouble: New disks", "")}
    assert found.sent == ()


def test_a_window(world: World) -> None:
    """One entry from when it is planned; what changes keeps it, and has its moment."""
    shown = opened(world)
    planned = the_window(world)
    assert (planned.starts_at, planned.ends_at) == (START, END)
    assert planned.own.title == "Wartung: New disks"
    assert "13:00" in planned.own.text
    assert (planned.sequence, planned.changed_at) == (0, NOON)
    world.plan_all()
    world.clock.advance(seconds=60)
    assert the_window(world) == planned  # that it was told changes nothing
    move(world, shown, START + DAY)
    moved = the_window(world)
    assert (moved.starts_at, moved.ends_at) == (START + DAY, END + DAY)
    assert moved.sequence == 1
    assert moved.changed_at == NOON + timedelta(seconds=60)
    world.clock.advance(seconds=60)
    world.plan_all()
    assert the_window(world) == moved  # nor that its notice was corrected
    extend(world, shown, END + DAY + HOUR)
    extended = the_window(world)
    assert (extended.ends_at, extended.sequence) == (END + DAY + HOUR, 2)
    call_off(world, shown)
    off = the_window(world)
    assert (off.state, off.sequence) == (WindowState.CALLED_OFF, 3)
    assert off.starts_at == START + DAY
    assert planned.uid == moved.uid == extended.uid == off.uid


def test_a_window_that_is_over_early(world: World) -> None:
    """It ends when it was finished; until then it is under way from its start on."""
    shown = opened(world)
    world.clock.set(START)
    world.plan_all()
    running = the_window(world)
    assert (running.state, running.changed_at) == (WindowState.UNDER_WAY, START)
    world.clock.advance(seconds=3600)
    finish(world, shown)
    over = the_window(world)
    assert (over.state, over.ends_at) == (WindowState.FINISHED, START + HOUR)
    assert over.changed_at == START + HOUR
    assert over.sequence == running.sequence + 1
    assert over.uid == running.uid


def test_a_window_that_nobody_moves_on(world: World) -> None:
    """By the clock alone it begins, and has no known end any more, as it does while
    XMPP is down; what has become of the row by then changes nothing.
    """
    opened(world)
    world.clock.set(START)
    begun = the_window(world)
    assert (begun.state, begun.changed_at) == (WindowState.UNDER_WAY, START)
    world.plan_all()
    assert the_window(world) == begun
    world.clock.set(END)
    ended = the_window(world)
    assert (ended.state, ended.changed_at) == (WindowState.VERIFYING, END)
    world.plan_all()
    assert the_window(world) == ended


def test_a_window_whose_end_nobody_knew(world: World) -> None:
    """It has one once it is over."""
    shown = opened(world, duration=None)
    world.clock.set(START)
    world.plan_all()
    assert the_window(world).ends_at is None
    world.clock.advance(seconds=3600)
    finish(world, shown)
    assert the_window(world).ends_at == START + HOUR


def notice_of(world: World, shown: Shown) -> Schedule:
    notices = (one.schedule for one in looked_at(world, shown).notices)
    return next(one for one in notices if one is not None)


def test_a_window_whose_notice_was_corrected(world: World) -> None:
    """It says that, at the times that it has by now; when it is moved, its readers and
    the feeds are told anew what it says of its own accord.
    """
    shown = opened(world)
    world.plan_all()
    corrected(world, notice_of(world, shown), values={"summary": {"": "New fans"}})
    found = the_window(world)
    assert found.own.title == "Wartung: New fans"
    assert "13:00" in found.own.text
    assert found.changed_at == NOON + timedelta(seconds=30)
    world.plan_all()
    assert the_window(world) == found
    world.clock.advance(seconds=30)
    move(world, shown, START + DAY)
    again = the_window(world)
    assert again.own.title == "Wartung: New disks"
    assert again.changed_at == NOON + timedelta(seconds=60)


def test_a_window_that_was_corrected_in_own_words(world: World) -> None:
    """It says those."""
    shown = opened(world)
    world.plan_all()
    corrected(world, notice_of(world, shown), bodies=(("de", "Neue Lüfter"),))
    assert the_window(world).words == {"de": Words("Neue Lüfter", "Neue Lüfter")}


def test_a_window_whose_notice_was_withdrawn(world: World) -> None:
    """It is there, at its times, and nothing is said of it."""
    shown = opened(world)
    world.plan_all()
    withdrawn(world, notice_of(world, shown))
    found = the_window(world)
    assert found.words == {"de": Words("News", "")}
    assert (found.state, found.starts_at) == (WindowState.PLANNED, START)
    assert found.changed_at == NOON + timedelta(seconds=30)


def test_an_announcement_is_corrected_once(world: World) -> None:
    """Its entry has the moment of the correction, before its readers are told as well
    as after.
    """
    job = world.due(bodies=(("de", "Zehn"),))
    before = world.clock.now()
    corrected(world, job, bodies=(("de", "Elf"),))
    (found,) = gather(world).sent
    assert found.own == Words("Elf", "Elf")
    assert found.changed_at == before + timedelta(seconds=30)
    world.clock.advance(seconds=30)
    world.plan_all()
    assert gather(world).sent == (found,)
    withdrawn(world, job)
    (gone,) = gather(world).sent
    assert gone.is_retracted
    assert gone.words == {"de": Words("", "")}
    assert (gone.uid, gone.created_at) == (found.uid, found.created_at)
    assert gone.changed_at == before + timedelta(seconds=90)


def test_what_nobody_can_read_any_more(world: World) -> None:
    """An incident whose template was taken away is there, too."""
    stored = broke(world)
    lost = TemplateContent(template="lost", values={"summary": {"": "Secret"}})
    world.do(lambda unit: unit.incidents.save(replace(stored, content=lost)))
    assert the_incident(world).words == {"de": Words("News", "")}
