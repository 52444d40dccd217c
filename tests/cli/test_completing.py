"""What a shell is told when somebody presses the tab key."""

import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli.completing import DONE, FILES
from bot.cli.program import whole
from bot.cli.values import VALUES
from tests.cli.test_start import SLOW, loaded
from tests.cli.workplace import Outcome, Workplace

#: what bash takes for the end of a word
BREAKS = "\"'@><=;|&(: \t\n"
#: values that nobody can foresee
FREE = {
    *("AGE", "DUE", "DURATION", "HOST", "HOST[:PORT]", "ID", "N", "RRULE", "TEXT"),
    *("TIME", "URL", "FILE", "FOLDER", "CLOCK", "DAYS", "TERM", "UNTIL", "DURATIONS"),
    *("HOURS",),
}


def _ask(place: Workplace, line: str, **more: str) -> Outcome:
    """`line`: what is typed behind `carillon -c FILE`."""
    return place.program(
        env={
            "_CARILLON_COMPLETE": "fish",
            "_CARILLON_LINE": f"carillon -c {place.config} {line}",
            **more,
        }
    )


def _offered(place: Workplace, line: str, **more: str) -> list[str]:
    done = _ask(place, line, **more)
    assert (done.code, done.err) == (DONE, "")
    return [one.partition("\t")[0] for one in done.out.splitlines()]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Workplace:
    """Looked at alone, so one for all."""
    place = Workplace(tmp_path_factory.mktemp("people"))
    shutil.copy(empty_database, place.folder / "carillon.db")
    place.done("subscribers", "add", "news", "bob@example.org", "eve@example.org")
    place.done("subscribers", "add", "maintenance", "mod@example.org")
    for name, text in (("disks", "New disks."), ("$(date);`x`", "Odd."), ("-rf", "X")):
        said = ("--body", text, "--in", "2h", "--id", name, "--yes")
        place.done("announce", "news", *said)
    made = ("--template", "news", "--set", "headline=A", "--set", "text=B")
    place.done("announce", "maintenance", *made, "--in", "3h", "--yes")
    return place


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("sched", ["schedules"]),
        ("schedules pre", ["preview"]),
        ("lists --js", ["--json"]),
        ("announce ", ["maintenance", "news"]),
        ("announce ma", ["maintenance"]),
        ("schedules edit 1 --list ne", ["news"]),
        ("schedules edit 1 --list=ne", ["--list=news"]),
        ("templates show incident", ["incident", "incident-resolved"]),
        ("templates check news wel", ["welcome"]),
        ("announce news --template te", ["terms-changed"]),
        ("announce news --template news --set he", ["headline="]),
        ("announce news --template news --set headline:f", ["headline:fr="]),
        ("templates render news --set te", ["text="]),
        ("templates render incident --set status=i", None),
        ("schedules edit 7 --set li", ["link="]),
        ("announce news --body-in d", ["de="]),
        ("templates render news --language p", ["pl"]),
        ("announce news --tz Europe/Wars", ["Europe/Warsaw"]),
        ("schedules pause d", ["disks"]),
        ("subscribers remove news ", ["bob@example.org", "eve@example.org"]),
        ("subscribers remove news bob@example.org ", ["eve@example.org"]),
        ("subscribers add news ", []),
        ("templates render news --for m", ["mod@example.org"]),
        ("init --jid ", []),
        ("init --mode a", ["account"]),
        ("broadcasts show ", []),
        ("schedules list --status f", ["failed"]),
        ("announce news --late h", ["hold"]),
        ("announce news --on-holiday s", ["skip", "shift"]),
        ("announce news --holidays ", []),
        ("completion z", ["zsh"]),
        ("lost ", None),
        ("announce news --body ", []),
    ],
)
def test_what_is_offered(
    people: Workplace, line: str, offered: list[str] | None
) -> None:
    """Commands and options by their names, values as they are known here."""
    found = _offered(people, line)
    if offered is not None:
        assert found == offered
    assert all(len(one.splitlines()) == 1 for one in found)


def test_announcements(people: Workplace) -> None:
    """By number and, where a shell needs no quotes for it, by id."""
    made = people.data("schedules", "show", "7")["id"]
    assert _offered(people, "schedules show ") == ["7", made, "6", "5", "4", "disks"]


def test_maintenance(place: Workplace) -> None:
    """By name and by id; what is over where it may be looked at."""
    for called in ("disks", "works"):
        when = ("--in", "2h", "--set", "summary=Disks", "--id", called, "--yes")
        place.done("maintenance", "open", "news", *when)
    place.done("maintenance", "call-off", "works")
    assert _offered(place, "maintenance move ") == ["M1", "disks"]
    assert _offered(place, "maintenance show ") == ["M2", "works", "M1", "disks"]
    # a field of its template, though none is named
    assert "summary=" in _offered(place, "maintenance open news --set su")


def test_choices(place: Workplace) -> None:
    """A field of a choice names what may be chosen."""
    line = "templates render incident --set status="
    assert "status=identified" in _offered(place, line)


def test_what_it_is(people: Workplace) -> None:
    """Shells that show it hear what a value is."""
    assert "maintenance\tMaintenance" in _ask(people, "announce ").out.splitlines()
    shown = _ask(people, "schedules show d").out
    assert shown.startswith("disks\t4, news, 20")
    german = _ask(people, "announce x --template news --set he", LC_ALL="de_DE.UTF-8")
    assert german.out == "headline=\tÜberschrift\n"


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("subscribers remove news bob@ex", ["@example.org"]),
        ("announce x --template news --set headline:d", ["de="]),
        ("schedules edit 1 --list=ne", ["news"]),
        ("announce ne", ["news"]),
    ],
)
def test_the_ends_of_words_in_bash(
    people: Workplace, line: str, offered: list[str]
) -> None:
    """It puts what it gets behind the last character that ends a word."""
    assert _offered(people, line, _CARILLON_BREAKS=BREAKS) == offered


@pytest.mark.parametrize("line", ["subscribers export news ", "init --dir "])
def test_names_of_files(place: Workplace, line: str) -> None:
    """The shell is told that it knows better."""
    done = _ask(place, line)
    assert (done.code, done.out, done.err) == (FILES, "", "")


def test_the_environment_names_the_configuration(people: Workplace) -> None:
    """As for every command, where no `-c` does."""
    env = {
        "_CARILLON_COMPLETE": "bash",
        "_CARILLON_LINE": "carillon announce n",
        "CARILLON_CONFIG": str(people.config),
    }
    assert people.program(env=env).out == "news\n"
    env["_CARILLON_LINE"] = "carillon -c $FOLDER/carillon.toml announce n"
    env |= {"CARILLON_CONFIG": "/nowhere", "FOLDER": str(people.folder)}
    assert people.program(env=env).out == "news\n"


@pytest.mark.parametrize("line", ["announce ", "schedules show ", "templates show "])
def test_no_configuration(place: Workplace, line: str) -> None:
    """Nothing is offered, and nothing said: somebody is in the midst of typing."""
    place.config.write_text("[xmpp]\nmode = 1\n")
    assert _offered(place, line) == []
    place.config.unlink()
    assert _offered(place, line) == []


def test_a_script_of_an_earlier_release(place: Workplace) -> None:
    """It would run what it is told: it is told nothing."""
    former = {"_CARILLON_COMPLETE": "complete_zsh", "_CARILLON_LINE": "carillon "}
    done = place.program(env=former)
    assert (done.code, done.out, done.err) == (DONE, "", "")


def test_no_database(bare_place: Workplace) -> None:
    """None is made."""
    before = sorted(bare_place.folder.iterdir())
    assert _offered(bare_place, "schedules show ") == []
    assert _offered(bare_place, "announce m") == ["maintenance"]
    assert sorted(bare_place.folder.iterdir()) == before


def test_a_locked_database(people: Workplace) -> None:
    """It is not waited for."""
    with closing(sqlite3.connect(people.folder / "carillon.db")) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        assert _offered(people, "schedules show ") == []


def test_an_earlier_schema(place: Workplace) -> None:
    """It is left as it is."""
    place.done("announce", "news", "--body", "Hi", "--in", "2h", "--yes")
    with closing(sqlite3.connect(place.folder / "carillon.db")) as other:
        other.execute("ALTER TABLE schedule RENAME COLUMN origin TO came_from")
    assert _offered(place, "schedules show ") == []
    with closing(sqlite3.connect(place.folder / "carillon.db")) as other:
        names = [row[1] for row in other.execute("PRAGMA table_info(schedule)")]
    assert "came_from" in names


@pytest.fixture
def silent_host() -> Iterator[int]:
    """It takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_host_that_does_not_answer(place: Workplace, silent_host: int) -> None:
    """After a moment there is nothing to offer; the process is gone then."""
    url = f"postgresql+psycopg://a:b@127.0.0.1:{silent_host}/carillon"
    found = _offered(place, "schedules show ", CARILLON_DATABASE__URL=url)
    assert found == []


def test_every_value_is_known_or_free() -> None:
    """A new kind of value is offered, or stands among those that cannot be."""

    def metavars(command: object) -> Iterator[str]:
        for one in getattr(command, "params", ()):
            if name := one.metavar:
                yield name
        for inner in getattr(command, "commands", {}).values():
            yield from metavars(inner)

    found = set(metavars(whole()))
    assert found - set(VALUES) - FREE == set()
    assert set(VALUES) - found == set()
    assert FREE - found == set()


@pytest.mark.parametrize("line", ["sched", "announce news --js"])
def test_names_are_cheap(bare_place: Workplace, line: str) -> None:
    """What needs no value needs no configuration."""
    asked = {"_CARILLON_COMPLETE": "bash", "_CARILLON_LINE": f"carillon {line}"}
    assert loaded(bare_place, env=asked) & {*SLOW, "pydantic_settings"} == set()


def test_announcements_are_cheap(people: Workplace) -> None:
    """They are read without SQLAlchemy and all above it."""
    line = f"carillon -c {people.config} schedules show "
    asked = {"_CARILLON_COMPLETE": "bash", "_CARILLON_LINE": line}
    found = loaded(people, env=asked)
    assert "sqlite3" in found
    assert found & SLOW <= {"pydantic_settings", "psycopg"}
