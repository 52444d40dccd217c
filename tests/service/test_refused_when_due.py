"""What was allowed when it was asked for and cannot be sent when it is due."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.access import Access
from bot.domain.errors import NotAllowed
from bot.domain.roles import HeldRole, RoleName
from bot.domain.schedule import ScheduleState
from tests.world import (
    ADMIN,
    NOON,
    PUBLISHER,
    USER,
    World,
    a_list,
    a_policy,
)

READERS = ("a@example.org", "b@example.org")
AT_ONE = NOON.replace(hour=13)
DAY = timedelta(days=1)


def test_permission_is_asked_again_when_due(world: World) -> None:
    """Who may no longer announce fails when due; the owner is told why."""
    world.subscribe(*READERS)
    job = world.schedule(PUBLISHER)
    world.do(lambda unit: unit.lists.declare([a_list(publishers=frozenset())]))
    world.clock.set(AT_ONE)
    world.plan_all()
    assert world.states(job) == [("failed", "not-allowed")]
    assert any("may no longer" in str(one.said) for one in world.notices())


def test_an_admin_who_is_one_no_more(world: World) -> None:
    """Roles are today's, not those of the day of asking."""
    job = world.schedule()
    access = Access(admins=frozenset(), domains=frozenset({"example.org"}))
    later = World(world.url, policy=a_policy(access=access), clock=world.clock)
    later.clock.set(AT_ONE)
    later.plan_all()
    assert later.states(job) == [("failed", "not-allowed")]
    later.close()


def test_urgent_no_more(world: World) -> None:
    """Who may no longer be urgent announces all the same, and wakes nobody up."""
    _let_be_urgent(world, PUBLISHER, USER)
    job = world.schedule(PUBLISHER, urgent=True, delay_seconds="1")
    _let_be_urgent(world, USER)
    world.clock.advance(seconds=2)
    world.plan_all()
    assert world.get(job.id).urgent
    assert not world.broadcast(job).urgent
    with pytest.raises(NotAllowed) as refused:
        world.schedule(PUBLISHER, urgent=True)
    assert "[access] urgent" in refused.value.text
    with pytest.raises(NotAllowed):  # whoever is named and is no publisher
        world.schedule(USER, urgent=True)
    with pytest.raises(NotAllowed):
        world.edit(world.schedule(PUBLISHER), PUBLISHER, urgent=True)


def _let_be_urgent(world: World, *jids: str) -> None:
    policy = world.policy
    policy.configured = replace(policy.configured, urgent=frozenset(jids))
    policy.give(policy.given)


def test_urgent_by_a_role_that_was_taken_elsewhere(world: World) -> None:
    """Also where this process has not heard of it yet."""
    role = HeldRole(jid=PUBLISHER, role=RoleName.ADMIN, by=ADMIN, at=NOON)
    world.do(lambda unit: unit.roles.put(role))
    world.policy.give([role])
    job = world.schedule(PUBLISHER, urgent=True, delay_seconds="1")
    world.do(lambda unit: unit.roles.remove(role))
    world.clock.advance(seconds=2)
    world.plan_all()
    assert not world.broadcast(job).urgent


def test_the_list_is_gone(world: World) -> None:
    """A job to a list that was taken out of the configuration fails when due."""
    job = world.schedule()
    world.do(lambda unit: unit.lists.declare([a_list("other")]))
    world.clock.set(AT_ONE)
    world.plan_all()
    assert world.states(job) == [("failed", "list-gone")]


def test_the_template_is_broken(tmp_path: Path, world: World) -> None:
    """A template that cannot be rendered when due fails the occurrence."""
    folder = tmp_path / "templates"
    mine = folder / "mine"
    mine.mkdir(parents=True)
    (mine / "template.toml").write_text('languages = ["en"]\ntitle = { en = "Mine" }\n')
    (mine / "subject.en.txt.j2").write_text("Hello")
    (mine / "body.en.txt.j2").write_text("Hello, all of you.")
    first = World(world.url, templates=folder, clock=world.clock)
    job = first.schedule(template="mine", bodies=())
    first.close()
    (mine / "body.en.txt.j2").write_text("{{ nothing")
    later = World(world.url, templates=folder, clock=world.clock)
    later.clock.set(AT_ONE)
    later.plan_all()
    assert later.states(job) == [("failed", "content")]
    later.close()


@pytest.mark.parametrize(
    "damage",
    [
        {"timezone": "Europe/Atlantis"},
        # as the migration leaves one whose zone it does not know
        {"timezone": "Europe/Atlantis", "start": None},
        {"start": None},
    ],
)
def test_a_rule_that_cannot_be_read_holds_up_nobody(
    world: World, damage: dict[str, Any]
) -> None:
    """A zone that the system lost fails its job, with a report; others go out. Until
    then the job can be looked at and called off.
    """
    bad = world.schedule(client_id="bad", recurrence="FREQ=DAILY")
    lost = replace(bad, **damage)
    world.do(lambda unit: unit.schedules.save(lost))
    good = world.schedule(client_id="good")
    report = world.do(world.schedules.report, lost)
    assert (report.moment, report.skipped) == (AT_ONE, ())
    assert world.do(world.use_cases.rearming.some, 0) is not None
    world.clock.set(AT_ONE)
    world.plan_all()
    assert world.states(bad) == [("failed", "unreadable")]
    assert world.get(bad.id).state is ScheduleState.FAILED
    assert world.get(good.id).state is ScheduleState.SENT
    assert any("time zone" in str(one.said) for one in world.notices())
