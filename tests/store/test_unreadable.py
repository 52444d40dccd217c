"""One value that cannot be read costs its row, never an answer: in any table."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bot.desk.desk import Desk
from bot.desk.verb import Plain, Wanted
from bot.desk.verbs import audit, broadcasts, lists, schedules, status, subscribers
from bot.domain.access import Access
from bot.domain.addresses import Addresses
from bot.domain.broadcast import BroadcastName
from bot.domain.preview import upcoming
from bot.service.ports.paging import Paging
from bot.service.ports.trail import AuditFilter
from bot.service.requests.request import ScheduleName
from bot.store import upgrade
from bot.xmpp.doors.scheduling import answers
from bot.xmpp.stanzas.result_sets import PageWish
from bot.xmpp.stanzas.verbatim import serialised
from tests.fakes import FakeClock
from tests.store.copies import migrated
from tests.store.corruption import MOMENTS, NUMBERS, SQLITE, TEXTS, spoilt
from tests.store.releases import restore
from tests.store.test_releases import LISTS, goes_on
from tests.world import NOON, SERVICE, World

ALL = Paging(limit=1000)
ANY, OPERATOR = PageWish(paging=ALL), Access.operator()
ADDRESSES = Addresses(service=SERVICE, component=True)


def looks(number: int) -> Iterator[Wanted[Any]]:
    """Whatever the operator may look at; `number` is a schedule's."""
    wish = schedules.ScheduleWish(paging=ALL, welcomes=True)
    name = ScheduleName(number=number)
    yield status.STATUS(status.StatusWish(limit=1000))
    yield schedules.LIST(wish)
    yield schedules.QUERY(name)
    yield schedules.SHOW(name)
    yield broadcasts.LIST(broadcasts.BroadcastWish(limit=1000))
    yield broadcasts.SHOW(broadcasts.OneBroadcast(BroadcastName(1)))
    yield broadcasts.FAILURES(broadcasts.FailuresWish(name=BroadcastName(1)))
    yield lists.LIST(Plain())
    yield lists.SHOW(lists.ListName("news"))
    yield subscribers.LIST(subscribers.SubscriberWish(list_name="news"))
    yield subscribers.EXPORT(subscribers.SubscriberWish(list_name="news"))
    yield audit.LIST(audit.AuditWish(wanted=AuditFilter(), paging=ALL))


@pytest.fixture
def world(url: str) -> Iterator[World]:
    """With what a release left: rows in every table, in every state."""
    migrated(url, release="0.1.0")
    made = World(url, lists=LISTS, clock=FakeClock(NOON))
    yield made
    made.close()


def test_every_answer_is_given(world: World, url: str) -> None:
    """Whatever is wrong in one row, in any column in turn, each look goes on."""
    desk = Desk(world.use_cases)
    values = [*((one, None) for one in MOMENTS), *TEXTS]
    if url.startswith("sqlite"):
        values += SQLITE
    else:  # rows are read alike, so that some of them do
        values = values[::3]
    for column, value in values:
        with spoilt(url, column, value) as number:
            for wanted in looks(number):
                found = desk.ask_here(wanted)
                if wanted.verb is schedules.LIST:
                    assert all(upcoming(one.schedule) for one in found.items)
                    answer = answers.several(found, ANY, OPERATOR, ADDRESSES)
                    ET.fromstring(serialised(answer))
                if wanted.verb is schedules.QUERY:
                    ET.fromstring(serialised(answers.one(found, OPERATOR)))
            world.do(world.outcomes.retries, 0)
            world.do(world.use_cases.rearming.some, 0)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("schedule.next_at", None),
        ("schedule.deliver_at", None),
        ("schedule.audience", '{"people": 7}'),
        ("list.publishers", "7"),
        ("subscriber.jid", "a b@"),
    ],
)
def test_an_upgrade_goes_on(url: str, column: str, value: str | None) -> None:
    """What stands in a row of an earlier release keeps nobody from the next one."""
    restore("0.1.0", url)
    with spoilt(url, column, value) as number:
        upgrade.upgrade(url, SERVICE)
        with closing(World(url, lists=LISTS, clock=FakeClock(NOON))) as world:
            desk = Desk(world.use_cases)
            for wanted in looks(number):
                desk.ask_here(wanted)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("schedule.timezone", "Nowhere/Gone"),
        ("schedule.recurrence", "FREQ=NEVER"),
        ("schedule.start", "someday"),
        ("schedule.through", "someday"),
        ("schedule.audience", "[]"),
        ("schedule.content", "[]"),
    ],
)
def test_the_rest_goes_out(world: World, url: str, column: str, value: str) -> None:
    """A job that cannot be read fails when it is due, and nothing is left behind it."""
    with spoilt(url, column, value) as number:
        world.clock.advance(days=60)
        good = world.schedule(delay_seconds="1")
        world.clock.advance(seconds=2)
        goes_on(world)
        found = world.get(number)
        due = world.do(lambda unit: unit.schedules.next_due())
        assert found.state == "failed"
        assert due is None or due > world.clock.now()
        assert world.states(good) == [("sent", None)]


@pytest.mark.parametrize("value", ["many", "9000000000000000000"])
def test_numbers_that_are_none(world: World, url: str, value: str) -> None:
    """SQLite keeps anything as a number: what is due beside such a row goes out."""
    if not url.startswith("sqlite"):
        pytest.skip("PostgreSQL refuses it")
    with ExitStack() as stack:
        for column in NUMBERS:
            stack.enter_context(spoilt(url, column, value))
        world.clock.advance(days=60)
        good = world.schedule(delay_seconds="1")
        world.clock.advance(seconds=2)
        goes_on(world)
        assert world.states(good) == [("sent", None)]
