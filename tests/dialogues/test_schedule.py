"""Announcing later: own words and templates, moments and rules as people say them."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.schedule import PeopleAudience, TemplateContent
from tests.dialogues.looking import jobs
from tests.dialogues.talking import Person
from tests.world import ADMIN, PUBLISHER, USER, World, a_list, copy_of

WARSAW = "Europe/Warsaw"
EVERYTHING = """
languages = ["en", "de"]
[title]
en = "All there is"
de = "Alles"
"""
FIELDS = {
    "words": 'type = "text"\nrequired = true',
    "name": 'type = "line"\ndefault = "Otto"',
    "start": 'type = "moment"\nrequired = true',
    "lasts": 'type = "duration"',
    "who": 'type = "jid"',
    "kind": 'type = "choice"\nchoices = ["open", "members"]',
    "level": 'type = "choice"\nrequired = true\nchoices = ["low", "high"]',
    "seats": 'type = "number"',
    "free": 'type = "boolean"',
}
SAYS = (
    "{{ words }} by {{ name }} at {{ start | moment }}"
    "{% if lasts %} for {{ lasts | duration }}{% endif %}"
    "{% if who %} ask {{ who }}{% endif %}"
    "{% if kind %} kind {{ kind }}{% endif %} level {{ level }}"
    "{% if seats is not none %} seats {{ seats }}{% endif %}"
    "{% if free %} free{% endif %}"
)


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    everything = folder / "everything"
    everything.mkdir(parents=True)
    words = "".join(
        f"[fields.{name}]\n{said}\nlabel = {{ en = 'The {name}', de = 'Das {name}' }}\n"
        for name, said in FIELDS.items()
    )
    (everything / "template.toml").write_text(EVERYTHING + words)
    for tag in ("en", "de"):
        (everything / f"subject.{tag}.txt.j2").write_text(f"{tag}: {{{{ name }}}}")
        (everything / f"body.{tag}.txt.j2").write_text(SAYS)
    return folder


@pytest.fixture
def world(blank: Path, tmp_path: Path, templates: Path) -> Iterator[World]:
    url = copy_of(blank, tmp_path)
    with closing(
        World(url, lists=[a_list(timezone=WARSAW)], templates=templates)
    ) as it:
        yield it


def at_when(world: World, jid: str = ADMIN, zone: str = "UTC") -> Person:
    """Somebody who has said what is to be said."""
    person = Person(world, jid, zone=zone)
    person.runs("schedule")
    person.fills()
    person.fills(subject="Disks", body="New disks.\n\nBe patient.")
    return person


def test_once(world: World) -> None:
    """His clocks, in what he types and reads; readers have those of their list."""
    world.subscribe(USER)
    person = at_when(world, zone="Asia/Tokyo")
    person.fills(at="2026-03-02 09:00")
    assert "Disks\nNew disks.\n\nBe patient.\n" in person.told
    assert "Mon 2026-03-02 09:00 JST" in person.told
    person.fills(send="yes")
    [job] = jobs(world)
    assert person.said == (
        f"#{job.id} goes out to news at 2026-03-02 09:00 JST; 1 reader now."
    )
    assert (job.next_at, job.timezone) == (datetime(2026, 3, 2, tzinfo=UTC), WARSAW)


def test_clocks_that_skip_it(world: World) -> None:
    """What is typed for once is a moment, and said so where clocks skip it."""
    person = at_when(world, zone=WARSAW)
    person.fills(at="2026-03-29 02:30")
    assert "Note: clocks in Europe/Warsaw skip 02:30 on 2026-03-29" in person.told
    assert "Sun 2026-03-29 03:30 CEST" in person.told


def test_in_a_while(world: World) -> None:
    person = at_when(world)
    person.fills(**{"in": "1d2h"})
    assert "Mon 2026-03-02 14:00 UTC" in person.told


def test_again_and_again(world: World) -> None:
    """By his clocks; ten moments, with what to know about the days on which clocks
    change.
    """
    person = at_when(world, zone=WARSAW)
    person.fills(at="2026-03-27 02:30", every="daily")
    assert "Again: each day at 02:30" in person.told
    assert person.told.count("2026-0") >= 10
    assert "Sun 2026-03-29 03:30 CEST, shifted" in person.told
    assert "Note: clocks skip 02:30 on 2026-03-29" in person.told
    person.fills(send="yes")
    [job] = jobs(world)
    assert (job.recurrence, job.timezone) == ("FREQ=DAILY", WARSAW)


def test_a_rule_of_ones_own_and_what_is_rare(world: World) -> None:
    person = at_when(world)
    person.fills(at="2026-12-05 22:00", every="rule", settings="yes")
    assert [one.name for one in person.asked.form.fields] == [
        *("rule", "tz", "expires", "late", "id")
    ]
    assert person.asked.given["tz"] == ("UTC",)
    given = {"expires": "2027-03-01 00:00", "late": "hold", "id": "disks"}
    person.fills(rule="FREQ=MONTHLY;BYDAY=1SA;COUNT=3", tz=WARSAW, **given)
    assert "2026-12-05 22:00 CET" in person.told
    assert "No message leaves after" in person.told
    person.fills(send="yes")
    [job] = jobs(world)
    assert (job.client_id, job.late.policy, job.zone) == ("disks", "hold", WARSAW)
    assert job.expires_at is not None
    # the same once more is what there is already
    again = at_when(world)
    again.fills(at="2026-12-05 22:00", every="rule", settings="yes")
    again.fills(rule="FREQ=MONTHLY;BYDAY=1SA;COUNT=3", tz=WARSAW, **given)
    assert "was there already" in again.said
    assert len(jobs(world)) == 1


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ({"every": "daily"}, "Say when: give a moment, or in how long."),
        ({"at": "2026-03-02 09:00", "in": "1h"}, "Say when: "),
        ({"at": "tomorrow"}, "When: 'tomorrow' is not a moment"),
        ({"at": "2026-02-30 09:00"}, "When: '2026-02-30 09:00' names a day"),
        ({"at": "2020-01-01 09:00"}, "When: 2020-01-01 10:00 CET has passed."),
        ({"at": "2036-01-01 09:00"}, "When: 2036-01-01 10:00 CET is too far ahead"),
        ({"in": "soon"}, "Or in: 'soon' is no length of time"),
        ({"in": "9000d"}, "Or in: "),
        ({"every": "often", "in": "1h"}, "How often: 'often' is not one of"),
    ],
)
def test_when_is_refused(world: World, when: dict[str, str], reason: str) -> None:
    """The same form, as it was filled in; what is right goes on from there."""
    person = at_when(world)
    person.fills(**when)
    assert person.reason.startswith(reason)
    for name, text in when.items():
        assert person.asked.given[name] == (text,)
    person.fills(**{"at": "", "in": "1h", "every": "no"})
    assert "New disks." in person.told


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"tz": "Mars/Base"}, "Time zone: "),
        ({"expires": "never"}, "Expires: 'never' is not a moment"),
        ({"expires": "2026-03-01 13:00"}, "Expires: must lie after"),
        ({"id": "x" * 256}, "Id: "),
        ({"rule": "FREQ=HOURLY"}, "FREQ"),
        ({"rule": "FREQ=DAILY;BYDAY=8XX"}, "BYDAY"),
    ],
)
def test_what_is_rare_is_refused(
    world: World, more: dict[str, str], reason: str
) -> None:
    person = at_when(world)
    person.fills(at="2026-03-02 09:00", every="rule", settings="yes")
    person.fills(**{"rule": "FREQ=DAILY", **more})
    assert reason in person.reason
    person.fills(rule="FREQ=DAILY", tz="UTC", expires="", id="")
    assert "Again: each day at 09:00" in person.told


def test_a_template_with_everything(world: World) -> None:
    """Its fields with the labels of its author, each read as its type; what was typed
    is in the text that is shown.
    """
    person = Person(world, ADMIN, zone=WARSAW)
    person.runs("schedule")
    labels = person.asked.form.fields[1].choice_labels
    assert labels["everything"] == "All there is"
    person.fills(template="everything")
    fields = {one.name: one for one in person.asked.form.fields}
    assert [*fields] == [*(f"set.{name}" for name in FIELDS), "another"]
    assert fields["set.words"].label == "The words"
    assert person.asked.given["set.name"] == ("Otto",)
    # what may be left out is not taken for granted, what must be is
    assert person.asked.given["set.kind"] == ("",)
    assert person.asked.given["set.level"] == ("low",)
    typed = {
        "set__words": "Party",
        "set__start": "2026-12-05 20:00",
        "set__lasts": "1h30m",
        "set__who": "Boss@Example.org",
        "set__level": "high",
        "set__seats": "12",
        "set__free": "1",
        "another": "yes",
    }
    for name, wrong in {
        "set__start": "never",
        "set__lasts": "long",
        "set__who": "@",
        "set__level": "medium",
        "set__seats": "some",
        "set__free": "perhaps",
        "set__words": "",
    }.items():
        person.fills(**typed | {name: wrong})
        assert person.reason.startswith(f"The {name.removeprefix('set__')}: ")
    person.fills(**typed)
    person.fills(language="de")
    names = [one.name for one in person.asked.form.fields]
    assert names == ["set.words.de", "set.name.de", "another"]
    person.fills(set__words__de="Feier")
    person.fills(at="2026-12-01 09:00")
    told = person.told
    assert "[en] en: Otto" in told
    assert "Party by Otto" in told
    assert "Feier by Otto" in told
    for said in ("CET", "boss@example.org", "level high", "seats 12", "free"):
        assert said in told
    assert "kind" not in told
    person.fills(send="yes")
    [job] = jobs(world)
    assert isinstance(job.content, TemplateContent)
    values = job.content.values
    assert values["words"] == {"": "Party", "de": "Feier"}
    assert values["start"] == {"": "2026-12-05T19:00:00Z"}
    assert "kind" not in values


def test_a_template_that_is_broken(world: World, templates: Path) -> None:
    """It is not offered, and keeps nobody from the others."""
    (templates / "everything" / "template.toml").write_text("broken")
    person = Person(world, ADMIN)
    person.runs("schedule")
    choices = person.asked.form.fields[1].choices
    assert "everything" not in choices
    assert "maintenance" in choices


def test_at_once_by_a_template(world: World) -> None:
    """Where no moment is given."""
    person = Person(world, ADMIN)
    person.runs("schedule")
    person.fills(template="everything")
    person.fills(set__words="Works", set__start="+28h")
    person.fills()
    assert "It goes out once you say yes." in person.told
    person.fills(send="yes")
    assert "goes out to news now" in person.said


def test_relative_to_the_announcement(world: World) -> None:
    person = Person(world, ADMIN, zone=WARSAW)
    person.runs("schedule")
    person.fills(template="everything")
    person.fills(set__words="Works", set__start="+28h")
    person.fills(at="2026-12-01 09:00", every="weekly")
    person.fills(send="yes")
    [job] = jobs(world)
    assert isinstance(job.content, TemplateContent)
    assert job.content.values["start"] == {"": "+28h"}


def test_to_me_first(world: World) -> None:
    """A message now, though the announcement is for later; and that is kept."""
    person = at_when(world, PUBLISHER)
    person.fills(at="2026-04-02 09:00", every="weekly")
    person.fills(send="me")
    [test] = jobs(world)
    assert test.audience == PeopleAudience(jids=(PUBLISHER,), list_name="news")
    assert test.recurrence is None
    person.fills(send="yes")
    assert "at 2026-04-02 09:00 UTC" in person.said


def test_back_and_on_by_another_way(world: World) -> None:
    """From the preview back to the first step, and on with a template after all."""
    person = at_when(world)
    person.fills(at="2026-03-02 09:00")
    for _ in range(3):
        person.goes_back()
    assert person.asked.given["template"] == ("own-words",)
    person.fills(template="everything")
    assert "set.words" in person.asked.given
    person.goes_back()
    person.fills(template="own-words")
    assert person.asked.given["body"] == ("New disks.\n\nBe patient.",)
