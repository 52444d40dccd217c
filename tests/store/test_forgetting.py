"""What is stored of one person: all of it is shown to him, and forgotten as he asks."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.desk.desk import Desk
from bot.desk.verb import Read, Wanted, Write
from bot.desk.verbs import mydata
from bot.domain.access import Access
from bot.domain.audit import Action, Asked
from bot.domain.broadcast import DeliveryException, ExceptionKind
from bot.domain.consent import Consent, Standing, Verdict, Who
from bot.domain.errors import PolicyViolation
from bot.domain.forgetting import without
from bot.domain.lists import ListKind
from bot.domain.people import Person
from bot.domain.schedule import Origin, Schedule
from bot.service.delivery.jobs import Deviation, Step
from bot.service.ports.paging import Paging
from bot.service.ports.personal import Part
from bot.service.ports.staging import Enrolment
from bot.service.rules.policy import People
from bot.store import upgrade
from bot.store.database import SqlDatabase
from bot.store.sealing import Vault, is_sealed
from bot.store.tables import metadata
from tests.store.releases import Rows, rows_of
from tests.world import ADMIN, NOON, SERVICE, USER, World, a_list, a_policy, copy_of

BOB = "bob@example.org"
#: whom no trace of Bob may be taken for
JIM = "jim-bob@example.org"
MINUTE = timedelta(minutes=1)
#: what the configuration says, what is counted until the minute is over, and what his
#: client is told with the next connection
APART = {"list.publishers", "request_count.who", "contact_news.jid"}
HERE = Standing(exists=True, subscription="none")
LISTS = [
    a_list(welcome="welcome", publishers=frozenset({BOB})),
    a_list("weather"),
    a_list("club"),
    a_list("rules", kind=ListKind.MANDATORY),
]

#: where the address of a person stands, and who shows him that: every column of text is
#: here, so that nobody adds one without asking what it is to a person
SHOWN: dict[str, Part | str] = {
    "subscriber.jid": Part.PERSON,
    "subscriber.language": Part.PERSON,
    "subscriber.language_seen": Part.PERSON,
    "subscriber.timezone": Part.PERSON,
    "subscriber.quiet": Part.PERSON,
    "subscription.origin": Part.SUBSCRIPTIONS,
    "subscription.end_reason": Part.SUBSCRIPTIONS,
    "suspension.condition": Part.SUBSCRIPTIONS,
    "join_request.jid": Part.JOIN_REQUESTS,
    "join_request.language": Part.JOIN_REQUESTS,
    "contact_news.jid": Part.CONTACT_NEWS,
    "contact_news.state": Part.CONTACT_NEWS,
    "consent.jid": Part.CONSENT,
    "consent.who": Part.CONSENT,
    "consent_entry.jid": Part.CONSENT,
    "approval.recipient": Part.REQUESTS,
    "approval.state": Part.REQUESTS,
    "schedule.owner": Part.ANNOUNCEMENTS,
    "schedule.client_id": Part.ANNOUNCEMENTS,
    "schedule.origin": Part.ANNOUNCEMENTS,
    "schedule.audience": Part.ANNOUNCEMENTS,
    "schedule.content": Part.ANNOUNCEMENTS,
    "schedule.timezone": Part.ANNOUNCEMENTS,
    "schedule.recurrence": Part.ANNOUNCEMENTS,
    "schedule.late_policy": Part.ANNOUNCEMENTS,
    "schedule.metadata": Part.ANNOUNCEMENTS,
    "schedule.language": Part.ANNOUNCEMENTS,
    "schedule.state": Part.ANNOUNCEMENTS,
    "schedule.reason": Part.ANNOUNCEMENTS,
    **{
        f"maintenance.{column}": Part.MAINTENANCES
        for column in (
            *("owner", "client_id", "origin", "list_name", "template", "fields"),
            *("timezone", "recurrence", "finish", "reminders", "language"),
        )
    },
    "maintenance.fingerprint": "a digest of what he asked, which is shown itself",
    "maintenance.edit_fingerprint": "likewise",
    "maintenance.start": "of a maintenance, which is shown",
    "maintenance.lasts": "likewise",
    "maintenance.through": "likewise",
    "maintenance_window.wall": "likewise",
    "maintenance_window.start": "likewise",
    "maintenance_window.state": "likewise",
    "maintenance_notice.phase": "likewise",
    "broadcast.counted_for": Part.SENT,
    "broadcast.message_id": Part.SENT,
    "broadcast.state": Part.SENT,
    "broadcast.reason": Part.SENT,
    "broadcast_recipient.jid": Part.RECEIVED,
    "delivery_exception.jid": Part.EXCEPTIONS,
    "delivery_exception.kind": Part.EXCEPTIONS,
    "delivery_exception.condition": Part.EXCEPTIONS,
    "delivery_exception.text": Part.EXCEPTIONS,
    "notice.recipient": Part.REPORTS,
    "notice.text": Part.REPORTS,
    "notice.language": Part.REPORTS,
    "notice.job": Part.REPORTS,
    "notice.status": Part.REPORTS,
    "list.publishers": Part.ROLES,
    "role.jid": Part.ROLES,
    "role.role": Part.ROLES,
    "role.list_name": Part.ROLES,
    "role.by": "what an admin did, which the trail has as well",
    "standstill.by": "likewise",
    "broadcast.retried_by": "likewise, until he is told",
    "audit.caller": Part.AUDIT,
    "audit.role": Part.AUDIT,
    "audit.door": Part.AUDIT,
    "audit.action": Part.AUDIT,
    "audit.about": Part.AUDIT,
    "audit.result": Part.AUDIT,
    "audit.detail": Part.AUDIT,
    "request_count.who": Part.COUNTS,
    "forgotten.digest": Part.FORGOTTEN,
    "incident.owner": Part.INCIDENTS,
    "incident.client_id": Part.INCIDENTS,
    "incident.list_name": Part.INCIDENTS,
    "incident.timezone": Part.INCIDENTS,
    "incident.state": Part.INCIDENTS,
    "incident.content": "what its announcements say, which are shown",
    "incident.fingerprint": "a digest of that",
    "incident.edit_fingerprint": "likewise",
    "incident_update.kind": "of an announcement, which is shown",
    "schedule.fingerprint": "a digest of what he asked, which is shown itself",
    "schedule.edit_fingerprint": "likewise",
    "schedule.start": "of a rule, which is shown with its next moment",
    "schedule.through": "likewise",
    "occurrence.wall": "likewise",
    "occurrence.state": "of an announcement, which is shown",
    "occurrence.reason": "likewise",
    "schedule.topic": "of what it is about, a number",
    "schedule.amendment": "of an announcement, which is shown",
    "broadcast.topic": "of what it is about, a number",
    "broadcast.amendment": "of an announcement, which is shown",
    "broadcast.key": "of an id, which tells of nobody",
    "broadcast_text.language": "what he wrote, which is shown as he wrote it",
    "broadcast_text.zone": "likewise",
    "broadcast_text.text": "likewise",
    "broadcast_content.content": "likewise, before an edit",
    "broadcast_content.timezone": "likewise",
    "chunk.worker": "a process",
    "list.name": "of a list",
    "list.title": "of a list",
    "list.kind": "of a list",
    "list.language": "of a list",
    "list.timezone": "of a list",
    "list.type": "of a list",
    "list.welcome": "of a list",
    "list.reminders": "of a list",
    "greeting.text": "of the service, which an admin wrote",
    "forgetting_key.key": "a key",
    "storage_key.name": "a key",
    "fact.name": "of the database",
    "sight.server": "a server",
    "sight.version": "a server",
    "sight.serves": "a server",
    "sight.parts": "a server",
    "sight.privilege": "a server",
    "sight.delegated": "a server",
    "sight.uploads": "a server",
    "pulse.worker": "a process",
    "pulse.jid": "the service's own",
    "pulse.version": "a process",
    "pulse.reading": "a process",
}


def test_every_column_is_asked_about() -> None:
    """A text that is stored is shown to the person that it is about, or it is said why
    it is about nobody.
    """
    texts = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.c
        if column.name != "service"
        and isinstance(_plain(column.type), sa.Text | sa.JSON)
    }
    assert texts == set(SHOWN)
    assert {part for part in SHOWN.values() if isinstance(part, Part)} == set(Part) - {
        Part.WELCOMES  # moments alone
    }


def _plain(kind: Any) -> Any:
    return kind.impl if isinstance(kind, sa.types.TypeDecorator) else kind


def access() -> Access:
    return Access(
        admins=frozenset({ADMIN}),
        publishers=frozenset({BOB}),
        domains=frozenset({"example.org"}),
    )


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    yield from _opened(copy_of(blank, tmp_path))


@pytest.fixture
def either(url: str) -> Iterator[World]:
    """The test runs twice, on either engine."""
    upgrade.upgrade(url, SERVICE)
    yield from _opened(url)


def _opened(url: str) -> Iterator[World]:
    people = People(servers=frozenset({"example.org"}))
    policy = a_policy(people=people, access=access(), notify=())
    limits = {role: replace(one, pending=0) for role, one in policy.limits.items()}
    policy = replace(policy, limits=limits)
    with closing(World(url, lists=LISTS, policy=policy)) as found:
        yield found


def letter(world: World, sender: str, to: str, **changes: Any) -> Schedule:
    """A message between people, due in an hour."""
    request = world.request(to=to, list_name=None, **changes)
    write = world.schedules.write
    return world.do(write, world.caller(sender), request, HERE)[0].schedule


def send(world: World) -> None:
    """All that is due, to everybody."""
    world.plan_all()
    for in_owners_name in (False, True):
        _send(world, in_owners_name=in_owners_name)


def _send(world: World, *, in_owners_name: bool) -> None:
    progress = world.chunk_progress
    while job := world.do(progress.claim, "w", (), in_owners_name):
        readers = world.do(progress.recipients, job, 0, 100)
        left = [
            Deviation(one.jid, ExceptionKind.SKIPPED, "left")
            for one in readers
            if one.left
        ]
        step = Step(
            chunk_id=job.chunk.id,
            through=job.chunk.last,
            done=len(readers),
            exceptions=tuple(left),
        )
        world.do(progress.record, "w", [step], ())


def bounced(world: World, job: Schedule, jid: str, kind: ExceptionKind) -> None:
    broadcast = world.broadcast(job)
    now = world.clock.now()
    exception = DeliveryException(
        broadcast_id=broadcast.id,
        jid=jid,
        kind=kind,
        condition="resource-constraint",
        text=f"{jid} is full",
        first_at=now,
        next_at=None if kind is ExceptionKind.FAILED else now,
    )
    world.do(lambda unit: unit.exceptions.put([exception]))


def live_through(world: World) -> dict[str, Schedule]:
    """All that a person may leave behind; his announcements by name."""
    join = world.subscribers.join
    for name in ("news", "weather", "club"):
        for jid in (BOB, JIM, USER):
            world.do(join, jid, f"{name}@{SERVICE}", "de")
    send(world)  # the welcomes
    world.do(world.subscribers.leave, BOB, f"weather@{SERVICE}", None)
    world.do(world.subscribers.join, BOB, f"weather@{SERVICE}", None)
    world.suspend(BOB, "club")  # and so from the others
    for name in ("news", "rules"):
        world.subscribe(BOB, JIM, to=name)
    blocked = frozenset({"eve@evil.example", "spam.example"})
    chosen = Consent(who=Who.ASK, blocked=blocked, allowed=frozenset({JIM}))
    world.do(world.use_cases.consents.set, world.caller(BOB), chosen)
    found = {
        "pending": letter(world, BOB, USER, recurrence="FREQ=DAILY"),
        "to himself": letter(world, BOB, BOB),
        "to a list": world.schedule(BOB, client_id="weekly", recurrence="FREQ=WEEKLY"),
        "asked": letter(world, USER, BOB, recurrence="FREQ=DAILY"),
        "refused": letter(world, USER, BOB, recurrence="FREQ=DAILY"),
        "waiting": letter(world, JIM, BOB, recurrence="FREQ=WEEKLY"),
        "cancelled": letter(world, JIM, BOB),
    }
    world.cancel(found["cancelled"], JIM)
    bob, approvals = world.caller(BOB), world.use_cases.approvals
    waiting = world.do(approvals.page, bob, Paging()).items
    world.do(approvals.answer, bob, str(waiting[-1].id), "refuse")
    found["sent"] = letter(world, BOB, JIM, delay_seconds="1")
    found["over"] = world.schedule(BOB, client_id="once", delay_seconds="1")
    found["from Jim"] = letter(world, JIM, BOB, delay_seconds="1")
    world.clock.advance(seconds=2)
    send(world)
    bounced(world, found["over"], BOB, ExceptionKind.RETRYING)
    bounced(world, found["from Jim"], BOB, ExceptionKind.FAILED)
    found["later"] = world.schedule(client_id="later", delay_seconds="1")
    world.clock.advance(seconds=2)
    send(world)
    bounced(world, found["later"], BOB, ExceptionKind.WAITING)
    found["under way"] = world.due(client_id="under-way")
    told = replace(
        world.entries_after(0)[0],
        about=f"news: {JIM}, {BOB}, a{BOB}",
        detail=f"{BOB} did",
    )
    world.do(lambda unit: unit.audit.add(told))
    asked = Asked(caller=bob, door=Origin.IQ, action=Action.QUERY, about="all")
    world.do(world.audit.done, asked)
    world.do(lambda unit: unit.requests.add(BOB, world.clock.now(), MINUTE))
    return found


def naming(rows: Rows, jid: str) -> dict[str, int]:
    """By table and column, how many rows name him, as himself and not as a part."""
    found: dict[str, int] = {}
    for table, lines in rows.items():
        for line in lines:
            for column, value in line.items():
                text = (
                    value if isinstance(value, str) else json.dumps(value, default=str)
                )
                if jid in text.replace(JIM, "").replace(f"a{BOB}", ""):
                    place = f"{table}.{column}"
                    found[place] = found.get(place, 0) + 1
    return found


def stays(world: World, jid: str = BOB) -> dict[str, int]:
    """What names him now."""
    found = naming(rows_of(world.url), jid)
    return {place: rows for place, rows in found.items() if place not in APART}


def ask(world: World, wanted: Wanted[Any], jid: str = BOB) -> Any:
    """As a door in an event loop does."""
    asked = Asked(caller=world.caller(jid), door=Origin.COMMAND, action=Action.QUERY)
    return asyncio.run(Desk(world.use_cases).ask(asked, lambda: wanted))


def test_shown_and_forgotten(either: World) -> None:
    """Wherever his address stands, he is shown that; once he is forgotten it stands
    only where he was told that it stays, and no one else has lost anything.
    """
    world = either
    jobs = live_through(world)
    before = rows_of(world.url)
    places = naming(before, BOB)
    shown = ask(world, mydata.LOOK(mydata.Whose()))
    for place in places:
        part = SHOWN[place]
        assert isinstance(part, Part), place
        assert shown[part].rows, part
    assert set(shown) == set(Part)
    others = stays(world, USER), stays(world, JIM)
    done = ask(world, mydata.FORGET(mydata.Whose()))
    assert done.cancelled == 2  # to somebody else and to himself
    assert [one.name for one in done.stays.mandatory] == ["rules"]
    assert done.stays.announcements == 1
    assert done.stays.has_role
    assert stays(world) == {
        "subscriber.jid": 1,  # of the mandatory list
        "schedule.owner": 1,  # an announcement to a list that goes on
        "schedule.audience": 3,  # what others have asked for and is to come
    }
    assert world.get(jobs["pending"].id).state == "cancelled"
    assert world.get(jobs["to a list"].id).state == "pending"
    for name in ("pending", "sent", "to himself"):
        assert "Hello" not in str(world.get(jobs[name].id)), name
    assert "Hello" in str(world.get(jobs["over"].id)), "the list's own"
    assert (stays(world, USER), stays(world, JIM)) == others


def test_cut_off(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it is cut off, the same wish again finishes it, in transactions each of
    which touches few rows; and what has been put on a list meanwhile leaves it.
    """
    monkeypatch.setattr("bot.store.traces.ROWS", 1)
    monkeypatch.setattr("bot.store.traces._LOOKED_THROUGH", 2)
    live_through(world)
    wanted = mydata.FORGET(mydata.Whose())
    for transactions in (1, 5, 25):
        _cut_off_after(world, transactions)
    put_back = partial(world.enrolling.add, welcome=False, rejoin=True)
    world.do(put_back, world.caller(ADMIN), "club", BOB, None, None)
    _cut_off_after(world, 1)
    ask(world, wanted)
    assert set(stays(world)) == {
        *("subscriber.jid", "schedule.owner", "schedule.audience")
    }


def _cut_off_after(world: World, transactions: int) -> None:
    use_cases = world.use_cases
    steps = mydata.FORGET.steps(use_cases, world.caller(BOB), mydata.Whose())
    done: Any = None
    while transactions:
        step = steps.send(done)
        done = None
        if isinstance(step, Read | Write):
            done = world.do(step.use_case, *step.args)
            transactions -= 1
    steps.close()


def test_put_back_on_purpose_alone(either: World) -> None:
    """Neither an import nor an admin's word puts back whoever was forgotten, unless
    they say so; he himself is welcome, and then forgotten no more.
    """
    world = either
    world.subscribe(BOB, USER)
    ask(world, mydata.FORGET(mydata.Whose()))
    enrolling, admin = world.enrolling, world.caller(ADMIN)
    people = [Person(jid) for jid in (BOB, USER, JIM)]

    def put(to: str, *, rejoin: bool = False) -> Enrolment:
        use_case = partial(enrolling.put, welcome=False, rejoin=rejoin)
        return world.do(use_case, admin, to, people)

    would_put = partial(enrolling.would_put, rejoin=False)
    trial = world.do(would_put, admin, "news", people)
    assert trial == put("news") == Enrolment(added=1, forgotten=1)
    # also of a list on which he never stood
    assert put("weather") == Enrolment(added=2, forgotten=1)
    add = enrolling.add
    away = world.do(add, admin, "weather", BOB, None, None)
    assert away == Enrolment(forgotten=1)
    assert stays(world) == {}
    # nobody leaves that one, so nobody has left it
    assert put("rules") == Enrolment(added=3)
    assert put("weather", rejoin=True) == Enrolment(added=1, forgotten=1)
    assert put("weather") == Enrolment()
    assert put("club") == Enrolment(added=2, forgotten=1)
    world.do(world.subscribers.join, BOB, f"news@{SERVICE}", None)
    assert put("club") == Enrolment(added=1)


@pytest.mark.parametrize(
    "consent",
    [
        Consent(who=Who.NOBODY),
        Consent(who=Who.EVERYONE, blocked=frozenset({USER})),
        Consent(who=Who.EVERYONE, blocked=frozenset({"example.org"})),
        Consent(who=Who.SERVER, max_ahead=60),
        Consent(who=Who.SERVER, max_per_day=1),
        Consent(who=Who.CONTACTS, allowed=frozenset({JIM})),
        None,
    ],
    ids=str,
)
def test_refusals_stay(world: World, consent: Consent | None) -> None:
    """Whom he took no messages from is refused as before, and nobody can read it."""
    consents = world.use_cases.consents
    if consent is not None:
        world.do(consents.set, world.caller(BOB), consent)

    def verdicts() -> list[Verdict]:
        now = world.clock.now()
        return [
            world.do(
                partial(
                    consents.judge,
                    encrypted=False,
                    due=now + timedelta(hours=hours),
                    now=now,
                ),
                sender,
                BOB,
                HERE,
            )
            for sender in (USER, "eve@evil.example")
            for hours in (0, 9)
        ]

    before = verdicts()
    ask(world, mydata.FORGET(mydata.Whose()))
    assert verdicts() == before
    assert stays(world) == stays(world, USER) == {}
    kept = consent is not None
    assert len(rows_of(world.url)["consent"]) == kept
    if consent is None or not consent.blocked:
        return
    # he comes back: what he chooses anew holds, and whom he blocked stays blocked
    bob = world.caller(BOB)
    assert world.do(consents.look, bob).blocked == frozenset()
    world.do(consents.set, bob, Consent(who=Who.EVERYONE))
    assert verdicts() == before
    world.do(consents.set, bob, Consent(who=Who.EVERYONE, allowed=consent.blocked))
    assert set(verdicts()) == {Verdict.ALLOW}
    assert len(rows_of(world.url)["consent_entry"]) == 1


def test_under_way(either: World) -> None:
    """A broadcast that is under way passes over him, and counts as it did; what bounces
    afterwards is not noted.
    """
    world = either
    world.subscribe(BOB, USER, JIM)
    to_a_list = world.due()
    by_name = world.due(people=(BOB, USER))
    keys = [world.broadcast(job).key for job in (to_a_list, by_name)]
    ask(world, mydata.FORGET(mydata.Whose()))
    send(world)
    progress = world.progress(to_a_list)
    assert (progress.total, progress.sent, progress.skipped) == (3, 2, 1)
    progress = world.progress(by_name)
    assert (progress.total, progress.sent, progress.skipped) == (2, 1, 1)
    for key in keys:
        world.came_back(key, BOB, "item-not-found")
        world.came_back(key, USER, "item-not-found")
    assert world.progress(by_name).failed == 1
    assert stays(world) == {"schedule.audience": 1}
    ask(world, mydata.FORGET(mydata.Whose()))  # it is over now
    assert stays(world) == {}


def test_the_day_counts(world: World) -> None:
    """To be forgotten makes no room for more on the same day."""
    limits = {
        role: replace(one, deliveries_per_day=1)
        for role, one in world.policy.limits.items()
    }
    world.policy.become(replace(world.policy, limits=limits))
    letter(world, BOB, USER, delay_seconds="1")
    world.clock.advance(seconds=2)
    send(world)
    ask(world, mydata.FORGET(mydata.Whose()))
    with pytest.raises(PolicyViolation):
        letter(world, BOB, USER)
    world.clock.advance(days=1)
    letter(world, BOB, USER, delay_seconds="1")


def test_the_key_is_content(url: str) -> None:
    """Where content is encrypted, so is what digests are made by: whoever has the
    database alone cannot try addresses.
    """
    upgrade.upgrade(url, SERVICE)
    vault = Vault([b"k" * 32])
    with closing(SqlDatabase(url, SERVICE, vault=vault)) as database:
        digest = database.call(lambda unit: unit.forgotten.add(BOB, NOON))
        [row] = rows_of(url)["forgetting_key"]
        assert is_sealed(row["key"])
        assert database.call(lambda unit: unit.forgotten.among([BOB, JIM])) == {BOB}
    with closing(SqlDatabase(url, SERVICE)) as database:
        # without the key of the configuration nobody is known, nor is it overwritten
        assert database.call(lambda unit: unit.forgotten.among([BOB])) == set()
    with closing(SqlDatabase(url, "other.example.org")) as database:
        other = database.call(lambda unit: unit.forgotten.add(BOB, NOON))
        assert other != digest


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"news: {BOB}", "news: X"),
        (f"news: {JIM}, {BOB}, {USER}", f"news: {JIM}, X, {USER}"),
        (f"{BOB}: nobody", "X: nobody"),
        (f"no {BOB}.uk, no {BOB}s", f"no {BOB}.uk, no {BOB}s"),
        (f"{BOB}/weekly", "X/weekly"),
        (f"({BOB})", "(X)"),
        (f"news: {JIM}, bob@exam…", f"news: {JIM}, X…"),
        (f"news: {JIM}, jim-bob@exam…", f"news: {JIM}, jim-bob@exam…"),
        (f"{BOB}…", "X…"),
        ("news: bo…", "news: bo…"),
    ],
)
def test_reworded(text: str, told: str) -> None:
    """A text names him no more, and everybody else as before."""
    assert without(text, BOB, "X") == told
