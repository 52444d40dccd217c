"""The commands of XEP-0133, which existing clients have menus for."""

from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.dialogues.administration import NS
from bot.dialogues.everything import BY_NODE, allowed, listed
from bot.domain.errors import Conflict, Unavailable
from bot.domain.phrase import Phrase
from bot.domain.schedule import ListAudience, PeopleAudience, TextContent
from bot.service.ports.paging import Paging
from bot.service.ports.schedules import ScheduleFilter
from bot.service.readers.arranging import ListWish
from tests.dialogues.talking import Person
from tests.world import (
    ADMIN,
    AUDITOR,
    PUBLISHER,
    USER,
    World,
    a_list,
    copy_of,
)

ANNA, BERT, CLIO = (f"{name}@example.org" for name in ("anna", "bert", "clio"))


class Presences:
    def __init__(self, *jids: str) -> None:
        self.jids = jids

    def online(self) -> Collection[str]:
        return self.jids


def boss(world: World, *online: str, list_name: str | None = None) -> Person:
    person = Person(world, ADMIN, list_name=list_name)
    person.talk.desk.presences = Presences(*online)
    return person


def test_to_those_online(world: World) -> None:
    """The form says how many; told are those of the list alone, in its name, and of
    the others nobody, whoever comes meanwhile included.
    """
    world.subscribe(ANNA, BERT)
    person = boss(world, ANNA, CLIO)
    person.runs(f"{NS}#announce")
    assert "To those of News known to be online: 1 of 2." in person.told
    assert person.asked.form.is_last
    person.fills(subject="Restart", announcement="In five minutes.\n.\nSorry.")
    assert person.said == "It goes out now, as #1, to 1 who is online."
    job = world.get(1)
    assert job.audience == PeopleAudience(jids=(ANNA,), list_name="news")
    assert isinstance(job.content, TextContent)
    assert job.content.texts[0].body == "In five minutes.\n\nSorry."
    world.clock.advance(seconds=2)
    world.plan_all()
    assert world.progress(job).total == 1
    [entry] = world.entries_after(0)
    assert (entry.action, entry.result) == ("schedule", "done")
    assert entry.about == "(no id) to announce.example.org, those online"


def test_nobody_is_online(world: World) -> None:
    """The form comes back with the reason, and what was typed is not lost."""
    world.subscribe(ANNA)
    person = boss(world, CLIO)
    person.runs(f"{NS}#announce")
    person.fills(announcement="Hello")
    assert "nobody is known to be online" in person.reason
    assert person.asked.given["announcement"] == ("Hello",)


def test_where_presence_is_not_heard(world: World) -> None:
    person = Person(world, ADMIN)
    person.runs(f"{NS}#announce")
    assert "running service" in person.refused


def test_to_all(blank: Path, tmp_path: Path) -> None:
    """Of the list at whose address it is called, else of the default one."""
    lists = [a_list(), a_list("club", title="The club")]
    with closing(World(copy_of(blank, tmp_path), lists=lists)) as world:
        world.subscribe(ANNA, BERT)
        world.subscribe(ANNA, to="club")
        for name, told in ((None, "News: 2 readers."), ("club", "The club: 1 reader.")):
            person = boss(world, list_name=name)
            person.runs(f"{NS}#announce-all")
            person.fills(announcement="Hello")
            assert person.said.endswith(told)
            audience = world.get(1 if name is None else 2).audience
            assert audience == ListAudience(list_name=name or "news")


@pytest.mark.parametrize("node", ["announce", "announce-all"])
def test_a_lost_answer(
    world: World, monkeypatch: pytest.MonkeyPatch, node: str
) -> None:
    """It is not said again where nobody knows whether it was heard."""
    world.subscribe(ANNA)
    person = boss(world, ANNA)
    person.runs(f"{NS}#{node}")
    run = world.database.run

    async def loses_the_answer(use_case: Any, *args: Any) -> Any:
        done = await run(use_case, *args)
        if use_case != world.audit.carry_out:
            return done
        monkeypatch.setattr(world.database, "run", run)
        raise Unavailable(Phrase("The connection is lost."))

    monkeypatch.setattr(world.database, "run", loses_the_answer)
    person.fills(announcement="Hello")
    assert person.refused == "This cannot be done now; try again in a while."
    assert world.get(1).id == 1


@pytest.mark.parametrize("node", ["announce", "announce-all"])
def test_refused(world: World, node: str) -> None:
    """What cannot be sent comes back with the reason."""
    world.subscribe(ANNA)
    person = boss(world, ANNA)
    person.runs(f"{NS}#{node}")
    person.fills(announcement="")
    assert person.reason == "Text: please fill this in."
    person.fills(announcement="x" * 2_000)
    assert "1,000" in person.reason or "1000" in person.reason
    person.fills(announcement="Hello", subject="two\nlines")
    assert person.reason.startswith("Subject: ")


@pytest.mark.parametrize("template", [None, "welcome"])
def test_the_welcome(blank: Path, tmp_path: Path, template: str | None) -> None:
    """Its own words stand above the template, and are what is changed next; once they
    are taken away the file's is said again, if there is one, and it cannot be taken.
    """
    lists = [a_list(welcome=template)]
    with closing(World(copy_of(blank, tmp_path), lists=lists)) as world:
        person = boss(world)
        person.runs(f"{NS}#delete-welcome")
        assert ("configuration file" in person.refused) is bool(template)

        person.runs(f"{NS}#set-welcome")
        assert ("template 'welcome'" in person.told) is bool(template)
        person.fills(welcome="Good that you are here.\n.\nWe announce.")
        assert "From now on whoever joins News" in person.said
        joined(world, ANNA)
        assert welcomes(world) == ["Good that you are here.\n\nWe announce."]
        # a restart, which declares what is in the file
        world.do(lambda unit: unit.lists.declare(lists))
        person.runs(f"{NS}#set-welcome")
        assert person.asked.given["welcome"] == (
            "Good that you are here.\n\nWe announce.",
        )

        person.runs(f"{NS}#delete-welcome")
        assert "Good that you are here." in person.told
        person.fills()
        assert person.said == "Nothing was changed."
        person.runs(f"{NS}#delete-welcome")
        person.fills(sure="yes")
        assert ("told nothing" in person.said) is (template is None)
        joined(world, BERT)
        assert welcomes(world)[1:] == ([template] if template else [])


def test_a_welcome_by_command(world: World) -> None:
    """Of a list that a command made it is taken away by command, too."""
    wish = ListWish(name="club", welcome="welcome")
    world.do(world.use_cases.arranging.create, world.caller(ADMIN), wish)
    remove = world.use_cases.welcomes.remove
    with pytest.raises(Conflict, match="lists change club --welcome"):
        world.do(remove, world.caller(ADMIN), "club")


def joined(world: World, jid: str) -> None:
    world.do(world.subscribers.join, jid, "news@announce.example.org", None)


def welcomes(world: World) -> list[str]:
    """What is said to those who joined, or by which template, in that order."""
    wish = ScheduleFilter(welcomes=True)
    page = world.do(lambda unit: unit.schedules.page(wish, Paging()))
    return [
        one.content.texts[0].body
        if isinstance(one.content, TextContent)
        else one.content.template
        for one in page.items
    ]


def test_for_whom(world: World) -> None:
    """For admins alone; and they stand in no list and no menu, which have them under
    other names.
    """
    nodes = [node for node in BY_NODE if node.startswith(NS)]
    assert len(nodes) == 4
    for node in nodes:
        for jid in (PUBLISHER, AUDITOR, USER):
            person = Person(world, jid)
            person.runs(node)
            assert person.refused == "You may not do this here."
    admin = world.caller(ADMIN)
    for one in (*listed(admin), *allowed(admin)):
        assert not one.node.startswith(NS)
