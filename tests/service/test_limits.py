"""How much each role may ask for: as configured, when asked and when due."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app.configured import policy_of
from bot.domain.access import Access, Role
from bot.domain.errors import PolicyViolation
from bot.domain.recurrence import Freq
from bot.domain.schedule import Schedule, ScheduleState
from bot.service.ports.paging import Paging
from bot.service.ports.schedules import ScheduleFilter
from bot.service.requests.request import ScheduleName
from bot.service.rules.policy import Limits
from bot.service.rules.quotas import Quotas
from bot.settings import Settings
from bot.store.tables import schedule as table
from tests.world import (
    ADMIN,
    NOON,
    PUBLISHER,
    USER,
    World,
    a_list,
    a_policy,
    copy_of,
)

YEAR = timedelta(days=366)
DEFAULT = Limits(
    pending=100,
    requests_per_minute=30,
    deliveries_per_day=25,
    window=YEAR,
    body=16_000,
    subject=1_024,
)
OF_ADMINS = Limits(
    role=Role.ADMIN,
    pending=10_000,
    requests_per_minute=300,
    deliveries_per_day=0,
    window=YEAR,
    body=16_000,
    subject=1_024,
)
XMPP = {"mode": "component", "jid": "announce.example.org", "password": "x"}
OTHER = "second@example.org"


def configured(**limits: dict[str, Any]) -> dict[Role, Limits]:
    settings = Settings(xmpp=XMPP, limits=limits)  # type: ignore[arg-type]  # as TOML
    return dict(policy_of(settings).limits)


def with_limits(**changes: Any) -> dict[Role, Limits]:
    """Of publishers; admins have their default."""
    publisher = configured(publisher=changes)[Role.PUBLISHER]
    return {**configured(), Role.PUBLISHER: publisher}


@pytest.fixture
def worlds(blank: Path, tmp_path: Path) -> Iterator[Any]:
    """`worlds(limits, **policy)`: the same database under another configuration."""
    url = copy_of(blank, tmp_path)
    made: list[World] = []

    def make(limits: dict[Role, Limits], **changes: Any) -> World:
        clock = made[0].clock if made else None
        policy = a_policy(limits=limits, **changes)
        made.append(World(url, policy=policy, clock=clock))
        return made[-1]

    yield make
    for world in made:
        world.close()


def test_defaults() -> None:
    """Without configuration each role has the documented limits."""
    assert configured() == {
        Role.ADMIN: OF_ADMINS,
        Role.PUBLISHER: replace(DEFAULT, role=Role.PUBLISHER),
        Role.USER: DEFAULT,
        Role.STRANGER: DEFAULT,
    }
    assert DEFAULT.frequencies == tuple(Freq)


def test_configured() -> None:
    """Each key counts for its role; publishers have what users have, or their own."""
    limits = configured(
        user={"pending": 7, "body": 50, "frequencies": ["YEARLY", "DAILY"]},
        publisher={"pending": 9, "window_days": 3},
        admin={"requests_per_minute": 5, "subject": 8, "deliveries_per_day": 2},
    )
    user, publisher, admin = (
        limits[role] for role in (Role.USER, Role.PUBLISHER, Role.ADMIN)
    )
    assert limits[Role.STRANGER] == user
    assert (user.pending, user.body, user.window) == (7, 50, YEAR)
    assert user.frequencies == (Freq.DAILY, Freq.YEARLY)
    assert (publisher.pending, publisher.body) == (9, 50)
    assert publisher.window == timedelta(days=3)
    assert publisher.frequencies == user.frequencies
    assert (admin.requests_per_minute, admin.subject) == (5, 8)
    assert (admin.deliveries_per_day, admin.pending) == (2, 10_000)


def refused(world: World, jid: str, **changes: Any) -> PolicyViolation:
    with pytest.raises(PolicyViolation) as caught:
        world.schedule(jid, **changes)
    return caught.value


A_YEAR_AHEAD = NOON + YEAR
#: name -> (the most that is taken, one more, the limit's name and value)
AT_THE_EDGE: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, int]]] = {
    "moment": (
        {"deliver_at": f"{A_YEAR_AHEAD:%FT%TZ}"},
        {"deliver_at": f"{A_YEAR_AHEAD + timedelta(seconds=1):%FT%TZ}"},
        ("window", 366 * 86_400),
    ),
    "delay": (
        {"delay_seconds": str(366 * 86_400)},
        {"delay_seconds": str(366 * 86_400 + 1)},
        ("window", 366 * 86_400),
    ),
    "body": (
        {"bodies": (("en", "ä" * 16_000),)},
        {"bodies": (("en", "Hi"), ("de", "ä" * 16_001))},
        ("body", 16_000),
    ),
    "subject": (
        {"subjects": (("en", "ä" * 1_024),)},
        {"subjects": (("", "ä" * 1_025),)},
        ("subject", 1_024),
    ),
}


@pytest.mark.parametrize("jid", [ADMIN, PUBLISHER])
@pytest.mark.parametrize("case", AT_THE_EDGE)
def test_sizes_at_their_default(worlds: Any, case: str, jid: str) -> None:
    """Just as much is taken, and one more refused, as something to change."""
    most, more, (name, maximum) = AT_THE_EDGE[case]
    world = worlds(configured())
    world.schedule(jid, **most)
    error = refused(world, jid, **more)
    assert (error.limit, error.maximum) == (name, maximum)
    assert (error.wait, error.retry_after) == (False, None)


@pytest.mark.parametrize(("jid", "most"), [(PUBLISHER, 100), (ADMIN, 10_000)])
def test_pending_at_its_default(worlds: Any, jid: str, most: int) -> None:
    """The last one is taken, one more is refused until the first is over."""
    world: World = worlds(with_limits(deliveries_per_day=0))
    first = world.schedule(jid, delay_seconds="600", client_id="first")
    copy(world, first, most - 2)
    assert world.schedule(jid, client_id="last").id
    error = refused(world, jid)
    assert (error.limit, error.maximum, error.wait) == ("pending", most, True)
    assert error.retry_after == 600
    # what is asked again is there already
    assert world.schedule(jid, client_id="first", delay_seconds="600") == first
    world.do(world.schedules.cancel, world.caller(jid), ScheduleName(id="first"))
    world.schedule(jid)


def copy(world: World, schedule: Schedule, count: int) -> None:
    """So many more like it; by hand, since it may be ten thousand."""
    names = [column.name for column in table.c if column.name != "id"]
    values = ["'copy' || number" if one == "client_id" else one for one in names]
    with closing(sqlite3.connect(world.url.removeprefix("sqlite:///"))) as connection:
        connection.execute(
            f"""WITH RECURSIVE copies(number) AS
                (SELECT 1 UNION ALL SELECT number + 1 FROM copies WHERE number < ?)
            INSERT INTO schedule ({", ".join(names)})
            SELECT {", ".join(values)} FROM schedule, copies WHERE id = ?""",
            (count, schedule.id),
        )
        connection.commit()


def test_frequencies(worlds: Any) -> None:
    """A frequency that is not for this role is refused; the error says which are."""
    world: World = worlds(with_limits(frequencies=["WEEKLY", "MONTHLY"]))
    error = refused(world, PUBLISHER, recurrence="FREQ=DAILY")
    assert (error.limit, error.maximum) == ("frequencies", "WEEKLY,MONTHLY")
    assert not error.wait
    assert "DAILY" in error.text
    world.schedule(PUBLISHER, recurrence="FREQ=WEEKLY")
    world.schedule(ADMIN, recurrence="FREQ=DAILY")


# --- deliveries a day --------------------------------------------------------------


def tomorrow(hour: int, minute: int = 0) -> str:
    moment = NOON.replace(hour=hour, minute=minute) + timedelta(days=1)
    return f"{moment:%FT%TZ}"


def test_deliveries_at_their_default(worlds: Any) -> None:
    """So many a day of UTC, sent or to come; another day has room, admins always."""
    world: World = worlds(configured())
    for minute in range(25):
        world.schedule(PUBLISHER, deliver_at=tomorrow(9, minute))
    error = refused(world, PUBLISHER, deliver_at=tomorrow(23, 59))
    assert (error.limit, error.maximum) == ("deliveries-per-day", 25)
    # waiting does not help: that day will be as full
    assert (error.wait, error.retry_after) == (True, None)
    assert "2026-03-02" in error.text
    for jid, moment in ((PUBLISHER, "2026-03-03T00:00:00Z"), (ADMIN, tomorrow(9))):
        world.schedule(jid, deliver_at=moment)


def test_deliveries_of_today(worlds: Any) -> None:
    """What was sent today counts too, and the refusal says how long today lasts."""
    world: World = worlds(with_limits(deliveries_per_day=2))
    for _ in range(2):
        sent = world.due(jid=PUBLISHER)
        assert sent.state is ScheduleState.SENT
    error = refused(world, PUBLISHER, delay_seconds="60")
    assert error.limit == "deliveries-per-day"
    midnight = NOON.replace(hour=0) + timedelta(days=1)
    assert error.retry_after == (midnight - world.clock.now()).total_seconds()
    world.clock.set(midnight)
    world.schedule(PUBLISHER, delay_seconds="60")


def test_deliveries_when_due(worlds: Any) -> None:
    """One too many of a recurring job fails when due, with a report that says why;
    the next day it goes out again.
    """
    world: World = worlds(with_limits(deliveries_per_day=1))
    daily = world.schedule(PUBLISHER, recurrence="FREQ=DAILY")
    # accepted: the recurring one's next moment is still that of today
    once = world.schedule(PUBLISHER, deliver_at=tomorrow(12, 30))
    world.notices()
    for hours in (1, 23.5, 0.5, 24):
        world.clock.advance(hours=hours)
        world.plan_all()
    assert world.states(once) == [("sent", None)]
    used_up = ("failed", "deliveries-per-day")
    assert world.states(daily) == [("sent", None), used_up, ("sent", None)]
    assert world.get(daily.id).state is ScheduleState.PENDING
    told = [str(one.said) for one in world.notices() if one.to == PUBLISHER]
    [report] = [text for text in told if f"#{daily.id} " in text]
    assert "of that day were used up" in report
    assert "2026-03-02 13:00 UTC" in report


def test_what_was_missed_is_no_delivery(worlds: Any) -> None:
    """Only what went out counts for the day."""
    world: World = worlds(with_limits(deliveries_per_day=1))
    missed = world.schedule(PUBLISHER, deliver_at="2026-03-01T12:10:00Z")
    world.clock.advance(hours=2)
    world.plan_all()
    assert world.states(missed) == [("missed", "late")]
    assert world.due(jid=PUBLISHER).state is ScheduleState.SENT


def test_welcomes_are_nobodys(worlds: Any) -> None:
    """Who joins is welcomed however many were, and however few the admins have; and
    the operator has his own of the day left.
    """
    world: World = worlds(configured(admin={"deliveries_per_day": 1}))
    world.do(lambda uow: uow.lists.declare([a_list(welcome="welcome")]))
    join = world.subscribers.join
    for number in range(3):
        world.do(join, f"u{number}@example.org", "news@announce.example.org", None)
    world.plan_all()
    wanted = ScheduleFilter(welcomes=True)
    page = world.do(lambda uow: uow.schedules.page(wanted, Paging()))
    assert [world.states(one) for one in page.items] == [[("sending", None)]] * 3
    operator = world.policy.access.operator()
    schedules, request = world.schedules, world.request(delay_seconds="60")
    made, _ = world.do(schedules.create, operator, request)
    stored = made.schedule
    assert stored.owner == page.items[0].owner


# --- roles change ------------------------------------------------------------------


def test_an_admin_who_is_a_publisher_now(worlds: Any) -> None:
    """A former admin has the limits of today: pending and deliveries; the window is for
    what he asks from now on.
    """
    before: World = worlds(configured())
    jobs = [before.schedule(ADMIN, delay_seconds="60") for _ in range(3)]
    yearly = before.schedule(ADMIN, recurrence="FREQ=YEARLY", delay_seconds="60")
    access = Access(
        admins=frozenset(),
        publishers=frozenset({ADMIN}),
        domains=frozenset({"example.org"}),
    )
    limits = with_limits(pending=4, deliveries_per_day=2, window_days=30)
    after: World = worlds(limits, access=access)
    after.do(lambda uow: uow.lists.declare([a_list(publishers=frozenset({ADMIN}))]))
    error = refused(after, ADMIN)
    assert (error.limit, error.maximum) == ("pending", 4)
    after.clock.advance(seconds=61)
    after.plan_all()
    states = sorted(str(after.states(job)[0]) for job in [*jobs, yearly])
    failed, sent = ("failed", "deliveries-per-day"), ("sent", None)
    assert states == sorted(map(str, [failed, failed, sent, sent]))
    following = after.get(yearly.id).next_at
    assert following is not None
    assert following > NOON + timedelta(days=360)


def test_a_user_cannot_use_an_admins_job(worlds: Any) -> None:
    """A former admin with no list to speak to: nothing more of his goes out."""
    before: World = worlds(configured())
    before.subscribe(USER)
    jobs = [
        before.schedule(ADMIN, recurrence="FREQ=DAILY"),
        before.schedule(ADMIN, people=(USER,)),
    ]
    access = Access(admins=frozenset(), domains=frozenset({"example.org"}))
    after: World = worlds(configured(), access=access)
    after.clock.advance(hours=1)
    after.plan_all()
    for job in jobs:
        assert after.states(job) == [("failed", "not-allowed")]
        assert after.broadcasts_of(job) == 0


# --- requests ------------------------------------------------------------------------


def test_requests(worlds: Any) -> None:
    """Each has a count of his own."""
    world: World = worlds(configured(user={"requests_per_minute": 3}))
    quotas = Quotas(world.policy)

    def ask(jid: str) -> bool:
        return world.do(quotas.count, world.caller(jid))[0] == 0

    assert [ask("a@example.org") for _ in range(4)] == [True, True, True, False]
    assert ask("b@example.org")
    assert all(ask(ADMIN) for _ in range(300))
    assert not ask(ADMIN)
    world.clock.advance(seconds=59)
    assert not ask("a@example.org")
    world.clock.advance(seconds=1)
    assert ask("a@example.org")


def test_no_limit_of_requests(worlds: Any) -> None:
    """Where it is 0 nothing is counted."""
    world: World = worlds(configured(user={"requests_per_minute": 0}))
    quotas = Quotas(world.policy)
    for _ in range(400):
        assert world.do(quotas.count, world.caller(USER))[0] == 0
