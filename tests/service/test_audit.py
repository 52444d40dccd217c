"""The audit trail: written with what it tells of, and never with content."""

from functools import partial
from typing import Any

import pytest

from bot.domain.access import Caller
from bot.domain.audit import Action, Asked, AuditEntry
from bot.domain.errors import (
    CarillonError,
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    Unavailable,
)
from bot.domain.phrase import Phrase, Quoted
from bot.domain.schedule import Origin
from bot.service.ports.paging import Paging
from bot.service.ports.schedules import ScheduleFilter
from bot.service.ports.trail import AuditFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.records.audit import LONGEST_TEXT
from tests.world import ADMIN, AUDITOR, NOON, PUBLISHER, STRANGER, USER, World, numbered

READER = "reader@example.org"
SECRET = "a-secret-word"


def asked(caller: Caller, action: Action = Action.SCHEDULE, about: str = "") -> Asked:
    return Asked(caller=caller, door=Origin.IQ, action=action, about=about)


def trail(world: World) -> list[AuditEntry]:
    admin = world.caller(ADMIN)
    page = world.do(world.audit.page, admin, AuditFilter(), Paging(limit=1000))
    return list(page.items)


def carry_out(world: World, action: Action, use_case: Any, *args: Any) -> AuditEntry:
    admin = world.caller(ADMIN)
    world.do(
        world.audit.carry_out,
        asked(admin, action),
        use_case,
        world.caller(ADMIN),
        *args,
    )
    return trail(world)[-1]


def test_what_is_done_is_written_down(world: World) -> None:
    """Who, when, as what, through which door, what, and which one came of it."""
    publisher = world.caller(PUBLISHER)
    world.do(
        world.audit.carry_out,
        asked(publisher, about="job to news"),
        world.schedules.create,
        publisher,
        world.request(client_id="job"),
    )
    assert trail(world) == [
        AuditEntry(
            id=1,
            at=NOON,
            caller=PUBLISHER,
            role="publisher",
            door=Origin.IQ,
            action=Action.SCHEDULE,
            about="job to news",
            reference=1,
            result="done",
        )
    ]


def test_references(world: World) -> None:
    """A schedule's or a broadcast's, and none of what has none."""
    world.subscribe(READER)
    job = world.schedule(recurrence="FREQ=DAILY")
    name = numbered(job)
    frozen = world.do(world.steering.freeze, world.caller(ADMIN), name)
    for action, use_case in (
        (Action.PAUSE, world.steering.pause),
        (Action.RESUME, partial(world.steering.resume, frozen=None)),
        (Action.SKIP, world.steering.skip),
        (Action.SEND_NOW, partial(world.steering.send_now, frozen=frozen)),
        (Action.CANCEL, world.schedules.cancel),
    ):
        assert carry_out(world, action, use_case, name).reference == job.id
    second = world.due()
    broadcast = world.broadcast(second)
    stopped = carry_out(world, Action.STOP, world.broadcasts.stop, broadcast.id)
    assert stopped.reference == broadcast.id
    removed = carry_out(
        world, Action.UNSUBSCRIBE, world.enrolling.remove, "news", READER
    )
    assert removed.reference is None


def test_both_or_neither(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written down is not done."""

    def full(*_: object) -> None:
        raise Unavailable(Phrase("The disk is full."))

    def attempt(uow: UnitOfWork) -> None:
        admin = world.caller(ADMIN)
        world.audit.carry_out(
            uow, asked(admin), world.schedules.create, admin, world.request()
        )

    monkeypatch.setattr("bot.store.audit.SqlAuditTrail.add", full)
    with pytest.raises(Unavailable):
        world.do(attempt)
    assert world.do(lambda uow: uow.schedules.count(ScheduleFilter())) == 0


def test_what_fails_is_not_done(world: World) -> None:
    """A use case that raises leaves no entry: the door writes the refusal."""
    user = world.caller(USER)
    with pytest.raises(NotAllowed):
        world.do(
            world.audit.carry_out,
            asked(user),
            world.schedules.create,
            user,
            world.request(),
        )
    assert trail(world) == []


@pytest.mark.parametrize(
    ("error", "result", "detail"),
    [
        (NotAllowed(Phrase("You may not.")), "not-allowed", "You may not."),
        (NotFound(Phrase("There is none.")), "not-found", "There is none."),
        (Conflict(Phrase("It is taken.")), "conflict", "It is taken."),
        (Invalid(Quoted(f"{SECRET} is no moment"), field="start"), "invalid", "start"),
        (Invalid(Quoted(f"{SECRET} is wrong")), "invalid", None),
        (ValueError(SECRET), "error", None),
    ],
)
def test_refusals(
    world: World, error: Exception, result: str, detail: str | None
) -> None:
    """A refusal has its code and words; of what was given, and of what nobody
    foresaw, nothing is repeated.
    """
    world.do(world.audit.refused, asked(world.caller(STRANGER)), error)
    [entry] = trail(world)
    assert (entry.caller, entry.role) == (STRANGER, "stranger")
    assert (entry.result, entry.detail) == (result, detail)


def test_long_words_are_cut(world: World) -> None:
    """A thousand recipients or a huge id do not fill the trail."""
    about = asked(world.caller(ADMIN), about="x" * 5_000)
    world.do(world.audit.refused, about, NotFound(Quoted("y" * 5_000)))
    [entry] = trail(world)
    assert entry.about == "x" * (LONGEST_TEXT - 1) + "…"
    assert entry.detail == "y" * (LONGEST_TEXT - 1) + "…"


def test_who_may_look(world: World) -> None:
    """Admins and auditors."""
    for jid in (ADMIN, AUDITOR):
        page = world.do(world.audit.page, world.caller(jid), AuditFilter(), Paging())
        assert page.count == 0
    for jid in (PUBLISHER, USER, STRANGER):
        with pytest.raises(CarillonError):
            world.do(world.audit.page, world.caller(jid), AuditFilter(), Paging())


#: requests that hold the secret wherever content can stand, good and bad ones
WITH_CONTENT: dict[str, dict[str, Any]] = {
    "taken": {"bodies": (("en", SECRET),), "subjects": (("en", SECRET),)},
    "payload": {"payloads": (f"<x xmlns='urn:x'>{SECRET}</x>",)},
    "metadata": {"metadata": f"<metadata><x>{SECRET}</x></metadata>"},
    "control character": {"bodies": (("en", f"{SECRET}\x00"),)},
    "two bodies": {"bodies": (("en", SECRET), ("en", SECRET))},
    "an orphan": {"subjects": (("de", SECRET),)},
    "a language": {"bodies": ((SECRET * 9, "Hello"),)},
    "long": {"bodies": (("en", SECRET * 100),)},
    "a field": {
        "bodies": (),
        "template": "maintenance",
        "values": {"start": {"": SECRET}},
    },
}


@pytest.mark.parametrize("case", WITH_CONTENT)
def test_never_content(world: World, case: str) -> None:
    """Whatever comes of a request, nothing that it was to say is in the trail."""
    request = world.request(client_id="job", **WITH_CONTENT[case])
    publisher = world.caller(PUBLISHER)
    about = asked(publisher, about=request.about)
    try:
        world.do(
            world.audit.carry_out, about, world.schedules.create, publisher, request
        )
    except CarillonError as error:
        world.do(world.audit.refused, about, error)
    [entry] = trail(world)
    assert SECRET not in repr(entry)
    assert entry.about == "job to news"
