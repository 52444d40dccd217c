"""The hot queries use their indexes, on tables of some size."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.incident import IncidentState
from bot.domain.maintenance import WindowState
from bot.domain.schedule import ScheduleState
from bot.store import (
    approvals,
    audience,
    broadcasts,
    chunks,
    exceptions,
    incidents,
    notices,
    occurrences,
    people,
    publicity,
    purging,
    schedules,
    topics,
)
from bot.store.backend import Backend
from bot.store.database import backend_of
from bot.store.incidents import _values as _incident
from bot.store.lists import _values as _list
from bot.store.maintenances import _values as _maintenance
from bot.store.maintenances import _window_values as _window
from bot.store.schedules import _values as _schedule
from bot.store.tables import (
    announcement_list,
    approval,
    broadcast,
    chunk,
    delivery_exception,
    incident,
    maintenance,
    maintenance_window,
    metadata,
    notice,
    occurrence,
    schedule,
    subscriber,
    subscription,
)
from tests.store.conftest import ENGINES
from tests.store.copies import migrated
from tests.store.samples import (
    MINUTE,
    NOON,
    SERVICE,
    a_list,
    a_maintenance,
    a_schedule,
    a_window,
    an_incident,
)

MANY = 4000
NEIGHBOUR = "news.example.org"


def rows_of(number: int, **columns: Any) -> list[dict[str, Any]]:
    """Rows with ids from 1; a column's function is given the id."""
    return [
        {"id": row}
        | {
            name: value(row) if callable(value) else value
            for name, value in columns.items()
        }
        for row in range(1, number + 1)
    ]


def at(row: int) -> datetime:
    return NOON + row * MINUTE


def kind_of(row: int) -> str:
    """Of an exception: the latest are repeated, some before them are heard later."""
    if row > MANY - 100:
        return "retrying"
    return "waiting" if row > MANY - 200 else "failed"


def whose(row: int) -> str:
    return NEIGHBOUR if row % 2 else SERVICE


def fill(connection: sa.Connection) -> None:
    """Mostly finished work, as after a year; a tenth of the people on each list.

    Every second row of each kind is a neighbour's.
    """

    def state(row: int) -> str:
        return "pending" if row % 50 == 0 else "sent"

    def add(table: sa.Table, rows: list[dict[str, Any]]) -> None:
        connection.execute(sa.insert(table), rows)

    stored = [
        _schedule(
            a_schedule(
                f"s{row}",
                owner=f"user{row % 100}@example.org",
                state=ScheduleState(state(row)),
                next_at=at(row),
            )
        )
        | {"service": whose(row // 2)}
        for row in range(MANY)
    ]
    add(schedule, stored)
    lists = enumerate("abcdefghij")
    add(
        announcement_list,
        [_list(a_list(name)) | {"service": whose(row)} for row, name in lists],
    )
    add(
        subscriber,
        rows_of(
            MANY, service=whose, jid=lambda row: f"u{row}@b", score=0, created_at=NOON
        ),
    )
    add(
        subscription,
        rows_of(
            MANY, list_id=lambda row: 1 + row % 10, subscriber_id=lambda row: row,
            origin="admin", started_at=NOON,
        ),
    )  # fmt: skip
    add(
        occurrence,
        rows_of(MANY, schedule_id=lambda row: row, due_at=NOON, state="sent"),
    )
    add(
        broadcast,
        rows_of(
            MANY, service=whose, occurrence_id=lambda row: row,
            schedule_id=lambda row: row, key=str, highest=MANY,
            list_id=lambda row: 3 if row % 100 else 1,
            topic=lambda row: "incident/1" if row % 4 == 0 else None,
            frozen_at=NOON, total=10,
            counted_for=lambda row: f"user{row % 100}@example.org",
            state=lambda row: "sending" if row > MANY - 5 else "sent", created_at=at,
        ),
    )  # fmt: skip
    add(
        chunk,
        rows_of(
            MANY, broadcast_id=lambda row: row, after=0, last=10, count=10, through=0,
            done=10, finished=lambda row: row <= MANY - 5, strikes=0,
        ),
    )  # fmt: skip
    bounced = rows_of(
        MANY, service=whose, broadcast_id=lambda row: row, jid=lambda row: f"u{row}@b",
        kind=kind_of,
        condition="gone", attempts=0, first_at=NOON, next_at=at,
    )  # fmt: skip
    for row in bounced:
        del row["id"]
    add(delivery_exception, bounced)
    add(
        approval,
        rows_of(
            MANY, service=whose, schedule_id=lambda row: row, preview=False,
            recipient=lambda row: f"u{row % 100}@b", created_at=NOON,
            state=lambda row: "waiting" if row > MANY - 50 else "approved",
            told_at=lambda row: None if row > MANY - 10 else at(row),
        ),
    )  # fmt: skip
    add(
        maintenance,
        [
            _maintenance(a_maintenance(f"m{row}"))
            | {"service": whose(row), "ended_at": NOON}
            for row in range(MANY // 10)
        ],
    )
    add(
        maintenance_window,
        [
            _window(
                a_window(
                    1 + row // 10, number=row, ends_at=at(row),
                    state=WindowState("planned" if row > MANY - 20 else "finished"),
                )
            )
            for row in range(MANY)
        ],
    )  # fmt: skip
    add(
        incident,
        [
            _incident(
                an_incident(
                    f"i{row}",
                    state=IncidentState("open" if row > MANY - 20 else "resolved"),
                    ended_at=None if row > MANY - 20 else at(row),
                )
            )
            | {"service": whose(row)}
            for row in range(MANY)
        ],
    )
    add(
        notice,
        rows_of(
            MANY, service=lambda row: SERVICE if row > MANY - 5 else NEIGHBOUR,
            recipient="a@b", text="Hello", created_at=NOON,
        ),
    )  # fmt: skip


@pytest.fixture(scope="module", params=ENGINES)
def backend(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backend]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('plans')}/carillon.db"
    else:
        url = request.getfixturevalue("postgresql").database("store_plans")
    migrated(url)
    backend = backend_of(url)
    with backend.writing.begin() as connection:
        fill(connection)
    with backend.writing.begin() as connection:
        connection.execute(sa.text("ANALYZE"))
    yield backend
    backend.writing.dispose()
    backend.reading.dispose()


def explain(backend: Backend, statement: Any, values: dict[str, Any]) -> str:
    """The engine's plan for the very text that the store sends."""
    prefix = (
        "EXPLAIN QUERY PLAN "
        if backend.writing.name == "sqlite"
        else "EXPLAIN (ANALYZE) "
    )

    def before(
        _connection: Any, _cursor: Any, text: str, given: Any, *_: Any
    ) -> tuple[str, Any]:
        return prefix + text, given

    with backend.writing.connect() as connection:
        sa.event.listen(connection, "before_cursor_execute", before, retval=True)
        plain = connection.execute(statement, values).cursor
        assert plain is not None
        plans = [str(row[-1]) for row in plain.fetchall()]
        connection.rollback()
    return "\n".join(plans)


PAGE = {
    "whose": SERVICE,
    "list_id": 1,
    "broadcast_id": 1,
    "after": 1000,
    "last": 2000,
    "limit": 250,
}
TOLD = {
    "own": 2,
    "told_by": 1,
    "ancestors": [1],
    "line": [1],
    "lines": [(2, 2)],
    "later": [3, 4],
    "edition": 2,
    "schedule_id": 2,
}
FREEZE = {"whose": SERVICE, "list_id": 1, "all_but_one": 99}
TOPIC = {"whose": SERVICE, "topic": "incident/1", "schedule_id": MANY // 2, "now": NOON}
OWNERS = sa.select(schedule).where(
    schedule.c.service == SERVICE, schedule.c.owner == "user1@example.org"
)
HOT: dict[str, tuple[Any, dict[str, Any], list[str]]] = {
    "due": (
        schedules.DUE,
        {"whose": SERVICE, "after": at(0), "until": at(500), "limit": 10},
        ["ix_schedule_due"],
    ),
    "untold": (
        occurrences.UNTOLD,
        {"whose": SERVICE, "which": 1},
        [],
    ),
    "next due": (schedules.NEXT_DUE, {"whose": SERVICE}, ["ix_schedule_due"]),
    "upcoming": (
        schedules.UPCOMING,
        {"whose": SERVICE, "limit": 10},
        ["ix_schedule_due"],
    ),
    "live": (schedules.LIVE, {"whose": SERVICE}, ["ix_schedule_live"]),
    "clocks": (schedules.CLOCKS, {"whose": SERVICE}, ["ix_schedule_live"]),
    "notices": (
        notices.CLAIM,
        {"whose": SERVICE, "now": NOON, "until": NOON, "limit": 10},
        ["ix_notice_service_id"],
    ),
    "whom nobody told": (
        approvals.UNTOLD,
        {"whose": SERVICE, "since": at(0), "until": at(MANY), "limit": 10},
        ["ix_approval_untold"],
    ),
    "claim": (
        chunks.CLAIM,
        {
            "whose": SERVICE,
            "own": False,
            "by": "w1",
            "now": NOON,
            "until": NOON,
            "carrying": [7],
            "ahead": 40,
        },
        ["ix_broadcast_sending", "ix_chunk_open"],
    ),
    "what waits for a send window": (
        broadcasts.SHUT_OUT,
        {"whose": SERVICE},
        ["ix_broadcast_shut_out"],
    ),
    "next opening": (
        broadcasts.NEXT_OPENING,
        {"whose": SERVICE},
        ["ix_broadcast_shut_out"],
    ),
    "page of a list": (audience.LISTED, PAGE, ["ix_subscription_list_id_id"]),
    "ends of chunks": (audience.ENDS, FREEZE, ["ix_subscription_list_id_id"]),
    "one of a list": (
        audience.FIND_LISTED,
        PAGE | {"who": "u7@b"},
        ["ix_subscription_subscriber_id_list_id_id"],
    ),
    "what somebody was told": (
        broadcasts.TOLD_LIST,
        {"whose": SERVICE, "list_id": 1, "who": "u10@b", "before": MANY, "limit": 10},
        ["ix_broadcast_listed", "ix_subscription_subscriber_id_list_id_id"],
    ),
    "what a list was told": (
        publicity.ANNOUNCED,
        {"whose": SERVICE, "list_id": 1, "limit": 10},
        ["ix_broadcast_listed", "ix_broadcast_told_by"],
    ),
    "the latest notices": (
        publicity.NOTICES,
        {"whose": SERVICE, "topics": [f"incident/{row}" for row in range(20)]},
        ["ix_broadcast_topic", "ix_broadcast_told_by"],
    ),
    "a later notice that was launched": (topics.LAUNCHED, TOPIC, ["_notice"]),
    "a later notice that is due": (topics.DUE, TOPIC, ["ix_schedule_topic"]),
    "earlier notices under way": (
        topics.UNDER_WAY,
        TOPIC,
        ["ix_broadcast_notice_sending"],
    ),
    "earlier notices that are held": (topics.HELD, TOPIC, ["ix_chunk_leased"]),
    "what amends one": (
        schedules.AMENDING,
        {"whose": SERVICE, "broadcast_id": 7},
        ["ix_schedule_amending"],
    ),
    "what is being amended": (
        publicity.AMENDING,
        {"whose": SERVICE},
        ["ix_schedule_amending"],
    ),
    "people of an import": (
        people.FOUND,
        {"whose": SERVICE, "people": '[["u7@b"], ["u9@b"]]'},
        [],
    ),
    "who of an import has gone": (
        people.GONE,
        {"whose": SERVICE, "list_id": 1, "people": '[["u7@b"], ["u10@b"]]'},
        ["ix_subscription_subscriber_id_list_id_id"],
    ),
    "due retries": (
        exceptions.DUE,
        {"whose": SERVICE, "now": at(MANY), "beyond": at(9 * MANY), "limit": 10},
        ["ix_delivery_exception_next"],
    ),
    "retries": (
        exceptions.RETRIES,
        {"whose": SERVICE, "now": at(MANY), "beyond": at(9 * MANY), "limit": 10},
        ["ix_delivery_exception_next"],
    ),
    "heard later, due": (
        exceptions.RIPE,
        {"whose": SERVICE, "now": at(MANY), "far": at(9 * MANY), "limit": 10},
        ["ix_delivery_exception_waiting"],
    ),
    "heard later, claimed": (
        exceptions.RELEASED,
        {"whose": SERVICE, "now": at(MANY), "far": at(9 * MANY), "limit": 10},
        ["ix_delivery_exception_waiting"],
    ),
    "superseded": (
        exceptions.EARLIER,
        {
            "whose": SERVICE,
            "jids": ["u1@b", "u2@b"],
            "schedule_id": 50,
            "before": MANY,
        },
        [],  # from whichever side there are fewer
    ),
    "superseded by a notice": (
        exceptions.EARLIER_NOTICES,
        {
            "whose": SERVICE,
            "jids": ["u1@b", "u2@b"],
            "topic": "incident/7",
            "before": MANY,
        },
        [],
    ),
    "superseded by an amendment": (
        exceptions.EARLIER_AMENDMENTS,
        {"whose": SERVICE, "jids": ["u1@b", "u2@b"], "told_by": 7, "before": MANY},
        [],
    ),
    "page of those who were told": (
        audience.LISTED_TOLD,
        PAGE | TOLD,
        ["ix_subscription_list_id_id", "delivery_exception"],
    ),
    "how many were told": (
        audience.COUNT_LISTED,
        PAGE | TOLD,
        ["ix_subscription_list_id_id", "delivery_exception"],
    ),
    "one of those who were told": (
        audience.FIND_LISTED_TOLD,
        PAGE | TOLD | {"who": "u7@b"},
        ["ix_subscription_subscriber_id_list_id_id"],
    ),
    "anybody awaited": (
        exceptions.AWAITED,
        {"whose": SERVICE, "broadcast_id": MANY, "until": at(9 * MANY)},
        ["ix_delivery_exception_broadcast_id_kind"],
    ),
    "pending of an owner": (
        sa.select(sa.func.count())
        .select_from(schedule)
        .where(
            schedule.c.service == SERVICE,
            schedule.c.owner == "user1@example.org",
            schedule.c.state.in_(["pending", "held", "paused", "running"]),
        ),
        {},
        ["ix_schedule_service_owner_state"],
    ),
    "an owner's of a day": (
        sa.select(sa.func.count())
        .select_from(broadcast)
        .where(
            broadcast.c.service == SERVICE,
            broadcast.c.counted_for == "user1@example.org",
            broadcast.c.created_at >= NOON,
            broadcast.c.created_at < at(60),
        ),
        {},
        ["ix_broadcast_service_counted_for_created_at"],
    ),
    "what is over": (
        purging.ENDED,
        {"whose": SERVICE, "personal": False, "before": at(500), "limit": 10},
        ["ix_schedule_kept"],
    ),
    "what was told": (
        purging.FINISHED,
        {"whose": SERVICE, "personal": False, "before": at(500), "limit": 10},
        ["ix_broadcast_kept"],
    ),
    "one of an owner": (
        schedules.LATEST,
        {"whose": SERVICE, "owner": "user1@example.org", "client_id": "s1"},
        ["ix_schedule_service_owner_client_id_id"],
    ),
    "page of an owner": (
        OWNERS.order_by(schedule.c.id).limit(10),
        {},
        ["ix_schedule_service_owner_id"],
    ),
}


@pytest.mark.parametrize("name", HOT)
def test_plan(backend: Backend, name: str) -> None:
    """A hot query reads no table as a whole, and uses the indexes made for it."""
    statement, values, indexes = HOT[name]
    if isinstance(statement, dict):
        statement = statement[backend.writing.name]
    plan = explain(backend, statement, values)
    assert not re.search("Seq Scan on (?!list )", plan)  # of which there are a few
    assert "Hash Join" not in plan
    assert not re.search(f"SCAN ({'|'.join(metadata.tables)})$", plan, re.MULTILINE)
    for index in indexes:
        assert index in plan


#: queries for what waits, whose indexes begin with the service
WAITING = (
    "due",
    "next due",
    "upcoming",
    "live",
    "claim",
    "retries",
    "notices",
    "whom nobody told",
)


@pytest.mark.parametrize("name", WAITING)
def test_a_neighbours_rows_are_not_looked_at(backend: Backend, name: str) -> None:
    """What waits is found in an index by service: a neighbour's rows cost nothing."""
    statement, values, _ = HOT[name]
    plan = explain(backend, statement, values)
    assert re.search(r"\(\(?service ?= ?", plan)
    filters = re.findall("Filter: .*", plan)
    assert not [one for one in filters if "service" in one]


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (publicity.LIVE, "ix_maintenance_window_live"),
        (publicity.OVER, "ix_maintenance_window_over"),
        (publicity.ENDLESS, "ix_maintenance_window_over"),
    ],
)
def test_what_feeds_show(backend: Backend, statement: Any, index: str) -> None:
    """Windows of many years are not looked through for those that are shown."""
    since = {} if statement is publicity.LIVE else {"since": at(MANY - 50)}
    values = {"whose": SERVICE, "names": ["news"], "limit": 10, **since}
    assert index in explain(backend, statement, values)


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (incidents.OPEN, "uq_incident_open_id"),
        (incidents.ENDED, "ix_incident_kept"),
    ],
)
def test_incidents_that_feeds_show(
    backend: Backend, statement: Any, index: str
) -> None:
    """Incidents of many years are not looked through, either."""
    since = {} if statement is incidents.OPEN else {"since": at(MANY - 50)}
    values = {"whose": SERVICE, "names": ["news"], "limit": 10, **since}
    assert index in explain(backend, statement, values)
