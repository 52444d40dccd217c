"""Lists that are made, changed and retired by command."""

import asyncio
from typing import Any

import pytest

from bot.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from bot.domain.lists import AnnouncementList, ContactState, ListKind
from bot.domain.message import MessageType, Text
from bot.domain.roles import HeldRole, RoleName
from bot.engine.teller import Teller
from bot.service.readers.arranging import Arranged, ListWish
from tests.world import ADMIN, PUBLISHER, SERVICE, USER, World, a_list


def arrange(world: World, verb: str, **wish: Any) -> Arranged:
    use_case = getattr(world.use_cases.arranging, verb)
    given = wish["name"] if verb in {"retire", "look"} else ListWish(**wish)
    done: Arranged = world.do(use_case, world.caller(ADMIN), given)
    return done


def stored(world: World) -> dict[str, AnnouncementList]:
    return {entry.name: entry for entry in world.do(lambda unit: unit.lists.all())}


def test_as_usual(world: World) -> None:
    """What is not said is as of the default list, or as in a configuration."""
    world.do(lambda unit: unit.lists.declare([a_list(language="de", timezone="UTC")]))
    made = arrange(world, "create", name="weather").entry
    assert made == AnnouncementList(
        id=made.id,
        name="weather",
        title="Weather",
        is_default=False,
        kind=ListKind.OPEN,
        language="de",
        timezone="UTC",
        type=MessageType.CHAT,
        publishers=frozenset(),
        welcome="welcome",
        is_declared=False,
        by_command=True,
    )
    assert stored(world)["weather"] == made


def test_changing(world: World) -> None:
    """What is not given stays; publishers are added and taken away."""
    arrange(world, "create", name="weather", add_publishers=(PUBLISHER,))
    changed = arrange(
        world,
        "change",
        name="weather",
        title=" Wind and weather ",
        kind="request",
        language="pl",
        timezone="europe/warsaw",
        type="headline",
        welcome="",
        public=True,
        add_publishers=(f"{USER}", "Two@Example.org"),
        remove_publishers=(PUBLISHER,),
    ).entry
    assert (changed.title, changed.kind) == ("Wind and weather", ListKind.REQUEST)
    assert (changed.language, changed.timezone) == ("pl", "Europe/Warsaw")
    assert (changed.type, changed.welcome) == (MessageType.HEADLINE, None)
    assert changed.publishers == {USER, "two@example.org"}
    assert changed.is_public
    again = arrange(world, "change", name="weather", title="Weather").entry
    assert again.publishers == changed.publishers
    assert again.kind is ListKind.REQUEST
    assert again.public is True


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"name": "No Name"}, "name"),
        ({"name": "a", "title": "x" * 101}, "title"),
        ({"name": "a", "title": "two\nlines"}, "title"),
        ({"name": "a", "kind": "secret"}, "kind"),
        ({"name": "a", "language": "xx"}, "language"),
        ({"name": "a", "timezone": "Mars"}, "timezone"),
        ({"name": "a", "type": "groupchat"}, "type"),
        ({"name": "a", "welcome": "nix"}, "welcome"),
        ({"name": "a", "kind": "closed", "public": True}, "public"),
        ({"name": "a", "add_publishers": ("a b@c",)}, "add_publishers"),
        ({"name": "a", "add_publishers": (f"news@{SERVICE}",)}, "add_publishers"),
    ],
)
def test_what_cannot_be(world: World, wish: dict[str, Any], field: str) -> None:
    """Each fault names what is wrong, and nothing is made."""
    with pytest.raises(Invalid) as refused:
        arrange(world, "create", **wish)
    assert refused.value.field == field
    assert set(stored(world)) == {"news"}


def test_the_files_lists_stay_the_files(world: World) -> None:
    """They are changed there, and a name is taken."""
    for verb in ("change", "retire", "look"):
        with pytest.raises(NotAllowed, match=r"\[lists.news\]"):
            arrange(world, verb, name="news")
    with pytest.raises(Conflict):
        arrange(world, "create", name="news")
    with pytest.raises(NotFound):
        arrange(world, "change", name="nothing")


def test_the_file_declares_beside_them(world: World) -> None:
    """A list that was made by command stays whatever the file says; where both name
    it, the file's word counts as long as it stands there.
    """
    made = arrange(world, "create", name="weather", title="Mine").entry
    world.do(lambda unit: unit.lists.declare([a_list(title="News")]))
    assert stored(world)["weather"] == made
    theirs = a_list("weather", title="Theirs")
    world.do(lambda unit: unit.lists.declare([a_list(), theirs]))
    both = stored(world)["weather"]
    assert (both.id, both.title) == (made.id, "Theirs")
    assert both.is_declared
    assert both.by_command
    with pytest.raises(NotAllowed):
        arrange(world, "change", name="weather", title="Mine")
    world.do(lambda unit: unit.lists.declare([a_list()]))
    own = stored(world)["weather"]
    assert (own.title, own.is_declared) == ("Theirs", False)
    arrange(world, "change", name="weather", title="Mine")


def test_retiring(world: World) -> None:
    """Who stood there is kept for a list of that name; who waits is refused."""
    arrange(world, "create", name="club", kind="request", welcome="")
    world.subscribe(USER, to="club")
    world.do(world.subscribers.join, "second@example.org", f"club@{SERVICE}", None)
    assert arrange(world, "look", name="club")[1:] == (1, 1)
    assert arrange(world, "retire", name="club")[1:] == (1, 1)
    assert set(stored(world)) == {"news"}
    [(news, entry)] = world.do(world.use_cases.join_requests.news, 9)
    assert (news.state, entry.name) == (ContactState.REFUSED, "club")
    with pytest.raises(NotFound):
        arrange(world, "retire", name="club")
    # the file cannot call what was retired its own again without naming it
    world.do(lambda unit: unit.lists.declare([a_list()]))
    assert arrange(world, "create", name="club").readers == 1


def test_nothing_is_left_to_the_next_of_that_name(world: World) -> None:
    """Neither who might announce to the one that was retired, nor what it said."""
    club = arrange(world, "create", name="club", kind="closed").entry
    arrange(world, "create", name="other")
    roles = world.use_cases.roles
    for name in ("club", "other"):
        role = HeldRole(jid=USER, role=RoleName.PUBLISHER, list_name=name)
        world.do(roles.add, world.caller(ADMIN), role)
    world.do(lambda unit: unit.greetings.put(club.id, "Hello"))
    arrange(world, "retire", name="club")
    again = arrange(world, "create", name="club").entry
    assert world.do(lambda unit: unit.greetings.get(again.id)) is None
    found = world.do(lambda unit: unit.roles.of(USER))
    assert [one.list_name for one in found] == ["other"]


def test_publishers_may_announce_at_once(world: World) -> None:
    """Whom a command named speaks to that list, with the limits of publishers."""
    arrange(world, "create", name="weather", add_publishers=(USER,))
    world.policy.take_up(stored(world).values())
    assert world.caller(USER).role == "publisher"
    assert world.schedule(USER, list_name="weather").owner == USER
    arrange(world, "change", name="weather", remove_publishers=(USER,))
    world.policy.take_up(stored(world).values())
    assert world.caller(USER).role == "user"
    with pytest.raises(NotAllowed):
        world.schedule(USER, list_name="weather")


def test_the_teller_tells_admins(world: World) -> None:
    """At the first look, and not with each request that follows within minutes."""
    arrange(world, "create", name="club", kind="request")
    teller = Teller(world.use_cases)
    for jid in (USER, "second@example.org"):
        world.do(world.subscribers.join, jid, f"club@{SERVICE}", None)
        asyncio.run(teller.step())
    [notice] = world.notices()
    assert isinstance(notice.said, Text)
    assert "1 person asks to be let in to Club: user@example.org." in notice.said.body
