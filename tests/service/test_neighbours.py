"""Two services on one database, each through its own use cases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.desk.desk import Desk
from bot.desk.verbs.status import STATUS, StatusWish
from bot.domain.addresses import Addresses
from bot.domain.audit import Action, Asked
from bot.domain.broadcast import BroadcastState
from bot.domain.errors import NotFound, PolicyViolation
from bot.domain.people import Person
from bot.domain.schedule import Origin
from bot.service.delivery.jobs import Step
from bot.service.delivery.outcomes import Bounce
from bot.service.ports.pulses import Pulse
from bot.service.ports.trail import AuditFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.records.figures import figures
from bot.service.records.health import health
from bot.service.requests.request import ScheduleName
from tests.store.conftest import ENGINES
from tests.store.copies import migrated
from tests.world import ADMIN, NOON, PUBLISHER, SERVICE, World, a_policy, numbered

OTHER = "news.example.org"
READER = "reader@example.org"


@pytest.fixture(params=ENGINES)
def both(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[World, World]]:
    """With the same list and the same reader; the test runs on either engine."""
    if request.param == "postgresql":
        name = f"neighbours_{abs(hash(request.node.name)) % 10**9}"
        url = request.getfixturevalue("postgresql").database(name)
    else:
        url = f"sqlite:///{tmp_path}/carillon.db"
    migrated(url)
    one = World(url)
    addresses = Addresses(service=OTHER, component=True)
    other = World(url, policy=a_policy(addresses=addresses), clock=one.clock)
    for world in (one, other):
        world.subscribe(READER)
    yield one, other
    one.close()
    other.close()


Both = tuple[World, World]


def places(world: World) -> int:
    [(_, readers, _)] = world.do(world.subscribers.lists)
    return readers


def test_the_same_id_twice(both: Both) -> None:
    """An owner's id means another job at each service, and cancels only that."""
    jobs = [world.schedule(client_id="same") for world in both]
    assert jobs[0].id != jobs[1].id
    one, other = both
    one.do(one.schedules.cancel, one.caller(ADMIN), ScheduleName(id="same"))
    assert one.get(jobs[0].id).state == "cancelled"
    assert other.get(jobs[1].id).state == "pending"
    with pytest.raises(NotFound):
        other.do(other.schedules.named, other.caller(ADMIN), numbered(jobs[0]))
    with pytest.raises(NotFound):
        other.do(other.steering.pause, other.caller(ADMIN), numbered(jobs[0]))


def test_each_plans_and_sends_its_own(both: Both) -> None:
    """What is due at one is neither planned nor sent by the other."""
    one, other = both
    job = one.schedule(delay_seconds="1")
    one.clock.advance(seconds=2)
    assert other.plan() == 0
    assert one.plan() == 1
    assert other.do(other.chunk_progress.claim, "w") is None
    claimed = one.do(one.chunk_progress.claim, "w")
    assert claimed is not None
    [reader] = one.do(one.chunk_progress.recipients, claimed, 0, 9)
    told = one.do(one.renditions.announcement, claimed, reader)
    assert told.sender == f"news@{SERVICE}"
    step = Step(chunk_id=claimed.chunk.id, through=claimed.chunk.last, done=1)
    assert other.do(other.chunk_progress.record, "w", [step], ()) == set()
    assert one.broadcast(job).state is BroadcastState.SENDING
    one.do(one.chunk_progress.record, "w", [step], ())
    assert one.broadcast(job).state is BroadcastState.SENT


def test_taking_over_frees_only_ones_own(both: Both) -> None:
    """A service that starts takes no lease and no sign of life from another."""
    one, other = both
    job = one.due()
    pulse = Pulse(
        worker="w", service=SERVICE, version="1", connected=True,
        started_at=NOON, seen_at=one.clock.now(),
    )  # fmt: skip
    one.do(lambda unit: unit.facts.beat(pulse))
    one.do(one.chunk_progress.claim, "w")
    other.do(other.chunk_progress.take_over)
    assert one.chunks(job)[0].worker == "w"
    assert one.do(health).up == (pulse,)
    assert other.do(health).up == ()
    one.do(one.chunk_progress.take_over)
    assert one.chunks(job)[0].worker is None


def test_a_bounce_is_the_services_own(both: Both) -> None:
    """A bounce of one's message scores and suspends at that service alone, and a sign
    of life takes up the place at the service that saw it.
    """
    one, other = both
    job = one.due()
    bounce = Bounce(
        broadcast_key=one.broadcast(job).key, jid=READER,
        condition="item-not-found", error_type="cancel",
    )  # fmt: skip
    other.do(other.outcomes.bounced, bounce)
    assert (places(one), places(other)) == (1, 1)
    one.do(one.outcomes.bounced, bounce)
    assert (places(one), places(other)) == (0, 1)
    other.do(other.subscribers.alive, READER, None)
    assert (places(one), places(other)) == (0, 1)
    one.do(one.subscribers.alive, READER, None)
    assert (places(one), places(other)) == (1, 1)


def test_what_a_person_prefers(both: Both) -> None:
    """A language chosen or seen at one service is not the other's to know."""
    one, other = both
    one.do(one.subscribers.alive, READER, "pl")
    one.do(one.enrolling.add, one.caller(ADMIN), "news", READER, "de", "Europe/Berlin")
    kept = other.do(lambda unit: unit.subscribers.get(READER))
    assert kept is not None
    assert (kept.language, kept.language_seen, kept.timezone) == (None, None, None)


def test_limits_are_each_ones(both: Both) -> None:
    """What somebody has pending at one service does not count at the other."""
    one, other = both
    for number in range(3):
        one.schedule(PUBLISHER, client_id=f"j{number}")
    with pytest.raises(PolicyViolation):
        one.schedule(PUBLISHER)
    other.schedule(PUBLISHER)


def test_trail_and_figures(both: Both) -> None:
    """Audit trail, figures and what is next show what is one's own."""
    one = both[0]
    one.due()
    one.schedule()
    asked = Asked(
        caller=one.caller(ADMIN), door=Origin.IQ, action=Action.QUERY, about="x"
    )
    one.do(one.audit.done, asked)
    trail = [
        world.do(lambda unit: unit.audit.following(AuditFilter(), 0, 9))
        for world in both
    ]
    assert [len(entries) for entries in trail] == [1, 0]
    counted = [world.do(figures) for world in both]
    assert [found.broadcasts for found in counted] == [1, 0]
    assert [found.next_due is None for found in counted] == [False, True]
    assert [sum(found.schedules.values()) for found in counted] == [2, 0]
    shown = [
        Desk(world.use_cases).ask_here(STATUS(StatusWish(limit=9))) for world in both
    ]
    assert [(len(it.sending), len(it.upcoming)) for it in shown] == [(1, 1), (0, 0)]


def test_imports_and_exports(both: Both) -> None:
    """Who is put on one's list, or exported from it, is the service's own."""
    one = both[0]
    people = [Person("a@b.example"), Person(READER, "de", "Europe/Berlin")]

    def put(unit: UnitOfWork) -> None:
        admin = one.caller(ADMIN)
        one.enrolling.put(unit, admin, "news", people, welcome=False, rejoin=False)

    one.do(put)
    found = [
        world.do(world.enrolling.export, world.caller(ADMIN), "news", 0, 9)
        for world in both
    ]
    assert [sorted(person for _, person in page) for page in found] == [
        sorted(people),
        [Person(READER)],
    ]
