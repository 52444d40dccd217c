"""What went out, worded anew or withdrawn: read by the rules of a first request."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.domain.amendment import Amendment
from bot.domain.errors import (
    CarillonError,
    Finished,
    Invalid,
    NotAllowed,
    NotFound,
    PolicyViolation,
)
from bot.domain.message import Text
from bot.domain.schedule import (
    Origin,
    Schedule,
    TemplateContent,
    TextContent,
    ToldAudience,
)
from bot.service.requests.correcting import Amended
from bot.service.requests.request import ScheduleChange, ScheduleName
from tests.world import ADMIN, PUBLISHER, World, a_list, copy_of, numbered

READER = "reader@example.org"


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    with closing(
        World(copy_of(blank, tmp_path), lists=[a_list(), a_list("club")])
    ) as w:
        w.subscribe(READER)
        yield w


def correct(
    world: World, job: Schedule, jid: str = PUBLISHER, **change: Any
) -> Amended:
    return world.do(
        world.use_cases.correcting.correct,
        world.caller(jid),
        world.broadcast(job).id,
        ScheduleChange(**change),
        Origin.IQ,
    )


def retract(world: World, job: Schedule, jid: str = PUBLISHER) -> Amended:
    return world.do(
        world.use_cases.correcting.retract,
        world.caller(jid),
        world.broadcast(job).id,
        Origin.IQ,
    )


def by(done: Amended) -> Schedule:
    """The announcement that tells of it."""
    assert done.by is not None
    return done.by.schedule


def test_what_is_not_named_stays(world: World) -> None:
    """A correction says all of it once more, from what readers have now."""
    job = world.due(
        jid=PUBLISHER,
        bodies=(("en", "Ten"), ("de", "Zehn")),
        subjects=(("", "Disks"),),
    )
    made = by(correct(world, job, bodies=(("en", "Eleven"),)))
    assert (made.amendment, made.origin) == (Amendment.CORRECT, Origin.IQ)
    assert made.content == TextContent(
        texts=(Text(language="en", body="Eleven", subject="Disks"),)
    )
    again = correct(world, job, subjects=(("en", "Plates"),))
    assert by(again).content == TextContent(
        texts=(Text(language="en", body="Eleven", subject="Plates"),)
    )
    assert again.report.schedule.id == job.id
    assert again.report.schedule.revision == 1


def test_a_repeat_changes_nothing(world: World) -> None:
    """What readers have already is the same as what is asked for."""
    job = world.due(jid=PUBLISHER)
    first = correct(world, job, bodies=(("en", "Hi"),))
    assert by(correct(world, job, bodies=(("en", "Hi"),))) == by(first)
    # nor does what it said from the first
    other = world.due(jid=PUBLISHER, client_id="other")
    assert correct(world, other, bodies=(("en", "Hello"),)).by is None
    taken = retract(world, job)
    assert by(taken).amendment is Amendment.RETRACT
    assert by(retract(world, job)).id == by(taken).id
    with pytest.raises(Finished):
        correct(world, job, bodies=(("en", "Ho"),))


def test_one_that_came_to_nothing(world: World) -> None:
    """It may be asked for again."""
    job = world.due(jid=PUBLISHER)
    first = by(correct(world, job, bodies=(("en", "Hi"),)))
    world.cancel(first)
    again = by(correct(world, job, bodies=(("en", "Hi"),)))
    assert again.id != first.id
    assert not again.is_final


def test_a_correction_of_a_correction(world: World) -> None:
    """It is one of the original, whichever of them is named."""
    job = world.due(jid=PUBLISHER)
    first = by(correct(world, job, bodies=(("en", "Hi"),)))
    world.plan_all()
    later = correct(world, first, bodies=(("en", "Ho"),))
    assert later.account.broadcast.schedule_id == job.id
    audience = by(later).audience
    assert isinstance(audience, ToldAudience)
    assert audience.broadcast_id == world.broadcast(job).id


def test_moments_are_those_of_the_original(world: World) -> None:
    """A field is said anew; the others stay, and are relative to the same moment."""
    start, end = {"": "+PT1H"}, {"": "+PT2H"}
    job = world.due(
        template="maintenance",
        bodies=(),
        values={"summary": {"": "Disks"}, "start": start, "end": end},
    )
    change = ScheduleChange(values={"summary": {"": "Plates"}})
    world.clock.advance(days=1)
    caller, number = world.caller(ADMIN), world.broadcast(job).id
    drafted = world.do(world.use_cases.correcting.draft, caller, number, change)
    [english] = [text for text in drafted.texts if text.language == "en"]
    assert "Plates" in english.body
    assert "Sunday, March 1, 2026, 1:00 PM UTC" in english.body
    made = by(correct(world, job, ADMIN, values={"summary": {"": "Plates"}}))
    assert isinstance(made.content, TemplateContent)
    assert made.content.values["summary"] == {"": "Plates"}
    assert made.content.values["start"] == start


FAULTS: list[tuple[dict[str, Any], type[CarillonError], str]] = [
    ({}, Invalid, "nothing to say"),
    ({"bodies": (("en", " "),)}, Invalid, "body is empty"),
    ({"bodies": (("en", "a"), ("en", "b"))}, Invalid, "Two have the language"),
    ({"bodies": (("en", "x" * 101),)}, PolicyViolation, "100 at most"),
    ({"bodies": (("en", "a"),), "template": "maintenance"}, Invalid, "not both"),
    ({"template": "nothing"}, CarillonError, "nothing"),
    ({"values": {"start": {"": "now"}}}, Invalid, "no template"),
]


@pytest.mark.parametrize(("change", "error", "says"), FAULTS)
def test_faults(
    world: World, change: dict[str, Any], error: type[CarillonError], says: str
) -> None:
    """As of a first request, by the limits of its owner; nothing is stored then."""
    job = world.due(jid=PUBLISHER)
    with pytest.raises(error) as caught:
        correct(world, job, ADMIN, **change)
    assert says in caught.value.text
    assert world.do(lambda unit: unit.schedules.get(job.id + 1)) is None


def sent(world: World, job: Schedule, due: str | None = None) -> int:
    caller = world.caller(PUBLISHER)
    found = world.do(world.use_cases.correcting.sent, caller, numbered(job), due)
    return found.id


def test_by_its_occurrence(world: World) -> None:
    """Which of several is named by its moment; of one alone it need not be."""
    job = world.schedule(PUBLISHER, recurrence="FREQ=DAILY", timezone="UTC")
    world.clock.advance(hours=1)
    world.plan_all()
    first = world.broadcast(job).id
    assert sent(world, job) == first
    world.clock.advance(days=1)
    world.plan_all()
    second = world.broadcast(job).id
    assert sent(world, job, "2026-03-01T13:00:00Z") == first
    assert sent(world, job, "2026-03-02T14:00:00+01:00") == second
    with pytest.raises(Invalid, match="2 times: say which"):
        sent(world, job)
    with pytest.raises(NotFound, match="Nothing of #1 was sent at"):
        sent(world, job, "2026-03-05T13:00:00Z")
    with pytest.raises(Invalid, match="is not a date"):
        sent(world, job, "yesterday")
    pending = world.schedule(PUBLISHER, delay_seconds="3600")
    with pytest.raises(NotFound, match="has been sent yet"):
        sent(world, pending)
    with pytest.raises(NotFound):
        world.do(
            world.use_cases.correcting.sent,
            world.caller(READER),
            ScheduleName(number=job.id),
            None,
        )


def test_another_list_by_now(world: World) -> None:
    """Who may no longer announce there corrects nothing."""
    job = world.due(jid=PUBLISHER)
    world.do(lambda unit: unit.lists.declare([a_list(publishers=frozenset())]))
    world.policy.access = world.policy.access.__class__(
        admins=frozenset({ADMIN}), domains=frozenset({"example.org"})
    )
    with pytest.raises(NotAllowed):
        correct(world, job, bodies=(("en", "Hi"),))
    assert correct(world, job, ADMIN, bodies=(("en", "Hi"),)).by is not None
