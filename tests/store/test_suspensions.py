"""Who is suspended from a list, and why; what earlier releases knew of it."""

import sqlalchemy as sa

from bot.domain.lists import EndReason
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import upgrade
from bot.store.database import SqlDatabase
from tests.store.copies import migrated
from tests.store.releases import rows_of
from tests.store.samples import MINUTE, NOON, SERVICE, declare, sending, subscribe

ANN, BOB = "ann@example.org", "bob@example.org"
LATER = NOON + MINUTE
_SUSPEND = """
UPDATE subscription SET end_reason = 'suspended',
  ended_at = coalesce(ended_at, started_at)
"""
_BOUNCE = """
UPDATE delivery_exception
SET condition = 'gone', jid = (SELECT min(jid) FROM subscriber)
WHERE kind = 'failed' AND broadcast_id =
  (SELECT max(broadcast_id) FROM delivery_exception WHERE kind = 'failed')
"""


def test_suspensions(database: SqlDatabase) -> None:
    """Each place that bounces ended is found by its list, until its person is back or
    has left.
    """

    def use(unit: UnitOfWork) -> None:
        ids = declare(unit, "news", "other")
        news, other = ids["news"], ids["other"]
        made = sending(unit, (0, 9, 1), recipients=(ANN,))
        for list_id in (news, other):
            subscribe(unit, list_id, ANN, BOB)
        ann, bob = (unit.subscribers.ensure(jid, NOON).id for jid in (ANN, BOB))
        for one in (ann, bob):
            found = unit.suspensions.add(one, "gone", made.id, LATER)
            assert sorted(found) == sorted(ids.values())
            assert unit.suspensions.add(one, "gone", made.id, LATER) == []
        assert unit.suspensions.counts() == {news: 2, other: 2}
        subscribe(unit, news, ANN)
        assert unit.suspensions.counts() == {news: 1, other: 2}
        [(place, reader, why)] = unit.suspensions.page(news, after=0, limit=9)
        assert (reader.jid, place.ended_at, why) == (BOB, LATER, "gone")
        assert unit.suspensions.page(news, after=place.id, limit=9) == []
        unit.subscriptions.end(ann, EndReason.LEFT, LATER, list_id=news)
        assert unit.suspensions.counts() == {news: 1, other: 2}

    database.call(use)


def test_suspended_before_reasons_were_kept(url: str) -> None:
    """Of who was suspended by an earlier release the reason is that of the last message
    that came back, as far as that is known; nobody is told so late.
    """
    migrated(url, "0007", release="0.1.0")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in (_SUSPEND, _BOUNCE):
            connection.execute(sa.text(statement))
    engine.dispose()
    upgrade.upgrade(url, SERVICE)
    rows = rows_of(url)
    ended = {row["id"]: row for row in rows["subscription"]}
    first = min(rows["subscriber"], key=lambda row: row["jid"])["id"]
    found = rows["suspension"]
    assert {row["subscription_id"] for row in found} == ended.keys()
    for row in found:
        place = ended[row["subscription_id"]]
        assert row["told_at"] == place["ended_at"]
        if place["subscriber_id"] == first:
            assert row["condition"] == "gone"
    assert "unknown" in {row["condition"] for row in found}
