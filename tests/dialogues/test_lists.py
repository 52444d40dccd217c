"""Lists joined, left and managed, as somebody is asked step by step."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.dialogues import members
from bot.dialogues.play import Asking
from bot.domain.lists import AnnouncementList, ListKind
from bot.domain.send_window import Outside, SendWindow, read
from bot.service.readers.arranging import ListWish
from tests.dialogues.looking import declared
from tests.dialogues.talking import Person
from tests.world import ADMIN, PUBLISHER, USER, World, a_list, copy_of

LISTS = [
    a_list(),
    a_list("club", kind=ListKind.REQUEST, publishers=frozenset()),
    a_list("staff", kind=ListKind.CLOSED, publishers=frozenset()),
    a_list("rules", kind=ListKind.MANDATORY, publishers=frozenset()),
]


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    with closing(World(copy_of(blank, tmp_path), lists=LISTS)) as found:
        yield found


def make(world: World, name: str) -> None:
    wish = ListWish(name=name)
    world.do(world.use_cases.arranging.create, world.caller(ADMIN), wish)


def stored(world: World, name: str) -> AnnouncementList | None:
    return world.do(lambda unit: unit.lists.get(name))


def options(person: Person, name: str) -> dict[str, str]:
    """Of a choice, as he reads them."""
    [field] = [one for one in person.asked.form.fields if one.name == name]
    return {
        value: person.talk.said(field.choice_labels[value]) for value in field.choices
    }


def test_joined_and_left_again(world: World) -> None:
    """Two taps each; a list that he stands on is marked, and the way to see it among
    his contacts is named.
    """
    person = Person(world, USER)
    person.runs("lists")
    assert options(person, "list")["news"] == "News"
    assert "staff" not in options(person, "list")
    person.fills(list="news")
    assert list(options(person, "do")) == ["nothing", "join"]
    person.fills(do="join")
    assert person.said == (
        "You are on News now. To see it among your contacts, add"
        " news@announce.example.org."
    )
    person.runs("lists")
    assert options(person, "list")["news"] == "News (you are on it)"
    person.fills(list="news")
    assert "You are on it since 2026-03-01" in person.told
    person.fills(do="leave")
    assert person.said == "You are not on News any more."


@pytest.fixture
def many(world: World) -> World:
    """Two dozen lists, of which one is called as the way to the next ones might be."""
    declared(world, *LISTS, *(a_list(f"l{number:02}") for number in range(20)))
    make(world, "more")
    return world


def test_many_in_pages(many: World) -> None:
    """Ten to choose from and no more, the way on among them; and a way back."""
    person = Person(many, USER)
    person.runs("lists")
    assert len(options(person, "list")) == 10
    person.fills(list="+")
    assert "l10" in options(person, "list")
    person.fills(list="+")
    assert "more" in options(person, "list")
    assert "+" not in options(person, "list")
    person.goes_back()
    assert "l10" in options(person, "list")
    person.fills(list="+")
    person.fills(list="more")
    person.fills(do="join")
    assert person.said.startswith("You are on More now.")


def test_many_to_manage(many: World) -> None:
    """A new one can be made from each page."""
    person = Person(many, ADMIN)
    person.runs("manage-lists")
    for _ in range(3):
        assert len(options(person, "list")) <= 10
        assert "new list" in options(person, "list")
        person.fills(list="+")
    person.fills(list="new list")
    person.fills(name="wind")
    assert person.said.startswith("There is a list wind now")


@pytest.mark.parametrize("command", ["announce", "schedule"])
def test_many_to_announce_to(many: World, command: str) -> None:
    """Which of them is asked by itself, and is what is left to choose; who goes back
    chooses another.
    """
    person = Person(many, ADMIN)
    person.runs(command)
    person.fills(list="+")
    person.fills(list="l10")
    assert options(person, "list") == {"l10": "L10"}
    person.goes_back()
    person.fills(list="l11")
    assert person.asked.given["list"] == ("l11",)


def test_many_to_be_a_publisher_of(many: World) -> None:
    person = Person(many, ADMIN)
    person.runs("roles")
    person.fills(do="add")
    person.fills(jid=USER, role="publisher")
    assert len(options(person, "list")) == 10
    person.fills(list="+")
    person.fills(list="l10")
    person.fills(sure="yes")
    assert person.said == f"{USER} may announce to 'l10' now."


def test_nothing_by_a_slip(world: World) -> None:
    """Who only presses the button has changed nothing."""
    person = Person(world, USER)
    person.runs("lists")
    person.fills()
    person.fills()
    assert person.said == "All stays as it is."
    assert world.do(lambda unit: unit.lists.counts()) == {}


def test_asked_and_taken_back(world: World) -> None:
    """A list on request takes a request, which can be taken back."""
    person = Person(world, USER)
    person.runs("lists")
    person.fills(list="club")
    assert options(person, "do")["join"] == "Ask to be let in"
    person.fills(do="join")
    assert "once an admin has decided" in person.said
    person.runs("lists")
    assert options(person, "list")["club"] == "Club (you wait)"
    person.fills(list="club")
    assert list(options(person, "do")) == ["nothing", "leave"]
    person.fills(do="leave")
    assert person.said == "You wait for Club no more."


def test_at_a_lists_own_address(world: World) -> None:
    """The list stands first, among all; one that nobody leaves is only shown."""
    person = Person(world, USER, list_name="club")
    person.runs("lists")
    assert next(iter(options(person, "list"))) == "club"
    assert "news" in options(person, "list")
    person.fills()
    assert list(options(person, "do")) == ["nothing", "join"]
    world.subscribe(USER, to="rules")
    person = Person(world, USER, list_name="rules")
    person.runs("lists")
    person.fills()
    assert "Nobody leaves it." in person.shown


def test_retired_meanwhile(world: World) -> None:
    make(world, "weather")
    person = Person(world, USER)
    person.runs("lists")
    world.do(world.use_cases.arranging.retire, world.caller(ADMIN), "weather")
    person.fills(list="weather")
    assert person.said == "There is no such list any more."


def test_public_or_not(world: World) -> None:
    """An open list is to begin with; whoever closes one has to untick nothing."""
    make(world, "weather")

    def change(**given: str) -> None:
        person = Person(world, ADMIN)
        person.runs("manage-lists")
        person.fills(list="weather")
        person.fills(do="change")
        person.fills(**given)
        assert person.said == "Weather is changed; 0 stand on it."

    for given, public in (
        ({"kind": "request"}, True),
        ({"public": "false"}, False),
        ({"public": "true"}, True),
        ({"kind": "closed"}, False),
        ({"kind": "open"}, False),
    ):
        change(**given)
        entry = stored(world, "weather")
        assert entry is not None
        assert entry.is_public is public


def test_reminders(world: World) -> None:
    """In one line, as they are; empty: none."""
    make(world, "weather")
    person = Person(world, ADMIN)
    for given, shown in (("3d, 2h", "1d 1h"), ("", "3d 2h"), ("1h", "")):
        person.runs("manage-lists")
        person.fills(list="weather")
        person.fills(do="change")
        assert person.asked.given["reminders"] == (shown,)
        person.fills(reminders=given)
        assert person.said == "Weather is changed; 0 stand on it."


def test_when_it_speaks(world: World) -> None:
    """A send window is typed as people write it, and taken away again."""
    make(world, "weather")
    person = Person(world, ADMIN)

    def asked(task: str) -> None:
        person.runs("manage-lists")
        person.fills(list="weather")
        person.fills(do=task)

    asked("change")
    person.fills(send_window="all day", outside="skip")
    assert "no send window" in person.reason
    person.fills(send_window="Mon-Tue 9:00-20:00")
    entry = stored(world, "weather")
    assert entry is not None
    hours = read("09:00-20:00 MO TU")
    assert entry.send_window == SendWindow(hours, outside=Outside.SKIP)
    asked("show")
    assert "send window: 09:00-20:00 MO TU" in person.shown
    asked("change")
    assert person.asked.given["send-window"] == ("09:00-20:00 MO TU",)
    person.fills(send_window="")
    entry = stored(world, "weather")
    assert entry is not None
    assert entry.send_window is None


def test_made_changed_and_retired(world: World) -> None:
    """An admin needs no documentation for it: each step says what it asks."""
    person = Person(world, ADMIN)
    person.runs("manage-lists")
    person.fills(list="new list")
    person.fills(name="No name", publishers=USER)
    assert "no name of a list" in person.reason
    person.fills(name="weather", kind="request")
    assert "weather@announce.example.org" in person.said
    entry = stored(world, "weather")
    assert entry is not None
    assert entry.kind is ListKind.REQUEST
    assert entry.publishers == {USER}

    person = Person(world, ADMIN)
    person.runs("manage-lists")
    person.fills(list="weather")
    person.fills(do="change")
    assert person.asked.given["title"] == ("Weather",)
    person.fills(title="Wind", timezone="Mars")
    assert person.reason.startswith("Time zone:")
    person.fills(timezone="Europe/Warsaw", kind="open", welcome="", corrections="false")
    assert person.said == "Wind is changed; 0 stand on it."
    entry = stored(world, "weather")
    assert entry is not None
    assert (entry.title, entry.kind, entry.welcome) == ("Wind", ListKind.OPEN, None)
    assert not entry.corrections

    person.runs("manage-lists")
    person.fills(list="weather")
    person.fills(do="publishers")
    person.fills(publishers=f"{PUBLISHER}\nTwo@example.org")
    assert person.said == "2 people announce to Wind now, beside the admins."
    entry = stored(world, "weather")
    assert entry is not None
    assert entry.publishers == {PUBLISHER, "two@example.org"}

    person.runs("manage-lists")
    person.fills(list="weather")
    person.fills(do="retire")
    assert person.asked.given["sure"] == ("no",)
    person.fills()
    assert person.said == "Nothing was changed."
    assert stored(world, "weather") is not None
    person.runs("manage-lists")
    person.fills(list="weather")
    person.fills(do="retire")
    person.fills(sure="yes")
    assert person.said == "Wind is a list no more; 0 stood on it."
    assert stored(world, "weather") is None


def test_the_files_own_are_looked_at(world: World) -> None:
    """They are shown with where they are changed, and nothing of it is offered."""
    person = Person(world, ADMIN, list_name="news")
    person.runs("manage-lists")
    person.fills()
    assert list(options(person, "do")) == ["show", "members", "add", "remove"]
    person.fills()
    assert "[lists.news]" in person.shown
    assert PUBLISHER in person.shown


def test_let_in_and_refused(world: World) -> None:
    """Who waits is counted where a list is chosen; nobody is let in by a slip."""
    waiting = [f"u{number}@example.org" for number in range(3)]
    for jid in waiting:
        world.do(world.use_cases.joining.join, world.caller(jid), "club")
    person = Person(world, ADMIN)
    person.runs("manage-lists")
    assert options(person, "list")["club"] == "Club (3 waiting)"
    person.fills(list="club")
    person.fills(do="requests")
    assert waiting[0] in person.told
    person.fills()
    assert person.said == "Nothing was changed."
    person.runs("manage-lists")
    person.fills(list="club")
    person.fills(do="requests")
    person.fills(who=waiting[0], answer="refuse")
    assert person.said == "Refused: u0@example.org."
    person.runs("manage-lists")
    person.fills(list="club")
    person.fills(do="requests")
    person.fills(who="everybody")
    assert person.said == "Let in: u1@example.org, u2@example.org."
    club = stored(world, "club")
    assert club is not None
    assert world.do(lambda unit: unit.lists.counts())[club.id] == 2


def test_whoever_waits_is_reached(world: World) -> None:
    """Also behind those of the first page, who go on waiting."""
    waiting = [f"u{number:02}@example.org" for number in range(11)]
    for jid in waiting:
        world.do(world.use_cases.joining.join, world.caller(jid), "club")
    person = Person(world, ADMIN)
    person.runs("manage-lists")
    person.fills(list="club")
    person.fills(do="requests")
    assert waiting[9] not in options(person, "who")
    assert not person.asked.form.is_last
    person.fills(who="+", answer="approve")
    assert list(options(person, "who")) == ["nobody", *waiting[9:], "everybody"]
    person.fills(who=waiting[10], answer="approve")
    assert person.said == "Let in: u10@example.org."
    person.runs("manage-lists")
    assert options(person, "list")["club"] == "Club (10 waiting)"


def test_put_there_and_taken_off(world: World) -> None:
    """Several at once, a line each; on a list of the file, too."""
    person = Person(world, ADMIN, list_name="news")
    person.runs("manage-lists")
    person.fills()
    person.fills(do="add")
    person.fills(jids="u0@example.org\nnobody at all")
    assert "nobody" in person.reason
    person.fills(jids="u0@example.org\nu1@example.org")
    assert person.said == "2 added to news."
    person.runs("manage-lists")
    person.fills()
    person.fills(do="remove")
    person.fills(jids="u0@example.org")
    assert person.said == "1 removed from news."


def test_members_in_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page after page, and back again."""
    monkeypatch.setattr(members, "MEMBERS", 2)
    world.subscribe(*(f"u{number}@example.org" for number in range(5)))
    person = Person(world, ADMIN, list_name="news")
    person.runs("manage-lists")
    person.fills()
    person.fills(do="members")
    assert person.told == "u0@example.org\nu1@example.org"
    person.fills(more="yes")
    assert person.told == "u2@example.org\nu3@example.org"
    person.goes_back()
    assert person.told == "u0@example.org\nu1@example.org"
    person.fills(more="yes")
    person.fills(more="yes")
    assert "u4@example.org" in person.shown
    assert not isinstance(person.turn, Asking)
