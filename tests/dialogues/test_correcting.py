"""What went out, corrected and withdrawn by command."""

import pytest

from bot.desk.verbs import schedules
from bot.desk.verbs.schedules import ScheduleWish
from bot.domain.amendment import Amendment
from bot.domain.message import Text
from bot.domain.schedule import Schedule, TemplateContent, TextContent
from bot.service.ports.paging import Paging
from tests.dialogues.talking import Person
from tests.world import ADMIN, PUBLISHER, World

READER = "reader@example.org"


@pytest.fixture
def job(world: World) -> Schedule:
    """A publisher's, in two languages, which is being sent to one."""
    world.subscribe(READER)
    return world.due(
        jid=PUBLISHER,
        bodies=(("en", "At ten.\n\nBe patient."), ("de", "Um zehn.")),
        subjects=(("", "Disks"),),
    )


def at_task(world: World, job: Schedule, task: str, jid: str = PUBLISHER) -> Person:
    person = Person(world, jid)
    person.runs("broadcasts")
    person.fills(broadcast=f"{job.id}/1")
    person.fills(do=task)
    return person


def amendments(world: World) -> list[Schedule]:
    person = Person(world, ADMIN)
    found = person.looks(schedules.LIST(ScheduleWish(paging=Paging())))
    return [one.schedule for one in found.items if one.schedule.amendment]


def test_what_was_sent_is_filled_in(world: World, job: Schedule) -> None:
    """A text for each language; what is not typed anew stays, with its paragraphs."""
    person = at_task(world, job, "correct")
    assert person.asked.given["body.en"] == ("At ten.\n\nBe patient.",)
    assert person.asked.given["subject.de"] == ("Disks",)
    person.fills(body__de="Um elf.")
    for text in ("[en] Disks", "At ten.\n\nBe patient.", "[de] Disks", "Um elf."):
        assert text in person.told
    assert "1 was not told yet, and gets this alone." in person.told
    person.fills(sure="yes")
    assert person.said.startswith(f"#{job.id}/1 is corrected, for 0 readers")
    [made] = amendments(world)
    assert made.content == TextContent(
        texts=(
            Text(language="en", body="At ten.\n\nBe patient.", subject="Disks"),
            Text(language="de", body="Um elf.", subject="Disks"),
        )
    )
    # the next one begins with what they have by now
    person = at_task(world, job, "correct")
    assert person.asked.given["body.de"] == ("Um elf.",)


def test_nothing_typed(world: World, job: Schedule) -> None:
    person = at_task(world, job, "correct")
    person.fills()
    assert person.said == "Nothing changes."
    assert amendments(world) == []


def test_a_no_throws_nothing_away(world: World, job: Schedule) -> None:
    """Once more is asked; then nothing was corrected."""
    person = at_task(world, job, "correct")
    person.fills(body__de="Um elf.")
    person.fills(sure="no")
    assert "Um elf." in person.told
    assert person.reason.startswith("Nothing was changed yet. To do it, say yes;")
    person.fills(sure="no")
    assert person.said == "Nothing was corrected."
    assert amendments(world) == []


def test_wrong(world: World, job: Schedule) -> None:
    """The form comes again, as it was filled in, and says why."""
    person = at_task(world, job, "correct")
    person.fills(body__de="x" * 101)
    assert "100 at most" in person.reason
    assert person.asked.given["body.de"] == ("x" * 101,)
    person.fills(body__de="Um elf.")
    assert "Um elf." in person.told


def test_a_template(world: World) -> None:
    """Its fields are filled in, moments on the clocks of whoever reads."""
    world.subscribe(READER)
    job = world.due(
        bodies=(),
        template="maintenance",
        values={
            "summary": {"": "Disks", "de": "Platten"},
            "start": {"": "2026-03-05T22:00:00Z"},
            "end": {"": "2026-03-05T23:00:00Z"},
        },
    )
    person = at_task(world, job, "correct", ADMIN)
    assert person.asked.given["set.summary"] == ("Disks",)
    assert person.asked.given["set.summary.de"] == ("Platten",)
    assert person.asked.given["set.start"] == ("2026-03-05 22:00 UTC",)
    person.fills(set__start="2026-03-05 22:30")
    assert "22:30" in person.told
    person.fills(sure="yes")
    assert "is corrected" in person.said
    [made] = amendments(world)
    assert isinstance(made.content, TemplateContent)
    assert made.content.values["start"] == {"": "2026-03-05T22:30:00Z"}
    assert made.content.values["summary"] == {"": "Disks", "de": "Platten"}


def test_withdrawn(world: World, job: Schedule) -> None:
    person = at_task(world, job, "retract", ADMIN)
    assert "The message “At ten.” of 2026-03-01 12:00 UTC is withdrawn." in person.told
    assert "Die Nachricht „Um zehn.“" in person.told
    person.fills()
    assert person.said == "Nothing was withdrawn."
    person = at_task(world, job, "retract", ADMIN)
    person.fills(sure="yes")
    assert person.said.startswith(f"#{job.id}/1 is withdrawn from 0 readers")
    [made] = amendments(world)
    assert made.amendment is Amendment.RETRACT
    # it is the end of it: shown, and offered no more
    person = Person(world, PUBLISHER)
    person.runs("broadcasts")
    person.fills(broadcast=f"{job.id}/1")
    assert person.asked.form.fields[0].choices == ("show",)
    person.fills(do="show")
    assert "withdrawn by #2" in person.shown


def test_a_template_withdrawn(world: World) -> None:
    """What is withdrawn is shown as its readers had it, not by its template's name."""
    world.subscribe(READER)
    values = {"headline": {"": "Disks"}, "text": {"": "New ones"}}
    job = world.due(bodies=(), template="news", values=values)
    person = at_task(world, job, "retract", ADMIN)
    words = "[en]\nThe message “Disks” of 2026-03-01 12:00 UTC is withdrawn."
    assert words in person.told
    assert "[de]\nDie Nachricht „Disks“" in person.told


def test_whose(world: World) -> None:
    """Offered to its owner and admins alone."""
    other = world.due(jid=ADMIN, client_id="of an admin")
    person = Person(world, PUBLISHER)
    person.runs("broadcasts")
    person.fills(broadcast=f"{other.id}/1")
    assert person.asked.form.fields[0].choices == ("show",)
