"""What everybody may read of what lists are told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.feeds import Public, Sent, Words
from bot.domain.lists import ListKind
from tests.world import USER, World, a_list, blank_database, copy_of

LISTS = [
    a_list(language="de", timezone="Europe/Berlin"),
    a_list("ops", kind=ListKind.REQUEST),
    a_list("status", kind=ListKind.MANDATORY, public=True),
    a_list("board", kind=ListKind.CLOSED, public=True),
    a_list("hush", public=False),
]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(copy_of(blank_database(tmp_path), tmp_path), lists=LISTS)
    yield made
    made.close()


def gather(world: World, most: int = 50) -> Public:
    return world.database.look(world.use_cases.publicity.gather, most)


def test_which_lists(world: World) -> None:
    """Those that are public, each with its title and language; what others are told
    stands nowhere.
    """
    for entry in LISTS:
        world.due(list_name=entry.name)
    world.due(people=(USER,))
    found = gather(world)
    assert [(one.name, one.title, one.language) for one in found.feeds] == [
        ("news", "News", "de"),
        ("status", "Status", "en"),
    ]
    assert [one.list_name for one in found.sent] == ["news", "status"]


def test_words(world: World) -> None:
    """Those of a reader whom nobody knows: in the list's language, by its subject or
    how it begins.
    """
    world.due(bodies=(("en", "Hello\nall"), ("de", "Hallo\nalle")))
    world.due(bodies=(("fr", "Bonjour"),), subjects=(("fr", "Salut"),))
    later, earlier = gather(world).sent
    assert earlier.words == {"de": Words("Hallo", "Hallo\nalle")}
    assert later.words == {"de": Words("Salut", "Bonjour")}
    assert later.language == "de"


def test_of_a_template(world: World) -> None:
    """As it was rendered for readers, or would have been: in the zone of its list."""
    values = {"summary": {"": "Disks"}, "start": {"": "2026-03-02T22:00:00Z"}}
    job = world.due(bodies=(), template="maintenance", values=values)
    (one,) = gather(world).sent
    assert one.words["de"].title == "Wartung am Montag, 2. März 2026"
    assert "23:00" in one.words["de"].text
    assert world.broadcast(job).created_at == one.created_at == one.changed_at


def test_what_is_not_told(world: World) -> None:
    """What waits still, and what was stopped."""
    world.schedule()
    assert gather(world).sent == ()
    world.subscribe(USER)
    stopped = world.due()
    assert len(gather(world).sent) == 1
    world.cancel(stopped)
    assert gather(world).sent == ()


def test_the_latest(world: World) -> None:
    """As many as are wanted, of each list."""
    jobs = [world.due(bodies=(("en", f"{number}"),)) for number in range(4)]
    world.due(list_name="status")
    found = [one for one in gather(world, 3).sent if one.list_name == "news"]
    assert [one.own.title for one in found] == ["3", "2", "1"]
    assert len({one.uid for one in found}) == 3
    assert found[0].created_at == world.broadcast(jobs[3]).created_at


def test_the_same_twice(world: World) -> None:
    """Nothing changed: the same rows; a list that speaks otherwise is read anew."""
    world.due(bodies=(("en", "Hello"), ("de", "Hallo")))
    first = gather(world)
    assert gather(world) == first
    spoken = [replace(entry, language="en") for entry in LISTS]
    world.do(lambda unit: unit.lists.declare(spoken))
    (one,) = gather(world).sent
    assert isinstance(one, Sent)
    assert one.own.title == "Hello"
    assert one.uid == first.sent[0].uid
