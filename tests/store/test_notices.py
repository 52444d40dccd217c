"""Notices, and what the service remembers about itself."""

from dataclasses import replace

from bot.domain.message import Text
from bot.domain.updates import Remark, Update, WireState
from bot.service.ports.notices import Notice
from bot.service.ports.pulses import Pulse, Reading
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store.database import SqlDatabase
from tests.store.samples import MINUTE, NOON


def test_notices_are_kept_until_done(database: SqlDatabase) -> None:
    """Notices wait in order until they are done, claimed by one process at a time."""
    held = Text(language="de-AT", body="Angehalten.")
    first = Notice(to="a@example.org", said=held, created_at=NOON, announcement=7)
    update = Update(job="a<b", status=WireState.SENT, due_at=NOON)
    second = Notice(to="b@example.org/r", said=update, created_at=NOON + MINUTE)

    def use(unit: UnitOfWork) -> None:
        unit.notices.add(first)
        unit.notices.add(second)
        [one] = unit.notices.claim(NOON, NOON + MINUTE, 1)
        assert one == replace(first, id=one.id)
        [other] = unit.notices.claim(NOON, NOON + MINUTE, 9)
        assert other == replace(second, id=other.id)
        assert unit.notices.claim(NOON, NOON + MINUTE, 9) == []
        later = NOON + MINUTE
        assert unit.notices.claim(later, later + MINUTE, 9) == [one, other]
        unit.notices.done([])
        unit.notices.done([one.id])
        later += MINUTE
        assert unit.notices.claim(later, later + MINUTE, 9) == [other]
        unit.notices.release()
        assert unit.notices.claim(later, later + MINUTE, 9) == [other]

    database.call(use)


def test_remarks_are_kept(database: SqlDatabase) -> None:
    """What there is to know of an accepted job waits with its headline."""
    update = Update(
        job="a",
        status=WireState.SCHEDULED,
        remarks=(Remark(code="encrypted", text="geh\u00f6rt nur <jetzt>"),) * 2,
        language="de",
    )
    notice = Notice(to="a@example.org", said=update, created_at=NOON)

    def use(unit: UnitOfWork) -> None:
        unit.notices.add(notice)
        [one] = unit.notices.claim(NOON, NOON + MINUTE, 1)
        assert one == replace(notice, id=one.id)
        unit.notices.done([one.id])

    database.call(use)


def test_digest_key_is_made_once(database: SqlDatabase) -> None:
    """The secret is made at first use and stays."""
    key = database.call(lambda unit: unit.facts.digest_key())
    assert len(key) == 32
    assert database.call(lambda unit: unit.facts.digest_key()) == key
    assert database.look(lambda unit: unit.facts.digest_key()) == key


READING = Reading(
    file="/etc/carillon/carillon.toml",
    templates="/srv/templates",
    at=NOON,
    digests={"sending.rate": "1f"},
    changed=("sending.rate",),
    waiting=("sending.rate",),
    faults=("it is empty",),
    answers=3,
)


def test_asking_to_read(database: SqlDatabase) -> None:
    """Each asking of a worker has a number, which its next sign of life leaves alone;
    there is none of a worker that is not there.
    """
    pulse = Pulse(
        worker="w1",
        service="announce.example.org",
        version="1.0",
        connected=True,
        started_at=NOON,
        seen_at=NOON,
    )

    def use(unit: UnitOfWork) -> None:
        assert unit.facts.ask_to_read("w1") == unit.facts.asked_to_read("w1") == 0
        unit.facts.beat(pulse)
        assert [unit.facts.ask_to_read("w1") for _ in range(2)] == [1, 2]
        unit.facts.beat(pulse)
        assert unit.facts.asked_to_read("w1") == 2

    database.call(use)


def test_pulses(database: SqlDatabase) -> None:
    """Each worker has one pulse, its latest, until it stops."""
    pulse = Pulse(
        worker="w1",
        service="announce.example.org",
        version="1.0",
        connected=False,
        started_at=NOON,
        seen_at=NOON,
    )

    def use(unit: UnitOfWork) -> None:
        unit.facts.beat(pulse)
        later = replace(pulse, connected=True, seen_at=NOON + MINUTE)
        unit.facts.beat(later)
        other = replace(pulse, worker="w2", reading=READING)
        unit.facts.beat(other)
        assert unit.facts.pulses() == [later, other]
        unit.facts.stopped("w1")
        assert unit.facts.pulses() == [other]

    database.call(use)
