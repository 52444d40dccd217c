"""Maintenance opened, changed and moved on; who may, and what is refused."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.amendment import Amendment
from bot.domain.broadcast import Broadcast
from bot.domain.errors import (
    Conflict,
    Finished,
    Forbidden,
    Invalid,
    NotAllowed,
    NotFound,
    PolicyViolation,
)
from bot.domain.maintenance import Finish, Phase, WindowState
from bot.domain.message import Text
from bot.domain.schedule import Origin
from bot.service.maintenance.request import (
    CallOff,
    ExtendWindow,
    FinishWindow,
    MoveWindow,
    OpenMaintenance,
    WindowName,
)
from bot.service.ports.paging import Paging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.records.retention import Retention, purge
from tests.engine.maintenance import (
    DAY,
    END,
    HOUR,
    START,
    at,
    call_off,
    changed,
    extend,
    finish,
    looked_at,
    move,
    name_of,
    opened,
    window,
)
from tests.store.releases import rows_of
from tests.world import (
    ADMIN,
    AUDITOR,
    NOON,
    OPS,
    PUBLISHER,
    STRANGER,
    USER,
    World,
    a_list,
    a_policy,
    blank_database,
    copy_of,
)
from tests.zones import Rules, zones_in

READER = "reader@example.org"
DISKS = {"summary": {"": "New disks"}}
MINUTE = timedelta(minutes=1)
PLANNED, UNDER_WAY = WindowState.PLANNED, WindowState.UNDER_WAY
VERIFYING, FINISHED = WindowState.VERIFYING, WindowState.FINISHED
CALLED_OFF = WindowState.CALLED_OFF


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    yield from a_world(blank, tmp_path)


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for all that leaves nothing behind."""
    folder = tmp_path_factory.mktemp("refusing")
    yield from a_world(blank_database(folder), folder)


def a_world(blank: Path, folder: Path) -> Iterator[World]:
    lists = [a_list(), a_list("berlin", timezone="Europe/Berlin")]
    policy = a_policy()
    limits = {
        role: replace(one, body=1000, subject=100)
        for role, one in policy.limits.items()
    }
    policy = replace(policy, limits=limits)
    with closing(World(copy_of(blank, folder), lists=lists, policy=policy)) as found:
        found.subscribe(READER)
        yield found


def told(world: World, shown: Any, **which: Any) -> list[tuple[Phase, str]]:
    """Each notice that was made of the window, with its state."""
    return [
        (one.phase, one.schedule.state.value)
        for one in looked_at(world, shown, **which).notices
        if one.schedule is not None
    ]


def go_to(world: World, moment: datetime) -> None:
    """Straight there, as after an outage."""
    world.clock.set(moment)
    world.plan_all()


def live(world: World, shown: Any) -> list[tuple[int, datetime]]:
    """Its windows that are not over, by number and start."""
    return [
        (one.number, one.starts_at)
        for one in looked_at(world, shown).windows
        if not one.is_over
    ]


# --- opened -------------------------------------------------------------------


def test_opened(world: World) -> None:
    """It is announced at once; the rest is told when it is due, and shown as such."""
    shown = opened(world)
    assert (shown.maintenance.client_id, str(shown.name)) == ("news-2026-03-05", "M1")
    assert shown.maintenance.finish is Finish.ASK
    assert (shown.window.starts_at, shown.window.ends_at) == (START, END)
    assert [(one.phase, one.at) for one in shown.notices] == [
        (Phase.ANNOUNCED, NOON),
        (Phase.REMINDER, START - DAY),
        (Phase.REMINDER, START - HOUR),
        (Phase.STARTED, START),
    ]
    assert shown.readers == 1
    world.plan_all()
    assert told(world, shown) == [(Phase.ANNOUNCED, "running")]
    page = world.do(world.use_cases.maintenances.page, world.caller(ADMIN), Paging())
    assert [one.id for one in page.items] == [shown.id]


def test_opened_as_it_begins(world: World) -> None:
    """What begins at this moment is told as begun, and not announced beside."""
    shown = opened(world, start=at(NOON))
    assert shown.window.state is UNDER_WAY
    assert told(world, shown) == [(Phase.STARTED, "pending")]


def test_draft(world: World) -> None:
    """All that will be told is shown before, in each language; nothing is stored."""
    request = opened(world).maintenance  # of another, to have the values
    draft = world.do(
        world.use_cases.maintenances.draft,
        world.caller(ADMIN),
        _request(values=request.values, finish="auto", client_id="other"),
    )
    assert [one.phase for one, _ in draft.notices] == [
        *(Phase.ANNOUNCED, Phase.REMINDER, Phase.REMINDER),
        *(Phase.STARTED, Phase.FINISHED),
    ]
    _, texts = draft.notices[-1]
    assert [text.language for text in texts] == ["en", "de", "fr", "es", "pl"]
    assert texts[1].body.startswith("Die Wartung ist beendet: New disks")
    assert draft.readers == 1
    assert world.do(lambda unit: unit.maintenances.count(ADMIN)) == 1


def _request(**changes: Any) -> Any:
    values: dict[str, Any] = {
        "origin": Origin.IQ,
        "list_name": "news",
        "values": DISKS,
        "start": at(START),
        "duration": "2h",
    }
    return OpenMaintenance(**values | changes)


@pytest.mark.parametrize(
    ("given", "error", "field"),
    [
        ({"start": None}, Invalid, "start"),
        ({"start_in": "60"}, Invalid, "start"),
        ({"start": "tomorrow"}, Invalid, "start"),
        ({"start": at(NOON - 2 * MINUTE)}, Invalid, "start"),
        ({"start": at(NOON + 900 * DAY)}, PolicyViolation, "start"),
        ({"end": at(END)}, Invalid, "end"),
        ({"duration": None, "end": at(START)}, Invalid, "end"),
        ({"duration": None, "end": "soon"}, Invalid, "end"),
        ({"duration": "0m"}, Invalid, "duration"),
        ({"duration": "-2h"}, Invalid, "duration"),
        ({"duration": "99999d"}, PolicyViolation, "duration"),
        ({"duration": None, "end": at(END + 900 * DAY)}, PolicyViolation, "end"),
        ({"start": None, "start_in": "0"}, Invalid, "delay-seconds"),
        ({"start": None, "start_in": "9" * 9}, PolicyViolation, "delay-seconds"),
        ({"timezone": "Europe/Atlantis"}, Invalid, "timezone"),
        ({"recurrence": "FREQ=HOURLY"}, Invalid, "recurrence"),
        ({"recurrence": "FREQ=DAILY;UNTIL=20260304T000000Z"}, Invalid, "recurrence"),
        ({"finish": "never"}, Invalid, "finish"),
        ({"reminders": ("1s",)}, Invalid, "remind"),
        ({"reminders": ("32d",)}, Invalid, "remind"),
        ({"reminders": ("soon",)}, Invalid, "remind"),
        ({"reminders": tuple(f"{one}m" for one in range(1, 12))}, Invalid, "remind"),
        ({"template": "no-such"}, Invalid, "template"),
        ({"values": {}}, Invalid, "template"),
        ({"values": DISKS | {"phase": {"": "moved"}}}, Invalid, "set.phase"),
        ({"values": DISKS | {"end": {"": "+2h"}}}, Invalid, "set.end"),
        ({"values": {"summary": {"": "\u0000"}}}, Invalid, "set.summary"),
        ({"values": {"summary": {"": "x" * 900}}}, PolicyViolation, "body"),
        ({"list_name": "no-such"}, NotFound, None),
        ({"list_name": None, "to": "user@example.net"}, (Invalid, NotAllowed), ...),
        ({"list_name": None}, Invalid, "to"),
        ({"client_id": " "}, Invalid, "id"),
        ({"client_id": "x" * 256}, Invalid, "id"),
    ],
)  # fmt: skip
def test_refused(
    refusing: World, given: dict[str, Any], error: Any, field: Any
) -> None:
    """Each fault is named, and leaves nothing behind."""
    before = rows_of(refusing.url)
    with pytest.raises(error) as raised:
        opened(refusing, **given)
    assert field is ... or raised.value.field == field
    assert rows_of(refusing.url) == before


def test_who_may_open(world: World) -> None:
    """Admins and the list's publishers."""
    assert opened(world, PUBLISHER).maintenance.owner == PUBLISHER
    with pytest.raises(NotAllowed):
        opened(world, USER)
    with pytest.raises(Forbidden):
        opened(world, STRANGER)


def test_so_many_at_once(world: World) -> None:
    """Each owner has as many that are not over as he may have announcements pending."""
    kept = [opened(world, PUBLISHER, client_id=f"m{one}") for one in range(3)]
    with pytest.raises(PolicyViolation) as raised:
        opened(world, PUBLISHER, client_id="m4")
    assert (raised.value.limit, raised.value.maximum) == ("pending", 3)
    # what is told of them leaves room for announcements, and they for it
    assert world.schedule(PUBLISHER).id
    call_off(world, kept[0])
    assert opened(world, PUBLISHER, client_id="m4").id


def test_repeated(world: World) -> None:
    """The same request under an id is the same maintenance, another one a conflict
    until it is over.
    """
    shown = opened(world, client_id="disks")
    assert opened(world, client_id="disks").id == shown.id
    move(world, shown, START + DAY)
    again = opened(world, client_id="disks")
    assert (again.id, again.window.starts_at) == (shown.id, START + DAY)
    with pytest.raises(Conflict, match="M1"):
        opened(world, client_id="disks", duration="3h")
    assert opened(world, PUBLISHER, client_id="disks").id != shown.id
    call_off(world, shown)
    assert opened(world, client_id="disks", duration="3h").id != shown.id


def test_ids_that_are_given(world: World) -> None:
    """Without one it is called by list and day, with a number behind the first."""
    ids = [opened(world, duration=f"{one}h").maintenance.client_id for one in (1, 2, 3)]
    assert ids == ["news-2026-03-05", "news-2026-03-05-2", "news-2026-03-05-3"]


# --- changed ------------------------------------------------------------------


def test_changes_repeated(world: World) -> None:
    """The latest change once more gives the same answer; a stale revision is refused
    and told the present one, unless it is that very change.
    """
    shown = opened(world)
    first = move(world, shown, START + DAY, revision=1)
    assert first.maintenance.revision == 2
    again = move(world, shown, START + DAY, revision=1)
    assert again.maintenance == first.maintenance
    with pytest.raises(Conflict, match="revision 2"):
        move(world, shown, START + 2 * DAY, revision=1)
    assert move(world, shown, START + 2 * DAY, revision=2).maintenance.revision == 3
    # nothing is another than it was
    assert move(world, shown, START + 2 * DAY).maintenance.revision == 3


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        (MoveWindow(), Invalid, "start"),
        (MoveWindow(start=at(NOON - DAY)), Invalid, "start"),
        (MoveWindow(start=at(START), end=at(START - HOUR)), Invalid, "end"),
        (MoveWindow(start=at(START), end=at(END), duration="1h"), Invalid, "end"),
        (MoveWindow(start=at(NOON + 900 * DAY)), PolicyViolation, "start"),
        (ExtendWindow(), Invalid, "end"),
        (ExtendWindow(end=at(END), by="1h"), Invalid, "end"),
        (ExtendWindow(end=at(END - MINUTE)), Invalid, "end"),
        (ExtendWindow(end=at(NOON - MINUTE)), Invalid, "end"),
        (ExtendWindow(end=at(START + 900 * DAY)), PolicyViolation, "end"),
        (ExtendWindow(by="soon"), Invalid, "by"),
        (ExtendWindow(by="900d"), PolicyViolation, "by"),
        (MoveWindow(start_in="0"), Invalid, "delay-seconds"),
        (MoveWindow(start=at(END), duration="900d"), PolicyViolation, "duration"),
        (FinishWindow(), Conflict, None),
    ],
)
def test_changes_refused(refusing: World, change: Any, error: Any, field: Any) -> None:
    """Bad values and what makes no sense now are refused in words; nothing changes."""
    shown = opened(refusing, client_id="one for all")
    before = rows_of(refusing.url)
    with pytest.raises(error) as raised:
        changed(refusing, shown, change)
    assert raised.value.field == field
    assert rows_of(refusing.url) == before


def test_an_end_before_its_start(refusing: World) -> None:
    """Where no end was known none is taken by which it has not begun."""
    shown = opened(refusing, duration=None)
    with pytest.raises(Invalid, match="must lie after the start") as raised:
        extend(refusing, shown, START)
    assert raised.value.field == "end"
    assert extend(refusing, shown, START + MINUTE).window.ends_at == START + MINUTE


def test_what_is_over(world: World) -> None:
    """Finished again is the same; anything else says that it is over."""
    shown = opened(world)
    go_to(world, START)
    done = finish(world, shown)
    assert (done.window.state, done.maintenance.ended_at) == (FINISHED, START)
    assert finish(world, shown).maintenance == done.maintenance
    for change in (MoveWindow(start=at(END)), ExtendWindow(by="1h"), CallOff()):
        with pytest.raises(Finished, match="M1 is over"):
            changed(world, shown, change)
    other = opened(world)
    off = call_off(world, other)
    assert off.window.state is CALLED_OFF
    assert call_off(world, other).maintenance == off.maintenance
    with pytest.raises(Finished):
        finish(world, other)


def test_moved_while_it_is_under_way(world: World) -> None:
    """What has begun may still be put off: it is planned again."""
    shown = opened(world)
    go_to(world, START)
    assert window(world, shown).state is UNDER_WAY
    again = move(world, shown, START + DAY)
    assert (again.window.state, again.window.ends_at) == (PLANNED, END + DAY)
    go_to(world, START + DAY)
    assert window(world, shown).state is UNDER_WAY


def test_whose_it_is(world: World) -> None:
    """Others do not learn that it is there; an auditor looks, an admin changes it."""
    shown = opened(world, PUBLISHER, client_id="disks")
    maintenances = world.use_cases.maintenances
    missing = pytest.raises(NotFound, match="There is no maintenance M1")
    for act in (
        lambda jid: world.do(maintenances.show, world.caller(jid), name_of(shown)),
        lambda jid: changed(world, shown, CallOff(), jid),
    ):
        with missing:
            act(USER)
    assert world.do(maintenances.show, world.caller(AUDITOR), name_of(shown)).id == 1
    with pytest.raises(NotAllowed):
        changed(world, shown, CallOff(), AUDITOR)
    by_id = WindowName(id="disks", owner=PUBLISHER)
    found = world.do(maintenances.change, world.caller(ADMIN), by_id, CallOff())
    assert found.window.state is CALLED_OFF
    for jid, count in ((USER, 0), (PUBLISHER, 1), (AUDITOR, 1)):
        page = world.do(maintenances.page, world.caller(jid), Paging())
        assert page.count == count


def test_an_owner_who_lost_his_right(world: World) -> None:
    """What is due of it then is refused and reported; he changes it no more, and who
    runs the service is asked beside him.
    """
    shown = opened(world, PUBLISHER)
    world.plan_all()
    without = replace(world.policy.configured, publishers=frozenset())
    world.policy.configured = without
    world.policy.give(())
    world.do(lambda unit: unit.lists.declare([a_list(publishers=frozenset())]))
    with pytest.raises(NotAllowed):
        changed(world, shown, MoveWindow(start=at(END)), PUBLISHER)
    world.notices()
    go_to(world, START - DAY)
    assert told(world, shown)[-1] == (Phase.REMINDER, "failed")
    assert {one.to for one in world.notices()} == {PUBLISHER, OPS}
    go_to(world, END)
    asked = [one for one in world.notices() if "Is all well?" in str(one.said)]
    assert {one.to for one in asked} == {PUBLISHER, OPS}


@pytest.mark.parametrize(
    ("moment", "change", "phase"),
    [
        (START - HOUR, CallOff(), Phase.CALLED_OFF),
        (START - HOUR, MoveWindow(start=at(END)), Phase.MOVED),
        (END, FinishWindow(), Phase.FINISHED),
    ],
)
def test_an_admin_answers_for_him(
    world: World, moment: datetime, change: Any, phase: Phase
) -> None:
    """What somebody else says is told as that one's word: readers hear of it, whatever
    became of the owner's right.
    """
    shown = opened(world, PUBLISHER)
    world.plan_all()
    world.do(lambda unit: unit.lists.declare([a_list(publishers=frozenset())]))
    without = replace(world.policy.configured, publishers=frozenset())
    world.policy.configured = without
    world.policy.give(())
    go_to(world, moment)
    changed(world, shown, change, ADMIN)
    world.plan_all()
    said, state = told(world, shown)[-1]
    assert said is phase
    assert state in {"running", "sent"}


def test_an_owner_who_has_his_right_again(world: World) -> None:
    """What an admin said meanwhile of the owner's maintenance keeps him from nothing:
    it is corrected with all else, since it holds no more. By hand he corrects it not.
    """
    shown, before = opened(world, PUBLISHER), world.policy.configured
    world.plan_all()
    world.do(lambda unit: unit.lists.declare([a_list(publishers=frozenset())]))
    world.policy.configured = replace(before, publishers=frozenset())
    world.policy.give(())
    go_to(world, START - 2 * DAY)
    changed(world, shown, MoveWindow(start=at(END)), ADMIN)
    world.plan_all()
    world.policy.configured = before
    world.policy.give(())
    world.do(lambda unit: unit.lists.declare([a_list()]))
    theirs = next(one for one in notices(world) if owner_of(world, one) == ADMIN)
    again = changed(world, shown, MoveWindow(start=at(END + DAY)), PUBLISHER)
    assert again.window.starts_at == END + DAY
    correcting = world.do(lambda unit: unit.schedules.amending(theirs.id))
    assert [one.owner for one in correcting] == [PUBLISHER]
    with pytest.raises(NotAllowed, match="not change it"):
        world.do(
            world.use_cases.amending.amendable,
            *(world.caller(PUBLISHER), theirs.id, Amendment.CORRECT),
        )


def notices(world: World) -> Sequence[Broadcast]:
    found = world.do(lambda unit: unit.broadcasts.page(Paging()).items)
    return [one for one in found if one.amendment is None]


def owner_of(world: World, sent: Broadcast) -> str:
    return world.get(sent.schedule_id).owner


# --- moved on -----------------------------------------------------------------


def test_the_owner_is_asked(world: World) -> None:
    """At the end, after an hour and each day, in his language, by what answers it; the
    answer is told to the list.
    """
    world.do(
        world.subscribers.join, ADMIN, f"news@{world.policy.addresses.service}", "de"
    )
    shown = opened(world)
    asked: list[datetime] = []
    for moment in (START, END, END + HOUR, END + DAY, END + HOUR + DAY, END + 3 * DAY):
        world.notices()
        go_to(world, moment)
        for one in world.notices():
            if isinstance(one.said, Text) and "M1" in one.said.body:
                asked.append(moment)
                assert (one.to, one.said.language) == (ADMIN, "de")
                assert "carillon maintenance finish M1" in one.said.body
    assert asked == [END, END + HOUR, END + HOUR + DAY, END + 3 * DAY]
    assert window(world, shown).state is VERIFYING
    longer = changed(world, shown, ExtendWindow(by="4d"))
    assert longer.window.state is UNDER_WAY
    done = finish(world, shown)
    assert told(world, done)[-1] == (Phase.FINISHED, "pending")


def test_an_end_that_nobody_knows(world: World) -> None:
    """Its owner is reminded after four hours and each day, also where it would end by
    itself.
    """
    shown = opened(world, duration=None, finish="auto")
    assert shown.window.ends_at is None
    go_to(world, START)
    world.notices()
    go_to(world, START + 4 * HOUR)
    assert [one.to for one in world.notices()] == [ADMIN]
    assert window(world, shown).next_at == START + 4 * HOUR + DAY
    until = extend(world, shown, START + 6 * HOUR)
    assert until.window.next_at == START + 6 * HOUR
    go_to(world, START + 6 * HOUR)
    assert window(world, shown).state is FINISHED
    assert told(world, shown)[-1][0] is Phase.FINISHED


def test_an_outage(world: World) -> None:
    """Away over reminders and start: the start alone is told. Away over the end, too:
    the owner is asked, and nothing is told that was true before.
    """
    shown = opened(world)
    world.plan_all()
    go_to(world, START + HOUR)
    assert [phase for phase, _ in told(world, shown)] == [
        *(Phase.ANNOUNCED, Phase.STARTED)
    ]
    other = opened(world, start=at(START + 2 * DAY))
    world.plan_all()
    go_to(world, END + 4 * DAY)
    assert [phase for phase, _ in told(world, other)] == [Phase.ANNOUNCED]
    assert window(world, other).state is VERIFYING


def test_a_standstill(world: World) -> None:
    """While everything is stopped nothing is made; then what is true by then is."""
    shown = opened(world)
    world.plan_all()
    stopping = world.use_cases.stopping
    world.do(stopping.begin, world.caller(ADMIN))
    go_to(world, START - HOUR)
    assert len(told(world, shown)) == 1
    moved = move(world, shown, START + 2 * HOUR)
    assert moved.window.starts_at == START + 2 * HOUR
    world.clock.set(START + 3 * HOUR)
    world.do(stopping.end, world.caller(ADMIN))
    world.plan_all()
    made = told(world, shown)
    assert made[-1][0] is Phase.STARTED
    # the word of the move had not gone out
    assert (Phase.MOVED, "cancelled") in made


def test_a_list_that_is_gone(world: World) -> None:
    """What is due then is refused and reported, as any announcement to it; nothing
    else waits for it.
    """
    shown = opened(world)
    world.plan_all()
    world.do(lambda unit: unit.lists.declare([a_list("berlin")]))
    world.notices()
    go_to(world, START - DAY)
    assert told(world, shown)[-1] == (Phase.REMINDER, "failed")
    assert world.notices()
    go_to(world, END)
    assert window(world, shown).state is VERIFYING


def test_a_template_that_is_gone(blank: Path, tmp_path: Path) -> None:
    """Likewise, and nothing else waits for it."""
    folder = tmp_path / "templates"
    kept = folder / "work"
    kept.mkdir(parents=True)
    (kept / "template.toml").write_text(
        'languages = ["en"]\ntitle = { en = "Work" }\ndescription = { en = "Work" }\n'
        '[fields.start]\ntype = "moment"\nlabel = { en = "Start" }\n'
    )
    (kept / "subject.en.txt.j2").write_text("Work")
    (kept / "body.en.txt.j2").write_text("Work from {{ start | moment }}")
    with closing(World(copy_of(blank, tmp_path), templates=folder)) as world:
        world.subscribe(READER)
        shown = opened(world, template="work", values={})
        world.plan_all()
        # what it has no field for is left out
        assert told(world, shown) == [(Phase.ANNOUNCED, "running")]
        for file in kept.iterdir():
            file.unlink()
        kept.rmdir()
        go_to(world, START - DAY)
        assert told(world, shown)[-1] == (Phase.REMINDER, "failed")


# --- what recurs --------------------------------------------------------------


def test_windows_by_the_rule(world: World) -> None:
    """The next ones are there before anything of them is due, by wall times also where
    clocks change; only the first is announced.
    """
    shown = opened(
        world,
        list_name="berlin",
        timezone="Europe/Berlin",
        start="2026-03-22T02:30:00",
        on_the_wall=True,
        recurrence="FREQ=WEEKLY",
        finish="auto",
    )
    first = datetime(2026, 3, 22, 1, 30, tzinfo=UTC)
    assert live(world, shown) == [(1, first)]
    go_to(world, first)
    go_to(world, first + 2 * HOUR)
    # 02:30 is in the gap, so it is 03:30 in summer
    assert live(world, shown) == [(2, first + 7 * DAY)]
    go_to(world, first + 6 * DAY)
    # and then 02:30 in summer
    assert live(world, shown)[1:] == [(3, first + 14 * DAY - HOUR)]
    go_to(world, first + 7 * DAY)
    assert [phase for phase, _ in told(world, shown, window=2)] == [
        *(Phase.REMINDER, Phase.STARTED)
    ]


def test_one_of_several(world: World) -> None:
    """Moved, extended, called off, each without the others; the rule goes on."""
    shown = opened(world, recurrence="FREQ=WEEKLY", finish="auto")
    move(world, shown, START + DAY, window=1)
    assert live(world, shown)[:2] == [(1, START + DAY), (2, START + 7 * DAY)]
    extend(world, shown, END + 7 * DAY + HOUR, due=at(START + 7 * DAY))
    # one that is not open yet, by its moment
    off = call_off(world, shown, due=at(START + 21 * DAY))
    assert (off.window.number, off.window.state) == (4, CALLED_OFF)
    assert [one for one, _ in live(world, shown)] == [1, 2]
    for day in range(1, 28):
        go_to(world, START + day * DAY + HOUR / 2)
    numbers = [one for one, _ in live(world, shown)]
    assert numbers[0] == 5
    assert 4 not in numbers
    assert window(world, shown, window=2).state is FINISHED
    assert told(world, shown, window=4) == []


def test_the_last_of_them(world: World) -> None:
    """With the last window of a rule it is over; one that was called off counts."""
    shown = opened(world, recurrence="FREQ=DAILY;COUNT=3", finish="auto")
    call_off(world, shown, window=2)
    go_to(world, END)
    go_to(world, END + 2 * DAY)
    found = looked_at(world, shown)
    assert found.maintenance.ended_at == END + 2 * DAY
    assert (found.window.number, found.window.state) == (3, FINISHED)
    with pytest.raises(NotFound):
        looked_at(world, shown, window=4)


def test_all_of_them(world: World) -> None:
    """Called off without a window, nothing of it takes place any more."""
    shown = opened(world, recurrence="FREQ=DAILY")
    world.plan_all()
    off = call_off(world, shown)
    assert off.maintenance.ended_at == NOON
    assert call_off(world, shown).maintenance == off.maintenance
    assert live(world, shown) == []
    go_to(world, START + 9 * DAY)
    assert [phase for phase, _ in told(world, shown, window=1)] == [
        *(Phase.ANNOUNCED, Phase.CALLED_OFF)
    ]


def test_nobody_answers(world: World) -> None:
    """Once the next one begins nobody is asked of the one before."""
    shown = opened(world, recurrence="FREQ=DAILY")
    for day in range(4):
        go_to(world, START + day * DAY)
        go_to(world, END + day * DAY)
    states = [one.state for one in looked_at(world, shown).windows]
    assert states.count(VERIFYING) == 1
    assert window(world, shown, window=1).state is FINISHED
    assert Phase.FINISHED not in {phase for phase, _ in told(world, shown, window=1)}


def test_finish_is_of_the_last(world: World) -> None:
    """Week by week the same command finishes each; typed twice it changes nothing."""
    shown = opened(world, recurrence="FREQ=WEEKLY")
    for week in range(3):
        go_to(world, START + week * 7 * DAY)
        done = finish(world, shown)
        assert done.window.number == week + 1
        assert finish(world, shown).maintenance == done.maintenance


def test_a_long_outage(world: World) -> None:
    """Windows that passed while nobody was there are passed over; those ahead are told
    in their time.
    """
    shown = opened(world, recurrence="FREQ=DAILY", finish="auto")
    world.plan_all()
    go_to(world, START + 30 * DAY - HOUR / 2)
    numbers = [one for one, _ in live(world, shown)]
    assert numbers == [31, 32]
    assert [phase for phase, _ in told(world, shown, window=31)] == [Phase.REMINDER]
    with pytest.raises(NotFound):
        looked_at(world, shown, window=17)


def test_each_end_unknown(world: World) -> None:
    """A rule without an end for its windows: each is under way until somebody says."""
    shown = opened(world, recurrence="FREQ=WEEKLY", duration=None)
    go_to(world, START)
    assert window(world, shown).ends_at is None
    finish(world, shown)
    go_to(world, START + 7 * DAY)
    assert window(world, shown).number == 2


def test_the_rules_of_a_zone_change(world: World, tmp_path: Path) -> None:
    """What is planned keeps its wall time, and is due by the rules of then."""
    with zones_in(tmp_path / "zones") as zones:
        zones.write("Test/Here", Rules(3600))
        shown = opened(
            world,
            timezone="Test/Here",
            start="2026-03-05T13:00:00",
            on_the_wall=True,
            recurrence="FREQ=WEEKLY",
        )
        assert shown.window.starts_at == START
        zones.write("Test/Here", Rules(7200))
        assert world.do(world.use_cases.maintenances.rearm, 0) == shown.id
        earlier = window(world, shown)
        assert (earlier.starts_at, earlier.ends_at) == (START - HOUR, END - HOUR)
        assert earlier.next_at == START - HOUR - DAY
        assert world.do(world.use_cases.maintenances.rearm, shown.id) is None


def test_fields_are_forgotten(world: World) -> None:
    """Once it has been over for as long as announcements are kept, nobody can tell what
    it said; when it was, and how it ended, stays.
    """
    shown = opened(world)
    going_on = opened(world, client_id="going on", recurrence="FREQ=MONTHLY")
    call_off(world, shown)
    retention = Retention(announcements=90 * DAY)

    def purge_all(unit: UnitOfWork) -> None:
        while purge(unit, retention, world.clock.now()):
            pass

    for days in (89, 2):
        assert looked_at(world, shown).maintenance.values == DISKS
        world.clock.advance(days=days)
        world.do(purge_all)
    assert looked_at(world, shown).maintenance.values == {}
    assert looked_at(world, shown).window.state is CALLED_OFF
    assert looked_at(world, going_on).maintenance.values == DISKS
