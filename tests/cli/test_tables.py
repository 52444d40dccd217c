"""Every table of every command fits the terminal, in each language."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from bot.cli.program import whole
from bot.clock import SystemClock
from bot.domain.audit import Action, AuditEntry
from bot.domain.phrase import Phrase
from bot.domain.schedule import Origin
from bot.service.ports.pulses import Pulse
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import upgrade
from bot.texts import said
from tests.cli.workplace import Workplace, plan, send
from tests.world import SERVICE

LONG_JID = "somebody.with.a.long.name@department.of-a.university.example.org"
LONG_TITLE = "Wartungsarbeiten an allen Servern, die zum Rechenzentrum gehören"
#: no blank in it: a line may end between any two signs
WIDE_TITLE = "定期メンテナンスのお知らせ" * 6
#: of each command that prints a table; the others are in NONE
COMMANDS = {
    "announce": "announce news --subject Hi --body Hi --in 1d --every weekly --dry-run",
    "audit": "audit",
    "broadcasts failures": "broadcasts failures 1",
    "broadcasts list": "broadcasts list",
    "broadcasts show": "broadcasts show 1",
    "broadcasts watch": "broadcasts watch 1",
    "broadcasts correct": "broadcasts correct 1 --body Else --dry-run",
    "broadcasts retract": "broadcasts retract 1 --dry-run",
    "check": "check",
    "db check": "db check",
    "db current": "db current",
    "incidents list": "incidents list",
    "incidents open": "incidents open news --set summary=A --dry-run",
    "incidents show": "incidents show I1",
    "incidents update": "incidents update I1 --set details=B --dry-run",
    "lists list": "lists list",
    "lists mine": "lists mine a@example.org",
    "lists show": "lists show club",
    "lists requests": "lists requests club",
    "maintenance call-off": "maintenance call-off M1 --dry-run",
    "maintenance extend": "maintenance extend M1/1 +1h --dry-run",
    "maintenance finish": "maintenance finish M2 --dry-run",
    "maintenance list": "maintenance list",
    "maintenance move": "maintenance move M1/1 --in 3d --dry-run",
    "maintenance open": "maintenance open news --in 30h --set summary=A --dry-run",
    "maintenance show": "maintenance show M1",
    "people show": f"people show {LONG_JID}",
    "people suspended": "people suspended",
    "people preferences": f"people preferences {LONG_JID} --quiet-from 22:00"
    " --quiet-to 7:00 --quiet-days MO,TU,WE,TH,FR --tz America/Argentina/Buenos_Aires",
    "people consent": f"people consent {LONG_JID} --allow {LONG_JID}",
    "roles list": "roles list",
    "schedules edit": "schedules edit 2 --subject Other --body Else --dry-run",
    "schedules list": "schedules list --all",
    "schedules preview": "schedules preview 2",
    "schedules show": "schedules show 2",
    "status": "status",
    "subscribers import": "subscribers import news people.csv --dry-run --skip-bad",
    "subscribers list": "subscribers list news",
    "templates list": "templates list",
    "templates render": "templates render news --set headline=A --set text=B",
    "templates show": "templates show maintenance",
}
#: say what they did in sentences, print what is copied, or go on
NONE = {
    *(
        "broadcasts retry",
        "broadcasts stop",
        "people erase",
        "people export",
        "people restore",
        "resume-all",
        "stop-all",
    ),
    *("completion", "db adopt", "db rekey", "db upgrade", "init"),
    "incidents resolve",
    *("lists approve", "lists change", "lists create", "lists join", "lists leave"),
    "lists welcome",
    *("lists refuse", "lists retire", "module", "reload"),
    *(
        "roles add",
        "roles remove",
        "run",
        "schedules cancel",
        "schedules pause",
        "schedules resume",
    ),
    *("schedules send-now", "schedules skip", "schedules unskip", "subscribers add"),
    *("subscribers export", "subscribers remove", "templates check"),
}


def commands(group: Any, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        whole = f"{before}{name}"
        if hasattr(command, "commands"):
            yield from commands(command, f"{whole} ")
        elif not command.hidden:
            yield whole


def test_every_command_is_here() -> None:
    """A new command is looked at here, or said to print no table."""
    assert set(commands(whole())) == COMMANDS.keys() | NONE


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """With long addresses, long and wide titles, and something of every kind."""
    place = Workplace(tmp_path_factory.mktemp("tables"))
    with place.config.open("a") as file:
        file.write(f"title = {json.dumps(WIDE_TITLE)}\ntimezone = 'Asia/Tokyo'\n")
    upgrade.upgrade(f"sqlite:///{place.folder}/carillon.db", SERVICE)
    people = (LONG_JID, "a@example.org", "b@example.org")
    place.done("subscribers", "add", "news", *people, "--no-welcome")
    announce = ("announce", "news", "--body", "Hi", "--yes", "--in")
    place.done(*announce, "9d", "--subject", LONG_TITLE)
    place.done(*announce, "9d", "--subject", WIDE_TITLE, "--every", "weekly")
    place.done(*announce, "2d", "--id", "x" * 40, "--every", "FREQ=MONTHLY;BYDAY=1SA")
    place.done(*announce, "3d", "--late", "hold")
    place.done("schedules", "pause", "4")
    place.done("lists", "create", "club", "--kind", "request", "--title", WIDE_TITLE)
    place.done("lists", "join", "club", "a@example.org")
    place.done("roles", "add", LONG_JID, "publisher", "--list", "news")
    place.done("schedules", "send-now", "1")
    failing = {LONG_JID: "remote-server-not-found", "a@example.org": "content: no {x}"}
    with place.use_cases() as service:
        plan(service)
        send(service, failing)
        service.database.call(_written_down)
    _at_work(place)
    lines = "".join(f"{LONG_JID}x{number}\n" for number in range(3))
    (place.folder / "people.csv").write_text(f"jid\n{lines}not an address\n")
    return place


def _at_work(place: Workplace) -> None:
    """A maintenance that recurs, one that has begun, and what is broken."""
    opens = ("maintenance", "open", "news", "--yes", "--set")
    recurs = ("--in", "2d", "--every", "FREQ=WEEKLY", "--for", "90m")
    place.done(*opens, f"summary={WIDE_TITLE}", *recurs)
    begun = (SystemClock().now() - timedelta(seconds=30)).isoformat("T", "seconds")
    place.done(*opens, f"summary={LONG_TITLE}", "--start", begun)
    broken = ("--set", f"summary={LONG_TITLE}", "--id", "x" * 40)
    place.done("incidents", "open", "news", *broken, "--yes")
    with place.use_cases() as service:
        plan(service)


def _written_down(uow: UnitOfWork) -> None:
    now = uow.now()
    uow.facts.beat(
        Pulse(
            worker="worker",
            service="announcements.department.example.org",
            version="1.2.3",
            connected=True,
            started_at=now,
            seen_at=now - timedelta(days=1),  # it stays silent while tests run
        )
    )
    uow.audit.add(
        AuditEntry(
            at=now,
            caller=LONG_JID,
            role="user",
            door=Origin.IQ,
            action=Action.UNSUBSCRIBE,
            about=LONG_TITLE,
            reference=12,
            result="policy-violation",
            detail=WIDE_TITLE,
        )
    )


@pytest.fixture
def place(furnished: Workplace, tmp_path: Path) -> Workplace:
    """A copy, for what is done to it."""
    shutil.copytree(furnished.folder, tmp_path / "place")
    found = object.__new__(Workplace)
    found.folder = tmp_path / "place"
    found.config = found.folder / "carillon.toml"
    text = furnished.config.read_text()
    found.config.write_text(text.replace(str(furnished.folder), str(found.folder)))
    return found


def lines(place: Workplace, command: str, width: int, language: str) -> list[str]:
    env = {"LANG": f"{language}.UTF-8", "LC_ALL": "", "LANGUAGE": ""}
    env |= {"COLUMNS": str(width)} if width else {}
    arguments = command.replace("people.csv", str(place.folder / "people.csv"))
    ran = place(*arguments.split(), env=env)
    return [line.rstrip() for line in ran.out.splitlines()]


def words(lines: list[str]) -> set[str]:
    """All that a line must not end within."""
    found = {word for line in lines for word in line.split()}
    return {word for word in found if cell_len(word) == len(word)}


@pytest.mark.parametrize(
    ("width", "language"),
    [(80, "en"), (80, "de"), (60, "fr"), (80, "pl"), (120, "es")],
)
def test_tables_fit(place: Workplace, width: int, language: str) -> None:
    """No line is longer than the terminal is wide, unless a word of it is; and no
    word, number or JID is broken: a pipe gets the same on fewer lines.
    """
    for name, command in COMMANDS.items():
        folded = lines(place, command, width, language)
        longest = max((cell_len(line) for line in folded), default=0)
        whole = max((len(word) for word in words(folded)), default=0)
        assert longest <= max(width, whole), (name, max(folded, key=cell_len))
        piped = words(lines(place, command, 0, language)) - empty(language)
        assert timeless(piped) - timeless(words(folded)) == set(), name


def empty(language: str) -> set[str]:
    """Headings over nothing: a paragraph leaves out what is empty."""
    names = ("default", "language", "zone", "note", "fault", "choices")
    over = map(Phrase, names)
    return {word for one in over for word in said(one, language).split()}


def timeless(found: set[str]) -> set[str]:
    """Without what differs from run to run: the moments of now, the room on disk."""
    changing = re.compile(r"\d\d:\d\d(:\d\d)?Z?\b|^\d{4}-\d\d-\d\d|^\d{2,6}$")
    return {word for word in found if not changing.search(word)}


def test_wide_letters_fold(place: Workplace) -> None:
    """Of a title in wide letters nothing is lost where it is folded."""
    folded = "".join(line.strip() for line in lines(place, "lists", 60, "en"))
    assert WIDE_TITLE in re.sub(r"[^\u3000-\u9fff]", "", folded)
