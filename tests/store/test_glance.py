"""What a shell completes is read without the layers above, on either engine."""

import sqlite3
from pathlib import Path

import psycopg
import pytest

from bot.domain.access import OPERATOR
from bot.domain.lists import SubscriptionOrigin
from bot.domain.people import Person
from bot.domain.schedule import Origin, ScheduleState, TemplateContent
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store.database import SqlDatabase
from bot.store.glance import Glance
from bot.store.sealing import Vault
from tests.store.samples import (
    NOON,
    SERVICE,
    a_schedule,
    declare,
    prefer,
    sending,
)

NEIGHBOUR = "other.example.org"


def test_schedules(database: SqlDatabase, url: str) -> None:
    """The latest first; what is over and welcomes are left out; neighbours see none."""

    def use(unit: UnitOfWork) -> None:
        unit.schedules.add(a_schedule("one", owner=OPERATOR))
        unit.schedules.add(a_schedule("two", next_at=None, state=ScheduleState.SENT))
        unit.schedules.add(a_schedule("hello", origin=Origin.WELCOME))

    database.call(use)
    [one] = Glance(url, SERVICE).schedules(9)
    assert one == (one.number, "one", OPERATOR, "news", NOON)
    two, again = Glance(url, SERVICE).schedules(9, ended=True)
    assert (two.id, two.next_at, again) == ("two", None, one)
    assert Glance(url, SERVICE).schedules(1, ended=True) == [two]
    assert Glance(url, NEIGHBOUR).schedules(9, ended=True) == []


def test_a_template(database: SqlDatabase, url: str) -> None:
    """What a schedule is made from, by its number or by its owner's id."""
    made = TemplateContent(template="news", values={})

    def use(unit: UnitOfWork) -> int:
        unit.schedules.add(a_schedule("own words"))
        return unit.schedules.add(a_schedule("s", owner=OPERATOR, content=made)).id

    number = database.call(use)
    glance = Glance(url, SERVICE)
    assert glance.template(number, "", OPERATOR) == "news"
    assert glance.template(None, "s", OPERATOR) == "news"
    assert glance.template(None, "s", "admin@example.org") is None
    assert glance.template(None, "own words", "admin@example.org") is None
    assert glance.template(number + 1, "s", OPERATOR) is None
    assert Glance(url, NEIGHBOUR).template(number, "", OPERATOR) is None


def test_an_encrypted_template(database: SqlDatabase, url: str) -> None:
    """What an encrypted schedule is made from is not known here, and no fault."""
    made = TemplateContent(template="news", values={})
    database.vault = Vault([b"k" * 32])
    added = database.call(lambda unit: unit.schedules.add(a_schedule(content=made)))
    glance = Glance(url, SERVICE)
    assert glance.template(added.id, "", OPERATOR) is None
    assert [one.list_name for one in glance.schedules(9)] == ["news"]


def test_broadcasts(database: SqlDatabase, url: str) -> None:
    """Those that are sent now, or all."""
    found = database.call(sending)
    glance = Glance(url, SERVICE)
    [one] = glance.broadcasts(9)
    assert (one.schedule, one.number) == (found.schedule_id, 1)
    assert glance.broadcasts(9, sending=True) == glance.broadcasts(9)
    assert glance.broadcasts(9)[0].started_at == found.created_at
    assert Glance(url, NEIGHBOUR).broadcasts(9) == []


def test_people(database: SqlDatabase, url: str) -> None:
    """By how their JIDs begin, on one list or known at all."""
    jids = ["anna@example.org", "anton%@example.org", "bert@example.org"]

    def use(unit: UnitOfWork) -> None:
        lists = declare(unit, "news", "maintenance")
        prefer(unit, lists["news"], *map(Person, jids))
        anna = Person(jids[0])
        unit.people.put(lists["maintenance"], [anna], SubscriptionOrigin.ADMIN, NOON)

    database.call(use)
    glance = Glance(url, SERVICE)
    assert glance.people("", 9, None) == jids
    assert glance.people("an", 9, "news") == jids[:2]
    assert glance.people("an", 1, "news") == jids[:1]
    assert glance.people("a", 9, "maintenance") == jids[:1]
    assert glance.people("%", 9, None) == []
    assert Glance(url, NEIGHBOUR).people("", 9, None) == []


def test_looking_makes_nothing(tmp_path: Path) -> None:
    """Where there is no file none is made."""
    with pytest.raises(sqlite3.OperationalError):
        Glance(f"sqlite:///{tmp_path}/no.db", SERVICE).schedules(9)
    assert list(tmp_path.iterdir()) == []


def test_looking_leaves_nothing(sqlite: SqlDatabase, sqlite_url: str) -> None:
    """A -wal of root's would keep the service from its own database."""
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent
    sqlite.close()
    before = sorted(folder.iterdir())
    assert Glance(sqlite_url, SERVICE).schedules(9) == []
    assert sorted(folder.iterdir()) == before


@pytest.mark.usefixtures("postgres")
def test_somebody_is_in_the_way(postgresql_url: str) -> None:
    """It gives up: nobody who types waits for another's transaction."""
    plain = postgresql_url.replace("+psycopg", "")
    with psycopg.connect(plain) as other:
        other.execute("LOCK TABLE schedule IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(psycopg.errors.QueryCanceled):
            Glance(postgresql_url, SERVICE).schedules(9)
