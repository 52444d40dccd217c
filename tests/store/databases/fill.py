"""Fills a database with the code of release 0.1.0, each table in each state.

    python fill.py FOLDER

run in a checkout of that release: see README.md. FOLDER gets `0.1.0.db` and, with
PostgreSQL's programs there, `0.1.0.sql`. Nothing of the present program is used:
every row comes from the use cases and repositories of the release.
"""

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.service.jobs import Job, Step
from bot.service.outcomes import Bounce
from bot.service.repositories import Pulse, UnitOfWork

from bot.domain.access import Access
from bot.domain.audit import Action, Asked
from bot.domain.broadcast import ExceptionKind
from bot.domain.errors import CarillonError
from bot.domain.lists import EndReason, ListKind
from bot.domain.schedule import Origin, Schedule
from bot.service import planning
from bot.service.people import Person
from bot.store import upgrade
from tests.servers.postgresql import PostgreSQL
from tests.world import ADMIN, NOON, PUBLISHER, USER, World, a_list

READERS = [f"r{number}@example.org" for number in range(12)]
LISTS = [
    a_list(welcome="welcome", timezone="Europe/Warsaw"),
    a_list("weather", language="de", publishers=frozenset()),
    a_list("rules", kind=ListKind.MANDATORY),
    a_list("club", kind=ListKind.REQUEST),
    a_list("staff", kind=ListKind.CLOSED),
]
RETIRED = a_list("old")
WORKER, GONE = "host-1-aaaaaaaa", "host-2-bbbbbbbb"
SUMMARY = {"en": "New disks", "de": "Neue Platten"}
METADATA = (
    "<metadata xmlns='urn:xmpp:scheduling:0'>"
    "<late xmlns='urn:x-carillon:announce:0' policy='run' within='600'/></metadata>"
)
PAYLOAD = "<x xmlns='urn:example:x'><y z='1'>Grüße</y></x>"


class Filling:
    def __init__(self, url: str) -> None:
        planning.CHUNK = 4  # so that a dozen readers make several chunks
        upgrade.upgrade(url)
        self.world = World(url, lists=[*LISTS, RETIRED])

    def everything(self) -> None:
        self.readers()
        self.asked_often()
        self.sent()
        self.failed_and_retrying()
        self.stopped()
        self.late()
        self.over_and_steered()
        self.under_way()
        self.services()
        self.pending()
        self.forgotten()
        self.world.close()

    # --- readers ------------------------------------------------------------------

    def readers(self) -> None:
        world = self.world
        world.subscribe(*READERS)
        world.subscribe(*READERS[:4], "de@example.org", to="weather")
        world.subscribe(READERS[0], to="old")
        world.do(world.subscribers.join, USER, "news@announce.example.org", "pl")
        self.send_all()  # his welcome
        admin = world.caller(ADMIN)
        people = [
            Person("de@example.org", "de", "Europe/Berlin", None),
            Person("fr@example.org", "fr-CA", "America/Toronto", "en"),
            Person("seen@example.org", None, None, "es"),
        ]
        for name in ("news", "weather"):
            world.do(
                lambda unit, to: world.subscribers.put(
                    unit, admin, to, people, welcome=True
                ),
                name,
            )
        world.do(world.subscribers.alive, READERS[1], "de")
        world.clock.advance(minutes=1)
        world.do(
            world.subscribers.join, "left@example.org", "weather@announce.example.org",
            None,
        )  # fmt: skip
        world.do(
            world.subscribers.leave, "left@example.org", "weather@announce.example.org"
        )
        world.subscribe("removed@example.org", "again@example.org")
        for jid in ("removed@example.org", "again@example.org"):
            world.do(world.subscribers.remove, admin, "news", jid)
        world.subscribe("again@example.org")
        world.subscribe("gone@example.org", "away@example.org")
        world.do(self.suspend, "away@example.org")
        world.do(lambda unit: unit.lists.declare(LISTS))

    def suspend(self, unit: UnitOfWork, jid: str) -> None:
        subscriber = unit.subscribers.get(jid)
        assert subscriber is not None
        now = self.world.clock.now()
        unit.subscriptions.end(subscriber.id, EndReason.SUSPENDED, now)

    def asked_often(self) -> None:
        """The trail and the counts of requests."""
        world = self.world
        for jid in (ADMIN, USER, USER, "eve@evil.example"):
            now = world.clock.now()
            world.do(
                lambda unit, who, at: unit.requests.add(who, at, timedelta(minutes=1)),
                jid, now,
            )  # fmt: skip
        asked = Asked(
            caller=world.caller(USER), door=Origin.IQ, action=Action.CANCEL, about="x"
        )
        try:
            world.do(world.schedules.cancel, world.caller(USER), "x")
        except CarillonError as error:
            world.do(world.audit.refused, asked, error)
        operator = Asked(
            caller=Access.operator(),
            door=Origin.CLI,
            action=Action.SUBSCRIBE,
            about="b",
        )
        world.do(world.audit.done, operator)

    # --- what was sent ------------------------------------------------------------

    def due(self, client_id: str, **changes: object) -> Schedule:
        schedule = self.world.due(client_id=client_id, **changes)
        self.world.do(
            self.world.audit.done,
            Asked(
                caller=self.world.caller(schedule.owner), door=Origin.IQ,
                action=Action.SCHEDULE, about=client_id,
            ),
            schedule.id,
        )  # fmt: skip
        return schedule

    def claim(self, worker: str = WORKER) -> Job | None:
        return self.world.do(self.world.sending.claim, worker)

    def send(self, job: Job, *, most: int = 1000, fails: bool = False) -> None:
        """Say it to the readers of a chunk and record it, or that all failed."""
        world = self.world
        page = world.do(world.sending.recipients, job, job.chunk.after, most)
        for reader in page:
            world.do(world.sending.announcement, job, reader)
        failed = [
            (one.jid, ExceptionKind.FAILED, "content: broken") for one in page if fails
        ]
        skipped = [(one.jid, ExceptionKind.SKIPPED, "left") for one in page if one.left]
        through = page[-1].position if len(page) == most else job.chunk.last
        step = Step(
            chunk_id=job.chunk.id, through=through, done=len(page),
            exceptions=failed or skipped,
        )  # fmt: skip
        world.do(world.sending.record, WORKER, [step], ())

    def send_all(self) -> None:
        while job := self.claim():
            self.send(job)

    def bounce(
        self, schedule: Schedule, jid: str, condition: str, kind: str = "cancel"
    ) -> None:
        key = self.world.broadcast(schedule).key
        bounce = Bounce(
            broadcast_key=key, jid=jid, condition=condition, error_type=kind,
            text="no such user",
        )  # fmt: skip
        self.world.do(self.world.outcomes.bounced, bounce)

    def sent(self) -> None:
        """By template and by texts, to a list, to people, to nobody."""
        values = {"summary": SUMMARY, "start": {"": "2026-03-05T22:00:00Z"}}
        sent = self.due(
            "by-template", bodies=(), template="maintenance", values=values,
            metadata=METADATA, timezone="Europe/Warsaw",
        )  # fmt: skip
        self.send_all()
        self.bounce(sent, "gone@example.org", "item-not-found")
        self.bounce(sent, READERS[2], "service-unavailable")
        self.bounce(sent, READERS[3], "forbidden", "auth")
        self.due(
            "to-people", people=(READERS[0], "stranger@example.org"),
            bodies=(("en", "Hello"), ("de", "Hallo")), subjects=(("en", "Subject"),),
        )  # fmt: skip
        self.send_all()
        self.due("to-nobody", list_name="staff")

    def failed_and_retrying(self) -> None:
        failed = self.due("failed", people=(READERS[5],))
        job = self.claim()
        assert job is not None
        self.send(job, fails=True)
        assert self.world.get(failed.id).state == "failed"
        retried = self.due("retried", list_name="weather")
        job = self.claim()
        while job is not None:
            if job.chunk.after == 0:
                key = job.broadcast.key
                for jid in READERS[:2]:
                    self.world.do(
                        self.world.outcomes.bounced,
                        Bounce(
                            broadcast_key=key, jid=jid, error_type="wait",
                            condition="remote-server-timeout",
                        ),
                    )  # fmt: skip
            self.send(job)
            job = self.claim()
        self.world.clock.advance(minutes=2)
        self.world.do(self._repeat_one)
        assert self.world.get(retried.id).state == "running"

    def _repeat_one(self, unit: UnitOfWork) -> None:
        """One is said again and may still bounce; the other waits for its time."""
        claimed = self.world.outcomes.retries(unit, 1)
        self.world.outcomes.repeated(unit, claimed)

    def stopped(self) -> None:
        schedule = self.due("stopped")
        job = self.claim()
        assert job is not None
        self.send(job, most=2)
        broadcast = self.world.broadcast(schedule)
        admin = self.world.caller(ADMIN)
        self.world.do(self.world.broadcasts.stop, admin, broadcast.id)

    def late(self) -> None:
        """Missed, skipped, held, expired."""
        for policy in ("skip", "run", "hold"):
            self.world.schedule(
                client_id=f"late-{policy}", delay_seconds="60", late_policy=policy,
                late_within="600" if policy == "run" else None,
            )  # fmt: skip
        self.world.clock.advance(hours=1)
        self.world.plan_all()
        self.world.do(lambda unit: unit.notices.done([1]))
        expired = self.due(
            "expired", list_name="weather",
            expires=(self.world.clock.now() + timedelta(minutes=1)).isoformat(),
        )  # fmt: skip
        job = self.claim()
        assert job is not None
        self.world.clock.advance(minutes=5)
        self.send(job, most=1)
        assert self.world.get(expired.id).state in {"failed", "sent"}

    def over_and_steered(self) -> None:
        world, admin = self.world, self.world.caller(ADMIN)
        recurring = {
            "recurrence": "FREQ=DAILY;COUNT=5", "timezone": "Europe/Warsaw",
            "deliver_at": None, "delay_seconds": "60",
        }  # fmt: skip
        cancelled = world.schedule(
            PUBLISHER, client_id="cancelled", delay_seconds="3600"
        )
        world.do(world.schedules.cancel, world.caller(PUBLISHER), "cancelled")
        assert world.get(cancelled.id).state == "cancelled"
        paused = world.schedule(client_id="paused", **recurring)
        world.do(world.steering.pause, admin, paused.id)
        skipped = world.schedule(client_id="skipped", **recurring)
        world.do(world.steering.skip, admin, skipped.id)
        self.due("recurring", **recurring | {"list_name": "weather"})
        self.send_all()

    def under_way(self) -> None:
        """One broadcast: a chunk finished, one leased in the middle, one with strikes,
        one that nobody has; another that is queued whole.
        """
        world = self.world
        first = self.due("under-way", payloads=(PAYLOAD,))
        world.clock.advance(seconds=1)  # one leaves between planning and sending
        admin = world.caller(ADMIN)
        world.do(world.subscribers.remove, admin, "news", READERS[3])
        jobs = [self.claim(), self.claim(), self.claim()]
        finished, leased, struck = (job for job in jobs if job is not None)
        self.send(finished)
        self.send(leased, most=2)
        world.do(world.sending.strike, WORKER, struck.chunk.id, struck.chunk.last)
        world.do(lambda unit: unit.chunks.save(_given_back(unit, struck.chunk.id)))
        assert len(world.chunks(first)) > len(jobs)
        self.due("queued", template="news", bodies=(), values={"headline": {"": "T"},
            "text": {"": "Text"}})  # fmt: skip

    def services(self) -> None:
        now = self.world.clock.now()
        pulse = Pulse(
            worker=WORKER, service="announce.example.org", version="0.1.0",
            connected=True, started_at=NOON, seen_at=now,
        )  # fmt: skip
        old = replace(pulse, worker=GONE, connected=False, seen_at=NOON)
        for one in (pulse, old):
            self.world.do(lambda unit, beat: unit.facts.beat(beat), one)
        self.world.do(lambda unit: unit.facts.digest_key())
        until = now + timedelta(minutes=1)
        self.world.do(lambda unit: unit.notices.claim(now, until, 1))

    def pending(self) -> None:
        values = {"summary": SUMMARY, "start": {"": "2026-04-01T22:00:00Z"}}
        self.world.schedule(client_id="pending", delay_seconds="3600")
        self.world.schedule(PUBLISHER, client_id="pending", delay_seconds="7200")
        self.world.schedule(
            client_id="monthly", delay_seconds="7200", bodies=(),
            template="maintenance", values=values, metadata=METADATA,
            recurrence="FREQ=MONTHLY;COUNT=3", timezone="Europe/Warsaw",
        )  # fmt: skip
        self.world.schedule(
            client_id="for-two", delay_seconds="7200", people=tuple(READERS[:2]),
            updates=False, expires="2026-04-01T00:00:00Z",
        )  # fmt: skip

    def forgotten(self) -> None:
        """The newest entry of the trail is deleted; its id does not come back."""
        asked = Asked(
            caller=Access.operator(), door=Origin.CLI, action=Action.PURGE, about=""
        )
        self.world.do(self.world.audit.done, asked)
        self.world.do(_forget_the_newest)


def _forget_the_newest(unit: UnitOfWork) -> None:
    newest = unit.audit._connection
    newest.exec_driver_sql("DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)")


def _given_back(unit: UnitOfWork, chunk_id: int) -> object:
    chunk = unit.chunks.hold(chunk_id, WORKER)
    assert chunk is not None
    return replace(chunk, worker=None, leased_until=None)


def main(folder: Path) -> None:
    file = folder / "0.1.0.db"
    Filling(f"sqlite:///{file}").everything()
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # one file
    if shutil.which("pg_dump") is None:
        return
    with PostgreSQL() as server:
        Filling(server.database("carillon")).everything()
        address = f"postgresql://carillon@127.0.0.1:{server.port}/carillon"
        dump = subprocess.run(
            ["pg_dump", "--inserts", "--no-owner", "--no-privileges", address],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
    kept = [line for line in dump.splitlines() if not line.startswith(("\\", "--"))]
    text = "\n".join(kept) + "\n"
    (folder / "0.1.0.sql").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
