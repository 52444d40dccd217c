"""What recipients chose and are asked is stored, found and told, on either engine."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.consent import Approval, ApprovalState, Consent, Who
from bot.domain.errors import NotFound
from bot.domain.schedule import (
    PeopleAudience,
    PersonAudience,
    Schedule,
    ScheduleState,
)
from bot.service.ports.consents import Asking
from bot.service.ports.paging import Paging
from bot.service.ports.schedules import ScheduleFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store.database import SqlDatabase
from tests.store.everything import CONSENT, OWNER, READER, an_approval
from tests.store.samples import MINUTE, NOON, a_schedule, sending

DAY = timedelta(days=1)
OTHER = "other@example.org"


def test_a_choice_replaces_the_last(database: SqlDatabase) -> None:
    """What is stored comes back; another choice leaves nothing of it."""

    def scenario(unit: UnitOfWork) -> None:
        assert unit.consents.get(READER) is None
        unit.consents.put(READER, CONSENT, NOON)
        assert unit.consents.get(READER) == CONSENT
        unit.consents.put(OTHER, Consent(who=Who.NOBODY), NOON)
        assert unit.consents.get(READER) == CONSENT
        plain = Consent(who=Who.EVERYONE, allowed=CONSENT.blocked)
        unit.consents.put(READER, plain, NOON + MINUTE)
        assert unit.consents.get(READER) == plain

    database.call(scenario)


def test_entries_about_somebody(database: SqlDatabase) -> None:
    """Only entries of the names asked for are read, the rest of the choice is whole."""

    def scenario(unit: UnitOfWork) -> None:
        unit.consents.put(READER, CONSENT, NOON)
        about = unit.consents.get(READER, about=[OWNER, "example.org"])
        assert about == replace(CONSENT, blocked=frozenset())
        none = unit.consents.get(READER, about=[OTHER])
        assert none == replace(CONSENT, allowed=frozenset(), blocked=frozenset())

    database.call(scenario)


def asked(
    unit: UnitOfWork, reference: int, name: str, owner: str = OWNER
) -> tuple[Schedule, Approval]:
    schedule = unit.schedules.add(a_schedule(name, owner=owner))
    approval = an_approval(reference, schedule)
    unit.approvals.add(approval)
    return schedule, approval


def waiting(unit: UnitOfWork, paging: Paging | None = None) -> list[int]:
    return [one.id for one in unit.approvals.page(READER, paging or Paging()).items]


def test_what_waits_is_paged(database: SqlDatabase) -> None:
    """In order of the references, his own only; what is over or answered waits no
    more.
    """

    def scenario(unit: UnitOfWork) -> None:
        over, _ = asked(unit, 70, "over")
        unit.schedules.save(replace(over, state=ScheduleState.CANCELLED))
        for reference in (30, 10, 20):
            asked(unit, reference, f"s{reference}")
        _, answered = asked(unit, 40, "answered")
        unit.approvals.decide(answered, ApprovalState.APPROVED, NOON + MINUTE)
        schedule, _ = asked(unit, 50, "others")
        unit.approvals.void(schedule.id)
        unit.approvals.add(replace(an_approval(60, schedule), recipient=OTHER))
        assert waiting(unit) == [10, 20, 30]
        assert waiting(unit, Paging(limit=1, after=10)) == [20]
        assert waiting(unit, Paging(limit=2, before=0)) == [20, 30]
        with pytest.raises(NotFound):
            waiting(unit, Paging(after=60))
        assert unit.approvals.find(READER, 70) is None
        assert unit.approvals.find(READER, 60) is None
        assert unit.approvals.find(READER, 50) is None
        found = unit.approvals.find(READER, 40)
        assert found == replace(
            answered, state=ApprovalState.APPROVED, decided_at=NOON + MINUTE
        )

    database.call(scenario)


def test_void(database: SqlDatabase) -> None:
    """What is void is asked of no schedule and cannot be answered; what he was told of
    still counts for that day.
    """

    def untold(unit: UnitOfWork) -> list[str]:
        return unit.approvals.untold(NOON - DAY, NOON + DAY, 9)

    def scenario(unit: UnitOfWork) -> None:
        schedule, approval = asked(unit, 10, "s1")
        unit.approvals.void(schedule.id)
        assert unit.approvals.of(schedule.id) is None
        unit.approvals.add(replace(approval, id=20))
        assert untold(unit) == [READER]
        assert unit.approvals.tell(READER, NOON) == [Asking(OWNER, 1)]
        unit.approvals.void(schedule.id)
        unit.approvals.decide(
            replace(approval, id=20), ApprovalState.APPROVED, NOON + MINUTE
        )
        assert unit.approvals.of(schedule.id) is None
        assert unit.approvals.find(READER, 20) is None
        unit.approvals.add(replace(approval, id=30))
        assert unit.approvals.of(schedule.id) == replace(approval, id=30)
        assert untold(unit) == []
        assert unit.approvals.untold(NOON + MINUTE, NOON + DAY, 9) == [READER]

    database.call(scenario)


def test_told_of_all_together(database: SqlDatabase) -> None:
    """Whoever is told is told of all that waits, by whose it is; then nothing of it is
    untold.
    """

    def scenario(unit: UnitOfWork) -> None:
        asked(unit, 10, "s1")
        asked(unit, 20, "s2")
        asked(unit, 30, "s3", owner=OTHER)
        over, _ = asked(unit, 40, "s4")
        unit.schedules.save(replace(over, state=ScheduleState.SENT))
        assert unit.approvals.untold(NOON, NOON, 9) == [READER]
        assert unit.approvals.tell(READER, NOON) == [Asking(OWNER, 2), Asking(OTHER, 1)]
        assert unit.approvals.untold(NOON, NOON, 9) == []

    database.call(scenario)


def test_counted_by_sender_and_recipient(database: SqlDatabase) -> None:
    """Of a sender's messages those to one person are counted, sent and to come; what
    the service announces to him is none of them.
    """

    def sent(unit: UnitOfWork) -> None:
        one = sending(unit, recipients=(READER,), in_owners_name=True)
        sending(unit, recipients=(OTHER,), in_owners_name=True)
        sending(unit, recipients=(READER,))
        count, owner = unit.broadcasts.count, a_schedule().owner
        assert count(owner, NOON, NOON + DAY) == 3
        assert count(owner, NOON, NOON + DAY, to=READER) == 1
        assert count(owner, NOON - DAY, NOON, to=READER) == 0
        assert count(owner, NOON, NOON + DAY, to=READER, before=one.id) == 0
        assert count(OTHER, NOON, NOON + DAY, to=READER) == 0

    def to_come(unit: UnitOfWork) -> None:
        jid = "ä@example.org"
        one, _ = (
            unit.schedules.add(a_schedule(name, audience=PersonAudience(jid=jid)))
            for name in ("one", "two")
        )
        unit.schedules.add(a_schedule("both", audience=PeopleAudience(jids=(jid,))))
        count = unit.schedules.count
        assert count(ScheduleFilter(person=jid)) == 2
        assert count(ScheduleFilter(person=jid, besides=one.id)) == 1
        assert count(ScheduleFilter(person=READER)) == 0

    database.call(sent)
    database.call(to_come)
