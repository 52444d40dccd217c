"""JIDs that earlier releases stored in a form of their own are prepared anew."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from bot.domain.jid import JIDError, bare
from bot.domain.lists import Subscription
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import upgrade
from bot.store.database import backend_of
from tests.fakes import FakeClock
from tests.store.copies import migrated
from tests.store.releases import rows_of
from tests.store.samples import NOON, SERVICE
from tests.store.test_releases import LISTS
from tests.world import World

OLD, NEW = "anna@straße.test", "anna@strasse.test"
NOBODY = "\u1d3foot@example.org"


class Before:
    """A release's database at the revision before, to put rows into."""

    def __init__(self, url: str) -> None:
        script = ScriptDirectory(str(upgrade.folder())).get_revision("0007")
        assert script is not None
        assert isinstance(script.down_revision, str)
        migrated(url, script.down_revision, release="0.1.0")
        self._url = url

    def add(self, table: str, **values: Any) -> Any:
        """A row like another of the table, but for `values`; its id."""
        backend = backend_of(self._url)
        try:
            with backend.writing.begin() as connection:
                found = sa.Table(table, sa.MetaData(), autoload_with=connection)
                like = connection.execute(sa.select(found).limit(1)).mappings().one()
                row = {key: value for key, value in like.items() if key != "id"}
                added = sa.insert(found).values({**row, **values})
                return (connection.execute(added).inserted_primary_key or [None])[0]
        finally:
            backend.writing.dispose()
            backend.reading.dispose()

    def hour(self, hour: float) -> Any:
        """A moment as the engine has it."""
        moment = NOON - timedelta(days=1) + timedelta(hours=hour)
        if not self._url.startswith("sqlite"):
            return moment
        return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)

    def stands(
        self,
        reader: int,
        on: int,
        since: Any,
        until: Any = None,
        reason: str | None = None,
        origin: str = "presence",
    ) -> int:
        """A place on a list; its id."""
        place: int = self.add(
            "subscription",
            subscriber_id=reader,
            list_id=on,
            origin=origin,
            started_at=self.hour(int(since)),
            ended_at=None if until is None else self.hour(int(until)),
            ended_after=None if until is None else 0,
            end_reason=reason,
        )
        return place

    def rows(self, table: str, **values: Any) -> list[dict[str, Any]]:
        return [
            row
            for row in rows_of(self._url)[table]
            if all(row[key] == value for key, value in values.items())
        ]


@pytest.fixture
def before(url: str) -> Before:
    return Before(url)


def test_two_readers_that_were_one(before: Before, url: str) -> None:
    """They become the earlier row: a place that each has alone is kept, preferences
    are the newer ones.
    """
    news, club = (before.rows("list", name=name)[0]["id"] for name in ("news", "club"))
    reader = {"language": None, "language_seen": "pl", "timezone": None, "score": 3}
    first = before.add("subscriber", jid=OLD, **reader)
    second = before.add(
        "subscriber", jid=NEW, **reader | {"language": "de", "language_seen": None}
    )
    before.stands(first, news, 1)
    before.stands(second, club, 2)
    upgrade.upgrade(url, SERVICE)
    [kept] = before.rows("subscriber", jid=NEW)
    assert (
        before.rows("subscriber", jid=OLD) == before.rows("subscriber", id=second) == []
    )
    assert kept["id"] == first
    assert (kept["language"], kept["language_seen"], kept["score"]) == ("de", "pl", 3)
    places = before.rows("subscription", subscriber_id=first)
    assert {place["list_id"] for place in places} == {news, club}
    assert [place["end_reason"] for place in places] == [None, None]


#: places in the order in which they began: whose, from which hour to which, and how
#: that ended; and how each ends once the two are one (None: it goes on)
HISTORIES = {
    "on it twice": ("old 1, new 2", [None, "removed"]),
    "left": ("old 1, new 2 3 left", ["left", "left"]),
    "left under the older": ("old 1 3 left, new 2", ["left", "left"]),
    "left, and joined": ("new 1 2 left, old 3", ["left", None]),
    "left, and joined anew": (
        "old 1, new 2 3 left, new 4",
        [None, "left", "removed"],
    ),
    "removed, of two": ("old 1, new 2 3 removed", [None, "removed"]),
    "suspended, of two": ("old 1, new 2 3 suspended", [None, "removed"]),
    "suspended, and left": ("new 1 5 left, old 2 4 suspended", ["left", "left"]),
    "left, and suspended": ("new 1 3 left, old 2 4 suspended", ["left", "left"]),
    "suspended": ("new 1 2 left, old 3 4 suspended", ["left", "suspended"]),
    "joined since": ("new 1 3 left, old 2, new 4", ["left", None, "removed"]),
}


class Twice:
    """A reader with two rows until the upgrade, and the places of a history."""

    def __init__(self, before: Before, number: int, history: str, news: int) -> None:
        self.jid = f"anna{number}@strasse.test"
        readers = {
            "old": before.add("subscriber", jid=f"anna{number}@straße.test"),
            "new": before.add("subscriber", jid=self.jid),
        }
        self.kept = readers["old"]
        self.places = []
        for said in history.split(", "):
            who, *rest = said.split()
            self.places.append(before.stands(readers[who], news, *rest))


def standing_of(uow: UnitOfWork, reader: int) -> Sequence[Subscription]:
    return uow.subscriptions.of(reader)


def test_the_later_wish_counts(before: Before, url: str) -> None:
    """Who left under either name, and has joined under none since, has left, and no
    sign of life brings him back; who stands there twice stands there once.
    """
    news = before.rows("list", name="news")[0]["id"]
    latest = max(row["id"] for row in before.rows("broadcast"))
    readers = {
        name: Twice(before, number, history, news)
        for number, (name, (history, _)) in enumerate(HISTORIES.items())
    }
    upgrade.upgrade(url, SERVICE)
    rows = {row["id"]: row for row in before.rows("subscription")}
    world = World(url, lists=LISTS, clock=FakeClock(NOON))
    for name, (_, reasons) in HISTORIES.items():
        reader = readers[name]
        found = [rows[place] for place in reader.places]
        assert [row["end_reason"] for row in found] == reasons, name
        assert {row["subscriber_id"] for row in found} == {reader.kept}, name
        for row in found:
            is_open = row["end_reason"] is None
            ends = row["ended_at"] is None, row["ended_after"] is None
            assert ends == (is_open, is_open), name
            if row["end_reason"] == "left":
                assert row["ended_after"] in {0, latest}, name
        world.do(world.subscribers.alive, reader.jid, None)
        stands = world.do(standing_of, reader.kept)
        assert len(stands) == (reasons.count(None) or reasons.count("suspended")), name
        world.do(world.subscribers.leave, reader.jid, f"news@{SERVICE}")
        world.do(world.subscribers.alive, reader.jid, None)
        left = world.do(standing_of, reader.kept)
        assert left == [], name
    world.close()


def test_nobody_leaves_a_mandatory_list(before: Before, url: str) -> None:
    """Where one name was taken off while the list was another kind the other stays."""
    rules = before.rows("list", kind="mandatory")[0]["id"]
    old, new = (before.add("subscriber", jid=jid) for jid in (OLD, NEW))
    place = before.stands(old, rules, 1)
    before.stands(new, rules, 2, 3, "left")
    upgrade.upgrade(url, SERVICE)
    assert before.rows("subscription", id=place)[0]["ended_at"] is None


def test_who_joined_himself_can_leave(before: Before, url: str) -> None:
    """A place that an admin gave and one by presence are one by presence: from an
    account's list only such are left.
    """
    news = before.rows("list", name="news")[0]["id"]
    old, new = (before.add("subscriber", jid=jid) for jid in (OLD, NEW))
    place = before.stands(old, news, 1, origin="admin")
    before.stands(new, news, 2, origin="presence")
    upgrade.upgrade(url, SERVICE)
    [kept] = before.rows("subscription", id=place)
    assert (kept["origin"], kept["end_reason"]) == ("presence", None)


@pytest.mark.parametrize("reached", [False, True])
def test_a_list_that_is_told_now(before: Before, url: str, reached: bool) -> None:
    """Of a broadcast under way, who stood there twice is told once, unless he was told
    twice already.
    """
    news = before.rows("list", name="news")[0]["id"]
    old, new = (before.add("subscriber", jid=jid) for jid in (OLD, NEW))
    first, second = before.stands(old, news, 1), before.stands(new, news, 2)
    occurrence = before.add("occurrence", due_at=before.hour(-9_600))
    broadcast = before.add(
        "broadcast", occurrence_id=occurrence, key="k", highest=second, list_id=news,
        total=2, state="sending",
    )  # fmt: skip
    before.add(
        "chunk", broadcast_id=broadcast, after=first - 1, last=second, count=2,
        through=second if reached else 0, done=0, finished=False,
    )  # fmt: skip
    upgrade.upgrade(url, SERVICE)
    count = 2 if reached else 1
    assert before.rows("broadcast", id=broadcast)[0]["total"] == count
    assert before.rows("chunk", broadcast_id=broadcast)[0]["count"] == count
    world = World(url, lists=LISTS, clock=FakeClock(NOON))

    def told(uow: UnitOfWork) -> list[tuple[int, str, bool]]:
        made = uow.broadcasts.get(broadcast)
        assert made is not None
        page = uow.audiences.page(made, after=first - 1, last=second, limit=10)
        return [(one.position, one.jid, one.left) for one in page]

    assert world.do(told) == [(first, NEW, False)]
    world.close()


def test_who_cannot_be_prepared(before: Before, url: str) -> None:
    """The row stays as it is written and stands on no list any more."""
    news = before.rows("list", name="news")[0]["id"]
    reader = before.add("subscriber", jid=NOBODY)
    latest = max(row["id"] for row in before.rows("broadcast"))
    place = before.stands(reader, news, 1)
    upgrade.upgrade(url, SERVICE)
    assert before.rows("subscriber", jid=NOBODY)[0]["id"] == reader
    [ended] = before.rows("subscription", id=place)
    assert (ended["end_reason"], ended["ended_after"]) == ("removed", latest)
    assert ended["ended_at"] > ended["started_at"]


def test_owners_audiences_and_records(before: Before, url: str) -> None:
    """Whose an announcement is, whom it is for and what became of it follow; the audit
    trail stays.
    """
    people = {"people": [OLD, NEW, "bob@example.org", NOBODY], "list": None}
    mine = before.add("schedule", owner=OLD, client_id="mine", audience=people)
    double = before.add("schedule", owner=OLD, client_id="double")
    before.add("schedule", owner=NEW, client_id="double")
    [sending] = before.rows("broadcast", state="sending")[:1]
    recipients = before.rows("broadcast_recipient")
    before.add("delivery_exception", broadcast_id=sending["id"], jid=OLD)
    before.add("notice", recipient=OLD)
    before.add("audit", caller=OLD, at=before.hour(0))
    before.add("request_count", who=OLD)
    before.add("list", name="ours", publishers=[OLD, NEW])
    assert recipients
    upgrade.upgrade(url, SERVICE)
    [found] = before.rows("schedule", id=mine)
    assert found["owner"] == NEW
    assert found["audience"]["people"] == [NEW, "bob@example.org", NOBODY]
    assert before.rows("schedule", id=double)[0]["owner"] == OLD
    assert before.rows("delivery_exception", jid=NEW)
    assert before.rows("notice", recipient=NEW)
    assert before.rows("audit", caller=OLD)
    assert before.rows("request_count", who=OLD) == []
    assert before.rows("list", name="ours")[0]["publishers"] == [NEW]


def test_a_copied_audience(before: Before, url: str) -> None:
    """Of a broadcast under way, who is there twice is told once."""
    occurrences = {row["occurrence_id"] for row in before.rows("broadcast")}
    occurrence = before.add("occurrence", due_at=before.hour(-9_600))
    assert occurrence not in occurrences
    broadcast = before.add(
        "broadcast", occurrence_id=occurrence, key="k", highest=None, list_id=None,
        total=3, state="sending",
    )  # fmt: skip
    for position, jid in enumerate((OLD, "bob@example.org", NEW), start=1):
        before.add(
            "broadcast_recipient", broadcast_id=broadcast, position=position, jid=jid
        )
    before.add(
        "chunk", broadcast_id=broadcast, after=0, last=3, count=3, through=0, done=0,
        finished=False,
    )  # fmt: skip
    upgrade.upgrade(url, SERVICE)
    left = before.rows("broadcast_recipient", broadcast_id=broadcast)
    assert sorted(row["jid"] for row in left) == [NEW, "bob@example.org"]
    assert before.rows("broadcast", id=broadcast)[0]["total"] == 2
    assert before.rows("chunk", broadcast_id=broadcast)[0]["count"] == 2


def test_the_services_own_name(before: Before, url: str) -> None:
    """What was stored under a service's JID as it was written then is the service's."""
    before.add("subscriber", jid="bob@example.org", service="announce@straße.test")
    upgrade.upgrade(url, SERVICE)
    [row] = before.rows("subscriber", service="announce@strasse.test")
    assert row["jid"] == "bob@example.org"


def test_two_services_that_were_one(before: Before, url: str) -> None:
    """Of two services whose names are one, the second keeps its name as written."""
    written = ("announce@straße.test", "announce@stra\u00adße.test")
    for service in written:
        before.add("subscriber", jid="bob@example.org", service=service)
    upgrade.upgrade(url, SERVICE)
    [_] = before.rows("subscriber", service="announce@strasse.test")
    [_] = [one for one in written if before.rows("subscriber", service=one)]


HARD = "a@xn--mnchen-3ya.test a@xn--strae-oqa.test A@[2001:DB8::1] a@-b a@b..c role:x"
HARDER = "\u05d0@\u05d0 a@ex\uff0eorg a@\u33c2 \u2167@x a@xn--a a@xn--4dbc.test x"


@pytest.mark.parametrize("jid", [OLD, NEW, NOBODY, *HARD.split(), *HARDER.split()])
def test_the_revision_prepares_as_the_service(jid: str) -> None:
    """What the revision has for itself gives what the service of its time does."""
    script = ScriptDirectory(str(upgrade.folder())).get_revision("0007")
    assert script is not None
    try:
        wanted = bare(jid)
    except JIDError:
        wanted = None
    assert script.module.prepared(jid) == wanted
