"""Announcing now: who may, what is shown before, what comes of it."""

from dataclasses import replace
from typing import Any

import pytest

from bot.dialogues.play import Asking
from bot.domain.errors import Unavailable
from bot.domain.phrase import Phrase
from bot.domain.schedule import PeopleAudience, TextContent
from bot.domain.send_window import Outside, SendWindow, WindowZone, read
from tests.dialogues.looking import declared, jobs
from tests.dialogues.talking import Person
from tests.world import ADMIN, AUDITOR, PUBLISHER, USER, World, a_list


def test_said_and_sent(world: World) -> None:
    """Shown as it reads, with how many hear it; then it is due at once."""
    world.subscribe(USER, AUDITOR)
    person = Person(world, PUBLISHER)
    person.runs("announce")
    assert person.asked.given["list"] == ("news",)
    assert "Its language is that of the list: English." in person.told
    person.fills(subject="Disks", body="One\n\nTwo")
    assert "Disks\nOne\n\nTwo\n" in person.told
    assert "To news: 2 readers now; sending takes less than a minute." in person.told
    assert person.asked.given["send"] == ("no",)
    assert jobs(world) == []
    person.fills(send="yes")
    [job] = jobs(world)
    assert person.said == (
        f"#{job.id} goes out to news now, to 2 readers; how it goes is shown under"
        " Broadcasts."
    )
    assert (job.owner, job.origin) == (PUBLISHER, "command")
    world.clock.advance(seconds=2)
    world.plan_all()
    assert world.progress(job).total == 2


def test_a_no_throws_nothing_away(world: World) -> None:
    """A first no may be what a client took for chosen; a second one is meant."""
    person = Person(world, PUBLISHER)
    person.runs("announce")
    person.fills(body="Hello")
    person.fills()
    assert person.reason.startswith("Nothing was sent yet.")
    assert "Hello" in person.told
    person.fills(send="no")
    assert person.said == "Nothing was announced."
    assert jobs(world) == []


def test_to_me_first(world: World) -> None:
    """As often as he likes, to him alone; then to all, or back to what he typed."""
    world.subscribe(USER)
    person = Person(world, PUBLISHER)
    person.runs("announce")
    person.fills(body="Helo")
    person.fills(send="me")
    assert person.reason.startswith("Sent to you alone.")
    assert person.asked.given["send"] == ("no",)
    [test] = jobs(world)
    assert test.audience == PeopleAudience(jids=(PUBLISHER,), list_name="news")
    person.goes_back()
    assert person.asked.given["body"] == ("Helo",)
    person.fills(body="Hello")
    assert "Hello" in person.told
    person.fills(send="yes")
    assert [job.content.title for job in jobs(world)] == ["Hello", "Helo"]


def test_in_no_language(world: World) -> None:
    """A word that is none, or one that was there, is refused where it was typed, not at
    the end behind other forms.
    """
    person = Person(world, PUBLISHER)
    person.runs("announce")
    person.fills(body="Hello", another="yes")
    person.fills(language="klingon", body="nuqneH", another="yes")
    assert person.reason == "Language: 'klingon' is no language; do you mean 'tlh'?"
    assert person.asked.given["body"] == ("nuqneH",)
    person.fills(language="tlh")
    person.fills(language="tlh", body="qo'", another="no")
    assert person.reason == "Language: Two have the language 'tlh'."


def test_in_another_language(world: World) -> None:
    person = Person(world, PUBLISHER)
    person.runs("announce")
    person.fills(body="Hello", another="yes")
    person.fills(language="de", subject="Neu", body="Hallo", another="yes")
    person.fills(language="xx", body="…")
    assert "no language 'xx'" in person.reason
    person.fills(language="de")
    assert "Two have the language" in person.reason
    person.fills(language="pl", body="Cześć")
    assert "[de] Neu\nHallo\n" in person.told
    assert "[pl]\nCześć" in person.told
    person.fills(send="yes")
    [job] = jobs(world)
    assert isinstance(job.content, TextContent)
    assert [text.language for text in job.content.texts] == ["", "de", "pl"]


@pytest.mark.parametrize("jid", [USER, AUDITOR])
def test_who_may_not(world: World, jid: str) -> None:
    person = Person(world, jid)
    person.runs("announce")
    assert person.refused == "You may not do this here."


def test_the_lists_that_he_may_announce_to(world: World) -> None:
    """First the one that he came to, else the default; another's not even forged."""
    declared(
        world,
        a_list("news"),
        a_list("club"),
        a_list("staff", publishers=frozenset()),
    )
    person = Person(world, PUBLISHER, list_name="club")
    person.runs("announce")
    assert person.asked.form.fields[0].choices == ("club", "news")
    person.fills(list="staff", body="Hello")
    assert person.reason.startswith("List: 'staff' is not one of")
    boss = Person(world, ADMIN)
    boss.runs("announce")
    assert boss.asked.form.fields[0].choices == ("news", "club", "staff")


def test_a_publisher_of_nothing_any_more(world: World) -> None:
    declared(world, a_list("news", publishers=frozenset()))
    person = Person(world, PUBLISHER)
    person.runs("announce")
    assert person.refused == "There is no list that you may announce to."


def test_a_right_lost_before_the_yes(world: World) -> None:
    person = Person(world, PUBLISHER)
    person.runs("announce")
    person.fills(body="Hello")
    declared(world, a_list("news", publishers=frozenset()))
    person.fills(send="yes")
    assert person.refused == "You may not announce to 'news'."
    assert jobs(world) == []


def test_what_is_too_long(world: World) -> None:
    """The form that it was typed into, with the reason at its label."""
    person = Person(world, PUBLISHER)
    person.runs("announce")
    person.fills(body="x" * 101)
    assert person.reason == "Text: The body has 101 characters, 100 at most."
    person.fills(body="x", subject="y" * 21)
    assert person.reason.startswith("Subject: ")
    assert person.asked.given["body"] == ("x",)


def test_over_quota(world: World) -> None:
    """What is shown stays, with the reason; once there is room it is sent."""
    waiting = [world.schedule(PUBLISHER) for _ in range(3)]
    person = Person(world, PUBLISHER)
    person.runs("announce")
    person.fills(body="Hello")
    person.fills(send="yes")
    assert "3" in person.reason
    assert person.asked.given["send"] == ("yes",)
    world.cancel(waiting[0], PUBLISHER)
    person.fills()
    assert "goes out to news now" in person.said


def test_nobody_to_tell(world: World) -> None:
    person = Person(world, PUBLISHER)
    person.runs("announce")
    person.fills(body="Hello")
    assert "Note: " in person.told
    assert "0 readers now" in person.told


def test_urgent(world: World) -> None:
    """For those who may; it is said before it goes out."""
    person = Person(world, PUBLISHER)
    person.runs("announce")
    assert "urgent" not in person.asked.given
    boss = Person(world, ADMIN)
    boss.runs("announce")
    assert boss.asked.given["urgent"] == ("false",)
    boss.fills(body="Hello", urgent="1")
    assert (
        "Urgent: quiet hours, pauses and send windows do not hold it back." in boss.told
    )
    boss.fills(send="yes")
    [job] = jobs(world)
    assert job.urgent


def test_a_lost_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody knows whether it was stored, a second yes announces it once."""
    database = world.database
    run = database.run

    async def loses_the_answer(use_case: Any, *args: Any) -> Any:
        done = await run(use_case, *args)
        if use_case != world.audit.carry_out:  # the count of requests
            return done
        monkeypatch.setattr(database, "run", run)
        raise Unavailable(Phrase("The connection is lost."))

    person = Person(world, PUBLISHER)
    person.runs("announce")
    person.fills(body="Hello")
    monkeypatch.setattr(database, "run", loses_the_answer)
    person.fills(send="yes")
    [job] = jobs(world)
    assert person.said.startswith(f"#{job.id} ({job.client_id}) was there already")

    # a talk of its own is another wish
    again = Person(world, PUBLISHER)
    again.runs("announce")
    again.fills(body="Hello")
    again.fills(send="yes")
    assert len(jobs(world)) == 2


def test_two_talks_under_one_name(world: World) -> None:
    """The id that was free when it was shown may be another's when it is stored."""
    first, second = Person(world, PUBLISHER), Person(world, PUBLISHER)
    for person, body in ((first, "One"), (second, "Two")):
        person.runs("announce")
        person.fills(body=body)
    first.fills(send="yes")
    second.fills(send="yes")
    if isinstance(second.turn, Asking):
        second.fills()
    assert "goes out to news now" in second.said
    assert len(jobs(world)) == 2


def test_outside_of_the_lists_send_window(world: World) -> None:
    """When it will go out is shown, and told; where it never would, it is refused."""
    world.subscribe(USER)
    window = SendWindow(read("09:00-20:00 MO TU WE TH FR"))
    declared(world, a_list(send_window=window))
    person = Person(world, PUBLISHER)
    person.runs("announce")
    person.fills(body="Hello")
    told = person.told
    assert "It goes out once you say yes." not in told
    assert "goes out 2026-03-02 09:00 UTC" in told
    person.fills(send="yes")
    assert "goes out to news at 2026-03-02 09:00 UTC; 1 reader now." in person.said
    world.clock.advance(seconds=2)
    world.plan_all()
    [job] = jobs(world)
    begins = world.broadcast(job).begins_at
    assert begins is not None
    assert f"{begins:%F %R}" == "2026-03-02 09:00"
    declared(world, a_list(send_window=replace(window, outside=Outside.SKIP)))
    person.runs("announce")
    person.fills(body="Bye")
    assert "the list's send window is 09:00-20:00 MO TU WE TH FR" in person.refused


def test_each_readers_send_window(world: World) -> None:
    """On the readers' own clocks: so it is told without a moment."""
    hours = read("09:00-20:00")
    for outside, told in (
        (Outside.WAIT, "each reader is told on his own clocks, within 09:00-20:00."),
        (Outside.SKIP, "whose clocks show a time outside of 09:00-20:00 then is not"),
    ):
        window = SendWindow(hours, WindowZone.READER, outside)
        declared(world, a_list(send_window=window))
        person = Person(world, PUBLISHER)
        person.runs("announce")
        person.fills(body="Hello")
        assert f"Note: {told}" in person.told
