"""Messages wait for a recipient who wants to be asked first, and he answers."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.access import Role
from bot.domain.consent import Approval, ApprovalState, Consent, Standing, Who
from bot.domain.errors import Invalid, NotFound, PolicyViolation
from bot.domain.message import Text
from bot.domain.schedule import Schedule, TextContent
from bot.engine.teller import Teller
from bot.service.people.approvals import Waiting
from bot.service.ports.paging import Paging
from bot.service.rules.policy import People
from tests.world import ADMIN, NOON, USER, World, copy_of, numbered

BOB, ANN = "bob@example.org", "ann@example.org"
HOUR = timedelta(hours=1)


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    found = World(copy_of(blank, tmp_path))
    yield found
    found.close()


def asked(world: World, person: str = BOB, **changes: object) -> tuple[Schedule, str]:
    """A message that waits for this person; and its reference."""
    job = world.schedule(ADMIN, people=(person,), **changes)
    return job, str(wait(world, job, person).id)


def wait(world: World, job: Schedule, person: str = BOB) -> Approval:
    return world.do(world.use_cases.approvals.wait_for, job, person)


def state(world: World, job: Schedule) -> ApprovalState | None:
    return world.do(world.use_cases.approvals.state, job)


def waiting(world: World, jid: str = BOB) -> list[Waiting]:
    page = world.use_cases.approvals.page
    return list(world.do(page, world.caller(jid), Paging()).items)


def answer(world: World, reference: str, verdict: str, jid: str = BOB) -> None:
    world.do(world.use_cases.approvals.answer, world.caller(jid), reference, verdict)


def told(world: World) -> dict[str, str]:
    """What each person is told, once the teller has looked; none waits after it."""
    teller = Teller(world.use_cases)
    asyncio.run(teller.step())
    notices = world.notices()
    assert len({one.to for one in notices}) == len(notices)
    return {one.to: one.said.body for one in notices if isinstance(one.said, Text)}


def test_the_recipient_answers(world: World) -> None:
    """What waits is listed until he has answered; either answer may be repeated, and
    taken back; the sender sees the same all the while.
    """
    job, reference = asked(world)
    assert state(world, job) is ApprovalState.WAITING
    [found] = waiting(world)
    assert found == Waiting(id=int(reference), sender=ADMIN, due_at=NOON + HOUR)
    seen = world.get(job.id)
    for verdict, becomes in (
        *(("approve", ApprovalState.APPROVED), ("approve", ApprovalState.APPROVED)),
        *(("refuse", ApprovalState.REFUSED), ("approve", ApprovalState.APPROVED)),
    ):
        answer(world, reference, verdict)
        assert state(world, job) is becomes
        assert waiting(world) == []
        assert world.get(job.id) == seen


def test_asked_once(world: World) -> None:
    """Whoever is asked is not asked again until it is void, whatever he answered."""
    job, reference = asked(world)
    assert str(wait(world, job).id) == reference
    answer(world, reference, "refuse")
    assert wait(world, job).state is ApprovalState.REFUSED


def test_void(world: World) -> None:
    """An edit voids what was asked and answered; asked anew, it has another reference,
    and the old one means nothing.
    """
    job, reference = asked(world)
    answer(world, reference, "approve")
    world.do(world.use_cases.approvals.void, job)
    assert state(world, job) is None
    with pytest.raises(NotFound):
        answer(world, reference, "approve")
    again = wait(world, job)
    assert str(again.id) != reference
    assert state(world, job) is ApprovalState.WAITING
    other = wait(world, job, ANN)
    assert state(world, job) is ApprovalState.WAITING
    assert (waiting(world), [one.id for one in waiting(world, ANN)]) == ([], [other.id])


def test_anothers_and_none_look_the_same(world: World) -> None:
    """So does what is over; an answer that is none is told as such."""
    over, of_over = asked(world)
    world.do(world.schedules.cancel, world.caller(ADMIN), numbered(over))
    _, anothers = asked(world, ANN)
    refusals = set()
    for reference in (of_over, anothers, "1", "0", "", "²", "9" * 18, "9" * 30, "nix"):
        with pytest.raises(NotFound) as refused:
            answer(world, reference, "approve")
        refusals.add(refused.value.text.replace(repr(reference), "REFERENCE"))
    assert len(refusals) == 1
    assert waiting(world) == []
    [still] = waiting(world, ANN)
    assert str(still.id) == anothers
    with pytest.raises(Invalid) as invalid:
        answer(world, anothers, "perhaps", ANN)
    assert invalid.value.field == "verdict"


def choose(world: World, consent: Consent) -> None:
    world.do(world.use_cases.consents.set, world.caller(BOB), consent)


def test_what_it_says_is_shown_to_who_chose_so(world: World) -> None:
    """As he had chosen when it was asked for: no later choice opens it."""
    _, hidden = asked(world)
    choose(world, Consent(who=Who.ASK, preview=True))
    rule = "FREQ=DAILY;COUNT=2"
    _, shown = asked(world, recurrence=rule)
    _, for_ann = asked(world, ANN)
    choose(world, Consent(who=Who.ASK))
    found = {str(one.id): one for one in waiting(world)}
    assert found[hidden].content is None
    content = TextContent(texts=(Text(language="en", body="Hello"),))
    assert (found[shown].content, found[shown].recurrence) == (content, rule)
    [of_ann] = waiting(world, ANN)
    assert (str(of_ann.id), of_ann.content) == (for_ann, None)


def test_told_once_a_day(world: World) -> None:
    """Of all that waits together, from whom it is and never what it says; of what came
    meanwhile on the next day, and of nothing where all is answered.
    """
    _, first = asked(world, bodies=(("en", "a secret"),))
    asked(world)
    asked(world, ANN)
    texts = told(world)
    assert set(texts) == {BOB, ANN}
    assert "2 messages that are scheduled to you wait" in texts[BOB]
    assert f"from {ADMIN}" in texts[BOB]
    assert "1 message that is scheduled to you waits" in texts[ANN]
    assert "secret" not in texts[BOB]
    assert first not in texts[BOB]
    assert told(world) == {}
    job, _ = asked(world, delay_seconds="500000")
    world.clock.advance(hours=23, minutes=59)
    world.do(world.use_cases.approvals.void, job)
    wait(world, job)
    assert told(world) == {}
    world.clock.advance(minutes=1)
    assert "3 messages" in told(world)[BOB]
    world.clock.advance(days=2)
    assert told(world) == {}
    for one in waiting(world):
        answer(world, str(one.id), "refuse")
    assert told(world) == {}


def test_one_sender_fills_no_list(world: World) -> None:
    """As many of his messages wait for one person as he may have pending; whoever calls
    them off and asks again has nobody told twice a day.
    """
    world.do(world.use_cases.consents.set, world.caller(BOB), Consent(who=Who.ASK))
    here = Standing(exists=True, subscription="none")

    def write() -> Schedule:
        request = world.request(to=BOB, list_name=None)
        create = world.schedules.write
        return world.do(create, world.caller(USER), request, here)[0].schedule

    world.policy.people = People(servers=frozenset({"example.org"}))
    most = world.policy.limits[Role.USER].pending
    jobs = [write() for _ in range(most)]
    for _ in range(3):
        with pytest.raises(PolicyViolation):
            write()
    assert len(waiting(world)) == most
    assert told(world).keys() == {BOB}
    for job in jobs:
        world.cancel(job, USER)
    assert waiting(world) == []
    assert [write() for _ in jobs]
    assert len(waiting(world)) == most
    assert told(world) == {}


def test_edits_tell_nobody_twice_a_day(world: World) -> None:
    """However often a message is worded anew, its recipient hears of it once."""
    job, _ = asked(world)
    assert BOB in told(world)
    for _ in range(3):
        world.do(world.use_cases.approvals.void, job)
        wait(world, job)
        assert told(world) == {}
    world.clock.advance(days=1)
    world.do(world.use_cases.approvals.void, job)
    wait(world, job)
    assert set(told(world)) == {BOB}


def test_in_his_language(world: World) -> None:
    """He is told in the language that he is known by, and by a clock that was ahead."""
    world.subscribe(BOB)
    world.do(world.subscribers.alive, BOB, "de")
    world.clock.advance(days=400)
    asked(world, delay_seconds="900000")
    assert "Freigabe" in told(world)[BOB]
    world.clock.set(NOON)
    asked(world, delay_seconds="900000")
    assert BOB in told(world)


def test_many_senders(world: World) -> None:
    """Some are named, the others counted."""
    senders = [f"s{number}@example.org" for number in range(8)]
    world.policy.access = replace(world.policy.access, admins=frozenset(senders))
    for sender in senders:
        wait(world, world.schedule(sender, people=(BOB,)))
    text = told(world)[BOB]
    assert "8 messages" in text
    assert "s4@example.org, 3 others" in text
    assert "s5@example.org" not in text
