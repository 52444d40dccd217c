"""One value that cannot be read costs its row, never the answer."""

import json
from datetime import timedelta

import pytest

from bot.clock import SystemClock
from bot.store.database import backend_of
from tests.cli.workplace import Workplace
from tests.store.copies import migrated
from tests.store.corruption import spoilt

#: what there is to look at, as programs and as people read it
LOOKS = (
    "status",
    "schedules list --all",
    "schedules show {number}",
    "schedules preview {number}",
    "broadcasts list",
    "broadcasts show 1",
    "broadcasts failures 1",
    "lists",
    "subscribers list news",
    "audit",
)


def url_of(place: Workplace) -> str:
    return f"sqlite:///{place.folder}/carillon.db"


@pytest.fixture
def full(bare_place: Workplace) -> Workplace:
    """With what a release left, up to date."""
    migrated(url_of(bare_place), release="0.1.0")
    return bare_place


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("schedule.timezone", "Nowhere/Gone"),
        ("schedule.recurrence", "FREQ=NEVER"),
        ("schedule.audience", "{"),
        ("schedule.content", "[]"),
        ("schedule.next_at", None),
        ("audit.action", "?"),
    ],
)
def test_every_answer_is_given(full: Workplace, column: str, value: str | None) -> None:
    """Whatever is wrong in one row, each look at the whole goes on."""
    with spoilt(url_of(full), column, value) as number:
        for look in LOOKS:
            for how in ((), ("--json",)):
                ran = full(*look.format(number=number).split(), *how)
                assert ran.code == 0 or look == "status", (look, ran)


def test_a_zone_that_is_gone(place: Workplace) -> None:
    """It is named wherever its row is shown, steering it works and says so in a line,
    and the answer to the health check is as it was.
    """
    for name in ("good", "bad"):
        place.done(
            *("announce", "news", "--body", "Hi", "--in", "1d", "--id", name),
            *("--every", "FREQ=DAILY", "--tz", "Europe/Warsaw", "--yes"),
        )
    healthy = place("status").code
    why = "'Nowhere/Gone' is not a time zone"
    with backend_of(url_of(place)).writing.begin() as connection:
        gone = "UPDATE schedule SET timezone = 'Nowhere/Gone' WHERE client_id = 'bad'"
        connection.exec_driver_sql(gone)
    ran = place("status")
    assert ran.code == healthy
    assert f"#2 can no longer be read: {why}" in ran.out
    found = json.loads(place("status", "--json").out)["unreadable"]
    assert [(one["reference"], one["count"]) for one in found] == [(2, 1)]
    ran = place("schedules", "list")
    assert (ran.code, ran.out.count("good"), ran.out.count("bad")) == (0, 1, 1)
    assert "UTC" in ran.out
    assert f"#2 can no longer be read: {why}" in ran.err
    good, bad = place.data("schedules", "list")["items"]
    assert good["unreadable"] is None
    assert why in bad["unreadable"]
    assert why in str(place.data("schedules", "preview", "2")["warnings"])
    for verb, state in (("pause", "paused"), ("cancel", "cancelled")):
        ran = place("schedules", verb, "2")
        assert ran.code == 0
        assert state in ran.out
        assert len(ran.err.splitlines()) == (verb == "pause")
    assert "Nowhere" not in place("status").out
    assert place.data("schedules", "show", "1")["state"] == "pending"


def test_it_can_be_edited(place: Workplace) -> None:
    """Given a zone that is known, it goes out at its wall time there."""
    day = SystemClock().now().date() + timedelta(days=3)
    place.done(
        *("announce", "news", "--body", "Hi", "--at", f"{day} 09:00"),
        *("--every", "FREQ=DAILY", "--tz", "Europe/Warsaw", "--yes"),
        "--id=bad",
    )
    with backend_of(url_of(place)).writing.begin() as connection:
        connection.exec_driver_sql("UPDATE schedule SET timezone = 'Nowhere/Gone'")
    ran = place("schedules", "preview", "1")
    assert (ran.code, "nothing is ahead" in ran.out) == (0, True)
    assert "'Nowhere/Gone'" in ran.err
    assert (
        "--tz: 'Nowhere/Gone'"
        in place(*("schedules", "edit", "1", "--body", "Ho", "--yes")).fault()
    )
    place.done("schedules", "edit", "1", "--tz", "Europe/Kyiv", "--yes")
    ran = place("schedules", "preview", "1")
    assert f"{day} 09:00:00 EE" in ran.out  # EET or EEST
    assert "Nowhere" not in ran.out + ran.err


def test_what_cannot_be_resumed(place: Workplace) -> None:
    """Where the next moment has to be found, one line says why that cannot be."""
    place.done(
        *("announce", "news", "--body", "Hi", "--in", "1d", "--id", "bad"),
        *("--every", "FREQ=DAILY", "--tz", "Europe/Warsaw", "--yes"),
    )
    with backend_of(url_of(place)).writing.begin() as connection:
        connection.exec_driver_sql("UPDATE schedule SET timezone = 'Nowhere/Gone'")
    assert "'Nowhere/Gone'" in place("schedules", "skip", "1", "2030-01-01").fault()
    assert place.data("schedules", "show", "1")["state"] == "pending"
