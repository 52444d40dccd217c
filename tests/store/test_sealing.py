"""What people wrote, sealed by a vault, and the rows that hold it."""

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.broadcast import DeliveryException, ExceptionKind
from bot.domain.errors import Conflict
from bot.domain.maintenance import Maintenance
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.domain.schedule import (
    UNREADABLE,
    PeopleAudience,
    Schedule,
    TemplateContent,
    TextContent,
)
from bot.service.ports.notices import Notice
from bot.service.ports.paging import Paging
from bot.service.ports.schedules import ScheduleFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.records import storage
from bot.store import storage_keys
from bot.store.database import SqlDatabase, backend_of
from bot.store.sealing import Vault, columns_of, is_sealed, name_of
from bot.store.tables import broadcast_text, metadata, schedule
from tests.store.copies import migrated
from tests.store.releases import rows_of
from tests.store.samples import (
    NOON,
    SERVICE,
    a_maintenance,
    a_schedule,
    an_incident,
    declare,
    sending,
)

OLD, NEW, OTHER = (bytes([number]) * 32 for number in range(3))
SECRET = "Marigold-5d21 at noon"
CONTENT = TextContent(texts=(Text(language="en", subject=SECRET, body=SECRET),))
VALUES = st.recursive(
    st.none() | st.text() | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(value=VALUES)
def test_there_and_back(value: Any) -> None:
    """What is put in comes out, and what lies there is a text that says none of it."""
    vault = Vault([NEW, OLD])
    stored = vault.seal(schedule.c.content, value)
    assert vault.open(schedule.c.content, stored) == value
    assert Vault([OTHER, NEW]).open(schedule.c.content, stored) == value
    assert Vault().seal(schedule.c.content, value) == value
    assert (value is None) or is_sealed(stored)


def test_the_same_text_twice() -> None:
    """Equal texts look different, so that nobody can tell them by a copy."""
    vault = Vault([NEW])
    twice = [vault.seal(schedule.c.content, SECRET) for _ in range(2)]
    assert twice[0] != twice[1]
    assert NEW.hex() not in name_of(NEW)


def test_at_its_place_alone() -> None:
    """A text that was changed, or moved to another column or broadcast, is gone; so is
    one whose key is not there.
    """
    vault = Vault([NEW])
    stored = vault.seal(broadcast_text.c.text, SECRET, 1)
    assert vault.open(broadcast_text.c.text, stored, 1) == SECRET
    assert vault.open(broadcast_text.c.text, stored, 2) is None
    assert vault.open(broadcast_text.c.text, stored) is None
    assert vault.open(schedule.c.content, stored, 1) is None
    assert Vault([OLD]).open(broadcast_text.c.text, stored, 1) is None
    assert Vault().open(broadcast_text.c.text, stored, 1) is None
    head, _, text = stored.rpartition(":")
    for spoilt in (f"{head}:", f"{head}:?", f"{head}:{text[:-8]}", f"{head}:A{text}"):
        assert vault.open(broadcast_text.c.text, spoilt, 1) is None
    for number in range(len(text) - 4):
        other = "A" if text[number] != "A" else "B"
        changed = f"{head}:{text[:number]}{other}{text[number + 1 :]}"
        assert vault.open(broadcast_text.c.text, changed, 1) is None


def test_nothing_is_sealed_while_that_is_withheld() -> None:
    """By a key that others have not read nobody seals; what is there is read."""
    vault = Vault([NEW])
    stored = vault.seal(schedule.c.content, SECRET)
    vault.withheld = Phrase("not yet")
    assert vault.open(schedule.c.content, stored) == SECRET
    with pytest.raises(Conflict, match="not yet"):
        vault.seal(schedule.c.content, SECRET)


def opened(url: str, *keys: bytes, former: tuple[bytes, ...] = ()) -> SqlDatabase:
    return SqlDatabase(url, SERVICE, vault=Vault(keys, former))


def fill(unit: UnitOfWork) -> Schedule:
    """Something in every column that holds what people wrote."""
    added = unit.schedules.add(
        a_schedule(
            "secret",
            content=CONTENT,
            audience=PeopleAudience(jids=("anna@example.org",)),
            metadata=f"<metadata>{SECRET}</metadata>",
            fingerprint=SECRET,
            edit_fingerprint=SECRET,
        )
    )
    broadcast = sending(unit, (0, 9, 1))
    unit.greetings.put(declare(unit, "news")["news"], SECRET)
    text = Text(language="en", body=SECRET)
    unit.broadcasts.keep(broadcast.id, "UTC", {"en": text})
    unit.broadcasts.keep_content(
        a_schedule(id=broadcast.schedule_id, content=CONTENT), NOON
    )
    failed = DeliveryException(
        broadcast_id=broadcast.id, jid="anna@example.org", kind=ExceptionKind.FAILED,
        condition="content", text=SECRET, first_at=NOON,
    )  # fmt: skip
    unit.exceptions.put([failed])
    said = TemplateContent(template="incident", values={"summary": {"": SECRET}})
    unit.incidents.add(
        an_incident(content=said, fingerprint=SECRET, edit_fingerprint=SECRET)
    )
    unit.maintenances.add(
        a_maintenance(
            values={"summary": {"": SECRET}},
            fingerprint=SECRET,
            edit_fingerprint=SECRET,
        )
    )
    unit.notices.add(Notice(to="anna@example.org", said=text, created_at=NOON))
    unit.forgotten.add("bert@example.org", NOON)
    return added


def contents(url: str) -> dict[str, list[Any]]:
    """What is stored in each column that holds content, but for what is empty."""
    rows = rows_of(url)
    return {
        f"{column.table.name}.{column.name}": [
            row[column.name] for row in rows[table.name] if row[column.name] is not None
        ]
        for table in metadata.sorted_tables
        for column in columns_of(table)
    }


def maintenance_of(unit: UnitOfWork) -> Maintenance:
    [found] = unit.maintenances.page(Paging(), owner=None, over=True).items
    return found


def test_every_column(url: str) -> None:
    """With a key each text is sealed where it lies, and read by who has the key."""
    migrated(url)
    database = opened(url, NEW)
    added = database.call(fill)
    stored = contents(url)
    assert all(stored.values())
    assert all(is_sealed(one) for found in stored.values() for one in found)
    assert SECRET not in repr(rows_of(url))
    assert database.look(lambda unit: unit.schedules.get(added.id)) == added

    def texts(unit: UnitOfWork) -> list[Any]:
        [broadcast] = unit.broadcasts.page(Paging(limit=9)).items
        kept = unit.broadcasts.kept_content(broadcast.id)
        assert kept is not None
        [failed] = unit.exceptions.page(broadcast.id, after="", limit=9)
        [notice] = unit.notices.claim(NOON, NOON, 9)
        said = notice.said
        assert isinstance(said, Text)
        found = unit.broadcasts.renditions(broadcast.id, "UTC")
        [news] = unit.lists.all()
        told = unit.greetings.get(news.id)
        [incident] = unit.incidents.page(Paging()).items
        assert isinstance(incident.content, TemplateContent)
        summary = incident.content.values["summary"][""]
        assert SECRET == incident.fingerprint == incident.edit_fingerprint == summary
        planned = maintenance_of(unit)
        summary = planned.values["summary"][""]
        assert SECRET == planned.fingerprint == planned.edit_fingerprint == summary
        return [kept[0], found["en"].body, failed.text, said.body, told]

    assert database.call(texts) == [CONTENT, SECRET, SECRET, SECRET, SECRET]
    database.close()


def test_what_a_database_says_of_a_fault(url: str) -> None:
    """PostgreSQL quotes the row that it refuses: what was written is not to be read
    there either.
    """
    migrated(url)
    database = opened(url, NEW)
    wrong = a_schedule(content=CONTENT, metadata=SECRET, fingerprint=SECRET)
    object.__setattr__(wrong, "origin", "nowhere")
    with pytest.raises(sa.exc.IntegrityError) as refused:
        database.call(lambda unit: unit.schedules.add(wrong))
    said = f"{refused.value} {refused.value.orig} {refused.value.orig!r}"
    assert "origin" in said
    assert SECRET not in said
    database.close()


def test_a_row_that_no_key_opens(url: str) -> None:
    """It costs its row and no answer, and who saves it takes nothing from those who
    have its key.
    """
    migrated(url)
    database = opened(url, OLD)
    added = database.call(fill)
    planned = database.look(maintenance_of)
    database.close()
    stranger = opened(url, NEW)
    readable = stranger.call(lambda unit: unit.schedules.add(a_schedule("new")))
    page = stranger.look(
        lambda unit: unit.schedules.page(ScheduleFilter(), Paging(limit=99))
    )
    by_id = {one.client_id: one for one in page.items}
    assert by_id["new"] == readable
    lost = by_id["secret"]
    assert lost.content == TemplateContent(template=UNREADABLE, values={})
    assert (lost.metadata, lost.fingerprint, lost.owner) == (None, "", added.owner)
    stranger.call(lambda unit: unit.schedules.save(lost))
    dark = stranger.look(maintenance_of)
    assert (dark.values, dark.fingerprint, dark.owner) == ({}, "", planned.owner)
    stranger.call(lambda unit: unit.maintenances.save(dark))
    stranger.close()
    again = opened(url, OLD)
    assert again.look(lambda unit: unit.schedules.get(added.id)) == added
    assert again.look(maintenance_of) == planned
    again.close()


def rekeyed(url: str, *keys: bytes, lost: bool = False, **more: Any) -> tuple[int, int]:
    database = opened(url, *keys, **more)
    done = storage.rekey(database, database.vault.newest, lost=lost)
    database.close()
    return done.changed, done.unreadable


def noted(url: str) -> set[str]:
    database = opened(url)
    found = database.look(lambda unit: unit.keys.noted())
    database.close()
    return found


def test_rotation(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the clear to one key, to the next, and back: slice by slice all texts are
    stored by the newest alone, and say what they said.
    """
    monkeypatch.setattr(storage, "ROWS_PER_TRANSACTION", 2)
    migrated(url)
    database = opened(url)
    added = database.call(fill)
    for number in range(7):
        database.call(lambda unit, n: unit.schedules.add(a_schedule(f"s9{n}")), number)
    neighbour = SqlDatabase(url, "other.example.org")
    neighbour.call(fill)
    theirs = [row for row in rows_of(url)["notice"] if row["service"] != SERVICE]
    before = rows_of(url)
    database.close()
    for keys in ((OLD,), (NEW, OLD), (NEW, OLD), (NEW,)):
        changed, unreadable = rekeyed(url, *keys)
        assert unreadable == 0
        assert noted(url) == {name_of(keys[0])}
        own = Vault(keys[:1])
        assert all(
            own.is_current(row[column.name])
            for table, rows in rows_of(url).items()
            for column in columns_of(metadata.tables[table])
            for row in rows
            if row.get("service", SERVICE) == SERVICE
            and table in {"schedule", "notice"}
        )
        with_key = opened(url, keys[0])
        assert with_key.look(lambda unit: unit.schedules.get(added.id)) == added
        with_key.close()
    assert changed == 0
    assert [r for r in rows_of(url)["notice"] if r["service"] != SERVICE] == theirs
    changed, unreadable = rekeyed(url, former=(NEW,))
    assert (changed > 7, unreadable) == (True, 0)
    assert rows_of(url) == before
    neighbour.close()


def test_a_lost_key(url: str) -> None:
    """What no key opens stays until it is given up; then it is as good as gone, and
    nobody waits for its key any more.
    """
    migrated(url)
    database = opened(url, OLD)
    added = database.call(fill)
    database.call(storage.note, database.vault.newest)
    database.close()
    texts = sum(map(len, contents(url).values()))
    before = rows_of(url)
    assert rekeyed(url, NEW) == (0, texts)
    assert rows_of(url) == before
    assert name_of(OLD) in noted(url)
    changed, unreadable = rekeyed(url, NEW, lost=True)
    assert (changed > 0, unreadable) == (True, 0)
    assert noted(url) == {name_of(NEW)}
    assert all(
        Vault([NEW]).is_current(one) for f in contents(url).values() for one in f
    )
    with_key = opened(url, NEW)
    found = with_key.look(lambda unit: unit.schedules.get(added.id))
    assert found is not None
    assert found.content == TemplateContent(template=UNREADABLE, values={})
    with_key.close()


def test_a_text_that_was_moved(url: str) -> None:
    """What somebody put at another place is no more to be read there, and can be given
    up like what a lost key encrypts.
    """
    migrated(url)
    database = opened(url, NEW)
    ids = [
        database.call(lambda unit, n: unit.schedules.add(a_schedule(n)), name).id
        for name in ("one", "other")
    ]
    database.close()
    backend = backend_of(url)
    with backend.writing.begin() as connection:
        moved = sa.select(schedule.c.fingerprint).where(schedule.c.id == ids[0])
        text = connection.execute(moved).scalar_one()
        update = sa.update(schedule).where(schedule.c.id == ids[1])
        connection.execute(update.values(metadata=text))
    backend.writing.dispose()
    backend.reading.dispose()
    assert rekeyed(url, NEW) == (0, 1)
    assert rekeyed(url, NEW, lost=True) == (1, 0)
    assert rekeyed(url, NEW) == (0, 0)


def test_which_keys_are_needed(url: str) -> None:
    """A key that was used is needed until all is stored by another; what was there
    before the first is noted, too.
    """
    migrated(url)
    database = opened(url)
    assert not database.look(storage.is_lacking, ())
    assert database.look(storage.is_uniform, None)
    database.call(storage.note, "a")  # nothing is stored yet
    assert database.look(storage.is_uniform, "a")
    database.call(lambda unit: unit.schedules.add(a_schedule()))
    database.call(storage.note, "b")
    assert database.look(storage.is_lacking, ("b",))
    assert not database.look(storage.is_lacking, ("b", "a"))
    assert not database.look(storage.is_uniform, "b")
    database.close()
    assert rekeyed(url) == (0, 0)
    assert noted(url) == set()
    database = opened(url)
    database.call(storage.note, "c")
    assert not database.look(storage.is_uniform, "c")
    assert not database.look(storage.is_lacking, ("c",))
    database.close()


def test_a_table_that_comes_to_it() -> None:
    """Each table with content has a key to go through it by, and says whose it is."""
    for table in storage_keys._TABLES:
        assert list(table.primary_key)
        assert {"service", "broadcast_id", "list_id"} & set(table.c.keys())
