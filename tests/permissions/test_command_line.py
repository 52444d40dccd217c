"""The command line: there is only the operator, whom the files' permissions make."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.store import upgrade
from tests.cli.workplace import Workplace, plan
from tests.permissions.stage import (
    LISTS,
    NO_REFERENCE,
    OTHER,
    add_jobs,
    add_windows,
    rows,
)
from tests.permissions.table import Cell, cells
from tests.world import SERVICE

NOBODY = 65534  #: the user that owns no file


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return populated(tmp_path)


def populated(folder: Path) -> Workplace:
    """With the table's lists, broadcast 1 that is sending and 2 that is sent."""
    found = Workplace(folder)
    text = found.config.read_text().partition("[lists")[0]
    for name, one in LISTS.items():
        text += f'[lists.{name}]\nkind = "{one.get("kind", "open")}"\n'
        text += "default = true\n" if one.get("default") else ""
    found.config.write_text(text)
    upgrade.upgrade(f"sqlite:///{folder}/carillon.db", SERVICE)
    reader = "reader@example.org"
    found.done("subscribers", "add", "weather", reader, "--no-welcome")
    for number, name in (("1", "weather"), ("2", "news")):
        found.done("announce", name, "--body", "Hello", "--in", "9d", "--yes")
        found.done("schedules", "send-now", number)
    with found.use_cases() as use_cases:
        plan(use_cases)
    return found


#: cells that other tests look at, or that are as another
ELSEWHERE = frozenset(
    {
        "sent show-test",  # as any other
        "halt look",  # asked before a stop, of people alone
        "people restore",  # tests/cli/test_finding.py, where somebody is suspended
        "retry finished",  # tests/cli/test_stop_all.py, where something has failed
        "amend look",  # on the way to the next
        "amend draft",
        "amend look-at-retraction",
        "tell who-had-a-test",  # as any other
    }
)


def commands(place: Workplace, cell: Cell) -> Iterator[tuple[str, ...]]:
    """The command line's ways to ask for what a cell of the table names."""
    if f"{cell.verb} {cell.what}" in ELSEWHERE:
        return
    match cell.verb:
        case "announce" if cell.what in {*LISTS, "nothing"}:
            yield "announce", cell.what, "--body", "Hello", "--in", "1h", "--yes"
        case "announce" if cell.what == "news-urgently":
            command = ("announce", "news", "--urgent", "--body", "Hello")
            yield *command, "--in", "1h", "--yes"
        case "prefer" if cell.what.endswith("-others"):
            more = ("--language", "de") if cell.what.startswith("set") else ()
            yield "people", "preferences", "reader@example.org", *more
        case "look" | "cancel" | "pause" | "resume" | "skip" | "send-now":
            yield from on_schedule(place, cell)
        case "open" | "upkeep":
            yield from on_window(place, cell)
        case verb if verb in OTHERS:
            yield ON_OTHERS[f"{verb} {cell.what}"]


def on_schedule(place: Workplace, cell: Cell) -> Iterator[tuple[str, ...]]:
    verb = "show" if cell.verb == "look" else cell.verb
    owner = OTHER if cell.what.startswith("others") else "role:admin"
    # a command each: what succeeds changes the job
    for by_id in (True, False):
        with place.use_cases() as use_cases:
            jobs = use_cases.database.call(
                add_jobs, "role:admin", use_cases.clock.now()
            )
        job = jobs.named(cell.what)
        if by_id:
            name = job.client_id if job else "nix"
            yield "schedules", verb, name, "--owner", owner
        else:
            yield "schedules", verb, f"#{job.id if job else NO_REFERENCE}"


def on_window(place: Workplace, cell: Cell) -> Iterator[tuple[str, ...]]:
    act, _, what = cell.what.partition("-")
    if cell.verb == "open":
        opening = ("--in", "1h", "--set", "summary=Disks", "--yes")
        yield "maintenance", "open", cell.what, *opening
        return
    if act == "list":
        yield "maintenance", "list"
        return
    changes: dict[str, tuple[str, ...]] = {"finish": (), "call-off": ()}
    changes |= {"extend": ("+1h",), "move": ("--in", "1h")}
    for verb, words in (changes if act == "change" else {"show": ()}).items():
        with place.use_cases() as use_cases:
            found = use_cases.database.call(
                add_windows, "role:admin", use_cases.clock.now()
            )
        yield "maintenance", verb, f"M{found.get(what, NO_REFERENCE)}", *words


OTHERS = frozenset(
    {
        *("sent", "stop", "halt", "retry", "amend", "tell", "incident"),
        *("people", "roles", "audit"),
    }
)
MISSING = str(NO_REFERENCE)
_TELL = ("--body", "Look again", "--in", "1h", "--yes", "--only-told")
ON_OTHERS = {
    "sent list": ("broadcasts", "list"),
    "sent show": ("broadcasts", "show", "1"),
    "sent show-weather": ("broadcasts", "show", "1"),
    "sent show-missing": ("broadcasts", "show", MISSING),
    "sent failures": ("broadcasts", "failures", "1"),
    "sent failures-missing": ("broadcasts", "failures", MISSING),
    "sent conditions": ("broadcasts", "failures", "1", "--conditions"),
    "sent conditions-missing": ("broadcasts", "failures", MISSING, "--conditions"),
    "stop sending": ("broadcasts", "stop", "1"),
    "stop finished": ("broadcasts", "stop", "2"),
    "stop missing": ("broadcasts", "stop", MISSING),
    "stop all": ("broadcasts", "stop", "--all"),
    "halt stop": ("stop-all",),
    "halt resume": ("resume-all",),
    "retry missing": ("broadcasts", "retry", MISSING),
    "incident list": ("incidents", "list"),
    "incident open": ("incidents", "open", "news", "--set", "summary=A", "--yes"),
    "incident open-weather": (
        *("incidents", "open", "weather", "--set", "summary=B", "--yes"),
    ),
    "incident open-nothing": (
        *("incidents", "open", "nothing", "--set", "summary=C", "--yes"),
    ),
    "incident open-urgently": (
        *("incidents", "open", "news", "--urgent", "--set", "summary=D", "--yes"),
    ),
    "incident show": ("incidents", "show", "I1"),
    "incident show-weather": ("incidents", "show", "2"),
    "incident show-missing": ("incidents", "show", f"I{MISSING}"),
    "incident update": ("incidents", "update", "I1", "--set", "details=E", "--yes"),
    "incident update-weather": (
        *("incidents", "update", "I2", "--set", "details=F", "--yes"),
    ),
    "incident update-resolved": ("incidents", "resolve", "nix", "--yes"),
    "incident update-missing": ("incidents", "update", f"I{MISSING}", "--yes"),
    "incident resolve": ("incidents", "resolve", "I1", "--yes"),
    "incident resolve-missing": ("incidents", "resolve", f"I{MISSING}", "--yes"),
    "amend correct": ("broadcasts", "correct", "1", "--body", "No", "--yes"),
    "amend correct-weather": ("broadcasts", "correct", "2", "--body", "No", "--yes"),
    "amend correct-missing": (
        *("broadcasts", "correct", MISSING, "--body", "No", "--yes"),
    ),
    "amend retract": ("broadcasts", "retract", "1"),
    "amend retract-weather": ("broadcasts", "retract", "2"),
    "amend retract-missing": ("broadcasts", "retract", MISSING),
    "tell who-was-told": ("announce", "news", *_TELL, "2"),
    "tell told-of-weather": ("announce", "weather", *_TELL, "1"),
    "tell told-of-nothing": ("announce", "news", *_TELL, MISSING),
    "people list": ("subscribers", "list", "board"),
    "people list-of-nothing": ("subscribers", "list", "nothing"),
    "people suspended": ("subscribers", "list", "board", "--suspended"),
    "people show": ("people", "show", "reader@example.org"),
    "people suspended-anywhere": ("people", "suspended"),
    "people restore-nobody": ("people", "restore", "nobody@example.org"),
    "people add": ("subscribers", "add", "board", "new@example.org"),
    "people add-to-nothing": ("subscribers", "add", "nothing", "new@example.org"),
    "people remove": ("subscribers", "remove", "board", "new@example.org"),
    "people remove-nobody": ("subscribers", "remove", "board", "nix@example.org"),
    "roles list": ("roles", "list"),
    "roles add": ("roles", "add", "new@example.org", "admin"),
    "roles add-to-nothing": (
        *("roles", "add", "new@example.org", "publisher", "--list", "nothing"),
    ),
    "roles remove": ("roles", "remove", "new@example.org", "admin"),
    "roles remove-nobody": ("roles", "remove", "nix@example.org", "auditor"),
    "audit list": ("audit",),
    "audit export": ("audit", "--export", "-"),
}


def test_the_operator_is_an_admin(place: Workplace) -> None:
    """What the table lets admins do is done, all else is refused without a trace."""
    asked = 0
    for cell in cells():
        if cell.caller != "admin":
            continue
        for command in commands(place, cell):
            asked += 1
            before = rows(f"sqlite:///{place.folder}/carillon.db")
            ran = place(*command)
            if cell.verdict == "yes":
                assert ran.code == 0, (command, ran)
                continue
            ran.fault()
            assert rows(f"sqlite:///{place.folder}/carillon.db") == before, command
    assert asked > 60


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """One that anybody may enter: the files in it decide."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def without_rights(file: Path) -> Iterator[None]:
    """As somebody who may not read this file, for the whole process."""
    file.chmod(0)
    is_root = os.geteuid() == 0
    if is_root:  # to whom modes mean nothing
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        file.chmod(0o600)


@pytest.mark.parametrize(
    ("name", "says"),
    [("carillon.toml", "Permission denied"), ("carillon.db", "cannot be opened")],
)
def test_the_files_decide(public_folder: Path, name: str, says: str) -> None:
    """Who may not read the configuration or the database asks in vain, and is told
    the same whatever there is.
    """
    place = populated(public_folder)
    place.config.chmod(0o644)
    told = set()
    for command in (
        ("schedules", "show", "#1"),
        ("schedules", "show", MISSING),
        ("announce", "news", "--body", "x", "--yes"),
        ("announce", "nothing", "--body", "x", "--yes"),
        ("subscribers", "list", "staff"),
        ("audit",),
    ):
        place(*command)  # imports what it needs while that may be read
        with without_rights(public_folder / name):
            ran = place(*command)
        assert ran.out == ""
        told.add(ran.fault())
    [fault] = told
    assert says in fault
