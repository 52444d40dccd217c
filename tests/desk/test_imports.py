"""Imports: judged as a whole, written in slices, written down once."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.desk.desk import Desk
from bot.desk.verbs.imports import IMPORT, TRY_IMPORT, PeopleFile
from bot.domain.access import OPERATOR
from bot.domain.addresses import Addresses
from bot.domain.audit import Action, Asked, AuditEntry
from bot.domain.errors import Invalid, NotAllowed, NotFound
from bot.domain.people import Person
from bot.domain.people_files import BadLines, Record, Rejected, rejected
from bot.domain.phrase import Phrase
from bot.domain.schedule import Origin
from bot.service.ports.paging import Paging
from bot.service.ports.staging import Enrolment
from bot.service.ports.trail import AuditFilter
from bot.service.readers import imports
from bot.service.readers.imports import Import
from bot.store.staging import SqlStaging, staging
from tests.world import ADMIN, SERVICE, USER, World, a_list, a_policy, copy_of


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    """With a list that welcomes and one that does not."""
    lists = [a_list(welcome="welcome"), a_list("silent")]
    found = World(copy_of(blank, tmp_path), lists=lists)
    yield found
    found.close()


Said = Sequence[Record | Rejected]


def a_file(
    kept: SqlStaging, lines: Said, to: str = "news", **changes: Any
) -> PeopleFile:
    values: dict[str, Any] = {
        "list_name": to,
        "name": "people.csv",
        "records": lambda: lines,
        "staging": kept,
        "skip_bad": True,
    }
    return PeopleFile(**values | changes)


def records(*jids: str) -> list[Record | Rejected]:
    return list(enumerate(map(Person, jids), 1))


def users(count: int) -> list[str]:
    return [f"user{number:04}@example.org" for number in range(count)]


def carry_out(
    world: World, said: Said, to: str = "news", *, dry: bool = False, **changes: Any
) -> Import:
    verb = TRY_IMPORT if dry else IMPORT
    with staging() as kept:
        file = a_file(kept, said, to, **changes)
        return Desk(world.use_cases).ask_here(verb(file))


def standing(world: World, to: str = "news") -> list[str]:
    page = world.do(world.enrolling.export, world.caller(ADMIN), to, 0, 10_000)
    return [person.jid for _, person in page]


def trail(world: World) -> list[AuditEntry]:
    page = world.do(
        world.audit.page, world.caller(ADMIN), AuditFilter(), Paging(limit=100)
    )
    return list(page.items)


def test_everybody_once(world: World) -> None:
    """Who is new is added, who stands there counts apart, whatever the slices."""
    people = users(imports.SMALLEST_SLICE * 3)
    world.subscribe(people[7], people[200])
    work = carry_out(world, records(*people))
    assert (work.counts.added, work.there) == (len(people) - 2, 2)
    assert sorted(standing(world)) == people
    again = carry_out(world, records(*people))
    assert (again.counts.added, again.there) == (0, len(people))


def test_the_rules_are_those_of_adding(world: World) -> None:
    """What `add` refuses makes a line bad; the JID that is stored is normalised."""
    with staging() as kept:
        said: list[Record | Rejected] = [
            (2, Person("Anna@Example.ORG", "de", "Europe/Berlin")),
            (3, Person("no jid")),
            (4, Person("a@example.org/phone")),
            (5, Person("b@example.org", "no tag")),
            (6, Person("b@example.org", timezone="Mars")),
            (7, Person("example.org")),
            (8, Person(f"news@{SERVICE}")),
            rejected(9, "x", Phrase("there is no JID")),
            (10, Person("c@example.org", language_seen="?")),
            (13, Person("d@example.org", "German")),
            (11, Person("anna@example.org")),
            (12, Person("bob")),
        ]
        refused = pytest.raises(BadLines)
        with refused:
            Desk(world.use_cases).ask_here(IMPORT(a_file(kept, said, skip_bad=False)))
        assert kept.page("", 9) == [Person("anna@example.org", "de", "Europe/Berlin")]
        faults = [one.line for one in kept.all_faults()]
        assert faults == [3, 4, 5, 6, 7, 9, 10, 12, 13]
        assert list(kept.all_duplicates()) == [(11, "anna@example.org", 2)]
        whys = [one.why for one in kept.all_faults()]
    for why, part in zip(
        whys,
        [
            *("not a JID", "resource", "tag", "Mars", "server", "no JID"),
            *("tag", "no @", "do you mean 'de'?"),
        ],
        strict=True,
    ):
        assert part in why
    assert standing(world) == []


def test_bad_lines_are_told_in_the_readers_language(world: World) -> None:
    """What is wrong is said as the importing door says it, and can be stored."""
    with staging() as kept:
        said = [rejected(3, "x", Phrase("there is no JID"))]
        file = a_file(kept, said, said=lambda phrase: f"gesagt: {phrase}\udcff")
        Desk(world.use_cases).ask_here(IMPORT(file))
        [bad] = kept.all_faults()
    assert bad == (3, "x", "gesagt: there is no JID\\udcff")


def test_who_prefers_something_else_is_counted(world: World) -> None:
    """Of those who are known, as a dry run foretells; a file of names changes none."""
    people = users(imports.SMALLEST_SLICE * 2)
    carry_out(world, list(enumerate((Person(one, "de") for one in people), 1)))
    said: list[Record | Rejected] = [
        (2, Person(people[0], "de")),
        (3, Person(people[1], "pl")),
        (4, Person(people[-1], timezone="Europe/Warsaw")),
        (5, Person("new@example.org", "pl")),
    ]
    work = carry_out(world, said, dry=True)
    assert (work.counts.added, work.there, work.counts.changed) == (1, 3, 2)
    for expected in ((1, 3, 2), (0, 4, 0)):
        work = carry_out(world, said)
        assert (work.counts.added, work.there, work.counts.changed) == expected
    assert carry_out(world, records(*people)).counts.changed == 0


@pytest.mark.parametrize(
    ("address", "component"), [("bot@example.org/carillon", False), (SERVICE, True)]
)
def test_its_own_address_is_passed_over(
    blank: Path, tmp_path: Path, address: str, component: bool
) -> None:
    """It stands in every listing of a server's users, and is no bad line."""
    addresses = Addresses(service=address, component=component)
    policy = a_policy(addresses=addresses)
    world = World(copy_of(blank, tmp_path), lists=[a_list()], policy=policy)
    own = f"news@{SERVICE}" if component else addresses.own
    work = carry_out(world, records("a@example.org", own), skip_bad=False)
    assert (work.counts, work.own) == (Enrolment(added=1), 1)
    assert standing(world) == ["a@example.org"]
    world.close()


def test_who_has_gone_stays_away(world: World) -> None:
    """Nobody is brought back who has left or is suspended, and that is told; whom an
    admin removed is, and all of them where it is asked for.
    """
    left, suspended, removed, stays = people = sorted(users(4))
    world.subscribe(*people)
    admin = world.caller(ADMIN)
    world.do(world.subscribers.leave, left, f"news@{SERVICE}")
    world.suspend(suspended)
    world.do(world.enrolling.remove, admin, "news", removed)
    said = [(2, Person(jid, "de")) for jid in people]
    for dry in (True, False):
        work = carry_out(world, said, dry=dry)
        assert work.counts == Enrolment(added=1, changed=2, left=1, suspended=1)
        assert work.there == 1
    assert sorted(standing(world)) == [removed, stays]
    for dry in (True, False):
        work = carry_out(world, said, dry=dry, rejoin=True)
        assert work.counts == Enrolment(added=2, changed=2, left=1, suspended=1)
        assert work.there == 2
    assert sorted(standing(world)) == people
    work = carry_out(world, said)
    assert (work.counts, work.there) == (Enrolment(), 4)


def test_who_left_one_list_is_put_on_another(world: World) -> None:
    """A wish is about the list that it was told."""
    world.subscribe(USER)
    world.do(world.subscribers.leave, USER, f"news@{SERVICE}")
    assert carry_out(world, records(USER), "silent").counts == Enrolment(added=1)


def test_whoever_comes_back_may_leave_again(world: World) -> None:
    """The latest that somebody did counts: one who joined again is as any other."""
    world.subscribe(USER)
    for _ in range(2):
        world.do(world.subscribers.leave, USER, f"news@{SERVICE}")
        assert carry_out(world, records(USER)).counts == Enrolment(left=1)
        world.do(world.subscribers.join, USER, SERVICE, None)
        assert carry_out(world, records(USER)).there == 1


def test_a_look_changes_nothing(world: World) -> None:
    """A dry run counts what would be done, and neither does it nor writes it down."""
    world.subscribe("user0001@example.org")
    seen: list[int] = []
    work = carry_out(world, records(*users(5)), dry=True, adding=seen.append)
    assert seen == [5]
    assert (work.counts.added, work.there) == (4, 1)
    assert standing(world) == ["user0001@example.org"]
    assert trail(world) == []


def test_one_entry_in_the_trail(world: World) -> None:
    """An import of many slices leaves one entry, which counts its people and lines."""
    said = [*records(*users(imports.SMALLEST_SLICE * 2)), (900, Person(users(1)[0]))]
    carry_out(world, [*said, rejected(901, "x", Phrase("no JID"))])
    [entry] = trail(world)
    assert (entry.action, entry.result) == ("subscribe", "done")
    assert entry.caller == OPERATOR
    people = imports.SMALLEST_SLICE * 2
    assert entry.about == (
        f"news: import of people.csv: people {people}, duplicates 1,"
        " bad lines left out 1"
    )
    carry_out(world, [])
    assert "people 0, duplicates 0" in trail(world)[-1].about


def test_the_entry_comes_with_the_first_slice(world: World) -> None:
    """What is cut off leaves whole slices and the entry; a repeat adds the others."""
    people = users(imports.SMALLEST_SLICE + 50)

    def cut_off(count: int) -> None:
        assert count == imports.SMALLEST_SLICE
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carry_out(world, records(*people), adding=cut_off)
    assert standing(world) == people[: imports.SMALLEST_SLICE]
    assert len(trail(world)) == 1
    work = carry_out(world, records(*people))
    assert (work.counts.added, work.there) == (50, imports.SMALLEST_SLICE)
    assert standing(world) == people


def test_a_slow_machine_makes_no_crumbs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a transaction takes longer than a slice should, slices stay worth it."""
    count = Import.count

    def slowly(work: Import, done: imports.Done) -> float:
        count(work, done._replace(seconds=1.0))
        return 0.0

    monkeypatch.setattr(Import, "count", slowly)
    seen: list[int] = []
    carry_out(world, records(*users(950)), adding=seen.append)
    assert seen == [*range(100, 1000, 100), 950]


def welcomed(world: World) -> list[str]:
    page = world.do(
        lambda unit: world.schedules.page(
            unit, world.caller(ADMIN), Paging(limit=1000), everything=True
        )
    )
    return [jid for one in page.items for jid in getattr(one.audience, "jids", ())]


def test_welcomes_are_for_who_is_new(world: World) -> None:
    """Nobody is welcomed unless it is asked for, then each new person once."""
    people = users(3)
    carry_out(world, records(people[0]))
    assert welcomed(world) == []
    for _ in range(2):
        carry_out(world, records(*people), welcome=True)
        assert welcomed(world) == people[1:]


def test_what_is_refused_before_reading(world: World) -> None:
    """Others than admins, a list that is not there, and a welcome that is not."""

    def unread() -> Said:
        raise AssertionError("it was read")

    with pytest.raises(NotFound):
        carry_out(world, [], "nothing", records=unread)
    with pytest.raises(Invalid, match="no welcome"):
        carry_out(world, [], "silent", welcome=True, records=unread)
    asked = Asked(
        caller=world.caller(USER), door=Origin.COMMAND, action=Action.SUBSCRIBE
    )
    desk, refused = Desk(world.use_cases), pytest.raises(NotAllowed)
    with staging() as kept:
        file = a_file(kept, [], records=unread)
        with refused:
            asyncio.run(desk.ask(asked, lambda: IMPORT(file)))
    assert carry_out(world, [], "silent").done == 0


def test_who_joins_in_words_that_are_no_language(world: World) -> None:
    """An `xml:lang` that is no tag is not remembered, so that exports import again."""
    world.do(world.subscribers.join, USER, SERVICE, "no tag")
    [(_, person)] = world.do(world.enrolling.export, world.caller(ADMIN), "news", 0, 10)
    assert person == Person(USER)
