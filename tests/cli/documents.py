"""What each command prints with `--json`, of an operation in which much happens."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import Any

from typer.testing import CliRunner

from bot.cli.program import app
from bot.clock import SystemClock
from bot.service.delivery.outcomes import Bounce
from bot.service.ports.paging import Paging
from bot.service.ports.pulses import Pulse, Reading
from bot.service.ports.sights import Sight
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import upgrade
from tests.cli import somebody
from tests.cli.workplace import Workplace, hold, plan, send, soon
from tests.world import SERVICE

ANNA, BERT = "anna@example.org", "bert@example.org"
#: of whom there is something in every part of what is stored
CARL = "carl@example.org"
_PEOPLE = f"jid,language,colour\n{ANNA},de,blue\n{ANNA},pl,red\nnobody at all,,\n"
_CHOICE = """
languages = ["en"]
title = { en = "Choice" }
description = { en = "Of two" }
[fields.kind]
type = "choice"
default = "planned"
label = { en = "Kind" }
help = { en = "Which" }
choices = { planned = { en = "Planned" } }
"""

_HOLIDAYS = """BEGIN:VCALENDAR
BEGIN:VEVENT
SUMMARY:Gromniczna
DTSTART;VALUE=DATE:20400202
END:VEVENT
BEGIN:VEVENT
SUMMARY:Karnawał
DTSTART;VALUE=DATE:20400204
END:VEVENT
END:VCALENDAR
"""

Take = Callable[..., Any]


def of(place: Workplace) -> dict[str, list[Any]]:
    """By command, `schedules list`; `place` has no database yet."""
    found: dict[str, list[Any]] = {}

    def take(command: str, *words: str) -> Any:
        """Print it, whatever the exit code."""
        done = place(*command.split(), *words, "--json")
        assert done.out, done
        document = json.loads(done.out)
        found.setdefault(command, []).append(document)
        return document

    _database(place, take)
    _files(place, take)
    _people(place, take)
    _announcements(place, take)
    _incidents(place, take)
    _sending(place, take)
    _windows(place, take)
    _service(place, take)
    _somebody(place, take)
    take("lists welcome")
    take("audit")
    take("audit", "--purge", "900d")
    found["init"] = [_init(place)]
    text = place.config.read_text()
    take("db rekey")
    place.config.write_text(text.replace(f'jid = "{SERVICE}"', 'jid = "new.test"'))
    take("db adopt", SERVICE)
    return found


def _database(place: Workplace, take: Take) -> None:
    take("db upgrade")
    upgrade.downgrade(f"sqlite:///{place.folder}/carillon.db", "0008")
    take("db check")
    take("db upgrade")
    take("db current")


def _files(place: Workplace, take: Take) -> None:
    place.add_template("choice", "{{ kind }}", _CHOICE)
    place.add_template("broken", "{{ kind", 'languages = ["en"]\n')
    take("templates list")
    take("templates show", "choice")
    take("templates render", "choice", "--for", ANNA)
    take("templates check")
    take("check")
    take("module", "prosody", "--to", str(place.folder / "modules"))


def _people(place: Workplace, take: Take) -> None:
    take("subscribers add", "maintenance", ANNA, BERT, "--language", "de")
    take("subscribers add", "news", ANNA)
    take("subscribers remove", "news", ANNA)
    (place.folder / "people.csv").write_text(_PEOPLE)
    file = str(place.folder / "people.csv")
    take("subscribers import", "news", file, "--skip-bad")
    take("subscribers export", "news", str(place.folder / "out.csv"))
    take("subscribers list", "maintenance")
    bounds = ("--max-per-day", "3", "--max-ahead", "3600")
    take("people consent", BERT, "--allow", ANNA, "--block", "evil.example", *bounds)
    hours = ("--quiet-from", "22:00", "--quiet-to", "7:00", "--quiet-days", "MO,TU")
    chosen = ("--language", "de", "--tz", "Europe/Warsaw", *hours)
    tomorrow = SystemClock().now().date() + timedelta(days=1)
    pause = ("--paused-until", f"{tomorrow} 09:00")
    take("people preferences", BERT, *chosen, *pause)
    take("lists")
    take("lists list")
    take("lists create", "weather", "--kind", "request", "--publisher", ANNA)
    take("lists change", "weather", "--title", "Weather", "--send-window", "9:00-20:00")
    take("lists show", "weather")
    for jid in (ANNA, BERT):
        take("lists join", "weather", jid)
    take("lists requests", "weather")
    take("lists approve", "weather", ANNA)
    take("lists refuse", "weather", BERT)
    take("lists mine", ANNA)
    take("lists leave", "weather", ANNA)
    take("lists retire", "weather", "--yes")
    take("roles add", BERT, "publisher", "--list", "news")
    take("roles add", ANNA, "auditor")
    take("roles list")
    take("roles remove", ANNA, "auditor")


def _announcements(place: Workplace, take: Take) -> None:
    words = ("maintenance", "--body", "New disks.", "--yes")
    monthly = ("--at", "2040-01-31 09:00", "--every", "FREQ=MONTHLY;COUNT=9")
    soon(place)
    _holidays(place)
    take("announce", *words, *monthly, "--id", "disks")
    daily = ("--at", "2040-02-01 09:00", "--every", "FREQ=DAILY;COUNT=9")
    pl = ("--holidays", "pl", "--on-holiday")
    weekly = ("--at", "2040-02-02 09:00", "--every", "FREQ=WEEKLY;COUNT=9")
    take("announce", *words, *weekly, *pl, "shift")
    take("announce", *words, *daily, *pl, "skip", "--id", "daily")
    take("announce", *words, "--dry-run")
    take("announce", "news", "--template", "choice", "--in", "1h", "--yes")
    edited = ("disks", "--body", "No disks.", "--at", "2040-01-31 10:00")
    take("schedules edit", *edited, "--dry-run")
    take("schedules skip", "disks", "2040-03-31")
    take("schedules edit", *edited, "--every", "FREQ=DAILY;COUNT=9", "--yes")
    take("schedules skip", "disks", "2040-02-01")
    take("schedules unskip", "disks", "2040-02-01")
    for name in ("2040-02-02", "2040-02-03"):
        take("schedules skip", "disks", name)
    take("schedules unskip", "disks", "2040-02-03")
    take("schedules edit", "disks", "--late", "skip", "--yes")
    take("schedules pause", "disks")
    take("schedules resume", "disks")
    take("schedules preview", "disks")
    take("schedules show", "disks")
    take("schedules list")


def _holidays(place: Workplace) -> None:
    file = place.folder / "pl.ics"
    file.write_text(_HOLIDAYS)
    with place.config.open("a") as config:
        config.write(f'\n[holidays.pl]\nfile = "{file}"\n')


def _windows(place: Workplace, take: Take) -> None:
    said = ("maintenance", "--set", "summary=Disks", "--set", "summary:de=Platten")
    begun = (SystemClock().now() - timedelta(seconds=30)).isoformat("T", "seconds")
    monthly = ("--start", "2040-01-07 22:00", "--every", "FREQ=MONTHLY;BYDAY=1SA")
    take("maintenance open", *said, *monthly, "--for", "2h", "--dry-run")
    take("maintenance open", *said, *monthly, "--for", "2h", "--yes", "--id", "works")
    with place.use_cases() as uses:
        plan(uses)
        send(uses)
    take("maintenance open", *said, "--start", begun, "--yes", "--id", "now")
    moved = ("works", "--start", "2040-01-07 23:00")
    for look in ("--dry-run", "--yes"):
        take("maintenance move", *moved, look)
        take("maintenance extend", "works", "+1h", look)
    take("maintenance list")
    take("maintenance show", "works")
    with place.use_cases() as uses:
        plan(uses)
    for look in ("--dry-run", "--yes"):
        take("maintenance finish", "now", look)
        take("maintenance call-off", "works", look)


def _incidents(place: Workplace, take: Take) -> None:
    said = ("--set", "summary=It is slow")
    take("incidents open", "maintenance", *said, "--dry-run")
    take("incidents open", "maintenance", *said, "--yes")
    take("incidents update", "I1", "--set", "status=identified", "--dry-run")
    take("incidents update", "I1", "--set", "status=identified", "--yes")
    take("incidents resolve", "I1", "--dry-run")
    with place.use_cases() as uses:
        plan(uses)
        send(uses)
    take("incidents show", "I1")
    take("incidents list")
    take("incidents resolve", "I1", "--yes")
    take("incidents list", "--all")


def _sending(place: Workplace, take: Take) -> None:
    take("schedules send-now", "disks")
    with place.use_cases() as uses:
        plan(uses)
        send(uses, {BERT: "remote-server-timeout"})
        uses.database.call(lambda unit: _bounce(uses, unit))
    for look in ("--dry-run", "--yes"):
        take("broadcasts correct", "1", "--body", "Newer disks.", look)
    disks = str(place.data("schedules", "show", "disks")["reference"])
    place.done("broadcasts", "correct", disks, "--body", "Newer disks.", "--yes")
    with place.use_cases() as uses:
        plan(uses)
        send(uses)
    take("broadcasts list")
    for command in ("broadcasts show", "broadcasts failures", "broadcasts watch"):
        take(command, "1")
    take("broadcasts failures", "1", "--conditions")
    take("schedules show", "disks")
    take("subscribers list", "maintenance", "--suspended")
    take("people suspended")
    take("people show", BERT)
    take("people restore", BERT)
    hi = ("announce", "maintenance", "--body", "Hi", "--yes")
    numbers = [place.data(*hi, "--id", one)["reference"] for one in ("one", "two")]
    with place.use_cases() as uses:
        plan(uses)
    for number in numbers:
        place.done("broadcasts", "correct", str(number), "--body", "Hello", "--yes")
    later = ("maintenance", "--body", "Hi", "--in", "9d", "--yes")
    for name in ("held", "paused"):
        place.done("announce", *later, "--id", name)
    place.done("schedules", "pause", "paused")
    with place.use_cases() as uses:
        uses.database.call(hold, place.data("schedules", "show", "held")["reference"])
    take("status")
    take("broadcasts retry", "1")
    take("schedules skip", "daily")
    for name in ("daily", "one"):
        take("schedules cancel", name)
    take("broadcasts stop", "--all")
    take("stop-all")
    take("status")
    take("resume-all")
    for look in ("--dry-run", "--yes"):
        take("broadcasts retract", "1", look)
    with _engine(place):
        take("announce", "maintenance", "--body", "Hi", "--yes", "--wait")


def _somebody(place: Workplace, take: Take) -> None:
    with place.use_cases() as uses:
        uses.database.call(somebody.fill, CARL, ANNA)
    take("people export", CARL)
    take("people erase", CARL)


@contextmanager
def _engine(place: Workplace) -> Iterator[None]:
    """What is due meanwhile is sent."""
    over = Event()

    def work() -> None:
        with place.use_cases() as uses:
            while not over.wait(0.1):
                plan(uses)
                send(uses)

    working = Thread(target=work)
    working.start()
    try:
        yield
    finally:
        over.set()
        working.join()


def _bounce(uses: Any, unit: UnitOfWork) -> None:
    """A reader has no account any more."""
    for one in unit.broadcasts.page(Paging()).items:
        uses.outcomes.bounced(
            unit,
            Bounce(
                broadcast_key=one.key,
                jid=BERT,
                condition="item-not-found",
                error_type="cancel",
            ),
        )


def _service(place: Workplace, take: Take) -> None:
    """One that runs, and one row that cannot be read."""
    with place.use_cases() as uses:
        now = uses.clock.now()
        pulse = Pulse(
            worker="worker",
            service=SERVICE,
            version="1",
            connected=True,
            started_at=now - timedelta(hours=1),
            seen_at=now,
            reading=Reading(
                file=str(place.config),
                templates=str(place.folder / "templates"),
                at=now,
                changed=("limits.admin.window_days", "web.listen"),
                waiting=("web.listen",),
                answers=1,  # the first time that it is asked
            ),
        )
        uses.database.call(lambda unit: unit.facts.beat(pulse))
        sight = Sight(server="example.org", seen_at=now, open_since=now)
        uses.database.call(lambda unit: unit.sights.put(sight))
    take("reload")
    with closing(sqlite3.connect(place.folder / "carillon.db")) as database:
        database.execute("UPDATE schedule SET timezone = 'X' WHERE client_id = 'disks'")
        database.commit()
    take("status")


def _init(place: Workplace) -> Any:
    words = ["init", "--dir", str(place.folder / "new"), "--jid", "a.example.org"]
    words += ["--admin", ANNA, "--server", "prosody", "--no-test", "--json"]
    return json.loads(CliRunner().invoke(app, words).stdout)
