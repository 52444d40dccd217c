"""Scheduling requests over real servers, in both modes."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.schedule import Schedule, ScheduleState, TextContent
from bot.service.ports.paging import Paging
from bot.service.ports.schedules import ScheduleFilter
from bot.service.ports.unit_of_work import UnitOfWork
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import (
    MODES,
    Answering,
    S,
    X,
    answering,
    ask,
    configured,
    query,
    refusal,
    schedule,
    text_of,
)
from tests.xmpp.links import (
    Reader,
    Run,
    component_settings,
    linked,
    newcomer,
    reading,
)

pytestmark = pytest.mark.e2e

NEWS = "<metadata><list xmlns='urn:x-carillon:announce:0'>news</list></metadata>"
SOON = "<delay-seconds>3600</delay-seconds>"
BODY = "<body>Hello</body>"
RSM = "http://jabber.org/protocol/rsm"
FIRST, EXPIRES = (
    f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"  # noqa: TID251 - a client's
    for days in (30, 400)
)


@pytest.mark.parametrize("mode", MODES)
def test_round_trip(server: XmppServer, mode: str, tmp_path: Path, run: Run) -> None:
    """A job is accepted, shown, listed, cancelled, and cancelled again."""
    boss = newcomer(server)
    access = {"admins": [server.jid(boss)]}
    settings = configured(server, mode, tmp_path, access=access)

    async def scenario() -> None:
        async with answering(settings) as bot, reading(server, boss) as client:
            await _create(bot, client)
            await _look(bot, client)
            for _ in range(2):
                answer = await ask(
                    client, bot.address, "set", schedule("<cancel>job-1</cancel>")
                )
                assert answer.get("type") == "result"
                assert answer.findtext(f"{S}schedule/{S}id") == "job-1"
                assert answer.findtext(f"{S}schedule/{S}status") == "cancelled"
            one = query("<id>job-1</id>")
            shown = await ask(client, bot.address, "get", one)
            assert shown.findtext(f"{S}schedule-query/{S}status") == "cancelled"

    run(scenario())


async def _create(bot: Answering, client: Reader) -> None:
    metadata = NEWS.replace("</m", "<tag xmlns='urn:example'>blue</tag></m")
    request = schedule(
        f"{BODY}<deliver-at>{FIRST}</deliver-at>"
        "<recurrence>FREQ=MONTHLY;COUNT=2</recurrence><timezone>Europe/Warsaw</timezone>"
        f"<expires>{EXPIRES}</expires><id>job-1</id>{metadata}"
    )
    first = await ask(client, bot.address, "set", request, language="de")
    again = await ask(client, bot.address, "set", request, language="de")
    assert first.get("from") == bot.address
    for answer in (first, again):
        result = answer.find(f"{S}schedule")
        assert answer.get("type") == "result"
        assert result is not None
        assert result.findtext(f"{S}id") == "job-1"
        assert result.findtext(f"{S}status") == "scheduled"
        assert result.findtext(f"{S}deliver-at") == FIRST
        assert result.findtext(f"{S}expires") == EXPIRES
        quota = result.find(f"{S}metadata/{X}quota")
        assert quota is not None
        assert quota.attrib == {"used": "1", "limit": "10000"}


async def _look(bot: Answering, client: Reader) -> None:
    answer = await ask(client, bot.address, "get", query("<id>job-1</id>"))
    shown = answer.find(f"{S}schedule-query")
    assert shown is not None
    assert shown.findtext(f"{S}id") == "job-1"
    assert shown.findtext(f"{S}status") == "scheduled"
    assert shown.findtext(f"{S}deliver-at") == FIRST
    assert (shown.findtext(f"{S}created") or "").endswith("Z")
    assert shown.findtext(f"{S}timezone") == "Europe/Warsaw"
    assert "COUNT=2" in (shown.findtext(f"{S}recurrence") or "")
    assert shown.findtext(f"{S}expires") == EXPIRES
    assert shown.findtext(f"{S}metadata/{{urn:example}}tag") == "blue"
    assert shown.findtext(f"{S}metadata/{X}list") == "news"
    listed = await ask(client, bot.address, "get", query())
    item = listed.find(f"{S}schedule-query/{S}schedule")
    assert item is not None
    assert item.findtext(f"{S}id") == "job-1"
    assert item.findtext(f"{S}metadata/{X}owner") == client.boundjid.bare
    if bot.use_cases.policy.addresses.component:
        assert item.findtext(f"{S}to") == f"news@{bot.address}"
    content = bot.use_cases.database.call(_all)[0].content
    assert isinstance(content, TextContent)
    assert [text.language for text in content.texts] == ["de"]


def _all(uow: UnitOfWork) -> list[Schedule]:
    return list(uow.schedules.page(ScheduleFilter(), Paging()).items)


REFUSED = {
    "no time": (f"{BODY}{NEWS}", "bad-request", "modify"),
    "both times": (
        f"{BODY}{NEWS}{SOON}<deliver-at>2999-12-24T17:00:00Z</deliver-at>",
        "bad-request",
        "modify",
    ),
    "the past": (
        f"{BODY}{NEWS}<deliver-at>2020-01-01T00:00:00Z</deliver-at>",
        "bad-request",
        "modify",
    ),
    "no offset": (
        f"{BODY}{NEWS}<deliver-at>2999-12-24T17:00:00</deliver-at>",
        "bad-request",
        "modify",
    ),
    "a time twice": (f"{BODY}{NEWS}{SOON}{SOON}", "bad-request", "modify"),
    "no content": (f"{NEWS}{SOON}", "bad-request", "modify"),
    "a bad rule": (
        f"{BODY}{NEWS}{SOON}<recurrence>FREQ=HOURLY</recurrence>",
        "bad-request",
        "modify",
    ),
    "a bad zone": (
        f"{BODY}{NEWS}{SOON}<timezone>Mars/Base</timezone>",
        "bad-request",
        "modify",
    ),
    "expired": (
        f"{BODY}{NEWS}{SOON}<expires>2026-01-01T00:00:00Z</expires>",
        "bad-request",
        "modify",
    ),
    "beyond the window": (
        f"{BODY}{NEWS}<deliver-at>2999-01-01T00:00:00Z</deliver-at>",
        "policy-violation",
        "modify",
    ),
    "too long": (
        f"<body>{'x' * 20000}</body>{NEWS}{SOON}",
        "policy-violation",
        "modify",
    ),
    "another in the caller's name": (
        f"<to>bob@example.org</to>{BODY}{SOON}",
        "not-allowed",
        "cancel",
    ),
    "unknown job": ("<cancel>nothing</cancel>", "item-not-found", "cancel"),
    "taken id": (f"<body>Other</body>{NEWS}{SOON}<id>taken</id>", "conflict", "cancel"),
    "finished job": ("<cancel>done</cancel>", "unexpected-request", "wait"),
}


@pytest.mark.parametrize("mode", MODES)
def test_refusals(server: XmppServer, mode: str, tmp_path: Path, run: Run) -> None:
    """Every refusal has its condition and type, a text, and leaves nothing behind."""
    boss = newcomer(server)
    access = {"admins": [server.jid(boss)]}
    settings = configured(server, mode, tmp_path, access=access)

    async def scenario() -> None:
        async with answering(settings) as bot, reading(server, boss) as client:
            for name in ("taken", "done"):
                request = schedule(f"{BODY}{NEWS}{SOON}<id>{name}</id>")
                await ask(client, bot.address, "set", request)
            bot.use_cases.database.call(_finish, client.boundjid.bare)
            for name, (content, condition, kind) in REFUSED.items():
                answer = await ask(client, bot.address, "set", schedule(content))
                assert refusal(answer) == (condition, kind), name
            assert len(bot.use_cases.database.call(_all)) == 2
            await _other_refusals(bot, client)

    run(scenario())


def _finish(uow: UnitOfWork, owner: str) -> None:
    found = uow.schedules.find(owner, "done")
    assert found is not None
    uow.schedules.save(replace(found, state=ScheduleState.SENT, next_at=None))


async def _other_refusals(bot: Answering, client: Reader) -> None:
    signed = schedule(f"{BODY}{NEWS}{SOON}", "signed='true'")
    for kind, payloads, condition in (
        ("set", [signed], "feature-not-implemented"),
        ("get", [schedule(f"{BODY}{NEWS}{SOON}")], "bad-request"),
        ("set", [query()], "bad-request"),
        ("set", [schedule(BODY), schedule(BODY)], "bad-request"),
        ("get", [query("<status>perhaps</status>")], "bad-request"),
        ("get", [query(f"<set xmlns='{RSM}'><after>99</after></set>")], None),
    ):
        answer = await ask(client, bot.address, kind, *payloads)
        assert refusal(answer)[0] == (condition or "item-not-found")
    limit = (
        await ask(client, bot.address, "set", schedule(REFUSED["too long"][0]))
    ).find(f".//{X}limit")
    assert limit is not None
    assert limit.attrib == {"name": "body", "max": "16000"}
    if bot.use_cases.policy.addresses.component:
        request = schedule(f"{BODY}{SOON}")
        answer = await ask(client, f"news@{bot.address}", "set", request)
        assert refusal(answer) == ("feature-not-implemented", "cancel")
        answer = await ask(client, f"nobody@{bot.address}", "set", request)
        assert refusal(answer) == ("item-not-found", "cancel")


@pytest.mark.parametrize("mode", MODES)
def test_callers(server: XmppServer, mode: str, tmp_path: Path, run: Run) -> None:
    """Roles decide: publishers have quotas, others may not, strangers are nobody;
    what is hidden and what is missing look the same.
    """
    boss, author, reader = (newcomer(server) for _ in range(3))
    settings = configured(
        server,
        mode,
        tmp_path,
        access={"admins": [server.jid(boss)]},
        limits={"user": {"pending": 1}},
        lists={"news": {"publishers": [server.jid(author)], "welcome": None}},
    )
    request = schedule(f"{BODY}{NEWS}{SOON}<id>mine</id>")

    async def scenario() -> None:
        async with (
            answering(settings) as bot,
            reading(server, author) as writer,
            reading(server, reader) as other,
            reading(server, boss) as admin,
        ):
            answer = await ask(writer, bot.address, "set", request)
            assert answer.get("type") == "result"
            more = schedule(f"{BODY}{NEWS}{SOON}")
            answer = await ask(writer, bot.address, "set", more)
            assert refusal(answer) == ("policy-violation", "wait")
            limit = answer.find(f".//{X}limit")
            assert limit is not None
            assert (limit.get("name"), limit.get("max")) == ("pending", "1")
            # the one that is pending becomes due in an hour
            assert 3500 < int(limit.get("retry-after", "0")) <= 3601
            answer = await ask(other, bot.address, "set", more)
            assert refusal(answer) == ("not-allowed", "cancel")
            await _hidden(bot, other, admin, server.jid(author))
            if server.name == "prosody":
                # one listener of ejabberd gives any of its components' stanzas
                # to any of them
                await _stranger(bot, server, more)

    run(scenario())


async def _hidden(bot: Answering, other: Reader, admin: Reader, owner: str) -> None:
    whose = f"<metadata><owner xmlns='{X[1:-1]}'>{owner}</owner></metadata>"
    texts = set()
    for content in ("<id>mine</id>", f"<id>mine</id>{whose}"):
        answer = await ask(other, bot.address, "get", query(content))
        assert refusal(answer) == ("item-not-found", "cancel")
        texts.add(text_of(answer))
    missing = await ask(other, bot.address, "get", query("<id>none</id>"))
    assert {text.replace("mine", "none") for text in texts} == {text_of(missing)}
    cancel = schedule(f"<cancel>mine</cancel>{whose}")
    answer = await ask(other, bot.address, "set", cancel)
    assert refusal(answer) == ("item-not-found", "cancel")
    listed = await ask(other, bot.address, "get", query())
    assert listed.findtext(f".//{{{RSM}}}count") == "0"
    assert listed.find(f".//{S}schedule") is None
    shown = await ask(admin, bot.address, "get", query(f"<id>mine</id>{whose}"))
    assert shown.findtext(f".//{X}owner") == owner
    answer = await ask(admin, bot.address, "set", cancel)
    assert answer.findtext(f".//{S}status") == "cancelled"


async def _stranger(bot: Answering, server: XmppServer, request: str) -> None:
    spare = component_settings(server, jid=server.spares[0])
    async with linked(spare) as link:
        sender = f"eve@{server.spares[0]}/x"
        for kind, payload in (("set", request), ("get", query())):
            answer = await ask(link.stream, bot.address, kind, payload, sender=sender)
            assert refusal(answer) == ("forbidden", "auth")


def test_personal_jobs_keep_their_content(
    server: XmppServer, tmp_path: Path, run: Run
) -> None:
    """Of another's job to single people an admin sees whose, to whom and when."""
    boss, second = newcomer(server), newcomer(server)
    access = {"admins": [server.jid(boss), server.jid(second)]}
    settings = configured(server, "component", tmp_path, access=access)
    metadata = (
        f"<metadata xmlns:x='{X[1:-1]}'><x:audience><x:jid>bob@example.org</x:jid>"
        "</x:audience><secret xmlns='urn:example'/></metadata>"
    )
    request = schedule(
        f"{BODY}{SOON}<recurrence>FREQ=DAILY</recurrence><id>p</id>{metadata}"
    )

    async def scenario() -> None:
        async with (
            answering(settings) as bot,
            reading(server, boss) as owner,
            reading(server, second) as other,
        ):
            answer = await ask(owner, bot.address, "set", request)
            assert answer.get("type") == "result"
            own = await ask(owner, bot.address, "get", query())
            assert own.find(".//{urn:example}secret") is not None
            seen = await ask(other, bot.address, "get", query())
            assert seen.findtext(f".//{X}owner") == owner.boundjid.bare
            assert seen.findtext(f".//{X}audience/{X}jid") == "bob@example.org"
            assert seen.findtext(f".//{S}status") == "scheduled"
            assert seen.findtext(f".//{S}deliver-at")
            assert seen.find(".//{urn:example}secret") is None
            assert seen.find(f".//{S}recurrence") is None

    run(scenario())


def test_a_database_that_is_away(server: XmppServer, tmp_path: Path, run: Run) -> None:
    """Where the database cannot be used, the caller is told to try again."""
    boss = newcomer(server)
    access = {"admins": [server.jid(boss)]}
    settings = configured(server, "component", tmp_path, access=access)

    async def scenario() -> None:
        async with answering(settings) as bot, reading(server, boss) as client:
            with sqlite3.connect(tmp_path / "carillon.db") as connection:
                connection.execute("ALTER TABLE schedule RENAME TO gone")
            connection.close()
            request = schedule(f"{BODY}{NEWS}{SOON}")
            answer = await ask(client, bot.address, "set", request)
            assert refusal(answer) == ("resource-constraint", "wait")

    run(scenario())
