"""`audit`: who asked what, with which result; shown, exported and purged."""

import csv
import io
import json
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.audit import Action, AuditEntry
from bot.domain.schedule import Origin
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.records.audit import ROWS_PER_TRANSACTION
from tests.cli.workplace import Workplace

DAY = timedelta(days=1)
COLUMNS = [
    *("id", "at", "caller", "role", "door", "action", "about", "reference"),
    *("result", "detail"),
]


def add(place: Workplace, *given: dict[str, Any]) -> None:
    """Entries, `days` old, with whatever differs."""

    def fill(uow: UnitOfWork) -> None:
        for changes in given:
            values: dict[str, Any] = {
                "caller": "bob@example.org",
                "role": "user",
                "door": Origin.IQ,
                "action": Action.SCHEDULE,
                "about": "job to news",
                "reference": None,
                "result": "done",
                "detail": None,
            }
            days = changes.get("days", 0)
            more = {name: one for name, one in changes.items() if name != "days"}
            at = service.clock.now() - days * DAY
            uow.audit.add(AuditEntry(**values | more, at=at))

    with place.use_cases() as service:
        service.database.call(fill)


def ids(place: Workplace, *options: str) -> list[int]:
    return [one["id"] for one in place.data("audit", *options)["items"]]


def test_what_the_operator_changes_is_written_down(place: Workplace) -> None:
    """Each change once, done or refused; what he looks at is not, nor any content."""
    place.done(
        *("announce", "news", "--body", "a-secret-word", "--in", "1d"),
        *("--every", "FREQ=DAILY", "--id", "job", "--yes"),
    )
    for verb in ("show", "pause", "resume", "skip", "cancel"):
        place.done("schedules", verb, "job")
    place("schedules", "cancel", "nothing").fault()
    place("schedules", "pause", "job").fault()
    place.done("subscribers", "add", "news", "ann@example.org")
    place.done("subscribers", "remove", "news", "ann@example.org")
    place("broadcasts", "stop", "9").fault()
    place.done("lists")
    items = place.data("audit")["items"]
    assert [(one["action"], one["result"]) for one in items] == [
        ("schedule", "done"),
        ("pause", "done"),
        ("resume", "done"),
        ("skip", "done"),
        ("cancel", "done"),
        ("cancel", "not-found"),
        ("pause", "finished"),
        ("subscribe", "done"),
        ("unsubscribe", "done"),
        ("stop", "not-found"),
    ]
    assert {(one["caller"], one["role"], one["door"]) for one in items} == {
        ("role:admin", "admin", "cli")
    }
    assert [one["reference"] for one in items[:5]] == [1] * 5
    assert "a-secret-word" not in place.done("audit", "--json")
    assert "ann@example.org" in place.done("audit", "--action", "subscribe")


def test_what_is_refused_before_anybody_is_asked(place: Workplace) -> None:
    """A change that is refused while the command looks at what it would do is
    written down as that change; what it would do is not, where it can be done.
    """
    place.done("announce", "news", "--body", "x", "--in", "1d", "--id", "job", "--yes")
    assert len(ids(place)) == 1
    place.done("announce", "news", "--body", "y", "--in", "1d", "--dry-run")
    place.done("schedules", "edit", "job", "--body", "y", "--dry-run")
    assert len(ids(place)) == 1
    place("announce", "news", "--body", "y", "--in", "9000d", "--yes").fault()
    place("schedules", "edit", "job", "--body", "", "--yes").fault()
    place("schedules", "edit", "job", "--body", "y", "--revision", "7", "-y").fault()
    found = place.data("audit")["items"][1:]
    assert [(one["action"], one["result"]) for one in found] == [
        ("schedule", "policy-violation"),
        ("edit", "invalid"),
        ("edit", "conflict"),
    ]
    assert {one["door"] for one in found} == {"cli"}


def test_nothing_to_show(place: Workplace) -> None:
    """An empty trail is said to be one."""
    assert "nothing" in place.done("audit")
    assert place.data("audit") == {"items": [], "count": 0, "after": None}


def test_filters(place: Workplace) -> None:
    """By time, caller, action and result, also together."""
    add(
        place,
        {"days": 9},
        {"days": 5, "caller": "role:admin"},
        {"days": 3, "action": Action.CANCEL},
        {"days": 1, "result": "not-allowed", "detail": "You may not."},
    )
    assert ids(place, "--since", "4d") == [3, 4]
    assert ids(place, "--until", "4d") == [1, 2]
    assert ids(place, "--since", "6d", "--until", "2d") == [2, 3]
    assert ids(place, "--since", "2020-01-01T00:00:00Z") == [1, 2, 3, 4]
    assert ids(place, "--until", "2020-01-01 00:00") == []
    assert ids(place, "--caller", "role:admin") == [2]
    assert ids(place, "--action", "cancel") == [3]
    assert ids(place, "--result", "not-allowed") == [4]
    assert ids(place, "--caller", "bob@example.org", "--action", "cancel") == [3]
    assert ids(place, "--caller", "Bob@Example.ORG", "--action", "cancel") == [3]
    out = place.done("audit", "--result", "not-allowed")
    assert out.split()[: len(COLUMNS)] == COLUMNS
    assert "You may not." in out


def test_pages(place: Workplace) -> None:
    """The latest come last; earlier ones by --after, which the last line names."""
    add(place, *[{}] * 5)
    ran = place("audit", "--limit", "2")
    assert "there are 3 earlier ones: --after 0" in ran.err
    assert ids(place, "--limit", "2") == [4, 5]
    first = place.data("audit", "--limit", "2", "--after", "0")
    assert ([one["id"] for one in first["items"]], first["after"]) == ([1, 2], 2)
    assert "--after 2" in place("audit", "--limit", "2", "--after", "0").err
    last = place.data("audit", "--limit", "9", "--after", "2")
    assert ([one["id"] for one in last["items"]], last["after"]) == ([3, 4, 5], None)
    assert "no #99" in place("audit", "--after", "99").fault()


def test_a_terminal_is_safe(place: Workplace) -> None:
    """What strangers wrote cannot move the cursor or change colours."""
    add(place, {"about": "\x1b[31mred\x07\n\u202eback", "detail": "[bold]x[/bold]"})
    out = place.done("audit")
    assert not {"\x1b", "\x07", "\u202e"} & set(out)
    assert "[bold]x[/bold]" in out
    assert len(out.splitlines()) == 2


def test_export_as_csv(place: Workplace, tmp_path: Path) -> None:
    """All that match, with a heading, for nobody else's eyes, and as no formulas."""
    add(
        place,
        {"about": "=HYPERLINK(1)", "caller": "+a@example.org"},
        {"about": "@SUM(1)", "detail": "-1+1"},
        {"about": "\t=1", "detail": "two\nlines", "reference": 12},
        {"result": "invalid"},
    )
    target = tmp_path / "audit.csv"
    target.write_text("old")
    target.chmod(0o644)
    ran = place("audit", "--result", "done", "--export", str(target))
    assert (ran.code, ran.out) == (0, "")
    assert "3 entries written" in ran.err
    assert target.stat().st_mode & 0o777 == 0o600
    heading, *rows = csv.reader(io.StringIO(target.read_text(), newline=""))
    assert heading == COLUMNS
    found = [dict(zip(heading, row, strict=True)) for row in rows]
    assert [one["about"] for one in found] == ["'=HYPERLINK(1)", "'@SUM(1)", "\\t=1"]
    assert found[0]["caller"] == "'+a@example.org"
    assert [one["detail"] for one in found] == ["", "'-1+1", "two\\nlines"]
    assert found[2]["reference"] == "12"
    assert found[0]["at"].endswith("Z")
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in row)
    assert sorted(one.name for one in tmp_path.glob("audit*")) == ["audit.csv"]


def test_export_as_json_lines(place: Workplace, tmp_path: Path) -> None:
    """A document each, with everything as it is; more than one page of them."""
    add(place, {"about": "=1", "detail": "ä\n"}, *[{}] * 1_500)
    target = tmp_path / "audit.jsonl"
    place.done("audit", "--export", str(target))
    assert target.stat().st_mode & 0o777 == 0o600
    text = target.read_text()
    assert text.isascii()
    entries = [json.loads(line) for line in text.splitlines()]
    assert [one["id"] for one in entries] == list(range(1, 1_502))
    assert (entries[0]["about"], entries[0]["detail"]) == ("=1", "ä\n")
    assert list(entries[0]) == COLUMNS
    place.done("audit", "--export", str(target), "--after", "1500")
    assert len(target.read_text().splitlines()) == 1


def test_export_goes_on_where_another_ended(place: Workplace, tmp_path: Path) -> None:
    """--after takes the last id of an earlier export, also once that was purged."""
    add(place, *[{"days": 9}] * 3, {})
    place.done("audit", "--purge", "2d")
    target = tmp_path / "audit.jsonl"
    place.done("audit", "--export", str(target), "--after", "3")
    assert [json.loads(line)["id"] for line in target.read_text().splitlines()] == [
        4,
        5,
    ]


def test_export_to_stdout(place: Workplace) -> None:
    """`-` writes JSON lines where they can be piped on."""
    add(place, {}, {})
    ran = place("audit", "--export", "-")
    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == [1, 2]


def test_export_to_a_pipe(place: Workplace, tmp_path: Path) -> None:
    """It is written to, not replaced."""
    add(place, {}, {})
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as thread:
        read = thread.submit(pipe.read_text)
        place.done("audit", "--export", str(pipe))
        assert len(read.result(timeout=30).splitlines()) == 2
    assert pipe.is_fifo()


def test_export_over_a_link(place: Workplace, tmp_path: Path) -> None:
    """The file that the link names is replaced, the link stays."""
    add(place, {})
    kept, link = tmp_path / "kept.csv", tmp_path / "link.csv"
    kept.write_text("old")
    link.symlink_to(kept)
    place.done("audit", "--export", str(link))
    assert link.is_symlink()
    assert kept.read_text().startswith("id,")


def test_an_export_that_fails_leaves_nothing(place: Workplace, tmp_path: Path) -> None:
    """A folder that is not there is named; what was there before stays."""
    add(place, {})
    nowhere = tmp_path / "nowhere" / "audit.csv"
    assert str(nowhere) in place("audit", "--export", str(nowhere)).fault()
    kept = tmp_path / "kept.csv"
    kept.write_text("old")
    with sqlite3.connect(place.folder / "carillon.db") as connection:
        connection.execute("ALTER TABLE audit RENAME TO gone")
    assert "db upgrade" in place("audit", "--export", str(kept)).fault()
    assert kept.read_text() == "old"
    assert list(tmp_path.glob("*.unfinished")) == []


def test_purge(place: Workplace) -> None:
    """What is older goes, which is written down; the rest stays."""
    add(place, *[{"days": 91}] * 3, {"days": 89})
    assert "3 dropped" in place.done("audit", "--purge", "90d")
    kept, purged = place.data("audit")["items"]
    assert kept["id"] == 4
    assert (purged["action"], purged["about"], purged["caller"]) == (
        "purge",
        "90d",
        "role:admin",
    )
    assert place.data("audit", "--purge", "90d") == {"purged": 0}


def test_a_purge_cut_off_is_written_down(place: Workplace) -> None:
    """A purge that fails half-way has left its entry with the first slice, and then
    that it failed.
    """
    add(place, *[{"days": 400}] * (2 * ROWS_PER_TRANSACTION))
    with sqlite3.connect(place.folder / "carillon.db") as connection:
        connection.execute(
            "CREATE TRIGGER cut_off BEFORE DELETE ON audit"
            f" WHEN old.id > {ROWS_PER_TRANSACTION}"
            " BEGIN SELECT RAISE(ABORT, 'cut off'); END"
        )
    assert place.program("audit", "--purge", "90d").code != 0
    assert place.data("audit", "--until", "90d")["count"] == ROWS_PER_TRANSACTION
    items = place.data("audit", "--since", "1d")["items"]
    assert [(one["about"], one["result"]) for one in items] == [
        ("90d", "done"),
        ("90d", "error"),
    ]


def test_a_purge_of_everything_keeps_its_own_entry(place: Workplace) -> None:
    """What is written down with the first slice is not dropped by the last."""
    add(place, *[{"days": 1}] * (ROWS_PER_TRANSACTION + 1))
    assert place.data("audit", "--purge", "1s") == {"purged": ROWS_PER_TRANSACTION + 1}
    assert len(ids(place)) == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--purge", "90d", "--export", "x.csv"), "by age alone"),
        (("--purge", "90d", "--caller", "a@example.org"), "by age alone"),
        (("--purge", "90d", "--after", "0"), "by age alone"),
        (("--purge", "soon"), "--purge"),
        (("--purge", "-1d"), "--purge"),
        (("--action", "dance"), "dance"),
        (("--limit", "0"), "--limit"),
        (("--after", "-1"), "--after"),
    ],
)
def test_usage(place: Workplace, options: tuple[str, ...], says: str) -> None:
    """What cannot be meant ends with 2, and names the option; nothing is dropped."""
    add(place, {"days": 400})
    ran = place("audit", *options)
    assert ran.code == 2
    assert says in ran.err
    assert ids(place) == [1]


@pytest.mark.parametrize("option", ["--since", "--until"])
def test_no_moment(place: Workplace, option: str) -> None:
    """A time that cannot be read is named, with what can be."""
    fault = place("audit", option, "yesterday").fault()
    assert option in fault
    assert "2026-12-01 09:00" in fault


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--result", "foo"), "--result: 'foo' is none of done, invalid, "),
        (("--caller", "a@@b"), "--caller: 'a@@b' is not a JID"),
    ],
)
def test_what_cannot_be_in_the_trail(
    place: Workplace, options: tuple[str, ...], says: str
) -> None:
    """A result or a caller that there is not is refused, not found nowhere."""
    assert says in place("audit", *options).fault()
