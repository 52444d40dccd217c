"""The service looked at by command."""

from datetime import timedelta

from bot.desk.desk import Desk
from bot.domain.findings import Finding, Inspection, Result
from bot.domain.phrase import Phrase
from tests.dialogues.talking import Person
from tests.world import ADMIN, AUDITOR, NOON, PUBLISHER, World


class Inspector:
    def __init__(self, found: Inspection | None) -> None:
        self.found = found

    async def look(self, person: str) -> Inspection | None:
        assert person == ADMIN
        return self.found


def looking(world: World, found: Inspection | None) -> Person:
    person = Person(world, ADMIN, zone="Europe/Warsaw")
    person.talk.desk.inspector = Inspector(found)
    person.runs("check")
    person.fills()
    return person


def test_what_is_found(world: World) -> None:
    """What is to be put right first, with what to change; then the rest."""
    found = Inspection(
        at=NOON + timedelta(minutes=1),
        findings=(
            Finding("login", Result.OK, Phrase("as us")),
            Finding("tls", Result.FAULT, Phrase("not trusted"), "carillon\nrun"),
            Finding("clock", Result.SKIPPED, Phrase("nobody tells")),
        ),
    )
    assert looking(world, found).shown.splitlines() == [
        "To put right (2026-03-01 13:01 CET)",
        "tls: not trusted",
        "→ carillon",
        "run",
        "In order",
        "login: as us",
        "Not looked at",
        "clock: nobody tells",
    ]


def test_nothing_to_put_right(world: World) -> None:
    found = Inspection(at=NOON, findings=())
    _, *rows = looking(world, found).shown.splitlines()
    assert rows == ["none"]


def test_not_yet(world: World) -> None:
    """It takes longer than clients wait."""
    assert "once more in a moment" in looking(world, None).said


def test_read_anew(world: World) -> None:
    person = Person(world, ADMIN)
    person.runs("check")
    person.fills(do="reload")
    assert "read anew" in person.said
    [entry] = world.entries_after(0)
    assert (entry.action, entry.result) == ("reload", "done")


def test_where_no_service_runs(world: World) -> None:
    """A desk beside the service cannot look at it, and says what can."""
    person = Person(world, ADMIN)
    assert Desk(world.use_cases).inspector is None
    person.runs("check")
    person.fills()
    assert "`carillon check`" in person.refused


def test_for_admins(world: World) -> None:
    for jid in (AUDITOR, PUBLISHER):
        person = Person(world, jid)
        person.runs("check")
        assert person.refused == "You may not do this here."
