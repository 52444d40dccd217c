"""Roles that admins give and take while the service runs."""

import asyncio
from typing import Any

import pytest

from bot.desk.desk import Desk
from bot.desk.verbs import roles as verbs
from bot.desk.verbs.roles import OneRole
from bot.domain.access import Access
from bot.domain.audit import Action, Asked
from bot.domain.errors import CarillonError, Conflict, Invalid, NotAllowed, NotFound
from bot.domain.jid import domain_of
from bot.domain.roles import HeldRole, RoleName, given_in_words, taken_in_words
from bot.domain.schedule import Origin
from bot.service.rules.rights import may_announce
from tests.world import ADMIN, AUDITOR, PUBLISHER, USER, World, a_list, a_policy

ELSEWHERE = "anna@elsewhere.example"
ADMINS, AUDITORS = RoleName.ADMIN, RoleName.AUDITOR


def give(
    world: World,
    jid: str,
    role: RoleName = ADMINS,
    list_name: str | None = None,
    by: str = ADMIN,
) -> HeldRole:
    """As a door does, and as the desk takes it up."""
    wanted = HeldRole(jid=jid, role=role, list_name=list_name)
    done = world.do(world.use_cases.roles.add, world.caller(by), wanted)
    take_up(world)
    return done


def take(
    world: World, held: HeldRole, by: str = ADMIN, *, own: bool = False
) -> HeldRole:
    def remove(unit: Any) -> HeldRole:
        caller = world.caller(by)
        return world.use_cases.roles.remove(unit, caller, held, own=own)

    done = world.do(remove)
    take_up(world)
    return done


def take_up(world: World) -> None:
    world.policy.give(world.do(lambda unit: unit.roles.all()))


def test_who_was_given_it_has_it(world: World) -> None:
    """An admin is one at once, whatever his domain, and gives roles himself; the first
    gift stands.
    """
    assert world.caller(ELSEWHERE).role == "stranger"
    given = give(world, ELSEWHERE.upper())
    assert (given.jid, given.by, given.at) == (ELSEWHERE, ADMIN, world.clock.now())
    assert world.caller(ELSEWHERE).is_admin
    assert ELSEWHERE in world.policy.access.admins
    world.clock.advance(hours=1)
    assert give(world, ELSEWHERE, by=ELSEWHERE) == given
    auditor = give(world, USER, AUDITORS, by=ELSEWHERE)
    assert world.caller(USER).sees_all
    assert not world.caller(USER).is_admin
    assert str(given_in_words(auditor)) == f"{USER} is an auditor now."
    assert str(taken_in_words(take(world, auditor))).startswith(f"{USER} is no audit")
    assert not world.caller(USER).sees_all


def test_a_publisher_of_one_list(world: World) -> None:
    """He announces to that list alone, with a publisher's limits."""
    world.do(lambda unit: unit.lists.declare([a_list(), a_list("weather")]))
    given = give(world, USER, RoleName.PUBLISHER, "weather")
    caller = world.caller(USER)
    assert caller.role == "publisher"
    assert may_announce(caller, a_list("weather", publishers=frozenset()))
    assert not may_announce(caller, a_list("news"))
    assert world.schedule(USER, list_name="weather").owner == USER
    with pytest.raises(NotAllowed):
        world.schedule(USER, list_name="news")
    take(world, given)
    with pytest.raises(NotAllowed):
        world.schedule(USER, list_name="weather")


def test_what_was_asked_for_by_it(world: World) -> None:
    """Who lost it between asking and the due moment is not heard, also where this
    process has not heard of the loss; who got it meanwhile is.
    """
    given = give(world, USER, RoleName.PUBLISHER, "news")
    lost, kept = world.schedule(USER), world.schedule(PUBLISHER)
    world.do(lambda unit: unit.roles.remove(given))  # by another process
    assert world.caller(USER).publishes == {"news"}
    world.clock.advance(hours=2)
    world.do(lambda unit: unit.lists.declare([a_list(publishers=frozenset())]))
    later = HeldRole(
        jid=PUBLISHER,
        role=RoleName.PUBLISHER,
        list_name="news",
        by=ADMIN,
        at=world.clock.now(),
    )
    world.do(lambda unit: unit.roles.put(later))
    assert world.caller(PUBLISHER).publishes == frozenset()
    world.clock.set(lost.next_at or world.clock.now())
    world.plan_all()
    assert world.states(lost) == [("failed", "not-allowed")]
    assert world.states(kept) == [("sent", None)]


def test_the_configuration_keeps_its_own(world: World) -> None:
    """What it names is shown as its own, is not given again, and is taken only there,
    which the refusal says with the key.
    """
    configured = world.do(world.use_cases.roles.held, world.caller(AUDITOR))
    assert [(one.jid, str(one.role), one.list_name) for one in configured] == [
        (ADMIN, "admin", None),
        (PUBLISHER, "publisher", "news"),
        (AUDITOR, "auditor", None),
    ]
    assert all(one.is_configured for one in configured)
    keys = ("[access] admins", "[lists.news] publishers", "[access] auditors")
    for one, key in zip(configured, keys, strict=True):
        again = give(world, one.jid, one.role, one.list_name)
        assert "by the configuration" in str(given_in_words(again))
        with pytest.raises(Conflict) as refusal:
            take(world, one)
        assert key in refusal.value.text
    assert world.do(lambda unit: unit.roles.all()) == []


def test_the_last_admin_stays(world: World) -> None:
    """Of admins that were all given, one is left, whoever asks."""
    nobody = Access(admins=frozenset(), domains=frozenset({domain_of(ADMIN)}))
    world.policy.become(a_policy(access=nobody))
    operator = world.policy.access.operator()

    def remove(jid: str) -> HeldRole:
        wanted = HeldRole(jid=jid, role=ADMINS)
        return world.do(
            lambda unit: world.use_cases.roles.remove(unit, operator, wanted, own=False)
        )

    for jid in (ADMIN, USER):
        wanted = HeldRole(jid=jid, role=ADMINS)
        world.do(world.use_cases.roles.add, operator, wanted)
    take_up(world)
    assert remove(USER).by == "role:admin"
    with pytest.raises(Conflict, match="only admin"):
        remove(ADMIN)
    assert world.caller(ADMIN).is_admin


def test_ones_own(world: World) -> None:
    """Who takes his own from himself says that he knows; then he is asked no more."""
    own = give(world, USER)
    with pytest.raises(Conflict, match="your own"):
        take(world, own, by=USER)
    assert take(world, own, by=USER, own=True) == own
    with pytest.raises(NotAllowed):
        take(world, own, by=USER, own=True)


@pytest.mark.parametrize(
    ("wanted", "error", "says"),
    [
        (HeldRole(jid="nobody", role=ADMINS), Invalid, "no @"),
        (HeldRole(jid="a@b/c", role=ADMINS), Invalid, "resource"),
        (HeldRole(jid=USER, role=ADMINS, list_name="news"), Invalid, "publishers"),
        (HeldRole(jid=USER, role=RoleName.PUBLISHER), Invalid, "of which"),
        (
            HeldRole(jid=USER, role=RoleName.PUBLISHER, list_name="nix"),
            NotFound,
            "the lists: news",
        ),
        (
            HeldRole(jid="news@announce.example.org", role=ADMINS),
            NotAllowed,
            "itself",
        ),
    ],
)
def test_what_cannot_be_given(
    world: World, wanted: HeldRole, error: type[CarillonError], says: str
) -> None:
    """Bad input gets an error that says what is wrong, and changes nothing."""
    with pytest.raises(error, match=says):
        give(world, wanted.jid, wanted.role, wanted.list_name)
    assert world.do(lambda unit: unit.roles.all()) == []


@pytest.mark.parametrize("role", RoleName)
def test_what_nobody_gave_is_not_taken(world: World, role: RoleName) -> None:
    """Neither is anything else."""
    give(world, USER, AUDITORS if role is ADMINS else ADMINS)
    before = world.do(lambda unit: unit.roles.all())
    name = "news" if role is RoleName.PUBLISHER else None
    with pytest.raises(NotFound, match=str(role)):
        take(world, HeldRole(jid=USER, role=role, list_name=name))
    assert world.do(lambda unit: unit.roles.all()) == before


def test_a_list_that_is_gone(world: World) -> None:
    """Its publishers can be taken off it all the same."""
    given = give(world, USER, RoleName.PUBLISHER, "news")
    world.do(lambda unit: unit.lists.declare([a_list("other")]))
    assert take(world, given) == given


def ask(desk: Desk, jid: str, wanted: Any) -> Any:
    caller = desk.policy.caller(jid)
    seems = Asked(caller=caller, door=Origin.COMMAND, action=Action.QUERY)
    return asyncio.run(desk.ask(seems, lambda: wanted))


def test_at_the_desk(world: World) -> None:
    """It counts from the next question on, and the trail has who gave what to whom; a
    right that is lost between two questions is lost.
    """
    desk, latest = Desk(world.use_cases), world.latest_entry()
    one = OneRole(jid=USER, role=ADMINS)
    ask(desk, ADMIN, verbs.ADD(one))
    found = ask(desk, USER, verbs.ADD(OneRole(jid=AUDITOR, role=ADMINS)))
    assert found.by == USER
    ask(desk, ADMIN, verbs.REMOVE(one))
    with pytest.raises(NotAllowed):
        ask(desk, USER, verbs.REMOVE(OneRole(jid=AUDITOR, role=ADMINS)))
    entries = world.entries_after(latest)
    assert [(one.caller, one.action, one.about, one.result) for one in entries] == [
        (ADMIN, "give-role", f"{USER}: admin", "done"),
        (USER, "give-role", f"{AUDITOR}: admin", "done"),
        (ADMIN, "take-role", f"{USER}: admin", "done"),
        (USER, "take-role", f"{AUDITOR}: admin", "not-allowed"),
    ]


def test_read_anew(world: World) -> None:
    """A configuration that is read anew keeps the roles that admins gave."""
    give(world, USER)
    world.policy.become(a_policy())
    assert world.caller(USER).is_admin
    assert world.policy.configured.admins == {ADMIN}


def test_a_list_that_was_made_by_command(world: World) -> None:
    """Its publishers keep their role beside those that admins gave, and both beside a
    configuration that is read anew.
    """
    made = a_list("club", publishers=frozenset({"bert@example.org"}))
    give(world, USER, RoleName.PUBLISHER, "news")
    world.policy.take_up([a_list(), made])
    take_up(world)
    roles = {jid: world.caller(jid).role for jid in (USER, "bert@example.org")}
    assert set(roles.values()) == {"publisher"}
