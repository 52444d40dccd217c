"""Schedules and their occurrences."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.broadcast import Occurrence, OccurrenceState
from bot.domain.errors import Conflict, NotFound
from bot.domain.lateness import Late, LatePolicy
from bot.domain.message import Text
from bot.domain.schedule import (
    Origin,
    PeopleAudience,
    Schedule,
    ScheduleState,
    TemplateContent,
    TextContent,
)
from bot.domain.updates import Update, WireState
from bot.service.ports.notices import Notice
from bot.service.ports.paging import Order, Paging
from bot.service.ports.schedules import ScheduleFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store.database import SqlDatabase
from tests.store.samples import MINUTE, NOON, a_schedule

AT_NINE = datetime.fromisoformat("2026-03-01T09:00")
DAY = timedelta(days=1)

FULL = a_schedule(
    audience=PeopleAudience(jids=("b@example.org", "a@example.org"), list_name="news"),
    content=TextContent(
        texts=(
            Text(language="pl", body="Cześć ☃", subject="S"),
            Text(language="", body="Hi\n"),
        ),
        payloads=("<x xmlns='urn:x'/>", "<a xmlns='urn:a'/>"),
    ),
    timezone="Europe/Warsaw",
    recurrence="FREQ=DAILY;COUNT=3",
    planned=2,
    revision=3,
    edit_fingerprint="cafe",
    expires_at=NOON + MINUTE,
    late=Late(LatePolicy.HOLD, 0),
    updates=False,
    language="de-AT",
    metadata="<metadata/>",
    state=ScheduleState.PAUSED,
    paused_at=NOON - MINUTE,
    reason="late",
    ended_at=NOON,
)


@pytest.mark.parametrize(
    "wanted",
    [
        a_schedule(),
        FULL,
        a_schedule(
            content=TemplateContent(
                template="outage", values={"what": {"": "x", "pl": "ż"}, "b": {}}
            ),
            origin=Origin.FILE,
            next_at=None,
        ),
    ],
)
def test_round_trip(database: SqlDatabase, wanted: Schedule) -> None:
    """A schedule comes back as it was stored, by reference and by owner and id."""

    def use(unit: UnitOfWork) -> None:
        added = unit.schedules.add(wanted)
        assert added == replace(wanted, id=added.id)
        assert unit.schedules.get(added.id) == added
        assert unit.schedules.find(wanted.owner, wanted.client_id) == added
        changed = replace(FULL, id=added.id, client_id="other", planned=7)
        unit.schedules.save(changed)
        assert unit.schedules.lock(added.id) == changed
        assert unit.schedules.get(added.id + 1) is None

    database.call(use)


def test_client_ids_are_the_owners(database: SqlDatabase) -> None:
    """An id repeats for another owner only; the conflict leaves all as it was."""

    def use(unit: UnitOfWork) -> None:
        unit.schedules.add(a_schedule())
        with pytest.raises(Conflict):
            unit.schedules.add(a_schedule(fingerprint="other"))
        unit.schedules.add(a_schedule(owner="b@example.org"))
        assert unit.schedules.count(ScheduleFilter()) == 2

    database.call(use)


def test_due(database: SqlDatabase) -> None:
    """Due is what is plannable and not later than now, the earliest first."""

    def use(unit: UnitOfWork) -> None:
        for number, state in enumerate(ScheduleState):
            unit.schedules.add(a_schedule(f"{state}", state=state))
            unit.schedules.add(
                a_schedule(
                    f"{state} later", state=state, next_at=NOON + number * MINUTE
                )
            )
        unit.schedules.add(a_schedule("early", next_at=NOON - MINUTE))
        unit.schedules.add(a_schedule("never", next_at=None))
        due = unit.schedules.due(NOON, 9)
        wanted = ["early", "pending", "pending later", "running"]
        assert [entry.client_id for entry in due] == wanted
        assert unit.schedules.due(NOON, 2) == due[:2]
        assert unit.schedules.next_due() == NOON - MINUTE

    database.call(use)


def test_due_once_its_owner_knows(database: SqlDatabase) -> None:
    """Nobody is surprised by a message of his: that it is kept is told before."""

    def use(unit: UnitOfWork) -> None:
        job = unit.schedules.add(a_schedule("a"))
        told = unit.schedules.add(a_schedule("b"))
        for said in (
            Update(job="a", status=WireState.SCHEDULED),
            Update(job="b", status=WireState.SENT),
        ):
            which = job if said.job == "a" else told
            unit.notices.add(
                Notice(to=job.owner, said=said, created_at=NOON, announcement=which.id)
            )
        assert [one.client_id for one in unit.schedules.due(NOON, 9)] == ["b"]
        waiting = unit.notices.claim(NOON, NOON + MINUTE, 9)
        unit.notices.done([one.id for one in waiting])
        assert [one.client_id for one in unit.schedules.due(NOON, 9)] == ["a", "b"]

    database.call(use)


def test_nothing_due(database: SqlDatabase) -> None:
    """Without a plannable schedule there is no next moment."""

    def use(unit: UnitOfWork) -> None:
        unit.schedules.add(a_schedule(state=ScheduleState.PAUSED))
        assert unit.schedules.next_due() is None

    database.call(use)


def page(unit: UnitOfWork, wanted: ScheduleFilter, **paging: Any) -> tuple[object, ...]:
    found = unit.schedules.page(wanted, Paging(**paging))
    return [entry.client_id for entry in found.items], found.count, found.index


def test_pages(database: SqlDatabase) -> None:
    """Pages go forwards and backwards as in XEP-0059, and know where they stand."""

    def use(unit: UnitOfWork) -> None:
        refs = {}
        for name in "abcdefg":
            owner = "b@example.org" if name == "d" else "admin@example.org"
            refs[name] = unit.schedules.add(a_schedule(name, owner=owner)).id
        unit.schedules.add(a_schedule("w", origin=Origin.WELCOME))
        theirs = ScheduleFilter(owner="admin@example.org")
        assert page(unit, theirs, limit=2) == (["a", "b"], 6, 0)
        assert page(unit, theirs, limit=3, after=refs["b"]) == (["c", "e", "f"], 6, 2)
        assert page(unit, theirs, limit=2, before=refs["f"]) == (["c", "e"], 6, 2)
        assert page(unit, theirs, limit=2, before=0) == (["f", "g"], 6, 4)
        assert page(unit, theirs, limit=0) == ([], 6, 0)
        assert page(unit, theirs, after=refs["g"]) == ([], 6, 0)
        assert page(unit, ScheduleFilter(welcomes=True), limit=1)[1] == 8
        for reference in (refs["d"], 999):
            with pytest.raises(NotFound):
                page(unit, theirs, after=reference)
            with pytest.raises(NotFound):
                page(unit, theirs, before=reference)

    database.call(use)


def test_filter_by_state(database: SqlDatabase) -> None:
    """The states asked for count, and none where none is asked for."""

    def use(unit: UnitOfWork) -> None:
        for state in ScheduleState:
            unit.schedules.add(a_schedule(f"{state}", state=state))
        states = {ScheduleState.PAUSED, ScheduleState.SENT}
        assert unit.schedules.count(ScheduleFilter(states=states)) == 2
        assert unit.schedules.count(ScheduleFilter(states=())) == 0

    database.call(use)


def test_occurrences_are_unique(database: SqlDatabase) -> None:
    """One due moment of a schedule is added once; the latest are listed first."""

    def use(unit: UnitOfWork) -> None:
        schedule = unit.schedules.add(a_schedule()).id
        wanted = Occurrence(
            schedule_id=schedule, due_at=NOON, state=OccurrenceState.HELD, reason="late"
        )
        added = unit.occurrences.add(wanted)
        assert added is not None
        assert unit.occurrences.get(added.id) == added == replace(wanted, id=added.id)
        assert unit.occurrences.add(wanted) is None
        later = unit.occurrences.add(replace(wanted, due_at=NOON + MINUTE))
        assert later is not None
        sent = replace(added, state=OccurrenceState.SENT, reason=None)
        unit.occurrences.save(sent)
        assert unit.occurrences.of(schedule, limit=9) == [later, sent]
        assert unit.occurrences.of(schedule, limit=1) == [later]

    database.call(use)


def test_what_is_skipped(database: SqlDatabase) -> None:
    """Occurrences by state, by moment and by age; only a skipped one is put back."""

    def use(unit: UnitOfWork) -> None:
        schedule = unit.schedules.add(a_schedule()).id
        other = unit.schedules.add(a_schedule("s2")).id
        states = [
            OccurrenceState.SENT,
            OccurrenceState.SKIPPED,
            OccurrenceState.SKIPPED,
        ]
        first, second, third = (
            unit.occurrences.add(
                Occurrence(
                    schedule_id=schedule,
                    due_at=NOON + at * MINUTE,
                    wall=AT_NINE + at * DAY,
                    state=state,
                )
            )
            for at, state in enumerate(states)
        )
        assert first is not None
        assert second is not None
        assert third is not None
        found = unit.occurrences
        assert found.at(schedule, NOON) == first
        assert found.at(other, NOON) is None
        assert found.of(schedule, limit=9, until=NOON + MINUTE) == [second, first]
        assert found.in_state(schedule, OccurrenceState.SKIPPED) == [second, third]
        assert found.in_state(other, OccurrenceState.SKIPPED) == []
        assert found.skipped(schedule, after=None) == [second.wall, third.wall]
        assert found.skipped(schedule, after=second.wall) == [third.wall]
        for wall in (AT_NINE, AT_NINE + 2 * DAY):  # the first is no skipped one
            found.put_back(schedule, wall)
        assert found.of(schedule, limit=9) == [second, first]

    database.call(use)


def test_pages_by_moment(database: SqlDatabase) -> None:
    """They go on behind the moment of what is named, and begin anew where that is no
    longer among them.
    """

    def use(unit: UnitOfWork) -> None:
        one, two, three = (
            unit.schedules.add(a_schedule(client_id=f"s{n}", next_at=NOON + n * MINUTE))
            for n in (3, 2, 1)
        )
        wanted = ScheduleFilter(states=frozenset({ScheduleState.PENDING}))
        after = Paging(limit=1, order=Order.NEXT, after=three.id)
        page = unit.schedules.page(wanted, after)
        assert ([each.id for each in page.items], page.index) == ([two.id], 1)
        over = replace(
            three.moved(ScheduleState.CANCELLED, ended_at=NOON), next_at=None
        )
        unit.schedules.save(over)
        page = unit.schedules.page(wanted, replace(after, limit=9))
        assert ([each.id for each in page.items], page.index) == ([two.id, one.id], 0)
        with pytest.raises(NotFound):
            unit.schedules.page(wanted, replace(after, after=99))

    database.call(use)
