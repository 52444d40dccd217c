"""A service whose JID changed takes over what it stored under the old one."""

from contextlib import closing
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.domain.consent import Consent, Who
from bot.domain.errors import Conflict, NotFound
from bot.service.ports.pulses import Pulse
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import handover, upgrade
from bot.store.database import SqlDatabase, backend_of
from bot.store.tables import metadata
from tests.store.copies import migrated
from tests.store.releases import restore, rows_of
from tests.store.samples import MINUTE, NOON, SERVICE, a_schedule, declare, subscribe

NEW = "news.example.org"


def services(url: str) -> dict[str, set[str]]:
    """Whose rows each table has."""
    found = rows_of(url)
    return {
        table.name: {row["service"] for row in found[table.name]}
        for table in metadata.tables.values()
        if "service" in table.c
    }


def test_everything_is_handed_over(url: str) -> None:
    """All rows of a database are those of the new JID, and nothing else is changed."""
    migrated(url, release="0.1.0")
    with closing(SqlDatabase(url, NEW)) as database:
        database.call(declare, "news", "extra")  # as a start under the new JID does
        before = rows_of(url)
        later = NOON + timedelta(days=1)

        def strangers(unit: UnitOfWork) -> list[str]:
            return unit.facts.strangers(later, later)

        assert database.look(strangers) == [SERVICE]
        handed = handover.adopt(url, NEW, SERVICE)
        assert database.look(strangers) == []
    after = rows_of(url)
    assert set().union(*services(url).values()) == {NEW}
    assert handed.subscribers == len(after["subscriber"]) > 0
    asked = [row for row in after["schedule"] if row["origin"] != "welcome"]
    assert handed.schedules == len(asked) > 0
    for table, rows in after.items():
        was = [row for row in before[table] if row.get("service", SERVICE) == SERVICE]
        plain = [{**row, "service": None} for row in was]
        assert sorted(map(repr, plain)) == sorted(
            repr({**row, "service": None}) for row in rows
        )


@pytest.mark.parametrize("stored", ["announce@straße.test", "announce@strasse.test"])
def test_a_name_as_it_is_stored_or_another_form(url: str, stored: str) -> None:
    """Rows under a name that an earlier release prepared otherwise are found by it, and
    others by whatever is the same JID.
    """
    migrated(url, release="0.1.0")
    engine = backend_of(url).writing
    with engine.begin() as connection:
        for table in metadata.tables.values():
            if "service" in table.c:
                connection.execute(sa.update(table).values(service=stored))
    engine.dispose()
    assert handover.adopt(url, NEW, "announce@straße.test").subscribers
    assert set().union(*services(url).values()) == {NEW}


def test_two_are_not_put_together(database: SqlDatabase, url: str) -> None:
    """A service that has readers or announcements of its own takes over nothing."""
    database.call(lambda unit: unit.schedules.add(a_schedule()))
    with closing(SqlDatabase(url, NEW)) as other:
        other.call(lambda unit: subscribe(unit, declare(unit, "news")["news"], "a@b"))
    before = rows_of(url)
    for service, former in ((NEW, SERVICE), (SERVICE, NEW), (SERVICE, SERVICE)):
        with pytest.raises(Conflict):
            handover.adopt(url, service, former)
    assert rows_of(url) == before


def test_who_chose_anew(database: SqlDatabase, url: str) -> None:
    """What somebody chose under the new JID stands, and what others chose before."""
    old, new = Consent(who=Who.ASK, allowed=frozenset({"a@b"})), Consent(who=Who.NOBODY)

    def choose(unit: UnitOfWork, consent: Consent, *jids: str) -> None:
        for jid in jids:
            unit.consents.put(jid, consent, NOON)

    database.call(lambda unit: unit.schedules.add(a_schedule()))
    database.call(choose, old, "both@example.org", "old@example.org")
    with closing(SqlDatabase(url, NEW)) as other:
        other.call(choose, new, "both@example.org", "new@example.org")
        handover.adopt(url, NEW, SERVICE)
        found = [
            other.look(lambda unit, jid: unit.consents.get(jid), f"{name}@example.org")
            for name in ("both", "old", "new")
        ]
    assert found == [new, old, new]


def test_not_before_the_upgrade(url: str) -> None:
    """In a database of an earlier release no row says whose it is yet."""
    restore("0.1.0", url)
    before = rows_of(url)
    with pytest.raises(Conflict, match="run `carillon db upgrade`"):
        handover.adopt(url, NEW, SERVICE)
    assert rows_of(url) == before


def test_nothing_to_take_over(database: SqlDatabase, url: str) -> None:
    """A JID that has no rows is named."""
    database.call(lambda unit: unit.schedules.add(a_schedule()))
    with pytest.raises(NotFound, match="nothing of typo"):
        handover.adopt(url, NEW, "typo.example.org")


@pytest.mark.parametrize("filled", [True, False])
def test_what_is_not_up_to_date(url: str, filled: bool) -> None:
    """What an earlier release filled, or none did yet, is first to be upgraded."""
    if filled:
        restore("0.1.0", url)
    with pytest.raises(Conflict, match="carillon db upgrade"):
        handover.adopt(url, NEW, SERVICE)
    assert upgrade.current(url) == ("0001" if filled else None)


@pytest.mark.parametrize("running", [SERVICE, NEW])
def test_not_while_it_runs(database: SqlDatabase, url: str, running: str) -> None:
    """While a process of either JID runs nothing is handed over."""
    database.call(lambda unit: unit.schedules.add(a_schedule()))
    with closing(SqlDatabase(url, running)) as other:
        with other.hold(), pytest.raises(Conflict):
            handover.adopt(url, NEW, SERVICE)
        assert services(url)["schedule"] == {SERVICE}
        handover.adopt(url, NEW, SERVICE)
    assert services(url)["schedule"] == {NEW}


def test_a_neighbour_is_no_stranger(database: SqlDatabase, url: str) -> None:
    """Who has rows and lives is not taken for what a new service was called before."""
    database.call(lambda unit: unit.schedules.add(a_schedule()))
    pulse = Pulse(
        worker="w", service=SERVICE, version="1", connected=True,
        started_at=NOON, seen_at=NOON,
    )  # fmt: skip
    database.call(lambda unit: unit.facts.beat(pulse))
    with closing(SqlDatabase(url, NEW)) as other:
        ago = NOON - timedelta(seconds=1)
        assert other.look(lambda unit: unit.facts.strangers(ago, NOON)) == []
        # nor where it lies ahead: then it is of a clock that was put back since
        for start in (NOON + MINUTE, NOON - 2 * MINUTE):
            when = (start, start + MINUTE)
            assert other.look(lambda unit, two: unit.facts.strangers(*two), when) == [
                SERVICE
            ]
