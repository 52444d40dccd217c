"""One person found: where he stands, what he was told, when, and why not."""

from collections.abc import Mapping

import pytest

from bot.domain.broadcast import ExceptionKind
from bot.domain.errors import Invalid, NotAllowed, NotFound
from bot.domain.roles import HeldRole, RoleName
from bot.domain.schedule import Schedule
from bot.service.delivery.jobs import Deviation, Step
from bot.service.delivery.outcomes import Bounce
from bot.service.readers.finding import Found, Told
from tests.world import ADMIN, AUDITOR, PUBLISHER, USER, World, a_list

BERT, ANNA = "bert@elsewhere.example", "anna@elsewhere.example"


def find(world: World, jid: str = BERT, by: str = ADMIN) -> Found:
    return world.do(world.use_cases.finding.person, world.caller(by), jid)


def told(
    world: World, jid: str = BERT, before: int | None = None, limit: int = 10
) -> list[Told]:
    finding, admin = world.use_cases.finding, world.caller(ADMIN)
    return world.do(finding.told, admin, jid, before, limit)


def sent(world: World, job: Schedule, failing: Mapping[str, str] = {}) -> Schedule:
    """To all, but whom `failing` names."""
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    failed = [Deviation(jid, ExceptionKind.FAILED, why) for jid, why in failing.items()]
    chunk = claimed.chunk
    step = Step(
        chunk_id=chunk.id, through=chunk.last, done=chunk.count, exceptions=failed
    )
    world.do(world.chunk_progress.record, "w", [step], [])
    return job


def fates(found: list[Told]) -> list[tuple[int, str, str | None]]:
    return [
        (
            one.account.schedule.id,
            str(one.fate),
            one.exception.condition if one.exception else None,
        )
        for one in found
    ]


def test_where_he_stands(world: World) -> None:
    """Each list once, as it is now: since when, by whom, until when and why."""
    world.do(lambda unit: unit.lists.declare([a_list(), a_list("club"), a_list("old")]))
    for name in ("news", "club", "old"):
        world.subscribe(BERT, to=name)
    admin = world.caller(ADMIN)
    world.do(world.enrolling.remove, admin, "old", BERT)
    world.do(world.enrolling.remove, admin, "club", BERT)
    world.subscribe(BERT, to="club")
    world.suspend(BERT)
    found = find(world, "BERT@elsewhere.example")
    assert found.jid == BERT
    states = {one.entry.name: one.subscription.end_reason for one in found.places}
    # messages came back: he is suspended from all
    assert states == {"news": "suspended", "club": "suspended", "old": "removed"}
    conditions = {one.entry.name: one.condition for one in found.places}
    assert conditions == {
        "news": "service-unavailable",
        "club": "service-unavailable",
        "old": None,
    }


def test_whom_nobody_knows(world: World) -> None:
    """There is nothing of him, and his roles all the same; a word is no address."""
    given = HeldRole(jid=BERT, role=RoleName.AUDITOR, by=ADMIN, at=world.clock.now())
    world.do(lambda unit: unit.roles.put(given))
    found = find(world, by=AUDITOR)
    assert (found.subscriber, found.places, found.roles) == (None, [], [given])
    assert told(world) == []
    [publisher] = find(world, PUBLISHER).roles
    assert publisher.is_configured
    with pytest.raises(Invalid):
        find(world, "bert@")
    with pytest.raises(NotAllowed):
        find(world, by=USER)


def test_what_he_was_told(world: World) -> None:
    """Each broadcast in whose audience he was, the latest first, with what became of
    it for him; of others there is nothing.
    """
    before = world.due(client_id="before")
    world.subscribe(BERT, ANNA)
    heard = sent(world, world.due(client_id="heard"))
    failed = sent(world, world.due(client_id="failed"), {BERT: "gone"})
    bounced = sent(world, world.due(client_id="bounced"))
    late = Bounce(
        broadcast_key=world.broadcast(bounced).key,
        jid=BERT,
        condition="remote-server-timeout",
        error_type="wait",
    )
    world.do(world.chunk_progress.record, "w", [], [late])
    waiting = world.due(client_id="waiting")
    assert fates(told(world)) == [
        (waiting.id, "queued", None),
        (bounced.id, "retrying", "remote-server-timeout"),
        (failed.id, "failed", "gone"),
        (heard.id, "sent", None),
    ]
    assert before.id not in [one.account.schedule.id for one in told(world, ANNA)]
    world.do(world.broadcasts.stop, world.caller(ADMIN), world.broadcast(waiting).id)
    assert fates(told(world))[0] == (waiting.id, "left-out", None)


def test_who_has_left_and_come_back(world: World) -> None:
    """What was sent while he stood nowhere did not concern him; what he left before
    his turn says so.
    """
    world.subscribe(BERT)
    first = sent(world, world.due(client_id="first"))
    admin = world.caller(ADMIN)
    world.do(world.enrolling.remove, admin, "news", BERT)
    world.due(client_id="meanwhile")  # to nobody: it is over at once
    world.subscribe(BERT)
    third = world.due(client_id="third")
    world.do(world.enrolling.remove, admin, "news", BERT)
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    left = Deviation(BERT, ExceptionKind.SKIPPED, "left")
    step = Step(
        chunk_id=claimed.chunk.id,
        through=claimed.chunk.last,
        done=1,
        exceptions=[left],
    )
    world.do(world.chunk_progress.record, "w", [step], [])
    assert fates(told(world)) == [
        (third.id, "skipped", "left"),
        (first.id, "sent", None),
    ]


def test_in_pages(world: World) -> None:
    """A page goes on where the last one ended, over all kinds of audience."""
    world.subscribe(BERT)
    jobs = [
        sent(world, world.due(client_id=f"n{number}", people=people))
        for number, people in enumerate(((), (BERT, ANNA), (), (BERT,)))
    ]
    whole = [one.account.schedule.id for one in told(world)]
    assert whole == [job.id for job in reversed(jobs)]
    paged: list[int] = []
    before = None
    while page := told(world, before=before, limit=2):
        paged += [one.account.schedule.id for one in page]
        before = page[-1].account.id
    assert paged == whole


def test_what_is_personal(world: World) -> None:
    """Of what others tell single people it is seen that it was sent, not what."""
    sent(world, world.due(people=(BERT,)))
    [own] = told(world)
    assert own.account.schedule.content.title == "Hello"
    auditor = world.caller(AUDITOR)
    [seen] = world.do(world.use_cases.finding.told, auditor, BERT, None, 10)
    assert seen.account.schedule.content.title == ""
    assert seen.fate == "sent"


def test_taken_up_again(world: World) -> None:
    """Wherever he is suspended, with his bounces forgotten, and nowhere else."""
    world.subscribe(BERT)
    world.suspend(BERT)
    finding, admin = world.use_cases.finding, world.caller(ADMIN)
    [place] = world.do(finding.suspended, admin, 0, 9)
    assert (place.subscription.jid, place.entry.name) == (BERT, "news")
    assert world.do(finding.suspended, admin, place.subscription.id, 9) == []
    assert world.do(finding.restore, admin, BERT) == ["news"]
    assert world.do(finding.suspended, admin, 0, 9) == []
    found = find(world)
    assert found.subscriber is not None
    assert found.subscriber.score.value == 0
    assert [one.subscription.end_reason for one in found.places] == [None]
    with pytest.raises(NotFound, match="suspended nowhere"):
        world.do(finding.restore, admin, BERT)
