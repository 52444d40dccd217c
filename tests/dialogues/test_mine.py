"""What somebody does about himself: his messages, his consent, his data."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.desk.verbs import consent as consents
from bot.desk.verbs import mydata, schedules
from bot.domain.consent import Consent, Standing, Who
from bot.domain.schedule import Schedule, TextContent
from bot.service.ports.paging import Paging
from bot.service.ports.personal import Part
from bot.service.rules.policy import People
from tests.dialogues.talking import Person
from tests.world import ADMIN, USER, World, a_policy, copy_of

BOB = "bob@example.org"
HERE = Standing(exists=True, subscription="none")


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    policy = a_policy(people=People(servers=frozenset({"example.org"})))
    with closing(World(copy_of(blank, tmp_path), policy=policy)) as found:
        yield found


def letter(world: World, sender: str, to: str, **changes: str) -> Schedule:
    """Due in an hour."""
    request = world.request(to=to, list_name=None, **changes)
    write = world.schedules.write
    return world.do(write, world.caller(sender), request, HERE)[0].schedule


def ask_me(world: World, *, preview: bool = False) -> None:
    chosen = Consent(who=Who.ASK, preview=preview)
    world.do(world.use_cases.consents.set, world.caller(BOB), chosen)


def chosen_by(world: World, jid: str = BOB) -> Consent:
    return world.do(world.use_cases.consents.look, world.caller(jid))


# --- my-messages --------------------------------------------------------------


def test_nothing_waits(world: World) -> None:
    """Said at once; what others wait for is not his."""
    letter(world, USER, BOB)
    person = Person(world, BOB)
    person.runs("my-messages")
    assert person.said == "No message of yours waits to be sent."


def test_seen_and_left(world: World) -> None:
    """Who only looks sees to whom, when and what, and changes nothing."""
    job = letter(world, USER, BOB, recurrence="FREQ=DAILY;COUNT=3")
    person = Person(world, USER, zone="Europe/Warsaw")
    person.runs("my-messages")
    assert person.told == "1 message of yours waits to be sent."
    [label] = person.asked.form.fields[0].choice_labels.values()
    assert label == "2026-03-01 14:00 CET bob@example.o…"
    person.fills()
    for line in (BOB, "2026-03-03 14:00 CET", "Hello"):
        assert line in person.told
    person.fills()
    assert person.said == "Nothing was changed."
    assert world.get(job.id) == job


def test_an_admin_sees_his_own(world: World) -> None:
    """Neither another's, which he might look at elsewhere, nor what lists are told."""
    letter(world, USER, BOB)
    world.schedule(ADMIN)
    own = world.schedule(ADMIN, people=(BOB,))
    person = Person(world, ADMIN)
    person.runs("my-messages")
    assert person.asked.form.fields[0].choices == (str(own.id),)


@pytest.mark.parametrize(
    ("task", "said", "state"),
    [
        ("cancel", "It is cancelled: it will not be sent.", "cancelled"),
        ("send", "It is being sent now.", "running"),
    ],
)
def test_steered(world: World, task: str, said: str, state: str) -> None:
    """After a yes alone, which has to be chosen."""
    job = letter(world, USER, BOB)
    person = Person(world, USER)
    for sure in ("no", "yes"):
        person.runs("my-messages")
        person.fills()
        person.fills(do=task)
        assert "Hello" in person.told
        assert person.asked.given["sure"] == ("no",)
        assert world.get(job.id) == job
        person.fills(sure=sure)
    assert person.said == said
    world.plan_all()
    assert world.get(job.id).state == state


def test_worded_anew(world: World) -> None:
    """Each of its texts; the other is as it was, and what will be is shown first."""
    bodies = (("en", "Hello"), ("de", "Hallo"))
    subjects = (("en", "News"), ("de", "Neues"))
    job = world.schedule(ADMIN, people=(BOB,), bodies=bodies, subjects=subjects)
    person = Person(world, ADMIN)
    person.runs("my-messages")
    person.fills()
    person.fills(do="edit")
    assert person.asked.given["body.de"] == ("Hallo",)
    # what nothing was changed of
    person.fills()
    assert person.said == "Nothing was changed."
    person.runs("my-messages")
    person.fills()
    person.fills(do="edit")
    person.fills(body__de="Guten Tag")
    assert "Guten Tag" in person.told
    assert world.get(job.id) == job
    person.fills(sure="no")  # a first one may be what a client took for chosen
    assert "Guten Tag" in person.told
    person.fills(sure="yes")
    assert person.said == "Saved. It goes to bob@example.org 2026-03-01 13:00 UTC."
    content = world.get(job.id).content
    assert isinstance(content, TextContent)
    texts = [(one.subject, one.body) for one in content.texts]
    assert texts == [("News", "Hello"), ("Neues", "Guten Tag")]


def test_moved(world: World) -> None:
    """To a moment on his own clocks; what is none is asked for again."""
    job = world.schedule(ADMIN, people=(BOB,))
    person = Person(world, ADMIN, zone="Europe/Warsaw")
    person.runs("my-messages")
    person.fills()
    person.fills(do="move")
    assert person.asked.given["at"] == ("2026-03-01 14:00 CET",)
    person.fills(at="tomorrow")
    assert person.reason.startswith("When: ")
    person.fills(at="2020-03-02 09:00")
    assert "When: " in person.reason
    person.fills(at="2026-03-02 09:00")
    assert "2026-03-02 09:00 CET" in person.told
    person.fills(sure="yes")
    assert person.said == "Saved. It goes to bob@example.org 2026-03-02 09:00 CET."
    moved = world.get(job.id).next_at
    assert moved is not None
    assert moved.hour == 8


def test_changed_in_between(world: World) -> None:
    """What was edited elsewhere meanwhile is not undone."""
    job = world.schedule(ADMIN, people=(BOB,))
    person = Person(world, ADMIN)
    person.runs("my-messages")
    person.fills()
    person.fills(do="edit")
    person.fills(body__en="Mine")
    world.edit(job, bodies=(("en", "Theirs"),))
    person.fills(sure="yes")
    assert "revision 2" in person.reason
    assert "Theirs" in str(world.get(job.id).content)


def test_many(world: World) -> None:
    """Nine at once, the next to come first, and the way to the others."""
    for hour in range(12):
        world.schedule(ADMIN, people=(BOB,), deliver_at=f"2026-03-02T{hour:02}:00:00Z")
    person = Person(world, ADMIN)
    person.runs("my-messages")
    options = person.asked.form.fields[0]
    assert len(options.choices) == 10
    person.fills(message="more")
    options = person.asked.form.fields[0]
    assert len(options.choices) == 3
    labels = [str(one)[11:16] for one in options.choice_labels.values()]
    assert labels == ["09:00", "10:00", "11:00"]
    person.goes_back()
    person.fills(message=person.asked.form.fields[0].choices[0])
    assert "2026-03-02 00:00 UTC" in person.told


# --- consent ------------------------------------------------------------------


def test_chosen(world: World) -> None:
    """One form with what holds; a fault comes back with what was typed."""
    person = Person(world, BOB)
    person.runs("consent")
    assert person.asked.given["who"] == ("server",)
    person.fills(who="ask", block="eve@", preview="1")
    assert person.reason.startswith("Never allowed: ")
    person.fills(
        who="ask",
        allow=["Ann@example.org doctor@clinic.example"],
        block=["evil.example"],
        preview="1",
        max_per_day="3",
        max_ahead="30d",
    )
    assert person.said == "Saved. Who may schedule messages to you: Ask me first."
    chosen = chosen_by(world)
    assert chosen == Consent(
        who=Who.ASK,
        allowed=frozenset({"ann@example.org", "doctor@clinic.example"}),
        blocked=frozenset({"evil.example"}),
        max_per_day=3,
        max_ahead=30 * 86_400,
        preview=True,
    )
    person.runs("consent")
    given = person.asked.given
    assert given["max-ahead"] == ("30d",)
    # what comes back as it was shown changes nothing
    person.fills()
    assert chosen_by(world) == chosen
    # and who is asked no more sees nothing beforehand
    person.runs("consent")
    person.fills(who="nobody")
    assert not chosen_by(world).preview


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("later", "It still waits for you."),
        ("approve", f"The message of {USER} comes 2026-03-01 13:00 UTC."),
        ("refuse", f"The message of {USER} will not come."),
    ],
)
@pytest.mark.parametrize("preview", [True, False])
def test_answered(world: World, verdict: str, said: str, *, preview: bool) -> None:
    """What waits is seen as he chose to, and answered; to wait is the default."""
    ask_me(world, preview=preview)
    letter(world, USER, BOB)
    person = Person(world, BOB)
    person.runs("consent")
    assert "1 message waits for your answer." in person.told
    person.fills()
    assert USER in person.told
    assert ("Hello" in person.told) is preview
    assert person.asked.given["verdict"] == ("later",)
    person.fills(verdict=verdict)
    assert person.said == said
    waiting = person.looks(consents.REQUESTS(consents.RequestsWish(paging=Paging())))
    assert waiting.count == (verdict == "later")


def test_one_of_several(world: World) -> None:
    """The one that was chosen, though another is answered meanwhile."""
    ask_me(world)
    for hour in ("14", "15"):
        letter(world, USER, BOB, deliver_at=f"2026-03-01T{hour}:00:00Z")
    person, other = Person(world, BOB), Person(world, BOB)
    person.runs("consent")
    person.fills()
    [which] = person.asked.form.fields
    late = next(
        one for one, label in which.choice_labels.items() if "15:00" in str(label)
    )
    person.fills(request=late)
    assert "15:00" in person.told
    person.fills(verdict="refuse")
    assert "will not come" in person.said
    other.runs("consent")
    other.fills()
    assert "14:00" in other.told


def test_the_soonest_first(world: World) -> None:
    """Of many that wait: a page after the other, as they are due."""
    ask_me(world)
    for minute in (30, 50, 10, 40, 20, 0):
        for second in (0, 30):
            at = f"2026-03-01T14:{minute:02}:{second:02}Z"
            letter(world, f"u{minute}-{second}@example.org", BOB, deliver_at=at)
    person = Person(world, BOB)
    person.runs("consent")
    person.fills()
    told: list[str] = []
    for _ in range(2):
        [which] = person.asked.form.fields
        labels = [person.talk.said(one) for one in which.choice_labels.values()]
        assert len(labels) <= 10
        told += [one[11:16] for one in labels if one.startswith("2026")]
        person.fills(request="+")
    assert len(told) == 12
    assert told == sorted(told)


# --- my-data ------------------------------------------------------------------


def test_shown(world: World) -> None:
    """In words, on his own clocks; parts of which there is nothing are left out."""
    world.subscribe(USER)
    letter(world, USER, BOB)
    person = Person(world, USER, zone="Europe/Warsaw")
    person.runs("my-data")
    person.fills()
    assert "news: since 2026-03-01 13:00 CET" in person.shown
    assert "to bob@example.org: pending" in person.shown
    assert "Hello" in person.shown
    assert "Your roles" not in person.shown


def test_taken_along(world: World) -> None:
    """As JSON, whole where a client can take it; else he is told where the rest is."""
    world.subscribe(USER)
    person = Person(world, USER)
    person.runs("my-data")
    person.fills(task="export")
    _, text = person.shown.split("\n", 1)
    told = json.loads(text)
    assert told["jid"] == USER
    assert set(told) == {"jid", *Part}
    assert told["subscriptions"][0]["list"] == "news"
    world.do(
        world.use_cases.consents.set,
        world.caller(USER),
        Consent(who=Who.ASK, blocked=frozenset(f"{n:040}.example" for n in range(999))),
    )
    letter(world, USER, BOB)
    person.runs("my-data")
    person.fills(task="export")
    assert len(person.shown) < 60_000
    assert f"carillon people export {USER}" in person.shown


def test_forgotten(world: World) -> None:
    """After a yes alone; what goes and what stays is told before, and after."""
    world.subscribe(USER)
    job = letter(world, USER, BOB)
    person = Person(world, USER)
    for sure in ("no", "yes"):
        person.runs("my-data")
        person.fills(task="forget")
        assert "You leave news." in person.told
        assert "1 message of yours that waits is cancelled." in person.told
        assert person.asked.given["sure"] == ("no",)
        assert world.get(job.id) == job
        person.fills(sure=sure)
    assert person.said == "You are forgotten. Join a list, and you are known again."
    found = person.looks(mydata.LOOK(mydata.Whose()))
    rows = {part for part, some in found.items() if some.rows}
    assert rows == {Part.FORGOTTEN, Part.COUNTS}
    wish = schedules.ScheduleWish(paging=Paging())
    assert person.looks(schedules.LIST(wish)).count == 0
