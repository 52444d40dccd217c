"""The use cases over a real database, with a clock that only tests move."""

import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple

from bot.domain.access import Access, Caller, Role
from bot.domain.addresses import Addresses
from bot.domain.audit import AuditEntry
from bot.domain.broadcast import (
    Broadcast,
    Chunk,
    DeliveryException,
    Occurrence,
    Progress,
)
from bot.domain.lateness import Shift, looked
from bot.domain.lists import AnnouncementList, ListKind
from bot.domain.message import MessageType
from bot.domain.schedule import Origin, Schedule
from bot.domain.verdict import SUSPEND_SCORE
from bot.rendering.templates import JinjaTemplates
from bot.service.delivery.outcomes import Bounce
from bot.service.ports.notices import Notice
from bot.service.ports.paging import Paging
from bot.service.ports.trail import AuditFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests.request import ScheduleChange, ScheduleName, ScheduleRequest
from bot.service.rules.policy import Limits, Policy
from bot.service.use_cases import UseCases
from bot.store import upgrade
from bot.store.database import SqlDatabase
from bot.store.sealing import Vault
from tests.fakes import FakeClock

Ts = TypeVarTuple("Ts")
T = TypeVar("T")

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SERVICE = "announce.example.org"
ADMIN, PUBLISHER = "admin@example.org", "pub@example.org"
AUDITOR = "auditor@example.org"
USER, STRANGER = "user@example.org", "eve@evil.example"
OPS = "ops@example.org"


def blank_database(folder: Path) -> Path:
    """An empty SQLite database of the newest schema, to be copied."""
    file = folder / "blank.db"
    upgrade.upgrade(f"sqlite:///{file}", SERVICE)
    return file


def copy_of(blank: Path, folder: Path) -> str:
    """The URL of a database of one's own."""
    file = folder / "carillon.db"
    shutil.copy(blank, file)
    return f"sqlite:///{file}"


def a_list(name: str = "news", **changes: Any) -> AnnouncementList:
    values: dict[str, Any] = {
        "name": name,
        "title": name.title(),
        "is_default": name == "news",
        "kind": ListKind.OPEN,
        "language": "en",
        "timezone": "UTC",
        "type": MessageType.CHAT,
        "publishers": frozenset({PUBLISHER}),
        "welcome": None,
    }
    return AnnouncementList(**values | changes)


def a_policy(**changes: Any) -> Policy:
    limits = Limits(
        pending=3,
        requests_per_minute=5,
        deliveries_per_day=0,
        window=timedelta(days=366),
        body=100,
        subject=20,
    )
    values: dict[str, Any] = {
        "access": Access(
            admins=frozenset({ADMIN}),
            publishers=frozenset({PUBLISHER}),
            auditors=frozenset({AUDITOR}),
            domains=frozenset({"example.org"}),
        ),
        "addresses": Addresses(service=SERVICE, component=True),
        "limits": {
            Role.ADMIN: Limits(
                pending=0,
                requests_per_minute=0,
                deliveries_per_day=0,
                window=timedelta(days=800),
                body=1000,
                subject=100,
            ),
            Role.PUBLISHER: limits,
            Role.USER: limits,
            Role.STRANGER: limits,
        },
        "notify": (OPS,),
    }
    return Policy(**values | changes)


def numbered(job: Schedule) -> ScheduleName:
    """The job by its reference."""
    return ScheduleName(number=job.id)


class World:
    """Every use case, and short ways to what tests look at."""

    def __init__(
        self,
        url: str,
        *,
        lists: Iterable[AnnouncementList] = (),
        clock: FakeClock | None = None,
        policy: Policy | None = None,
        templates: Path | None = None,
        vault: Vault | None = None,
    ) -> None:
        self.url = url
        self.clock = clock or FakeClock(NOON)
        self.policy = policy or a_policy()
        self.templates = JinjaTemplates(templates)
        self.database = SqlDatabase(
            url, self.policy.addresses.own, vault=vault, now=self.clock.now
        )
        self.use_cases = use_cases = UseCases.over(
            self.database, self.policy, self.templates, self.clock
        )
        self.schedules = use_cases.schedules
        self.planning = use_cases.planning
        self.editing = use_cases.editing
        self.steering = use_cases.steering
        self.chunk_progress = use_cases.progress
        self.renditions = use_cases.renditions
        self.outcomes = use_cases.outcomes
        self.subscribers = use_cases.subscribers
        self.enrolling = use_cases.enrolling
        self.broadcasts = use_cases.broadcasts
        self.audit = use_cases.audit
        #: of its planner
        self.shift: Shift | None = None
        self.do(lambda unit: unit.lists.declare(list(lists) or [a_list()]))

    def close(self) -> None:
        self.database.close()

    def do(self, use_case: Callable[[UnitOfWork, *Ts], T], *args: *Ts) -> T:
        return self.database.call(use_case, *args)

    def caller(self, jid: str) -> Caller:
        return self.policy.caller(jid)

    # --- asking ---------------------------------------------------------------

    def request(self, **changes: Any) -> ScheduleRequest:
        """To `news`, in an hour, unless the changes say otherwise."""
        values: dict[str, Any] = {
            "origin": Origin.IQ,
            "list_name": "news",
            "bodies": (("en", "Hello"),),
            "deliver_at": "2026-03-01T13:00:00Z",
            "updates": True,
        }
        values |= changes
        if values.get("people"):
            values["list_name"] = None
        if values.get("delay_seconds"):
            values["deliver_at"] = None
        return ScheduleRequest(**values)

    def schedule(self, jid: str = ADMIN, **changes: Any) -> Schedule:
        request = self.request(**changes)
        return self.do(self.schedules.create, self.caller(jid), request)[0].schedule

    def subscribe(self, *jids: str, to: str = "news") -> None:
        admin = self.caller(ADMIN)

        def add(unit: UnitOfWork) -> None:
            for jid in jids:
                self.enrolling.add(unit, admin, to, jid, None, None)

        self.do(add)

    def bounce(self, jid: str, condition: str, list_name: str = "news") -> None:
        """A message of an announcement of its own comes back from somebody."""
        key = self.broadcast(self.due(list_name=list_name)).key
        self.came_back(key, jid, condition)

    def came_back(self, key: str, jid: str, condition: str) -> None:
        bounce = Bounce(
            broadcast_key=key, jid=jid, condition=condition, error_type="cancel"
        )
        self.do(self.outcomes.bounced, bounce)

    def suspend(self, jid: str, list_name: str = "news") -> None:
        """So many that he is told nothing any more."""
        for _ in range(SUSPEND_SCORE):
            self.bounce(jid, "service-unavailable", list_name)

    # --- steering -------------------------------------------------------------

    def steer(
        self, verb: str, job: Schedule, jid: str = ADMIN, *given: Any
    ) -> Schedule:
        """As a door does: the audience is counted before what may send at once."""
        caller, name = self.caller(jid), numbered(job)
        if verb in {"resume", "send_now"}:
            given = (self.do(self.steering.freeze, caller, name), *given)
        steered: Schedule = self.do(getattr(self.steering, verb), caller, name, *given)
        return steered

    def edit(
        self,
        job: Schedule,
        jid: str = ADMIN,
        *,
        revision: int | None = None,
        **change: Any,
    ) -> Schedule:
        given = ScheduleChange(**change)
        edit = self.editing.edit
        return self.do(edit, self.caller(jid), numbered(job), given, revision)

    def cancel(self, job: Schedule, jid: str = ADMIN) -> Schedule:
        return self.do(self.schedules.cancel, self.caller(jid), numbered(job))

    # --- time -----------------------------------------------------------------

    def plan(self) -> int:
        """What the planner does in one round; the moments dealt with."""
        now = self.clock.now()
        advanced = self.do(self.use_cases.maintenances.advance, now)
        self.shift = looked(self.shift, now)
        names = self.do(self.planning.audiences_due, now)
        frozen = {name: self.do(self.planning.freeze, name, now) for name in names}
        return advanced + self.do(self.planning.plan, frozen, self.shift)

    def plan_all(self) -> None:
        for _ in range(1000):
            if not self.plan():
                return
        raise AssertionError("planning never ends")

    def due(self, **changes: Any) -> Schedule:
        """A schedule whose broadcast is planned, ready to be sent."""
        schedule = self.schedule(**{"delay_seconds": "1"} | changes)
        self.clock.advance(seconds=2)
        self.plan_all()
        return self.get(schedule.id)

    # --- looking --------------------------------------------------------------

    def get(self, reference: int) -> Schedule:
        found = self.do(lambda unit: unit.schedules.get(reference))
        assert found is not None
        return found

    def moments(self, schedule: Schedule) -> list[Occurrence]:
        """What became of its occurrences, the earliest first."""
        found = self.do(lambda unit: unit.occurrences.of(schedule.id, limit=1000))
        return found[::-1]

    def states(self, schedule: Schedule) -> list[tuple[str, str | None]]:
        return [(one.state.value, one.reason) for one in self.moments(schedule)]

    def broadcast(self, schedule: Schedule) -> Broadcast:
        """Its latest."""
        page = self.do(
            lambda unit: unit.broadcasts.page(
                Paging(limit=100), schedule_id=schedule.id
            )
        )
        return page.items[-1]

    def broadcasts_of(self, schedule: Schedule) -> int:
        return self.do(
            lambda unit: (
                unit.broadcasts.page(Paging(limit=0), schedule_id=schedule.id).count
            )
        )

    def chunks(self, schedule: Schedule) -> list[Chunk]:
        broadcast = self.broadcast(schedule)
        return self.do(lambda unit: unit.chunks.of(broadcast.id))

    def progress(self, schedule: Schedule) -> Progress:
        broadcast = self.broadcast(schedule)
        return self.do(lambda unit: unit.broadcasts.progress(broadcast.id))

    def exceptions(self, schedule: Schedule) -> list[DeliveryException]:
        broadcast = self.broadcast(schedule)
        return self.do(
            lambda unit: unit.exceptions.page(broadcast.id, after="", limit=1000)
        )

    def notices(self) -> list[Notice]:
        """Those not yet looked at."""
        until = self.clock.now() + timedelta(days=1000)
        found = self.do(lambda unit: unit.notices.claim(until, until, 1000))
        self.do(lambda unit: unit.notices.done([one.id for one in found]))
        return found

    def latest_entry(self) -> int:
        """The id of the newest entry of the audit trail, 0 where there is none."""
        page = self.do(lambda unit: unit.audit.page(AuditFilter(), Paging(before=0)))
        return page.items[-1].id if page.items else 0

    def entries_after(self, entry: int) -> list[AuditEntry]:
        """Of the audit trail, in the order of writing."""
        found = self.do(lambda unit: unit.audit.following(AuditFilter(), entry, 100))
        return list(found)
