"""What the table speaks of, as rows: lists, jobs of one's own and of another."""

import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.broadcast import Occurrence, OccurrenceState
from bot.domain.consent import Approval, ApprovalState
from bot.domain.lists import AnnouncementList, JoinRequest, ListKind
from bot.domain.maintenance import Maintenance, Window, WindowState
from bot.domain.message import MessageType, Text
from bot.domain.schedule import (
    ListAudience,
    Origin,
    PeopleAudience,
    Schedule,
    ScheduleState,
    TextContent,
)
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store.tables import metadata

#: of the lists that name one
PUBLISHER = "pub@example.org"
#: whose jobs are "others"
OTHER = "other@example.org"
#: reference of no job and no broadcast
NO_REFERENCE = 999_999_999
#: name -> what differs; the publisher is to be filled in
LISTS: dict[str, dict[str, Any]] = {
    "news": {"default": True, "publishers": [PUBLISHER]},
    "weather": {},
    "rules": {"kind": "mandatory"},
    "club": {"kind": "request"},
    "staff": {"kind": "closed"},
    "board": {"kind": "closed", "publishers": [PUBLISHER]},
}
#: who waits to be let in to `club`
WAITING = "waiting@example.org"
#: a list that was made by command
MADE = "made"
#: what refusals may add to, and what the service tells of itself
_APART = {"audit", "request_count", "pulse"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """Some of one owner's, some of another's."""

    own: Schedule
    own_finished: Schedule
    own_held: Schedule
    others: Schedule
    others_finished: Schedule
    others_personal: Schedule

    def named(self, what: str) -> Schedule | None:
        """By the table's word; None for what is missing."""
        found: Schedule | None = getattr(self, what.replace("-", "_"), None)
        return found


def add_jobs(uow: UnitOfWork, owner: str, now: datetime) -> Jobs:
    """Fresh ones, due in an hour, of which nobody is sent an update."""
    due = now.replace(microsecond=0) + timedelta(hours=1)
    usual = Schedule(
        owner=owner,
        client_id="",
        origin=Origin.IQ,
        fingerprint="f00d",
        audience=ListAudience(list_name="news"),
        content=TextContent(texts=(Text(language="en", body="Hello"),)),
        timezone="",
        recurrence="FREQ=DAILY",
        deliver_at=due,
        start=due.replace(tzinfo=None),
        next_at=due,
        updates=False,
        created_at=now,
    )
    finished = replace(usual, state=ScheduleState.SENT, next_at=None, ended_at=now)
    personal = replace(usual, audience=PeopleAudience(jids=("ann@example.org",)))

    def add(schedule: Schedule, owner: str) -> Schedule:
        client_id = f"job-{secrets.token_hex(6)}"
        return uow.schedules.add(replace(schedule, owner=owner, client_id=client_id))

    held = add(usual, owner)
    missed = Occurrence(
        schedule_id=held.id,
        due_at=now - timedelta(hours=1),
        state=OccurrenceState.HELD,
        reason="late",
    )
    uow.occurrences.add(missed)
    return Jobs(
        own=add(usual, owner),
        own_finished=add(finished, owner),
        own_held=held,
        others=add(usual, OTHER),
        others_finished=add(finished, OTHER),
        others_personal=add(personal, OTHER),
    )


def add_windows(uow: UnitOfWork, owner: str, now: datetime) -> Mapping[str, int]:
    """By the table's word, references of maintenances of `news` that have begun, or
    are over; of which nobody was told.
    """
    usual = Maintenance(
        owner=owner,
        client_id="",
        origin=Origin.IQ,
        fingerprint="f00d",
        list_name="news",
        template="maintenance",
        values={"summary": {"": "Disks"}},
        timezone="",
        start=now.replace(tzinfo=None),
        opened=1,
        created_at=now,
    )

    def add(owner: str, state: WindowState) -> int:
        is_over = state is WindowState.FINISHED
        client_id = f"work-{secrets.token_hex(6)}"
        wanted = replace(usual, owner=owner, client_id=client_id)
        found = uow.maintenances.add(replace(wanted, ended_at=now if is_over else None))
        window = Window(
            maintenance_id=found.id,
            wall=found.start,
            start=found.start,
            starts_at=now,
            ends_at=now + timedelta(hours=1),
            state=state,
            changed_at=now,
            through=now,
        )
        uow.maintenances.add_window(window)
        return found.id

    return {
        "own": add(owner, WindowState.UNDER_WAY),
        "own-over": add(owner, WindowState.FINISHED),
        "others": add(OTHER, WindowState.UNDER_WAY),
        "others-over": add(OTHER, WindowState.FINISHED),
    }


def add_waiting(uow: UnitOfWork, recipient: str, now: datetime) -> Mapping[str, str]:
    """By the table's word, references of messages of another that wait for him, are
    over, or wait for somebody else.
    """
    found = {}
    for what, whom in {
        "own": recipient,
        "own-over": recipient,
        "others": "ann@example.org",
    }.items():
        job = add_jobs(uow, OTHER, now).own
        if what == "own-over":
            uow.schedules.save(replace(job, state=ScheduleState.CANCELLED))
        approval = Approval(
            id=1 + secrets.randbelow(10**17),
            schedule_id=job.id,
            recipient=whom,
            state=ApprovalState.WAITING,
            preview=False,
            created_at=now,
        )
        uow.approvals.add(approval)
        found[what] = str(approval.id)
    return {**found, "missing": str(NO_REFERENCE)}


def rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of a SQLite database, but of those apart."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        return {
            table: connection.execute(
                f"SELECT * FROM {table} ORDER BY rowid"
            ).fetchall()
            for table in sorted(set(metadata.tables) - _APART)
        }


def watch(url: str) -> None:
    """Has a SQLite database count what becomes of its rows, but of those apart:
    thousands of looks at all of them would take minutes.
    """
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.execute("CREATE TABLE touched (times INTEGER NOT NULL)")
        connection.execute("INSERT INTO touched VALUES (0)")
        for table in sorted(set(metadata.tables) - _APART):
            for event in ("INSERT", "UPDATE", "DELETE"):
                connection.execute(
                    f"CREATE TRIGGER touched_{table}_{event} AFTER {event} ON {table}"
                    " BEGIN UPDATE touched SET times = times + 1; END"
                )
        connection.commit()


def touched(url: str) -> int:
    """How often a row was written since `watch`."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        [times] = connection.execute("SELECT times FROM touched").fetchone()
        assert isinstance(times, int)
        return times


def add_waiting_for_club(uow: UnitOfWork, now: datetime) -> None:
    """Somebody waits to be let in, whatever became of him before."""
    club = uow.lists.get("club")
    assert club is not None
    uow.subscribers.ensure(WAITING, now)
    request = JoinRequest(
        list_id=club.id, jid=WAITING, by_presence=True, asked_at=now, told_at=now
    )
    uow.join_requests.add(request)


def add_made(uow: UnitOfWork) -> None:
    """A list of the database, also where it was retired meanwhile."""
    uow.lists.add(
        AnnouncementList(
            name=MADE,
            title="Made",
            is_default=False,
            kind=ListKind.CLOSED,
            language="en",
            timezone="UTC",
            type=MessageType.CHAT,
            publishers=frozenset(),
            welcome=None,
        )
    )
