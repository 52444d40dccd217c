"""What readers are told from a template: the same to the end, in their own way."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.domain.message import UNSTYLED, Text
from bot.domain.schedule import Schedule
from bot.service.delivery.jobs import Job
from tests.world import ADMIN, SERVICE, World, a_list

MOMENT = "2026-12-05T22:00:00Z"
BROKEN = "{{ nothing"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    mine = tmp_path / "templates" / "mine"
    mine.mkdir(parents=True)
    (mine / "template.toml").write_text(
        'languages = ["en", "de"]\ntitle = { en = "Mine" }\n'
        '[fields.start]\ntype = "moment"\nlabel = { en = "Start" }\n'
    )
    for tag, text in {"en": "From", "de": "Ab"}.items():
        (mine / f"subject.{tag}.txt.j2").write_text(text)
        (mine / f"body.{tag}.txt.j2").write_text(text + " {{ start | moment }}")
    return mine


@pytest.fixture
def told(world: World, folder: Path) -> Iterator[World]:
    here = World(
        world.url, templates=folder.parent, clock=world.clock, lists=[a_list("news")]
    )
    yield here
    here.close()


def subscribe(told: World, *wishes: tuple[str | None, str | None]) -> None:
    admin = told.caller(ADMIN)
    for number, (language, zone) in enumerate(wishes):
        jid = f"u{number}@example.org"
        told.do(told.enrolling.add, admin, "news", jid, language, zone)


def due(told: World) -> Schedule:
    return told.due(template="mine", bodies=(), values={"start": {"": MOMENT}})


def claim(told: World) -> Job:
    claimed = told.do(told.chunk_progress.claim, "w")
    assert claimed is not None
    return claimed


def bodies(told: World, claimed: Job) -> list[str]:
    readers = told.do(told.chunk_progress.recipients, claimed, 0, 100)
    return [body(told, claimed, number) for number in range(len(readers))]


def body(told: World, claimed: Job, number: int) -> str:
    return text(told, claimed, number).body.replace("\u202f", " ")


def text(told: World, claimed: Job, number: int) -> Text:
    reader = told.do(told.chunk_progress.recipients, claimed, 0, 100)[number]
    [only] = told.do(told.renditions.announcement, claimed, reader).texts
    return only


def test_dates_as_the_reader_writes_them(told: World) -> None:
    """One English text, with the formats of each reader's own country and zone."""
    subscribe(
        told, ("en", None), ("en-GB", None), ("en-GB-x-foo", None),
        ("de-AT", "Europe/Vienna"), ("fr", None), ("en-x-odd", None),
    )  # fmt: skip
    due(told)
    american = "From Saturday, December 5, 2026, 10:00 PM UTC"
    british = "From Saturday, 5 December 2026, 22:00 UTC"
    said = [one.replace(" at", ",") for one in bodies(told, claim(told))]
    assert said[0] == said[4] == said[5] == american
    assert said[1] == british
    assert said[2] in {american, british}
    assert said[3].startswith("Ab Samstag, 5. Dezember 2026")
    assert said[3].endswith("23:00 MEZ")


def test_own_words_without_a_language(world: World) -> None:
    """What has no language of its own goes out in the list's, to whomever."""
    lists = [a_list("news", language="de")]
    german = World(world.url, clock=world.clock, lists=lists)
    try:
        subscribe(german, ("fr", None), (None, None), ("en", None))
        german.due(bodies=(("", "Hallo"), ("en", "Hello")))
        claimed = claim(german)
        told = [text(german, claimed, number) for number in range(3)]
        assert [(one.language, one.body) for one in told] == [
            ("de", "Hallo"),
            ("de", "Hallo"),
            ("en", "Hello"),
        ]
    finally:
        german.close()


@pytest.mark.parametrize(
    ("plan_at", "said"),
    [
        ("2026-03-27T08:00+00:00", "From Saturday, March 28, 2026, 1:00 PM CET"),
        # clocks go forward on Sunday; told five minutes late, it is not later
        ("2026-03-28T08:05+00:00", "From Sunday, March 29, 2026, 1:00 PM CEST"),
    ],
)
def test_moments_relative_to_the_occurrence(
    told: World, plan_at: str, said: str
) -> None:
    """Each occurrence tells another moment, counted from when it was due."""
    subscribe(told, ("en", "Europe/Warsaw"))
    told.schedule(
        template="mine",
        bodies=(),
        values={"start": {"": "+P1DT4H"}},
        deliver_at="2026-03-27T08:00:00Z",
        timezone="Europe/Warsaw",
        recurrence="FREQ=DAILY;COUNT=2",
    )
    told.clock.set(datetime.fromisoformat(plan_at))
    told.plan_all()
    assert [one.replace(" at", ",") for one in bodies(told, claim(told))] == [said]


def test_relative_to_a_held_occurrence(told: World) -> None:
    """What is let go days later tells what it would have told in time."""
    subscribe(told, ("en", None))
    job = told.schedule(
        template="mine",
        bodies=(),
        values={"start": {"": "+PT28H"}},
        late_policy="hold",
    )
    told.clock.advance(days=3)
    told.plan_all()
    told.steer("resume", job)
    assert "Monday, March 2, 2026" in body(told, claim(told), 0)


def test_relative_to_joining(told: World, folder: Path) -> None:
    """A welcome counts from the moment of joining."""
    toml = folder / "template.toml"
    toml.write_text(toml.read_text() + 'default = "+PT48H"\n')
    told.do(lambda unit: unit.lists.declare([a_list("news", welcome="mine")]))
    told.do(told.subscribers.join, "new@example.org", f"news@{SERVICE}", "en")
    told.plan_all()
    assert "Tuesday, March 3, 2026" in body(told, claim(told), 0)


def test_varieties_are_bounded(told: World) -> None:
    """However many tags clients make up, no more texts are kept than CLDR knows."""
    subscribe(told, *((f"en-x-v{number}", None) for number in range(30)))
    job = due(told)
    bodies(told, claim(told))
    broadcast = told.broadcast(job)
    kept = told.do(lambda unit: unit.broadcasts.renditions(broadcast.id, "UTC"))
    assert kept.keys() <= {"", "de", "en"}


@pytest.mark.parametrize("edit", [BROKEN, "Something else {{ start | moment }}"])
def test_an_edit_in_the_middle_changes_nothing(
    told: World, folder: Path, edit: str
) -> None:
    """After the first message, texts are those of the template as it was then."""
    subscribe(
        told, ("en", None), ("de", None), ("en", "Europe/Warsaw"),
        ("en-GB", None), ("fr", None),
    )  # fmt: skip
    due(told)
    first = body(told, claim(told), 0)
    for tag in ("en", "de"):
        (folder / f"body.{tag}.txt.j2").write_text(edit)
    told.do(told.chunk_progress.release, "w")
    said = bodies(told, claim(told))
    assert said[0] == said[2] == said[3] == said[4] == first
    assert said[1].startswith("Ab Samstag")


@pytest.mark.parametrize("breaks", [True, False])
def test_whether_clients_style_it_is_kept(
    told: World, folder: Path, *, breaks: bool
) -> None:
    """All are told to show it as it is, also when the template says so no more."""

    def unstyled(claimed: Job) -> list[bool]:
        readers = told.do(told.chunk_progress.recipients, claimed, 0, 100)
        messages = [
            told.do(told.renditions.announcement, claimed, one) for one in readers
        ]
        return [UNSTYLED in message.payloads for message in messages]

    toml = folder / "template.toml"
    plain = toml.read_text()
    toml.write_text("unstyled = true\n" + plain)
    subscribe(told, ("en", None), ("de", None), ("en", "Europe/Warsaw"))
    due(told)
    body(told, claim(told), 0)
    toml.write_text("[" if breaks else plain)
    told.do(told.chunk_progress.release, "w")
    assert unstyled(claim(told)) == [True] * 3
    toml.write_text(plain)
    told.clock.advance(hours=2)
    later = due(told)
    claimed = [claim(told), claim(told)]  # the first is free again, too
    [job] = [one for one in claimed if one.schedule.id == later.id]
    assert unstyled(job) == [False] * 3


def test_a_broken_template_holds_up_nobody_else(told: World, folder: Path) -> None:
    """Other broadcasts are claimed and sent while a template is broken."""
    subscribe(told, ("en", None), ("de", None))
    broken = due(told)
    (folder / "template.toml").write_text("[")
    single = told.due(people=("one@example.org", "two@example.org", "c@example.org"))
    claimed = {claim(told).schedule.id, claim(told).schedule.id}
    assert claimed == {broken.id, single.id}
