"""Joining and leaving by command, and waiting to be let in."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.desk.desk import Desk
from bot.desk.verbs import mydata
from bot.domain.access import Access
from bot.domain.addresses import Addresses
from bot.domain.errors import (
    Forbidden,
    Invalid,
    NotAllowed,
    NotFound,
    PolicyViolation,
)
from bot.domain.lists import ContactState, ListKind, Place, SubscriptionOrigin
from bot.domain.message import Text
from bot.domain.people import Person
from bot.service.readers import waiting
from bot.service.readers.joining import Joined, Outcome
from tests.world import (
    ADMIN,
    OPS,
    SERVICE,
    STRANGER,
    USER,
    World,
    a_list,
    a_policy,
    copy_of,
)

ACCOUNT = Addresses(service="bot@example.org/carillon", component=False)
OPERATOR = Access.operator()
LISTS = [
    a_list(),
    a_list("weather", publishers=()),
    a_list("club", kind=ListKind.REQUEST, publishers=()),
    a_list("staff", kind=ListKind.CLOSED, publishers=()),
    a_list("rules", kind=ListKind.MANDATORY, publishers=()),
]


def worlds(blank: Path, folder: Path, **changes: Any) -> World:
    policy = a_policy(**changes)
    return World(copy_of(blank, folder), lists=LISTS, policy=policy)


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    with closing(worlds(blank, tmp_path)) as found:
        yield found


@pytest.fixture
def account(blank: Path, tmp_path: Path) -> Iterator[World]:
    with closing(worlds(blank, tmp_path, addresses=ACCOUNT)) as found:
        yield found


def join(world: World, name: str, jid: str = USER) -> Outcome:
    done: Joined = world.do(world.use_cases.joining.join, world.caller(jid), name)
    return done.outcome


def leave(world: World, name: str, jid: str = USER) -> Outcome:
    done: Joined = world.do(world.use_cases.joining.leave, world.caller(jid), name)
    return done.outcome


def mine(world: World, jid: str = USER) -> dict[str, Place]:
    places = world.do(world.use_cases.joining.mine, world.caller(jid))
    return {place.entry.name: place for place in places}


def by_presence(world: World, name: str, jid: str = USER) -> bool:
    own = world.policy.addresses
    to = own.own if own.has_account else own.of_list(name)
    stands: bool = world.do(world.subscribers.join, jid, to, None)
    return stands


def news(world: World) -> list[tuple[str, str, ContactState]]:
    """What clients are still to hear: who, of which list, what."""
    found = world.do(world.use_cases.join_requests.news, 99)
    return [(one.jid, entry.name, one.state) for one, entry in found]


def heard(world: World, *withdrawn: str) -> None:
    """They hear it."""
    requests = world.use_cases.join_requests
    ids = [one.id for one, _ in world.do(requests.news, 99)]
    world.do(requests.heard, ids, withdrawn)


def decide(world: World, verb: str, *jids: str, name: str = "club") -> None:
    use_case = getattr(world.use_cases.join_requests, verb)
    world.do(use_case, world.caller(ADMIN), name, jids)


def forget(world: World) -> None:
    Desk(world.use_cases).ask_here(mydata.FORGET(mydata.Whose(jid=USER)))


def by_origin(world: World, origin: SubscriptionOrigin) -> list[str]:
    return world.do(lambda unit: unit.subscriptions.by_origin(origin))


def words(world: World) -> list[tuple[str, str]]:
    """Whom something is told in words, and what."""
    return [
        (one.to, one.said.body) for one in world.notices() if isinstance(one.said, Text)
    ]


def waits(world: World, name: str = "club") -> list[str]:
    page = world.use_cases.join_requests.page
    found = world.do(page, world.caller(ADMIN), name, 0, 99)
    return [one.jid for one in found]


def test_joining_and_leaving(world: World) -> None:
    """Done twice it is the same; each sees the lists that he may know of, and where
    he stands since when.
    """
    assert set(mine(world)) == {"news", "weather", "club", "rules"}
    assert mine(world)["weather"].since is None
    assert join(world, "weather") is Outcome.JOINED
    assert join(world, "weather") is Outcome.THERE
    assert mine(world)["weather"].since == world.clock.now()
    assert leave(world, "weather") is Outcome.LEFT
    assert leave(world, "weather") is Outcome.NOT_THERE
    assert mine(world)["weather"].since is None
    assert news(world) == []  # he had no contact


def test_what_is_not_open(world: World) -> None:
    """A closed list takes nobody, a mandatory one keeps everybody; one that is hidden
    is as none.
    """
    world.subscribe(ADMIN, to="staff")
    with pytest.raises(NotFound):
        join(world, "staff")
    with pytest.raises(NotFound):
        leave(world, "staff")
    world.subscribe("second@example.org", to="staff")
    assert leave(world, "staff", "second@example.org") is Outcome.LEFT
    world.policy.access = replace(world.policy.access, admins=frozenset({ADMIN, USER}))
    with pytest.raises(NotAllowed, match="not open"):
        join(world, "staff")
    join(world, "rules")
    with pytest.raises(NotAllowed, match="mandatory"):
        leave(world, "rules")
    with pytest.raises(Forbidden):
        join(world, "news", STRANGER)


def test_leaving_stands_above_imports(world: World) -> None:
    """Who left by command is not put back by an import."""
    world.subscribe(USER, to="weather")
    leave(world, "weather")
    people = [Person(USER)]
    put = world.enrolling.put
    world.do(
        lambda unit: put(unit, OPERATOR, "weather", people, welcome=False, rejoin=False)
    )
    assert mine(world)["weather"].since is None


def test_the_operator_acts_for_somebody(world: World) -> None:
    """And has to say for whom; nobody else may."""
    joining = world.use_cases.joining
    with pytest.raises(Invalid, match="say whose"):
        world.do(joining.join, OPERATOR, "news")
    with pytest.raises(NotAllowed):
        world.do(joining.join, world.caller(USER), "news", ADMIN)
    done = world.do(joining.join, OPERATOR, "news", USER)
    assert done.outcome is Outcome.JOINED
    assert mine(world)["news"].since is not None


def test_who_is_suspended_comes_back(world: World) -> None:
    """Who joins gives a sign of life, and is told again on all of his lists."""
    world.subscribe(USER)
    world.subscribe(USER, to="weather")
    world.suspend(USER)
    assert mine(world)["news"].is_suspended
    assert join(world, "news") is Outcome.THERE
    assert not mine(world)["weather"].is_suspended


def test_a_contact_goes_with_the_place(world: World) -> None:
    """Whoever has a list as a contact and leaves it by command is told so."""
    by_presence(world, "news")
    by_presence(world, "weather")
    assert leave(world, "news") is Outcome.LEFT
    assert news(world) == [(USER, "news", ContactState.LEFT)]
    by_presence(world, "news")  # he comes back before he heard of it
    assert news(world) == []


def test_an_accounts_contact_stays_for_the_rest(account: World) -> None:
    """An account stays a contact while somebody stands on any of its lists; who joins
    another by command has it as a contact there, too.
    """
    assert by_presence(account, "news")
    assert join(account, "weather") is Outcome.JOINED
    assert leave(account, "news") is Outcome.LEFT
    assert news(account) == []
    assert account.do(account.subscribers.departed, frozenset()) == [USER]
    assert leave(account, "weather") is Outcome.LEFT
    assert [state for *_, state in news(account)] == [ContactState.LEFT]


def test_who_joined_by_command_has_not_left(account: World) -> None:
    """Who is in no roster since he never added the account stays where he is; once he
    adds it, he leaves by removing it.
    """
    join(account, "weather")
    assert account.do(account.subscribers.departed, frozenset()) == []
    added = account.do(account.subscribers.added, frozenset({USER}))
    assert added == [USER]
    account.do(account.subscribers.met, added)
    assert account.do(account.subscribers.departed, frozenset()) == [USER]


def test_waiting_by_presence(world: World) -> None:
    """Who subscribes waits, once; who is let in has the contact once he has heard."""
    assert not by_presence(world, "club")
    assert not by_presence(world, "club")
    assert waits(world) == [USER]
    assert mine(world)["club"].asked_at == world.clock.now()
    assert mine(world)["club"].since is None
    decide(world, "approve", USER)
    assert waits(world) == []
    assert news(world) == [(USER, "club", ContactState.LET_IN)]
    assert by_origin(world, SubscriptionOrigin.COMMAND) == [USER]
    heard(world)
    assert by_origin(world, SubscriptionOrigin.PRESENCE) == [USER]
    assert news(world) == []
    assert by_presence(world, "club")
    assert world.notices() == []


def test_waiting_by_command(world: World) -> None:
    """Who asked by command is told in words; if he also subscribes, by presence."""
    assert join(world, "club") is Outcome.ASKED
    assert join(world, "club") is Outcome.WAITS
    decide(world, "approve", USER)
    assert words(world) == [(USER, "You are on Club now.")]
    assert news(world) == []
    second = "second@example.org"
    join(world, "club", second)
    by_presence(world, "club", second)
    decide(world, "refuse", second)
    assert news(world) == [(second, "club", ContactState.REFUSED)]
    assert world.notices() == []
    assert mine(world, second)["club"].since is None


def test_thinking_better_of_it(world: World) -> None:
    """Who leaves waits no more, by presence or by command."""
    by_presence(world, "club")
    world.do(world.subscribers.leave, USER, f"club@{SERVICE}")
    assert waits(world) == []
    by_presence(world, "club")
    assert leave(world, "club") is Outcome.WITHDRAWN
    assert waits(world) == []
    assert news(world) == [(USER, "club", ContactState.LEFT)]
    with pytest.raises(NotFound, match="does not wait"):
        decide(world, "approve", USER)


def test_leaving_before_it_is_told(world: World) -> None:
    """Who is let in and leaves before he hears of it hears nothing any more."""
    by_presence(world, "club")
    decide(world, "approve", USER)
    world.do(world.subscribers.leave, USER, f"club@{SERVICE}")
    assert news(world) == []
    assert mine(world)["club"].since is None


def test_what_an_account_is_not_told(account: World) -> None:
    """Whom the roster does not have once he was let in has thought better of it."""
    clubs = [a_list("club", kind=ListKind.REQUEST, is_default=True)]
    account.do(lambda unit: unit.lists.declare(clubs))
    by_presence(account, "club")
    decide(account, "approve", USER)
    heard(account, USER)
    assert mine(account)["club"].since is None


def test_all_or_none(world: World) -> None:
    """Of several who are named all have to wait."""
    join(world, "club")
    with pytest.raises(NotFound, match=r"nobody@.* does not wait"):
        decide(world, "approve", USER, "nobody@example.org")
    assert waits(world) == [USER]


def test_who_is_put_there_waits_no_more(world: World) -> None:
    """An admin may as well add him."""
    by_presence(world, "club")
    world.subscribe(USER, to="club")
    assert waits(world) == []
    assert news(world) == [(USER, "club", ContactState.LET_IN)]


def test_who_is_forgotten_waits_no_more(world: World) -> None:
    """His client hears so: else a server would hand us what he asked for again."""
    by_presence(world, "club")
    forget(world)
    assert waits(world) == []
    assert news(world) == [(USER, "club", ContactState.LEFT)]


@pytest.mark.parametrize("mode", ["world", "account"])
def test_who_is_forgotten_is_told_by_presence(
    request: pytest.FixtureRequest, mode: str
) -> None:
    """What he has as a contact is one no more, also where he is forgotten before there
    was a connection to tell him; of an account once for all.
    """
    one: World = request.getfixturevalue(mode)
    by_presence(one, "news")
    join(one, "weather")
    forget(one)
    assert [(jid, state) for jid, _, state in news(one)] == [(USER, ContactState.LEFT)]


def test_who_asks_is_forgotten_no_more(world: World) -> None:
    """So an admin who puts him there puts nobody back who wants to stay away."""
    join(world, "news")
    forget(world)
    join(world, "club")
    world.subscribe(USER, to="club")
    assert mine(world)["club"].since is not None


def test_strangers_make_nothing_grow(world: World) -> None:
    """Who is not trusted waits for nothing."""
    with pytest.raises(Forbidden):
        by_presence(world, "club", STRANGER)
    assert waits(world) == []
    assert world.do(lambda unit: unit.subscribers.get(STRANGER)) is None


def test_there_are_bounds(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one person, and of all together."""
    many = [a_list(f"club{number}", kind=ListKind.REQUEST) for number in range(3)]
    world.do(lambda unit: unit.lists.declare([*LISTS, *many]))
    monkeypatch.setattr(waiting, "MAX_OF_ONE", 2)
    join(world, "club0")
    join(world, "club1")
    with pytest.raises(PolicyViolation):
        join(world, "club2")
    assert join(world, "club1") is Outcome.WAITS
    monkeypatch.setattr(waiting, "MAX_WAITING", 3)
    join(world, "club", ADMIN)
    with pytest.raises(PolicyViolation):
        join(world, "club", "third@example.org")


def test_admins_are_told_once(world: World) -> None:
    """All who wait in one message; a repeated request tells nobody again."""
    requests = world.use_cases.join_requests
    for number in range(7):
        by_presence(world, "club", f"u{number}@example.org")
    assert world.do(requests.due)
    assert world.do(requests.tell) == 7
    [(to, body)] = words(world)
    assert to == OPS
    assert "7 people ask to be let in to Club: u0@example.org, u1@example.org" in body
    assert "2 others" in body
    by_presence(world, "club", "u0@example.org")
    assert not world.do(requests.due)
    assert world.do(requests.tell) == 0
