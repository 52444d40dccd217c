"""Joining, leaving, and the one welcome."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.addresses import Addresses
from bot.domain.errors import Conflict, Forbidden, Invalid, NotAllowed, NotFound
from bot.domain.lists import ListKind
from bot.domain.schedule import Origin, Schedule
from bot.domain.verdict import SUSPEND_SCORE
from bot.service.ports.paging import Paging
from tests.world import (
    ADMIN,
    SERVICE,
    STRANGER,
    USER,
    World,
    a_list,
    a_policy,
    copy_of,
)

BOT = "bot@example.org"
NEWS, CLOSED = f"news@{SERVICE}", f"closed@{SERVICE}"


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    """With a list that welcomes and one that is closed."""
    lists = [a_list(welcome="welcome"), a_list("closed", kind=ListKind.CLOSED)]
    found = World(copy_of(blank, tmp_path), lists=lists)
    yield found
    found.close()


def welcomes(world: World) -> list[Schedule]:
    page = world.do(
        lambda unit: world.schedules.page(
            unit, world.caller(ADMIN), Paging(), everything=True
        )
    )
    return [one for one in page.items if one.origin is Origin.WELCOME]


def join(world: World, jid: str = USER, to: str = NEWS) -> None:
    world.do(world.subscribers.join, jid, to, "de")


def readers(world: World, list_name: str = "news") -> list[str]:
    admin = world.caller(ADMIN)
    page = world.do(world.subscribers.page, admin, list_name, 0, 100)
    return [subscriber.jid for _, subscriber in page]


def test_one_welcome(world: World) -> None:
    """Whoever joins is welcomed at once, in the language seen, by the list."""
    join(world)
    [welcome] = welcomes(world)
    world.plan_all()
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    [reader] = world.do(world.chunk_progress.recipients, claimed, 0, 10)
    message = world.do(world.renditions.announcement, claimed, reader)
    assert (reader.jid, message.sender) == (USER, NEWS)
    assert message.texts[0].language == "de"
    assert welcome.client_id == message.job


def test_who_rejoins_gets_none(world: World) -> None:
    """Leaving and joining again brings no second welcome."""
    join(world)
    join(world)
    assert world.do(world.subscribers.leave, USER, NEWS) == 1
    assert readers(world) == []
    join(world)
    assert readers(world) == [USER]
    assert len(welcomes(world)) == 1


def test_an_admin_adds(world: World) -> None:
    """Who is added is welcomed unless the admin says no; adding twice adds once."""
    admin = world.caller(ADMIN)
    add = world.enrolling.add
    counts = [
        world.do(add, admin, "news", "a@example.org", language, "Europe/Berlin")
        for language in ("pl", "de", None)
    ]
    assert [(one.added, one.changed) for one in counts] == [(1, 0), (0, 1), (0, 0)]
    assert [one.audience for one in welcomes(world)] != []
    world.do(
        lambda unit: add(unit, admin, "news", "b@b.example", None, None, welcome=False)
    )
    assert len(welcomes(world)) == 1
    found = world.do(lambda unit: unit.subscribers.get("a@example.org"))
    assert found is not None
    assert (found.language, found.timezone) == ("de", "Europe/Berlin")


def test_adding_heals(world: World) -> None:
    """Whoever is added by name is back, whatever ended that, and with no bounce."""
    join(world)
    for _ in range(SUSPEND_SCORE):
        world.bounce(USER, "service-unavailable")
    assert readers(world) == []
    add, admin = world.enrolling.add, world.caller(ADMIN)
    done = world.do(add, admin, "news", USER, None, None)
    assert (done.added, done.left, done.suspended) == (1, 0, 1)
    world.bounce(USER, "service-unavailable")
    assert readers(world) == [USER]
    world.do(world.subscribers.leave, USER, NEWS)
    done = world.do(add, admin, "news", USER, None, None)
    assert (done.added, done.left, done.suspended) == (1, 1, 0)
    assert readers(world) == [USER]


def test_who_may_not_join(world: World) -> None:
    """Strangers are refused, a closed list looks like none, and nothing stays."""
    with pytest.raises(Forbidden):
        join(world, STRANGER)
    with pytest.raises(NotFound) as closed:
        join(world, to=CLOSED)
    with pytest.raises(NotFound) as nothing:
        join(world, to=f"nothing@{SERVICE}")
    assert closed.value.text == nothing.value.text
    assert world.do(lambda unit: unit.subscribers.get(USER)) is None
    assert welcomes(world) == []


def test_only_admins_add_and_remove(world: World) -> None:
    """A user puts nobody on a list, and servers and the service stand on none."""
    user, admin = world.caller(USER), world.caller(ADMIN)
    enrolling = world.enrolling
    with pytest.raises(NotAllowed):
        world.do(enrolling.add, user, "news", "a@example.org", None, None)
    with pytest.raises(NotAllowed):
        world.do(enrolling.remove, user, "news", USER)
    with pytest.raises(Conflict):
        world.do(enrolling.add, admin, "news", "example.org", None, None)
    with pytest.raises(NotFound):
        world.do(enrolling.remove, admin, "news", "a@example.org")


def test_a_person_has_an_at(world: World) -> None:
    """A name alone is put on no list, though it is a JID, and the remedy is told."""
    admin = world.caller(ADMIN)
    with pytest.raises(Invalid, match=r"'bob' has no @: .* bob@example\.org"):
        world.do(world.enrolling.add, admin, "news", "bob", None, None)
    assert readers(world) == []


def test_the_domain_is_the_default_list(world: World) -> None:
    """Subscribing to the service itself joins the default list."""
    join(world, to=SERVICE)
    assert readers(world) == [USER]
    assert world.do(world.subscribers.stands_on, USER, NEWS)
    assert not world.do(world.subscribers.stands_on, USER, CLOSED)


def test_a_suspended_reader_still_stands(world: World) -> None:
    """A probe of somebody whose messages bounced is answered."""
    join(world)
    world.suspend(USER)
    assert readers(world) == []
    assert world.do(world.subscribers.stands_on, USER, NEWS)


def test_who_is_removed_while_suspended_stays_away(world: World) -> None:
    """A sign of life brings nobody back whom an admin removed."""
    join(world)
    world.suspend(USER)
    world.do(world.enrolling.remove, world.caller(ADMIN), "news", USER)
    world.do(world.subscribers.alive, USER, None)
    assert readers(world) == []


@pytest.fixture
def account(blank: Path, tmp_path: Path) -> Iterator[World]:
    """An account: the lists of the component, and one that nobody leaves."""
    addresses = Addresses(service="bot@example.org/carillon", component=False)
    rules = a_list("rules", kind=ListKind.MANDATORY)
    lists = [a_list(), a_list("closed", kind=ListKind.CLOSED), rules]
    policy = a_policy(addresses=addresses)
    found = World(copy_of(blank, tmp_path), lists=lists, policy=policy)
    yield found
    found.close()


def test_an_account_lets_go_of_whom_others_added(account: World) -> None:
    """Who removes the contact leaves all lists but a mandatory one, however he came."""
    for name in ("news", "closed", "rules"):
        account.subscribe(USER, to=name)
    assert account.do(account.subscribers.leave, USER, BOT) == 2
    assert [readers(account, one) for one in ("news", "closed")] == [[], []]
    assert readers(account, "rules") == [USER]


@pytest.mark.parametrize("jid", [USER, STRANGER])
def test_who_stands_on_a_closed_list_has_a_contact_to_remove(
    world: World, jid: str
) -> None:
    """Also where he could not join, and while bounces keep him from it."""
    world.subscribe(jid, to="closed")
    join(world, jid, CLOSED)
    assert readers(world, "closed") == [jid]
    world.suspend(jid)
    join(world, jid, CLOSED)
    assert readers(world, "closed") == [jid]
    with pytest.raises((Forbidden, NotFound)):
        join(world, "bob@evil.example", CLOSED)
    assert world.do(world.subscribers.leave, jid, CLOSED) == 1
    assert readers(world, "closed") == []


def test_a_stranger_on_a_list_of_an_account(account: World) -> None:
    """He may add the contact, joins nothing by it, and leaves by removing it."""
    account.subscribe(STRANGER, to="closed")
    join(account, STRANGER, BOT)
    assert (readers(account), readers(account, "closed")) == ([], [STRANGER])
    gone = account.do(account.subscribers.departed, frozenset())
    assert gone == [STRANGER]
    account.do(account.subscribers.depart, gone)
    assert readers(account, "closed") == []


def test_who_was_imported_and_has_left_the_roster(account: World) -> None:
    """Once he had the contact, its absence says that he has left, on all lists."""
    account.subscribe(USER, "c@example.org")
    account.subscribe(USER, to="closed")
    join(account, to=BOT)
    assert account.do(account.subscribers.departed, frozenset({USER})) == []
    gone = account.do(account.subscribers.departed, frozenset())
    assert gone == [USER]
    account.do(account.subscribers.depart, gone)
    assert (readers(account), readers(account, "closed")) == (["c@example.org"], [])


def test_who_was_added_and_is_in_the_roster(account: World) -> None:
    """He has the contact, and is missed when it is gone; others are not."""
    account.subscribe(USER, "c@example.org")
    added = account.do(account.subscribers.added, frozenset({USER, "x@example.org"}))
    assert added == [USER]
    account.do(account.subscribers.met, added)
    assert account.do(account.subscribers.departed, frozenset()) == [USER]
    assert account.do(account.subscribers.added, frozenset({USER})) == []


def test_an_account_loses_whom_its_roster_lost(blank: Path, tmp_path: Path) -> None:
    """After a login whoever joined by presence and is in no roster has left."""
    account = Addresses(service="bot@example.org/carillon", component=False)
    world = World(copy_of(blank, tmp_path), policy=a_policy(addresses=account))
    for jid in ("a@example.org", "b@example.org"):
        world.do(world.subscribers.join, jid, "bot@example.org", None)
    world.subscribe("c@example.org")
    gone = world.do(world.subscribers.departed, frozenset({"a@example.org"}))
    world.do(world.subscribers.depart, gone)
    assert gone == ["b@example.org"]
    assert readers(world) == ["a@example.org", "c@example.org"]
    world.close()
