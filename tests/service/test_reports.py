"""Who is told what became of an announcement."""

import contextlib
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.access import OPERATOR
from bot.domain.lists import SubscriptionOrigin
from bot.domain.message import Text
from bot.domain.people import Person
from bot.domain.schedule import Origin, Schedule
from bot.domain.updates import Update, WireState
from bot.service.delivery.jobs import Step
from bot.service.delivery.outcomes import Bounce
from bot.service.ports.notices import Notice
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests.request import ScheduleName
from tests.world import ADMIN, NOON, OPS, PUBLISHER, World, a_list, a_policy, copy_of

READERS = ("a@example.org", "b@example.org")
AT_ONE = NOON.replace(hour=13)


def headlines(notices: list[Notice]) -> list[tuple[str, str]]:
    """(to, status)"""
    return [
        (one.to, one.said.status) for one in notices if isinstance(one.said, Update)
    ]


def texts(notices: list[Notice]) -> dict[str, str]:
    return {one.to: one.said.body for one in notices if isinstance(one.said, Text)}


def languages(notices: list[Notice]) -> dict[str, str]:
    """JID -> the tag of what is written out."""
    return {one.to: one.said.language for one in notices if isinstance(one.said, Text)}


def deliver(world: World) -> None:
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    chunk = claimed.chunk
    step = Step(chunk_id=chunk.id, through=chunk.last, done=chunk.count)
    world.do(world.chunk_progress.record, "w", [step], [])


def missed(world: World, **changes: object) -> Schedule:
    job = world.schedule(PUBLISHER, **changes)
    world.clock.set(AT_ONE + timedelta(hours=1))
    world.plan_all()
    return job


def test_sent_is_a_headline_to_the_owner(world: World) -> None:
    """Success is told to the owner alone, without a text."""
    world.due(client_id="a<b")
    notices = world.notices()
    assert headlines(notices) == [(ADMIN, "sent")]
    assert texts(notices) == {}
    assert notices[0].said == Update(job="a<b", status=WireState.SENT)


def test_missed_is_written_out(world: World) -> None:
    """Owner and [notify] read what was missed and why; the owner gets a headline."""
    job = missed(world)
    notices = world.notices()
    assert headlines(notices) == [(PUBLISHER, "failed")]
    written = texts(notices)
    assert set(written) == {PUBLISHER, OPS}
    assert f"#{job.id}" in written[OPS]
    assert "was not up when it was due" in written[OPS]


def test_an_occurrence_of_several_is_named(world: World) -> None:
    """A recurring job's headline says which moment it is about."""
    missed(world, recurrence="FREQ=DAILY")
    said = [one.said for one in world.notices()]
    assert [one.due_at for one in said if isinstance(one, Update)] == [AT_ONE]


def test_partly_failed_is_written_out(world: World) -> None:
    """Some failed: sent on the wire, and a text with the counts."""
    world.subscribe(*READERS)
    job = world.due()
    bounce = Bounce(
        broadcast_key=world.broadcast(job).key,
        jid=READERS[0],
        condition="forbidden",
        error_type="auth",
    )
    world.do(world.outcomes.bounced, bounce)
    deliver(world)
    notices = world.notices()
    assert headlines(notices) == [(ADMIN, "sent")]
    assert "1 of 2 was told, 1 failed" in texts(notices)[OPS]


def test_cancelled_by_another(world: World) -> None:
    """A cancellation by an admin is told to the owner by headline, the own is not."""
    theirs = world.schedule(PUBLISHER, client_id="theirs")
    world.schedule(PUBLISHER, client_id="own")
    schedules = world.schedules
    world.do(schedules.cancel, world.caller(PUBLISHER), ScheduleName(id="own"))
    assert world.notices() == []
    world.cancel(theirs)
    notices = world.notices()
    assert headlines(notices) == [(PUBLISHER, "cancelled")]
    assert list(texts(notices)) == []


def test_held_asks_for_an_admin(world: World) -> None:
    """What is held is written to owner and [notify]; it is no failure."""
    missed(world, late_policy="hold")
    notices = world.notices()
    assert headlines(notices) == []
    assert set(texts(notices)) == {PUBLISHER, OPS}


def test_no_headlines_where_none_are_wanted(world: World) -> None:
    """Headlines can be declined; what was missed is written all the same."""
    missed(world, updates=False)
    notices = world.notices()
    assert headlines(notices) == []
    assert set(texts(notices)) == {PUBLISHER, OPS}


def test_the_operator_has_no_address(world: World) -> None:
    """What the command line asked for is reported to [notify] alone."""
    operator = world.policy.access.operator()
    world.do(world.schedules.create, operator, world.request())
    world.clock.set(AT_ONE + timedelta(hours=1))
    world.plan_all()
    assert {one.to for one in world.notices()} == {OPS}


def test_admins_stand_in_for_the_operator() -> None:
    """Unless [notify] says otherwise admins hear of what the command line asked for,
    and of nothing that has an owner with an address.
    """
    cases: list[tuple[tuple[str, ...] | None, str, Origin, list[str]]] = [
        (None, OPERATOR, Origin.CLI, [ADMIN]),
        (None, OPERATOR, Origin.WELCOME, []),
        (None, PUBLISHER, Origin.IQ, [PUBLISHER]),
        ((), OPERATOR, Origin.CLI, []),
        ((OPS,), OPERATOR, Origin.CLI, [OPS]),
        ((OPS,), PUBLISHER, Origin.IQ, [PUBLISHER, OPS]),
        ((OPS, PUBLISHER), PUBLISHER, Origin.IQ, [PUBLISHER, OPS]),
    ]
    for notify, owner, origin, told in cases:
        policy = a_policy(notify=notify)
        assert list(policy.told_of_failures(owner, origin)) == told


def test_missed_is_told_to_admins(blank: Path, tmp_path: Path) -> None:
    """With no [notify] a missed announcement of the command line reaches the admin."""
    url, policy = copy_of(blank, tmp_path), a_policy(notify=None)
    with contextlib.closing(World(url, policy=policy)) as world:
        operator = world.policy.access.operator()
        world.do(world.schedules.create, operator, world.request())
        world.clock.set(AT_ONE + timedelta(hours=1))
        world.plan_all()
        assert {one.to for one in world.notices()} == {ADMIN}


def test_what_expired_in_the_middle_is_written_out(world: World) -> None:
    """Who was not reached any more is counted, with the reason, though none failed."""
    world.subscribe(*READERS)
    world.due(expires="2026-03-01T12:30:00Z")
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    first = world.do(world.chunk_progress.recipients, claimed, 0, 1)[0].position
    world.clock.advance(hours=1)
    step = Step(chunk_id=claimed.chunk.id, through=first, done=1)
    world.do(world.chunk_progress.record, "w", [step], [])
    told = texts(world.notices())[OPS]
    assert "1 of 2 was told, 0 failed, 1 was not reached: it expired" in told


def test_what_expired_before_anybody_was_told_is_written_out(world: World) -> None:
    """A broadcast that reached nobody is told in words, too."""
    world.subscribe(*READERS)
    world.due(expires="2026-03-01T12:30:00Z")
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    world.clock.advance(hours=1)
    world.do(world.chunk_progress.record, "w", [Step(chunk_id=claimed.chunk.id)], [])
    notices = world.notices()
    assert headlines(notices) == [(ADMIN, "failed")]
    assert "0 of 2 were told" in texts(notices)[OPS]


def test_stopped_with_failures(world: World) -> None:
    """Who has failed so far is told of, with the word that the rest was stopped."""
    world.subscribe(*READERS)
    broadcast = world.broadcast(world.due())
    bounce = Bounce(
        broadcast_key=broadcast.key,
        jid=READERS[0],
        condition="forbidden",
        error_type="auth",
    )
    world.do(world.outcomes.bounced, bounce)
    world.do(world.broadcasts.stop, world.caller(ADMIN), broadcast.id)
    told = texts(world.notices())[OPS]
    assert "0 of 2 were told, 1 failed, the rest was stopped." in told


def test_stopped_by_another(world: World) -> None:
    """The owner hears that somebody else stopped it, and how many were told."""
    world.subscribe(*READERS)
    request = world.request(delay_seconds="1")
    made, _ = world.do(world.schedules.create, world.caller(PUBLISHER), request)
    job = made.schedule
    world.clock.advance(seconds=2)
    world.plan_all()
    number = world.broadcast(job).id
    world.do(world.broadcasts.stop, world.caller(ADMIN), number)
    notices = world.notices()
    assert headlines(notices) == [(PUBLISHER, "cancelled")]
    assert "0 of 2 were told" in texts(notices)[PUBLISHER]


def test_who_stops_his_own_is_not_told(world: World) -> None:
    """No news to who did it."""
    world.subscribe(*READERS)
    number = world.broadcast(world.due()).id
    world.do(world.broadcasts.stop, world.caller(ADMIN), number)
    assert world.notices() == []


@pytest.mark.parametrize("fate", ["missed", "held", "failed", "stopped"])
def test_moments_are_on_the_readers_wall(world: World, fate: str) -> None:
    """When it was due is told as clocks show it: the reader's where his zone is known,
    else those of the announcement's.
    """
    world.do(
        lambda unit: unit.people.put(
            1,
            [Person(OPS, timezone="America/New_York"), Person(READERS[0])],
            SubscriptionOrigin.ADMIN,
            NOON,
        )
    )
    at_one = {"deliver_at": "2026-03-01T13:00:00Z", "timezone": "Europe/Warsaw"}
    if fate in {"missed", "held"}:
        policy = "hold" if fate == "held" else None
        missed(world, late_policy=policy, **at_one)
    else:
        job = world.schedule(PUBLISHER, **at_one)
        world.clock.set(AT_ONE)
        world.plan_all()
        broadcast = world.broadcast(job)
        if fate == "stopped":
            world.do(world.broadcasts.stop, world.caller(ADMIN), broadcast.id)
        else:
            bounce = Bounce(
                broadcast_key=broadcast.key,
                jid=READERS[0],
                condition="forbidden",
                error_type="auth",
            )
            world.do(world.outcomes.bounced, bounce)
            deliver(world)
    written = texts(world.notices())
    assert "due 2026-03-01 14:00 CET" in written[PUBLISHER]
    assert "due 2026-03-01 08:00 EST" in written[OPS]


def test_an_id_cannot_forge_a_text(world: World) -> None:
    """An id of line breaks and turned writing is quoted as one harmless line."""
    missed(world, client_id="x\n\x9b2J\u202eAll is well.")
    written = texts(world.notices())
    assert "(x \ufffd2J\ufffdAll is well.)" in written[OPS]
    assert written[OPS].isprintable()


def known(world: World, jid: str, *, chosen: str | None, seen: str | None) -> None:
    """Somebody who was put on a list by an import, and has spoken since."""

    def meet(unit: UnitOfWork) -> None:
        news = unit.lists.get("news")
        assert news is not None
        person = Person(jid, language=chosen)
        unit.people.put(news.id, [person], SubscriptionOrigin.ADMIN, NOON)
        unit.subscribers.seen(jid, language=seen)

    world.do(meet)


@pytest.mark.parametrize(
    ("chosen", "seen", "asked", "language"),
    [
        ("es-MX", "fr", "de", "es"),
        (None, "fr-CA", "de", "fr"),
        (None, None, "de-AT", "de"),
        ("ja", None, "de", "de"),
        (None, None, "", "pl"),
        (None, None, "no tag!", "pl"),
    ],
)
def test_reports_are_in_the_owners_language(
    world: World, chosen: str | None, seen: str | None, asked: str, language: str
) -> None:
    """What the owner chose, was seen with or asked in; else the list's language."""
    world.do(lambda unit: unit.lists.declare([a_list(language="pl")]))
    if chosen or seen:
        known(world, PUBLISHER, chosen=chosen, seen=seen)
    job = missed(world, language=asked)
    notices = world.notices()
    assert languages(notices) == {PUBLISHER: language, OPS: "pl"}
    assert f"#{job.id}" in texts(notices)[PUBLISHER]


def test_reports_to_operators_are_in_theirs(world: World) -> None:
    """Whoever [notify] names reads the own language, not that of the request."""
    known(world, OPS, chosen=None, seen="fr")
    missed(world, language="de")
    assert languages(world.notices()) == {PUBLISHER: "de", OPS: "fr"}


def test_reports_nobodys_language_is_known_for_are_english(world: World) -> None:
    """To single people, and of a language that is not offered."""
    world.schedule(ADMIN, people=["a@example.org"], language="ja")
    world.clock.set(AT_ONE + timedelta(hours=1))
    world.plan_all()
    assert languages(world.notices()) == {ADMIN: "en", OPS: "en"}
