"""A test: what a list would be told, told to single people alone, and at once."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.errors import CarillonError, Conflict, Invalid, NotAllowed
from bot.domain.message import Announcement
from bot.domain.schedule import Origin, PeopleAudience, Schedule
from bot.service.delivery.jobs import Step
from bot.service.requests.request import ScheduleRequest
from tests.world import ADMIN, NOON, USER, World

ANNA, BEN = "anna@example.org", "ben@example.org"
WORK: dict[str, Any] = {
    "template": "maintenance",
    "bodies": (),
    "values": {"summary": {"": "Disks", "de": "Platten"}, "start": {"": "+P1D"}},
}


def tried(world: World, *people: str, jid: str = ADMIN, **changes: Any) -> Schedule:
    request = world.request(only=people, **changes)
    return world.do(world.schedules.create, world.caller(jid), request)[0].schedule


def told(world: World, job: Schedule) -> dict[str, Announcement]:
    """Who gets a message, and which."""
    world.clock.set(job.next_at or NOON)
    world.plan_all()
    claimed = world.do(world.chunk_progress.claim, "worker")
    assert claimed is not None
    people = world.do(world.chunk_progress.recipients, claimed, 0, 100)
    got = {
        one.jid: world.do(world.renditions.announcement, claimed, one) for one in people
    }
    chunk = claimed.chunk
    step = Step(chunk_id=chunk.id, through=chunk.last, done=chunk.count)
    world.do(world.chunk_progress.record, "worker", [step], [])
    return got


def test_nobody_else_is_told(world: World) -> None:
    """Those who stand on the list get nothing; the list speaks, as it would to them."""
    world.subscribe("a@example.org", "b@example.org")
    got = told(world, tried(world, ANNA, BEN, ANNA))
    assert list(got) == [ANNA, BEN]
    real = told(world, world.schedule())
    assert replace(got[ANNA], job="") == replace(real["a@example.org"], job="")


def test_as_the_reader_would_get_it(world: World) -> None:
    """In the language and zone that are known of the person."""
    admin, zone = world.caller(ADMIN), "America/New_York"
    world.do(world.enrolling.add, admin, "news", ANNA, "de", zone)
    got = told(world, tried(world, ANNA, BEN, **WORK))
    [german], [english] = got[ANNA].texts, got[BEN].texts
    assert "Platten" in german.body
    assert "Montag, 2. März 2026, 08:00 EST" in german.body
    assert "Disks" in english.body
    assert "March 2, 2026" in english.body


def test_relative_moments_are_those_of_the_announcement(world: World) -> None:
    """It goes out at once, and says what the first occurrence will say."""
    job = tried(
        world,
        ANNA,
        deliver_at="2026-03-09T08:00:00Z",
        recurrence="FREQ=WEEKLY",
        expires="2026-06-01T00:00:00Z",
        **WORK,
    )
    assert (job.recurrence, job.expires_at) == (None, None)
    assert job.next_at is not None
    assert (job.next_at - NOON).total_seconds() == 1
    assert job.audience == PeopleAudience(jids=(ANNA,), list_name="news")
    [text] = told(world, job)[ANNA].texts
    assert "March 10, 2026" in text.body


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"deliver_at": "2020-01-01T00:00:00Z"}, "deliver-at"),
        ({"recurrence": "FREQ=NEVER"}, "recurrence"),
        ({"bodies": ()}, "body"),
        ({"only": ("@@",)}, "only"),
    ],
)
def test_what_is_wrong_with_the_announcement(
    world: World, changes: dict[str, Any], field: str
) -> None:
    """All that would be refused of the whole is refused of its test."""
    request = world.request(**{"only": (ANNA,), **changes})
    with pytest.raises(CarillonError) as raised:
        world.do(world.schedules.create, world.caller(ADMIN), request)
    assert raised.value.field == field


def test_it_takes_no_name_away(world: World) -> None:
    """The announcement has its id, given or made, however often it was tried."""
    made = [tried(world, ANNA).client_id for _ in range(3)]
    assert made == [f"test-news-2026-03-01{end}" for end in ("", "-2", "-3")]
    assert tried(world, ANNA, client_id="x").client_id == "test-news-2026-03-01-4"
    assert world.schedule().client_id == "news-2026-03-01"
    asked = world.schedule(client_id="x")
    assert asked.client_id == "x"
    again = tried(world, ANNA, client_id="x")
    assert again.client_id == "test-news-2026-03-01-5"


def test_an_id_that_the_announcement_cannot_have(world: World) -> None:
    """One that another has, or that is none, is refused of the test as well."""
    job = world.schedule(client_id="x")
    with pytest.raises(Conflict, match=f"#{job.id}, which"):
        tried(world, ANNA, client_id="x", bodies=(("en", "Else"),))
    with pytest.raises(Invalid):
        tried(world, ANNA, client_id=" ")
    world.cancel(job)
    tried(world, ANNA, client_id="x", bodies=(("en", "Else"),))


def test_who_may(world: World) -> None:
    """Only admins tell single people anything, and never the service itself."""
    with pytest.raises(NotAllowed):
        tried(world, ANNA, jid=USER)
    with pytest.raises(NotAllowed, match="itself"):
        tried(world, "announce.example.org")


def test_the_digest_of_a_request_without_a_test() -> None:
    """It is what releases computed that knew no tests, so that repeats stay repeats."""
    asked = ScheduleRequest(
        origin=Origin.CLI,
        list_name="news",
        bodies=(("", "Hi"),),
        delay_seconds="1",
    )
    assert asked.fingerprint() == (
        "b881f12d7fea6ec81369142ec90c76fb4824e3ea35751d50c6150ae2ca9588e7"
    )
    assert replace(asked, only=(ANNA,)).fingerprint() != asked.fingerprint()
