"""Whether a recipient takes a message at the moment at which it is due."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.desk.verb import Inquire, Read, Write
from bot.desk.verbs.editing import EDIT, Edit
from bot.domain.consent import Consent, Standing, Who
from bot.domain.errors import Conflict, NotAllowed
from bot.domain.schedule import Schedule
from bot.service.ports.paging import Paging
from bot.service.requests.request import ScheduleChange
from bot.service.rules.policy import People
from tests.world import ADMIN, USER, World, a_policy, copy_of, numbered

BOB = "bob@example.org"
HERE = Standing(exists=True, subscription="none")
ABSENT = Standing(exists=False, subscription="none")
SEALED = (
    '<encrypted xmlns="urn:xmpp:omemo:2"/>',
    '<encryption xmlns="urn:xmpp:eme:0" namespace="urn:xmpp:omemo:2"/>',
)
NAMED = frozenset({ADMIN})


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    people = People(servers=frozenset({"example.org"}))
    found = World(copy_of(blank, tmp_path), policy=a_policy(people=people))
    yield found
    found.close()


def choose(world: World, jid: str, consent: Consent) -> None:
    world.do(world.use_cases.consents.set, world.caller(jid), consent)


def written(world: World, to: str, *payloads: str) -> Schedule:
    """One that is due now."""
    request = world.request(to=to, list_name=None, payloads=payloads, delay_seconds="1")
    write = world.schedules.write
    job = world.do(write, world.caller(ADMIN), request, HERE)[0].schedule
    world.clock.advance(seconds=2)
    world.plan_all()
    return job


def due(world: World, job: Schedule, standing: Standing = HERE) -> str:
    """What comes of it: whole, as sealed alone, or the words of the refusal."""
    key, to = world.broadcast(job).key, job.audience.jids[0]
    try:
        admitted = world.do(world.use_cases.admittance.due, key, to, standing)
    except NotAllowed as error:
        return error.text
    return "sealed" if admitted.only_encrypted else "whole"


REFUSED = "Nobody at that address takes scheduled messages from you."


@pytest.mark.parametrize(
    ("consent", "plain", "sealed"),
    [
        (Consent(who=Who.EVERYONE), "whole", "whole"),
        (Consent(who=Who.SERVER), "whole", "whole"),
        (Consent(who=Who.CONTACTS), REFUSED, REFUSED),
        (Consent(who=Who.ENCRYPTED), REFUSED, "sealed"),
        (Consent(who=Who.ENCRYPTED, allowed=NAMED), "whole", "whole"),
        (Consent(who=Who.NOBODY), REFUSED, REFUSED),
        (Consent(who=Who.NOBODY, allowed=NAMED), "whole", "whole"),
        (Consent(who=Who.ASK), REFUSED, REFUSED),
        (Consent(who=Who.EVERYONE, blocked=NAMED), REFUSED, REFUSED),
    ],
)
def test_chosen_meanwhile(
    world: World, consent: Consent, plain: str, sealed: str
) -> None:
    """What he has chosen by then decides, in the words of a recipient who is gone; his
    own notes come to him whole, whatever it is.
    """
    for payloads, expected in (((), plain), (SEALED, sealed)):
        job, note = written(world, BOB, *payloads), written(world, ADMIN, *payloads)
        choose(world, BOB, consent)
        choose(world, ADMIN, consent)
        assert due(world, job) == expected
        assert due(world, job, ABSENT) == due(world, note, ABSENT) == REFUSED
        assert due(world, note) == "whole"
        choose(world, BOB, Consent(who=Who.SERVER))


def test_refused_once(world: World) -> None:
    """Who has refused a message does not get it, though he would take others by now."""
    choose(world, BOB, Consent(who=Who.ASK))
    jobs = [written(world, BOB) for _ in range(2)]
    approvals = world.use_cases.approvals
    bob = world.caller(BOB)
    waiting = world.do(approvals.page, bob, Paging()).items
    by_moment = sorted(waiting, key=lambda one: one.due_at)
    for one, verdict in zip(by_moment, ("approve", "refuse"), strict=True):
        world.do(approvals.answer, bob, str(one.id), verdict)
    choose(world, BOB, Consent(who=Who.EVERYONE))
    assert [due(world, job) for job in jobs] == ["whole", REFUSED]


def test_who_was_asked_about_is_told(world: World) -> None:
    """While a server is asked about one person, another edit names somebody else: the
    answer is not taken for his.
    """
    request = world.request(to=BOB, list_name=None)
    caller = world.caller(ADMIN)
    job = world.do(world.schedules.write, caller, request, HERE)[0].schedule
    body = ScheduleChange(bodies=(("", "Other"),))
    steps = EDIT.steps(world.use_cases, caller, Edit(name=numbered(job), change=body))
    look = next(steps)
    assert isinstance(look, Read)
    inquiry = steps.send(world.do(look.use_case, *look.args))
    assert inquiry == Inquire(ADMIN, BOB)
    elsewhere = ScheduleChange(to=USER)
    world.do(world.editing.edit, caller, numbered(job), elsewhere, None, HERE)
    write = steps.send(HERE)
    assert isinstance(write, Write)
    with pytest.raises(Conflict):
        world.do(write.use_case, *write.args)
    kept = world.do(world.schedules.named, caller, numbered(job))
    assert (kept.audience.jids, kept.revision) == ((USER,), 2)
