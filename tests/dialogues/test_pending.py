"""What is to go out: found, looked at, worded anew, moved and steered."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.domain.coming import REACH
from bot.domain.lateness import LatePolicy
from bot.domain.schedule import Schedule, TemplateContent, TextContent
from tests.dialogues.talking import Person
from tests.world import ADMIN, AUDITOR, PUBLISHER, USER, World

WARSAW = "Europe/Warsaw"
MAINTENANCE = {
    "summary": {"": "Disks", "de": "Platten"},
    "start": {"": "2026-03-02T21:00:00Z"},
    "affected": {"": "Mail\n\nChat"},
}


def weekly(world: World, jid: str = ADMIN, **changes: object) -> Schedule:
    given = {"recurrence": "FREQ=WEEKLY", "timezone": "UTC"} | changes
    return world.schedule(jid, **given)


def at_task(
    world: World, job: Schedule, task: str, jid: str = ADMIN, zone: str = "UTC"
) -> Person:
    person = Person(world, jid, zone=zone)
    person.runs("pending")
    person.fills(announcement=str(job.id))
    person.fills(do=task)
    return person


def tasks(world: World, job: Schedule, jid: str = ADMIN) -> tuple[str, ...]:
    person = Person(world, jid)
    person.runs("pending")
    person.fills(announcement=str(job.id))
    return person.asked.form.fields[0].choices


def body(world: World, job: Schedule) -> str:
    content = world.get(job.id).content
    assert isinstance(content, TextContent)
    return content.texts[0].body


def test_nothing_to_come(world: World) -> None:
    person = Person(world, PUBLISHER)
    person.runs("pending")
    assert person.said == "Nothing is to go out."


def test_in_pages(world: World) -> None:
    """Nine at a time, what is next first, and the way on."""
    found = [
        world.schedule(bodies=(("en", f"Number {number}"),), delay_seconds="600")
        for number in range(12)
    ]
    person = Person(world, ADMIN)
    person.runs("pending")
    assert person.told == "12 announcements are to go out."
    choices = person.asked.form.fields[0].choices
    assert len(choices) == 10
    assert choices[-1] == "more"
    label = person.asked.form.fields[0].choice_labels[choices[0]]
    assert label == f"#{found[0].id} 03-01 12:10 news: Number 0"
    person.fills(announcement="more")
    assert person.asked.form.fields[0].choices == tuple(
        str(one.id) for one in found[9:]
    )
    person.goes_back()
    assert len(person.asked.form.fields[0].choices) == 10


def test_his_own_and_all(world: World) -> None:
    """A publisher finds his own, an admin all; not even by number another's."""
    own, others = world.schedule(PUBLISHER), world.schedule(ADMIN)
    person = Person(world, PUBLISHER)
    person.runs("pending")
    assert person.asked.form.fields[0].choices == (str(own.id),)
    person.fills(announcement=str(others.id))
    assert person.reason.startswith("Announcement: ")
    boss = Person(world, ADMIN)
    boss.runs("pending")
    assert set(boss.asked.form.fields[0].choices) == {str(own.id), str(others.id)}
    nobody = Person(world, AUDITOR)
    nobody.runs("pending")
    assert nobody.refused == "You may not do this here."


def test_shown(world: World) -> None:
    job = weekly(world, PUBLISHER, bodies=(("en", "One\n\nTwo"),))
    person = at_task(world, job, "show", PUBLISHER)
    for said in (f"number: #{job.id} (", "One\n\nTwo", "Again: each Sunday at 13:00"):
        assert said in person.shown
    assert person.shown.count("Sun 2026-") == 10
    assert "no-readers" not in person.shown


def test_what_can_be_done(world: World) -> None:
    """As it stands, and as far as he may: another's to single people is kept from
    going out, and nothing else.
    """
    once, again = world.schedule(PUBLISHER), weekly(world)
    paused = world.schedule(PUBLISHER)
    world.steer("pause", paused, PUBLISHER)
    personal = world.schedule(ADMIN, people=(USER,))
    usual = ("show", "edit", "move", "pause", "send-now", "cancel")
    assert tasks(world, once, PUBLISHER) == usual
    assert tasks(world, again) == (*usual[:4], "skip", *usual[4:])
    assert "resume" in tasks(world, paused, PUBLISHER)
    assert "pause" not in tasks(world, paused, PUBLISHER)
    assert tasks(world, personal) == usual
    other = "boss@example.org"
    access = world.policy.access
    world.use_cases.policy.access = replace(access, admins=frozenset({ADMIN, other}))
    assert tasks(world, personal, other) == ("show", "pause", "cancel")
    seen = at_task(world, personal, "show", other)
    assert "Hello" not in seen.shown


@pytest.mark.parametrize(
    ("task", "state"),
    [("pause", "paused"), ("cancel", "cancelled"), ("send-now", "running")],
)
def test_steered(world: World, task: str, state: str) -> None:
    """What it is about is shown before; a no changes nothing."""
    world.subscribe(USER)
    job = weekly(world)
    person = at_task(world, job, task)
    assert "readers now: 1" in person.told
    assert "Hello" in person.told
    person.fills()
    assert person.said == "Nothing was changed."
    person = at_task(world, job, task)
    person.fills(sure="yes")
    assert person.said.startswith(f"#{job.id} to news is {state}")
    assert world.get(job.id).state == state


def test_in_the_language_of_whoever_steers(world: World) -> None:
    job = world.schedule(template="maintenance", bodies=(), values=MAINTENANCE)
    person = Person(world, ADMIN, language="de")
    person.runs("pending")
    person.fills(announcement=str(job.id))
    person.fills(do="cancel")
    assert "Geplante Wartung: Platten" in person.told
    assert "Planned" not in person.told


def test_let_go_on(world: World) -> None:
    job = weekly(world)
    world.steer("pause", job)
    person = at_task(world, job, "resume")
    person.fills(sure="yes")
    assert person.said == f"#{job.id} to news is pending; next: 2026-03-01 13:00 UTC."


def test_one_left_out_and_put_back(world: World) -> None:
    job = weekly(world)
    person = at_task(world, job, "skip", zone=WARSAW)
    labels = person.asked.form.fields[0].choice_labels
    assert labels["2026-03-08T13:00:00Z"] == "2026-03-08 14:00 CET"
    person.fills(due="2026-03-08T13:00:00Z", sure="yes")
    assert person.said.startswith("2026-03-08 14:00 CET is skipped. #")
    person = at_task(world, job, "unskip")
    assert person.asked.form.fields[0].choices == ("2026-03-08T13:00:00Z",)
    person.fills(sure="yes")
    assert "is not skipped" in person.said
    assert "unskip" not in tasks(world, job)


def test_any_that_is_to_come(world: World) -> None:
    """Left out and put back from further pages, as far as one may look ahead."""
    job = weekly(world)
    person = at_task(world, job, "skip")
    for _ in range(2):
        assert len(person.asked.form.fields[0].choices) == 10
        person.fills(due="+")
    person.fills(due="2026-07-05T13:00:00Z", sure="yes")
    assert person.said.startswith("2026-07-05 13:00 UTC is skipped. #")
    person = at_task(world, job, "skip")
    seen: list[str] = []
    while "+" in (choices := person.asked.form.fields[0].choices):
        seen += choices[:-1]
        person.fills(due="+", sure="yes")
    seen += choices
    assert "2026-07-05T13:00:00Z" not in seen
    assert len(seen) == len(set(seen)) == REACH - 1
    for due in seen[:10]:
        world.steer("skip", job, ADMIN, due)
    person = at_task(world, job, "unskip")
    person.fills(due="+")
    person.fills(due="2026-07-05T13:00:00Z", sure="yes")
    assert person.said.startswith("2026-07-05 13:00 UTC is not skipped. #")


def test_what_is_held(world: World) -> None:
    """An admin lets it go, or leaves it out."""
    job = world.schedule(late_policy="hold", delay_seconds="60")
    assert world.get(job.id).late.policy is LatePolicy.HOLD
    world.clock.advance(hours=9)
    world.plan_all()
    assert tasks(world, job) == (
        *("show", "edit", "move", "resume", "skip", "send-now", "cancel"),
    )
    person = at_task(world, job, "skip")
    assert person.asked.form.fields[0].choices == ("held",)
    person.fills(sure="yes")
    assert "is skipped" in person.said


def test_own_words_anew(world: World) -> None:
    """The text there is, its paragraphs too; what was typed is shown, then kept."""
    world.subscribe(USER)
    job = world.schedule(bodies=(("en", "One\n\nTwo"),), subjects=(("", "Old"),))
    person = at_task(world, job, "edit")
    assert person.asked.given["body.en"] == ("One\n\nTwo",)
    # a client that leaves out empty lines has changed nothing by that
    person.fills(body__en=("One", "Two"))
    assert person.said == "Nothing changes."
    person = at_task(world, job, "edit")
    person.fills(subject__en="New", body__en="One\n.\nThree")
    assert "[en] New\nOne\n\nThree" in person.told
    assert "To news: 1 reader now" in person.told
    person.fills()
    assert person.reason.startswith("Nothing was changed yet.")
    person.fills(sure="yes")
    assert person.said == (
        f"Changed: #{job.id} to news is pending; next: 2026-03-01 13:00 UTC."
    )
    assert body(world, job) == "One\n\nThree"


def test_a_subject_taken_away(world: World) -> None:
    job = world.schedule(subjects=(("", "Old"),))
    person = at_task(world, job, "edit")
    person.fills(subject__en="")
    person.fills(sure="yes")
    content = world.get(job.id).content
    assert isinstance(content, TextContent)
    assert content.texts[0].subject is None


def test_each_language_has_its_fields(world: World) -> None:
    job = world.schedule(bodies=(("", "Hello"), ("de", "Hallo")))
    person = at_task(world, job, "edit")
    fields = person.asked.form.fields
    assert [one.name for one in fields] == ["subject", "body", "subject.de", "body.de"]
    assert person.talk.said(fields[3].label) == "Text (de)"
    person.fills(body__de="Guten Tag")
    person.fills(sure="yes")
    content = world.get(job.id).content
    assert isinstance(content, TextContent)
    assert [text.body for text in content.texts] == ["Hello", "Guten Tag"]


def test_a_template_anew(world: World) -> None:
    """Its fields as they were given, moments on his clocks; the others stay."""
    job = world.schedule(template="maintenance", bodies=(), values=MAINTENANCE)
    person = at_task(world, job, "edit", zone=WARSAW)
    given = person.asked.given
    assert given["set.start"] == ("2026-03-02 22:00 CET",)
    assert given["set.summary.de"] == ("Platten",)
    assert given["set.affected"] == ("Mail\n\nChat",)
    person.fills()
    assert person.said == "Nothing changes."
    person = at_task(world, job, "edit", zone=WARSAW)
    person.fills(set__start="2026-03-03 08:00", set__affected="")
    assert "Platten" in person.told
    person.fills(sure="yes")
    content = world.get(job.id).content
    assert isinstance(content, TemplateContent)
    assert content.values["start"] == {"": "2026-03-03T07:00:00Z"}
    assert content.values["summary"] == MAINTENANCE["summary"]
    assert not content.values["affected"].get("")


@pytest.mark.parametrize(
    ("filled", "following"),
    [
        ({"at": "2026-03-05 09:00"}, "2026-03-05 09:00 UTC"),
        ({"in": "2h"}, "2026-03-01 14:00 UTC"),
        ({"every": "daily"}, "2026-03-01 13:00 UTC"),
        ({"at": "2026-03-05 09:00", "every": "no"}, "2026-03-05 09:00 UTC"),
    ],
)
def test_moved(world: World, filled: Mapping[str, str], following: str) -> None:
    job = weekly(world)
    person = at_task(world, job, "move")
    assert person.asked.given["at"] == ("2026-03-01 13:00 UTC",)
    person.fills(**filled)
    assert following in person.told
    person.fills(sure="yes")
    assert person.said.endswith(f"next: {following}.")
    recurs = world.get(job.id).recurrence
    assert recurs == {"daily": "FREQ=DAILY", "no": None}.get(
        filled.get("every", ""), "FREQ=WEEKLY"
    )


def test_moved_by_a_rule_of_ones_own(world: World) -> None:
    job = world.schedule()
    person = at_task(world, job, "move")
    person.fills(every="rule")
    person.fills(rule="FREQ=NEVER")
    assert "FREQ" in person.reason
    person.fills(rule="FREQ=MONTHLY;COUNT=3")
    person.fills(sure="yes")
    assert world.get(job.id).recurrence == "FREQ=MONTHLY;COUNT=3"


@pytest.mark.parametrize(
    ("filled", "reason"),
    [
        ({"at": "2020-01-01 09:00"}, "When: 2020-01-01 09:00 UTC has passed."),
        ({"at": "noon"}, "When: 'noon' is not a moment"),
        ({"at": "2026-03-05 09:00", "in": "2h"}, "Say when"),
    ],
)
def test_moved_wrongly(world: World, filled: Mapping[str, str], reason: str) -> None:
    person = at_task(world, weekly(world), "move")
    person.fills(**filled)
    assert person.reason.startswith(reason)
    assert person.asked.given["at"] == (filled["at"],)


def test_changed_by_somebody_else_meanwhile(world: World) -> None:
    """What was typed comes back with the reason; seen anew, it is done."""
    job = world.schedule()
    person = at_task(world, job, "edit")
    person.fills(body__en="Mine")
    world.edit(job, bodies=(("en", "Another's"),))
    person.fills(sure="yes")
    assert "is in revision 2 now" in person.reason
    assert "Mine" in person.told
    person.fills(sure="yes")
    assert body(world, job) == "Mine"
    assert world.get(job.id).revision == 3


def test_over_meanwhile(world: World) -> None:
    job = world.schedule()
    person = at_task(world, job, "edit")
    person.fills(body__en="Mine")
    world.cancel(job)
    person.fills(sure="yes")
    assert person.refused == f"#{job.id} is over: cancelled."


def test_chosen_and_over(world: World) -> None:
    """Over once it is looked at: there is nothing to be done with it."""
    job = world.schedule()
    person = Person(world, ADMIN)
    person.runs("pending")
    world.cancel(job)
    person.fills(announcement=str(job.id))
    assert person.asked.form.fields[0].choices == ("show",)
