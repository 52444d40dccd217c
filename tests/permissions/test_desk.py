"""The table, walked at the desk itself: it holds for every door, those to come too."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.desk.gate import Share
from bot.desk.verb import Verb, Wanted
from bot.desk.verbs import (
    mydata,
)
from bot.desk.verbs.everything import ALL
from bot.domain.access import Access
from bot.domain.forgetting import is_forgotten
from bot.service.rules.rights import Right
from tests.permissions.stage import (
    touched,
    watch,
)
from tests.permissions.table import CALLERS, Cell, cells
from tests.permissions.test_use_cases import (
    ADDRESSES,
    the_lists,
)
from tests.permissions.walking import Walk
from tests.world import (
    ADMIN,
    AUDITOR,
    PUBLISHER,
    World,
    a_policy,
    copy_of,
)

#: verbs that the table speaks of, but no request asks for: presence does
BY_PRESENCE = {"join", "leave"}
CODES = {"yes": "done", "no": "not-allowed", "none": "not-found"} | {
    "over": "finished",
    "who": "forbidden",
}
#: roles that a right is for
FOR: dict[Right, set[str]] = {
    Right.KNOWN: {"admin", "publisher", "auditor", "user", "friend"},
    Right.SEES_ALL: {"admin", "auditor"},
    Right.ADMIN: {"admin"},
}


@pytest.fixture(params=ADDRESSES)
def walk(
    request: pytest.FixtureRequest,
    blank: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Walk]:
    # each refusal of a stranger is to be looked at
    monkeypatch.setattr("bot.desk.desk.STRANGERS_WRITTEN_DOWN", NO_LIMIT)
    access = Access(
        admins=frozenset({ADMIN}),
        publishers=frozenset({PUBLISHER}),
        auditors=frozenset({AUDITOR}),
        domains=frozenset({"example.org", "partner.example"}),
    )
    usual = a_policy()
    limits = {role: _unbounded(one) for role, one in usual.limits.items()}
    world = World(
        copy_of(blank, tmp_path),
        lists=the_lists(),
        policy=a_policy(
            addresses=ADDRESSES[request.param], access=access, limits=limits
        ),
    )
    watch(world.url)
    with closing(world):
        yield Walk(world)


NO_LIMIT = Share(rate=0, burst=0)


def _unbounded(limits: Any) -> Any:
    # what a template makes is longer than what tests say themselves
    return replace(limits, pending=0, requests_per_minute=0, body=1000, subject=100)


def the_cell(walk: Walk, cell: Cell, jid: str, wishes: list[Wanted[Any]]) -> None:
    caller = walk.world.caller(jid)
    changes = cell.verdict == "yes" and any(one.verb.changes for one in wishes)
    before = touched(walk.world.url)
    for wanted in wishes:
        latest = walk.world.latest_entry()
        assert walk.ask(caller, wanted) == cell.verdict, (cell, wanted)
        entries = walk.world.entries_after(latest)
        assert [one.result for one in entries] == [CODES[cell.verdict]], cell
        if wanted.verb is mydata.FORGET and cell.verdict == "yes":
            assert is_forgotten(entries[0].caller)
        else:
            assert entries[0].caller == jid
    if not changes:
        assert touched(walk.world.url) == before, (cell, wishes)


@pytest.mark.parametrize("caller", CALLERS)
def test_the_table(walk: Walk, caller: str) -> None:
    """Each verb does for each caller what the table says; what is refused changes
    nothing; either way one entry in the trail says so.
    """
    asked = 0
    component = walk.world.policy.addresses.component
    for cell in cells():
        # of an account only what is addressed differs
        if cell.verb in BY_PRESENCE or not (component or cell.verb == "announce"):
            continue
        if cell.caller != caller:
            continue
        for jid in walk.jids(cell.caller):
            wishes = list(walk.wanted(cell, jid))
            # what is refused changes nothing, so one look serves all ways to ask
            for some in (
                [[one] for one in wishes] if cell.verdict == "yes" else [wishes]
            ):
                the_cell(walk, cell, jid, some)
            asked += len(wishes)
    assert asked > (100 if component else 10), asked


def test_nobody_asks_for_more_than_is_meant_for_him(walk: Walk) -> None:
    """Whom a verb is not for is refused before its values are looked at."""

    class Unread:
        @property
        def about(self) -> str:
            return "unread"

        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"{name} was looked at")

    for verb in ALL:
        for name in CALLERS:
            [jid] = walk.jids(name)
            if name in FOR[verb.right]:
                continue
            refused = "who" if name in {"stranger", "itself"} else "no"
            wanted: Wanted[Any] = verb(Unread())
            assert walk.ask(walk.world.caller(jid), wanted) == refused, verb.name


def test_every_verb_is_walked(walk: Walk) -> None:
    """A verb that is added gets a row in the table, or stands here with the reason."""
    walked: set[str] = {
        wanted.verb.name
        for cell in cells()
        if cell.verb not in BY_PRESENCE and cell.caller == "admin"
        for wanted in walk.wanted(cell, ADMIN)
    }
    apart = {
        "announce: lists": "each has those to which the table lets him announce",
        "lists": "for admins and auditors by its right alone",
        "lists show": "likewise",
        "status": "likewise",
        "announce to those online": "as `announce`; tests/dialogues",
        "announce to those online --dry-run": "for admins and auditors by its right",
        "templates": "for admins by its right alone",
        "templates show": "likewise",
        "subscribers find": "for admins by its right alone",
        "subscribers export": "likewise",
        "subscribers import": "as `people add`; tests/desk/test_imports.py",
        "subscribers import --dry-run": "likewise",
        "audit --purge": "for admins by its right alone",
        "reload": "likewise",
        "check": "likewise",
    }
    verbs: list[Verb[Any, Any]] = list(ALL)
    assert {verb.name for verb in verbs} == walked | set(apart)
    assert len({verb.name for verb in verbs}) == len(verbs)
