"""JIDs that earlier releases stored in a form of their own are prepared anew."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from bot.domain.jid import JIDError, bare
from bot.store import upgrade
from bot.store.database import backend_of
from tests.store.releases import restore, rows_of
from tests.store.samples import NOON, SERVICE

OLD, NEW = "anna@straße.test", "anna@strasse.test"
NOBODY = "\u1d3foot@example.org"


class Before:
    """A release's database at the revision before, to put rows into."""

    def __init__(self, url: str) -> None:
        restore("0.1.0", url)
        script = ScriptDirectory(str(upgrade.folder())).get_revision("0007")
        assert script is not None
        assert isinstance(script.down_revision, str)
        upgrade.upgrade(url, SERVICE, script.down_revision)
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
    """They become the earlier row: a place that both have is one and goes on, what
    each has alone is kept, preferences are the newer ones.
    """
    news, club = (before.rows("list", name=name)[0]["id"] for name in ("news", "club"))
    [past] = before.rows("subscription", end_reason="left")[:1]
    past = {key: past[key] for key in ("ended_at", "end_reason")}
    reader = {"language": None, "language_seen": "pl", "timezone": None, "score": 3}
    first = before.add("subscriber", jid=OLD, **reader)
    second = before.add(
        "subscriber", jid=NEW, **reader | {"language": "de", "language_seen": None}
    )
    open_ = {"ended_at": None, "end_reason": None}
    places = [
        before.add("subscription", subscriber_id=whose, list_id=where, **how)
        for whose, where, how in (
            (first, news, open_),
            (second, news, past),
            (second, news, open_),
            (second, club, open_),
        )
    ]
    upgrade.upgrade(url, SERVICE)
    [kept] = before.rows("subscriber", jid=NEW)
    assert (
        before.rows("subscriber", jid=OLD) == before.rows("subscriber", id=second) == []
    )
    assert kept["id"] == first
    assert (kept["language"], kept["language_seen"], kept["score"]) == ("de", "pl", 3)
    found = [before.rows("subscription", id=place)[0] for place in places]
    assert [row["subscriber_id"] for row in found] == [first] * 4
    reasons = [row["end_reason"] for row in found]
    assert reasons == [None, "left", "removed", None]
    assert found[2]["ended_at"] is not None


def test_who_cannot_be_prepared(before: Before, url: str) -> None:
    """The row stays as it is written and stands on no list any more."""
    news = before.rows("list", name="news")[0]["id"]
    reader = before.add("subscriber", jid=NOBODY)
    place = before.add(
        "subscription",
        subscriber_id=reader,
        list_id=news,
        ended_at=None,
        end_reason=None,
    )
    upgrade.upgrade(url, SERVICE)
    assert before.rows("subscriber", jid=NOBODY)[0]["id"] == reader
    [ended] = before.rows("subscription", id=place)
    assert ended["end_reason"] == "removed"
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
    before.add("audit", caller=OLD, at=NOON - timedelta(days=1))
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
    occurrence = before.add("occurrence", due_at=NOON - timedelta(days=400))
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
