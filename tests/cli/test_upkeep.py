"""`db` and `status`."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.domain import timestamps
from bot.service.ports.pulses import Pulse
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import upgrade
from bot.store.database import backend_of
from tests.cli.workplace import Workplace, plan, send
from tests.servers.postgresql import PostgreSQL
from tests.store.holding import holding
from tests.store.releases import restore

ANNA, BERT = "anna@example.org", "bert@example.org"


def test_db_from_nothing_to_current(bare_place: Workplace) -> None:
    """`upgrade` makes the database, current and check tell where it stands."""
    before = bare_place.data("db", "current")
    assert before["current"] is None
    assert "db upgrade" in bare_place("db", "check").fault()
    assert "went from nothing" in bare_place.done("db", "upgrade")
    assert "already" in bare_place.done("db", "upgrade")
    after = bare_place.data("db", "current")
    assert after["current"] == after["needed"] == before["needed"]
    assert bare_place.data("db", "check") == {"faults": []}
    assert bare_place.data("db", "upgrade")["before"] == after["current"]
    assert after["needed"] in bare_place.done("db", "current")
    assert "as this program needs it" in bare_place.done("db", "check")


def test_nothing_works_before_the_upgrade(bare_place: Workplace) -> None:
    """Without a database each command names `db upgrade` and leaves no file behind."""
    for arguments in (("lists",), ("status",), ("schedules", "list")):
        assert "carillon db upgrade" in bare_place(*arguments).fault()
    assert not (bare_place.folder / "carillon.db").exists()


def test_status_without_a_service(place: Workplace) -> None:
    """Where nothing runs the exit code is 1, and what is next still shows."""
    place.done("announce", "news", "--body", "Hi", "--in", "1d", "--id", "x", "--yes")
    ran = place("status")
    assert "no service is running" in ran.fault()
    assert "#1" in ran.out
    assert '"up": false' in place("status", "--json").out


@pytest.mark.parametrize(
    ("age", "connected", "says"),
    [
        (timedelta(seconds=5), True, None),
        (timedelta(seconds=5), False, "not connected"),
        (timedelta(minutes=5), True, "no service is running"),
    ],
)
def test_status_by_the_sign_of_life(
    place: Workplace, age: timedelta, connected: bool, says: str | None
) -> None:
    """Only a recent sign of life of a connected service gives exit code 0."""
    _beat(place, age, connected=connected)
    ran = place("status")
    if says is None:
        assert (ran.code, ran.err) == (0, "")
        assert place.data("status")["connected"] is True
    else:
        assert says in ran.fault()
    assert "announce.example.org" in ran.out


def test_status_shows_the_earliest_first(place: Workplace) -> None:
    """What goes out next is in the order of time, at most five."""
    for days in (9, 3, 7, 1, 8, 2):
        place.done("announce", "news", "--body", "Hi", "--in", f"{days}d", "--yes")
    _beat(place, timedelta(), connected=True)
    data = place.data("status")
    assert [one["reference"] for one in data["next"]] == [4, 6, 2, 3, 5]


def test_status_names_who_holds_up_the_database(place: Workplace) -> None:
    """Another process that has been in the middle of a change for seconds is named."""
    _beat(place, timedelta(), connected=True)
    assert place.data("status")["held_up"] is None
    with holding(f"sqlite:///{place.folder}/carillon.db") as holder:
        said = f"held up by process {holder.pid} "
        assert said in " ".join(place.done("status").split())
        assert said in place.data("status")["held_up"]


@pytest.mark.parametrize(
    ("age", "connected", "says"),
    [
        (None, False, "nothing goes out until one runs: `carillon run`"),
        (timedelta(hours=1), True, "nothing goes out until one runs: `carillon run`"),
        (timedelta(), False, "the service is not connected to its XMPP server now"),
        (timedelta(), True, None),
    ],
)
def test_whoever_has_something_sent_hears_that_nobody_sends(
    place: Workplace, age: timedelta | None, connected: bool, says: str | None
) -> None:
    """What asks for something to go out is done, and says where no service will do it
    now; so of a list that nobody stands on. Neither is a fault.
    """
    place.done("subscribers", "add", "news", ANNA, BERT, "--no-welcome")
    for command in _sending(place):
        if age is not None:
            _beat(place, age, connected=connected)
        said = " ".join(place.done(*command).split())
        assert (says in said) if says else ("service" not in said), command
    if age is not None:
        _beat(place, age, connected=connected)
    words = ("announce", "maintenance", "--body", "Hi", "--in", "9d", "--yes")
    assert "nobody is on the list" in place.done(*words)
    notes = place.data(*words)["notes"]
    assert [says in note for note in notes] == [True] * bool(says)


def _sending(place: Workplace) -> Iterator[tuple[str, ...]]:
    """Each command that has something sent, once it is possible."""
    later = ("--body", "Hi", "--in", "9d", "--yes", "--id")
    yield "announce", "news", *later, "once"
    yield "announce", "news", *later, "weekly", "--every", "FREQ=WEEKLY"
    yield "schedules", "edit", "once", "--body", "Ho", "--yes"
    yield "schedules", "send-now", "once"
    with place.use_cases() as uses:
        plan(uses)
        send(uses, {BERT: "remote-server-timeout"})
    place.done("schedules", "skip", "weekly")
    yield "schedules", "unskip", "weekly"
    place.done("schedules", "pause", "weekly")
    yield "schedules", "resume", "weekly"
    yield "broadcasts", "retry", "1"
    yield "broadcasts", "correct", "1", "--body", "Ha", "--yes"
    yield "broadcasts", "retract", "1"
    begun = timestamps.format(SystemClock().now() - timedelta(seconds=30))
    disks = ("maintenance", "open", "news", "--set", "summary=Disks", "--yes")
    yield *disks, "--in", "9d", "--for", "2h"
    yield *disks, "--start", begun
    yield "maintenance", "move", "M1", "--in", "8d"
    yield "maintenance", "extend", "M1", "+1h"
    yield "maintenance", "call-off", "M1"
    yield "maintenance", "finish", "M2"
    yield "incidents", "open", "news", "--set", "summary=Slow", "--yes"
    yield "incidents", "update", "I1", "--set", "status=identified", "--yes"
    yield "incidents", "resolve", "I1", "--yes"
    place.done("stop-all")
    yield ("resume-all",)


def _beat(place: Workplace, age: timedelta, *, connected: bool) -> None:
    with place.use_cases() as service:
        now = service.clock.now()
        pulse = Pulse(
            worker="worker",
            service="announce.example.org",
            version="1",
            connected=connected,
            started_at=now - timedelta(hours=1),
            seen_at=now,
        )
        service.database.call(_store, replace(pulse, seen_at=now - age))


def _store(uow: UnitOfWork, pulse: Pulse) -> None:
    uow.facts.beat(pulse)


# --- a database of an earlier release, and another JID ------------------------------


def test_an_upgrade_names_its_backup(bare_place: Workplace) -> None:
    """`db upgrade` says where the file as it was is, for people and for programs."""
    url = f"sqlite:///{bare_place.folder}/carillon.db"
    restore("0.1.0", url)
    said = bare_place.done("db", "upgrade")
    [backup] = bare_place.folder.glob("carillon.db.0001-*.backup")
    assert backup.name in "".join(said.split())
    assert "from 0001 to" in said
    assert bare_place.data("db", "upgrade")["backup"] is None
    upgrade.downgrade(url, "0001")
    document = bare_place.data("db", "upgrade")
    assert document["before"] == "0001"
    assert Path(document["backup"]).is_file()


def test_no_upgrade_under_a_running_service(bare_place: Workplace) -> None:
    """A file on which a service runs, of an earlier release say, is left as it is."""
    url = f"sqlite:///{bare_place.folder}/carillon.db"
    restore("0.1.0", url)
    with backend_of(url).hold("announce.example.org"):
        assert "Stop it first" in bare_place("db", "upgrade").fault()
    assert upgrade.current(url) == "0001"
    assert list(bare_place.folder.glob("*.backup")) == []
    bare_place.done("db", "upgrade")


@pytest.mark.postgres
def test_no_backup_of_postgresql(bare_place: Workplace, postgresql: PostgreSQL) -> None:
    """On PostgreSQL `db upgrade` says that none is made, and what makes one."""
    url = postgresql.database("upkeep")
    text = bare_place.config.read_text()
    ours = f"sqlite:///{bare_place.folder}/carillon.db"
    bare_place.config.write_text(text.replace(ours, url))
    assert "pg_dump" not in bare_place.done("db", "upgrade")
    upgrade.downgrade(url, "0001")
    assert "pg_dump --format=custom" in bare_place.done("db", "upgrade")
    assert "pg_dump" not in bare_place.done("db", "upgrade")


def test_another_jid(place: Workplace) -> None:
    """Under a new JID status and check say whose rows are there; adopt takes them."""
    place.done("subscribers", "add", "news", "reader@example.org", "--no-welcome")
    text = place.config.read_text()
    new = "announce.new.example"
    place.config.write_text(text.replace("announce.example.org", new))
    shown = " ".join(place("status").out.split())
    assert "carillon db adopt announce.example.org" in shown
    found = json.loads(place("check", "--json").out)["checks"]
    [database] = [one for one in found if one["check"] == "database"]
    assert database["result"] == "warning"
    assert "db adopt announce.example.org" in database["what"]
    assert "nothing of typo" in place("db", "adopt", "typo").fault()
    assert "is not a JID" in place("db", "adopt", "@@").fault()
    assert place.data("db", "adopt", "Announce.Example.org/any") == {
        "service": new, "subscribers": 1, "schedules": 0,
    }  # fmt: skip
    assert "adopt" not in place("status").out
    assert "reader@example.org" in place.done("subscribers", "list", "news")
    assert "nothing of" in place("db", "adopt", "announce.example.org").fault()
