"""What a recipient chose decides on each message to him; the operator for the rest."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.access import OPERATOR
from bot.domain.broadcast import BroadcastState
from bot.domain.consent import Consent, Standing, Verdict, Who
from bot.domain.errors import Invalid, NotAllowed, PolicyViolation
from bot.domain.schedule import Schedule
from bot.service.people import choices
from bot.service.people.choices import MAX_ENTRIES, ConsentRequest
from bot.service.rules.policy import People
from tests.world import (
    ADMIN,
    STRANGER,
    USER,
    World,
    a_policy,
    copy_of,
    numbered,
)

ALLOW, ASK, REFUSE = Verdict.ALLOW, Verdict.ASK, Verdict.REFUSE
BOB, FAR = "bob@example.org", "bob@elsewhere.example"
HERE = Standing(exists=True, subscription="none")
ABSENT = Standing(exists=False, subscription="none")
UNKNOWN = Standing(exists=None, subscription=None)
PEOPLE = People(servers=frozenset({"example.org"}))


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    found = World(copy_of(blank, tmp_path), policy=a_policy(people=PEOPLE))
    yield found
    found.close()


def choose(world: World, jid: str, consent: Consent) -> None:
    consents = world.use_cases.consents
    assert world.do(consents.set, world.caller(jid), consent) == consent
    assert world.do(consents.look, world.caller(jid)) == consent


def verdict(
    world: World,
    sender: str = USER,
    recipient: str = BOB,
    standing: Standing = HERE,
    *,
    encrypted: bool = False,
    ahead: timedelta = timedelta(hours=1),
    besides: Schedule | None = None,
) -> Verdict:
    now = world.clock.now()
    return world.do(
        lambda unit: world.use_cases.consents.judge(
            unit,
            sender,
            recipient,
            standing,
            encrypted=encrypted,
            due=now + ahead,
            now=now,
            besides=besides,
        )
    )


def test_the_operators_choice_stands_until_they_choose(world: World) -> None:
    """By default people of the own server take from each other, and whoever is
    elsewhere from everybody; another default is heeded at once.
    """
    assert verdict(world) is ALLOW
    assert verdict(world, STRANGER) is REFUSE
    assert verdict(world, USER, FAR, UNKNOWN) is ALLOW
    world.policy.people = replace(PEOPLE, consent=Who.CONTACTS, remote=Who.NOBODY)
    assert verdict(world) is REFUSE
    contact = Standing(exists=True, subscription="to")
    assert verdict(world, standing=contact) is ALLOW
    assert verdict(world, USER, FAR, UNKNOWN) is REFUSE
    choose(world, BOB, Consent(who=Who.EVERYONE))
    assert verdict(world, STRANGER) is ALLOW
    assert verdict(world, "user@sub.example.org") is ALLOW


def test_a_choice_is_ones_own(world: World) -> None:
    """It is nobody else's, and nobody else's changes; the next replaces it."""
    choose(world, BOB, Consent(who=Who.NOBODY, allowed=frozenset({USER})))
    assert verdict(world) is ALLOW
    assert verdict(world, ADMIN) is REFUSE
    assert verdict(world, ADMIN, USER) is ALLOW
    choose(world, BOB, Consent(who=Who.ASK, blocked=frozenset({"evil.example"})))
    assert verdict(world) is ASK
    assert verdict(world, STRANGER) is REFUSE


@pytest.mark.parametrize("who", Who)
def test_who_is_not_there(world: World, who: Who) -> None:
    """Nothing is taken for somebody who does not exist, whatever was chosen for him."""
    choose(world, BOB, Consent(who=who, allowed=frozenset({USER})))
    assert verdict(world, standing=ABSENT) is REFUSE
    assert verdict(world, BOB, BOB, ABSENT) is REFUSE


def test_notes_to_oneself(world: World) -> None:
    """Whoever takes nothing from anybody may still remind himself."""
    bounded = Consent(who=Who.NOBODY, max_ahead=1, blocked=frozenset({BOB}))
    choose(world, BOB, bounded)
    assert verdict(world, BOB, BOB) is ALLOW
    assert verdict(world, BOB, BOB, UNKNOWN) is ALLOW


def test_encrypted(world: World) -> None:
    """Whoever takes only what is encrypted takes it from anybody."""
    choose(world, BOB, Consent(who=Who.ENCRYPTED))
    assert verdict(world) is REFUSE
    assert verdict(world, STRANGER, encrypted=True) is ALLOW


def test_how_far_ahead(world: World) -> None:
    """A message beyond the bound is refused, whoever sends it; when it is due it is
    not far.
    """
    choose(world, BOB, Consent(who=Who.EVERYONE, max_ahead=3600))
    assert verdict(world) is ALLOW
    assert verdict(world, ADMIN, ahead=timedelta(hours=1, seconds=1)) is REFUSE
    assert verdict(world, ahead=timedelta(days=-1)) is ALLOW


def to_person(world: World, jid: str, person: str, **changes: Any) -> Schedule:
    """What one writes to another himself."""
    request = world.request(to=person, list_name=None, **changes)
    write = world.schedules.write
    return world.do(write, world.caller(jid), request, HERE)[0].schedule


def test_how_many_a_day(world: World) -> None:
    """Those that went out and those that wait for the day of the moment are counted,
    of this sender to this recipient; the one that is edited is not.
    """
    choose(world, BOB, Consent(who=Who.EVERYONE, max_per_day=2))
    first = to_person(world, ADMIN, BOB)
    assert verdict(world, ADMIN) is ALLOW
    second = to_person(world, ADMIN, BOB)
    to_person(world, ADMIN, USER)
    assert verdict(world, ADMIN) is REFUSE
    assert verdict(world, ADMIN, besides=second) is ALLOW
    assert verdict(world, USER) is ALLOW
    assert verdict(world, ADMIN, ahead=timedelta(days=1)) is ALLOW
    world.do(world.schedules.cancel, world.caller(ADMIN), numbered(first))
    assert verdict(world, ADMIN) is ALLOW


def test_what_is_due_comes_after_what_went_out(world: World) -> None:
    """A bound of one lets the first of two go that are due together, and not the
    second; what failed does not count, nor what went out on another day.
    """
    choose(world, BOB, Consent(who=Who.EVERYONE))
    first, second = (
        to_person(world, ADMIN, BOB, delay_seconds="1", client_id=name)
        for name in ("first", "second")
    )
    choose(world, BOB, Consent(who=Who.EVERYONE, max_per_day=1))
    world.clock.advance(seconds=2)
    world.plan_all()
    assert when_due(world, first) is ALLOW
    assert when_due(world, second) is REFUSE
    failed = replace(world.broadcast(first), state=BroadcastState.FAILED)
    world.do(lambda unit: unit.broadcasts.save(failed))
    assert when_due(world, second) is ALLOW
    assert verdict(world, ADMIN) is REFUSE
    assert verdict(world, ADMIN, ahead=timedelta(days=1)) is ALLOW


def when_due(world: World, job: Schedule) -> Verdict:
    now, broadcast = world.clock.now(), world.broadcast(job)
    return world.do(
        lambda unit: world.use_cases.consents.judge(
            unit,
            job.owner,
            BOB,
            HERE,
            encrypted=False,
            due=now,
            now=now,
            sending=broadcast,
        )
    )


def test_an_extra_one_counts(world: World) -> None:
    """What recurs and is sent out of its time is one more on that day."""
    choose(world, BOB, Consent(who=Who.EVERYONE, max_per_day=1))
    job = to_person(world, ADMIN, BOB, recurrence="FREQ=DAILY", delay_seconds="1")
    world.clock.advance(seconds=2)
    world.plan_all()
    assert when_due(world, job) is ALLOW
    world.clock.advance(minutes=20)
    world.steer("send_now", job)
    world.plan_all()
    assert world.broadcasts_of(job) == 2
    assert when_due(world, job) is REFUSE


def test_nobody_chooses_for_another(world: World) -> None:
    """Nor looks at what he chose, admins included; the operator may both."""
    consents = world.use_cases.consents
    chosen = Consent(who=Who.NOBODY)
    for jid in (USER, ADMIN):
        caller = world.caller(jid)
        with pytest.raises(NotAllowed):
            world.do(consents.set, caller, chosen, BOB)
        with pytest.raises(NotAllowed):
            world.do(consents.look, caller, BOB)
        assert world.do(consents.set, caller, chosen, jid.upper()) == chosen
    operator = world.policy.access.of_owner(OPERATOR)
    assert world.do(consents.set, operator, chosen, BOB) == chosen
    assert world.do(consents.look, operator, BOB) == chosen
    for given in (None, "bob@@example.org"):
        with pytest.raises(Invalid) as refused:
            world.do(consents.look, operator, given)
        assert refused.value.field == "jid"


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("who", {"who": "friends"}),
        ("who", {"who": ""}),
        ("allow", {"allow": ("ann@example.org/phone",)}),
        ("block", {"block": ("@",)}),
        ("max-per-day", {"max_per_day": "0"}),
        ("max-per-day", {"max_per_day": "many"}),
        ("max-ahead", {"max_ahead": "-1"}),
        ("max-ahead", {"max_ahead": "9999999999"}),
        ("preview", {"preview": True}),
    ],
)
def test_what_cannot_be_chosen(field: str, given: dict[str, Any]) -> None:
    """Each fault is told by its field."""
    with pytest.raises(Invalid) as refused:
        choices.read(ConsentRequest(**{"who": "server"} | given))
    assert refused.value.field == field


def test_what_can_be_chosen() -> None:
    """Names are prepared, each stands once; so many, and no more."""
    names = tuple(f"u{number}@example.org" for number in range(MAX_ENTRIES - 1))
    request = ConsentRequest(
        who="ask",
        allow=("Ann@Example.ORG", " ann@example.org ", *names[2:]),
        block=("Evil.example",),
        max_per_day="3",
        max_ahead="86400",
        preview=True,
    )
    read = choices.read(request)
    assert read == Consent(
        who=Who.ASK,
        allowed=frozenset({"ann@example.org", *names[2:]}),
        blocked=frozenset({"evil.example"}),
        max_per_day=3,
        max_ahead=86_400,
        preview=True,
    )
    with pytest.raises(PolicyViolation):
        choices.read(replace(request, block=names))
