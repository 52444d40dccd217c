"""Limits and the audit trail as requests over real servers meet them."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from slixmpp import JID

from bot.domain.access import OPERATOR
from bot.domain.audit import AuditEntry
from bot.domain.schedule import Origin
from bot.service.ports.paging import Paging
from bot.service.ports.trail import AuditFilter
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import (
    MODES,
    Answering,
    X,
    answering,
    ask,
    configured,
    query,
    refusal,
    schedule,
    text_of,
)
from tests.xmpp.links import Reader, Run, newcomer, now, reading

pytestmark = pytest.mark.e2e

NEWS = f"<metadata><list xmlns='{X[1:-1]}'>news</list></metadata>"
BODY, SECRET = "<body>Hello</body>", "a-secret-word"
LIMITS = {
    "pending": 2,
    "requests_per_minute": 20,
    "window_days": 4,
    "body": 50,
    "subject": 10,
    "frequencies": ["WEEKLY"],
}


def in_days(days: int) -> str:
    moment = now().replace(hour=12, minute=0, second=0) + timedelta(days=days)
    return f"<deliver-at>{moment:%FT%TZ}</deliver-at>"


#: what cannot be cured by waiting
TOO_MUCH = {
    f"<body>{'x' * 51}</body>{NEWS}": {"name": "body", "max": "50"},
    f"<subject>{'x' * 11}</subject>{BODY}{NEWS}": {"name": "subject", "max": "10"},
    f"{BODY}<recurrence>FREQ=DAILY</recurrence>{NEWS}": {
        "name": "frequencies",
        "max": "WEEKLY",
    },
    # in characters, with the metadata; in bytes, of what goes out beside the texts
    f"{BODY}<x xmlns='urn:x'>{'x' * 65_600}</x>{NEWS}": {
        "name": "size",
        "max": "65536",
    },
    f"{BODY}<x xmlns='urn:x'>{'é' * 33_000}</x>{NEWS}": {
        "name": "payload",
        "max": "65536",
    },
}


def limit_of(answer: ET.Element) -> dict[str, str]:
    limit = answer.find(f"{{jabber:client}}error/{X}limit")
    assert limit is not None, ET.tostring(answer)
    return limit.attrib


def trail(bot: Answering, **wanted: Any) -> list[AuditEntry]:
    service = bot.use_cases
    operator = service.policy.access.operator()
    page = service.database.look(
        service.audit.page, operator, AuditFilter(**wanted), Paging(limit=1000)
    )
    return list(page.items)


@pytest.mark.parametrize("mode", MODES)
def test_limits(server: XmppServer, mode: str, tmp_path: Path, run: Run) -> None:
    """Each refusal names its limit, the most there may be, and the seconds to wait
    where waiting helps; the discovery form tells users' limits to all.
    """
    author, boss = newcomer(server), newcomer(server)
    settings = configured(
        server,
        mode,
        tmp_path,
        access={"admins": [server.jid(boss)]},
        limits={"user": LIMITS, "publisher": {"deliveries_per_day": 1}},
        lists={"news": {"publishers": [server.jid(author)], "welcome": None}},
    )

    async def scenario() -> None:
        async with (
            answering(settings) as bot,
            reading(server, author) as writer,
            reading(server, boss) as admin,
        ):
            for client in (writer, admin):
                await the_form(bot, client)
            asked = await too_much(bot, writer)
            asked += await too_many(bot, writer)
            await too_often(bot, writer, admin, asked)

    run(scenario())


async def the_form(bot: Answering, client: Reader) -> None:
    answer = await client.plugin["xep_0030"].get_info(JID(bot.address), timeout=10)
    form = answer["disco_info"]["form"].get_values()
    assert "WEEKLY" in form["recurrence"]
    assert not {"DAILY", "MONTHLY", "YEARLY"} & set(form.pop("recurrence"))
    assert form == {
        "FORM_TYPE": ["urn:xmpp:scheduling:0"],
        "max-window": str(4 * 86_400),
        "max-pending": "2",
        "max-body": "50",
        "signing": "none",
        f"{X}max-subject": "10",
        f"{X}requests-per-minute": "20",
        f"{X}deliveries-per-day": "25",
    }


async def too_much(bot: Answering, writer: Reader) -> int:
    for content, limit in TOO_MUCH.items():
        request = schedule(f"{content}{in_days(1)}")
        answer = await ask(writer, bot.address, "set", request)
        assert refusal(answer) == ("policy-violation", "modify")
        assert limit_of(answer) == limit
    far = schedule(f"{BODY}{NEWS}<delay-seconds>{4 * 86_400 + 1}</delay-seconds>")
    answer = await ask(writer, bot.address, "set", far)
    assert limit_of(answer) == {"name": "window", "max": str(4 * 86_400)}
    return len(TOO_MUCH) + 1


async def too_many(bot: Answering, writer: Reader) -> int:
    async def create(days: int) -> ET.Element:
        request = schedule(f"{BODY}{NEWS}{in_days(days)}")
        return await ask(writer, bot.address, "set", request)

    assert (await create(2)).get("type") == "result"
    answer = await create(2)
    assert refusal(answer) == ("policy-violation", "wait")
    # that day will be as full whenever it is asked again
    assert limit_of(answer) == {"name": "deliveries-per-day", "max": "1"}
    assert (await create(3)).get("type") == "result"
    answer = await create(1)
    assert refusal(answer) == ("policy-violation", "wait")
    limit = limit_of(answer)
    assert 86_400 < int(limit.pop("retry-after")) <= 3 * 86_400
    assert limit == {"name": "pending", "max": "2"}
    return 4


async def too_often(bot: Answering, writer: Reader, admin: Reader, asked: int) -> None:
    for _ in range(LIMITS["requests_per_minute"] - asked):  # type: ignore[operator]  # a number
        answer = await ask(writer, bot.address, "get", query())
        assert answer.get("type") == "result"
    for kind, payload in (("get", query()), ("set", schedule(BODY)), ("get", query())):
        answer = await ask(writer, bot.address, kind, payload)
        assert refusal(answer) == ("policy-violation", "wait")
        limit = limit_of(answer)
        assert 1 <= int(limit.pop("retry-after")) <= 60
        assert limit == {"name": "requests-per-minute", "max": "20"}
    refused = trail(bot, caller=writer.boundjid.bare, result="policy-violation")
    assert "20 requests a minute" in (refused[-1].detail or "")
    assert len([one for one in refused if "a minute" in (one.detail or "")]) == 1
    answer = await ask(admin, bot.address, "get", query())
    assert answer.get("type") == "result"


#: IQ type, payload -> how the trail has it: action, about, result, detail
WRITTEN_DOWN: list[tuple[str, str, tuple[str, str, str, str | None]]] = [
    (
        "set",
        schedule(f"{BODY}{NEWS}{in_days(1)}<id>job</id>"),
        ("schedule", "job to news", "done", None),
    ),
    (
        "set",
        schedule(f"<body>{SECRET}</body>{NEWS}{in_days(1)}<id>job</id>"),
        ("schedule", "job to news", "conflict", "The id 'job' is taken"),
    ),
    ("get", query("<id>job</id>"), ("query", "job", "done", None)),
    ("get", query(), ("query", "all", "done", None)),
    (
        "set",
        schedule(f"<body>{SECRET}</body><body>{SECRET}</body>{NEWS}{in_days(1)}"),
        ("schedule", "(no id) to news", "invalid", "body"),
    ),
    (
        "set",
        schedule(f"<body>{SECRET}</body>{NEWS}<deliver-at>{SECRET}</deliver-at>"),
        ("schedule", "(no id) to news", "invalid", None),
    ),
    # what cannot be read is about nothing that could be named
    ("set", schedule(f"<id/><body>{SECRET}</body>"), ("schedule", "", "invalid", "id")),
    (
        "set",
        schedule(f"<body>{SECRET}</body>", "signed='true'"),
        ("schedule", "", "not-offered", "Signed requests"),
    ),
    ("get", query("<status>lost</status>"), ("query", "all", "invalid", "status")),
    (
        "set",
        schedule(f"<body>{SECRET * 2000}</body>{NEWS}{in_days(1)}"),
        ("schedule", "(no id) to news", "policy-violation", "characters"),
    ),
    ("set", schedule("<cancel>nix</cancel>"), ("cancel", "nix", "not-found", "'nix'")),
    ("set", schedule("<cancel>job</cancel>"), ("cancel", "job", "done", None)),
]


def test_everything_is_written_down(
    server: XmppServer,
    tmp_path: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each request once: what it was about and what came of it, never its content."""
    boss = newcomer(server)
    access = {"admins": [server.jid(boss)]}
    settings = configured(server, "component", tmp_path, access=access)

    async def scenario() -> None:
        async with answering(settings) as bot, reading(server, boss) as client:
            for number, (kind, payload, expected) in enumerate(WRITTEN_DOWN, 1):
                answer = await ask(client, bot.address, kind, payload)
                assert (answer.get("type") == "result") == (expected[2] == "done")
                found = trail(bot)
                assert len(found) == number
                check(found[-1], server.jid(boss), expected)
            assert found[0].reference == found[2].reference == found[-1].reference == 1
            await unforeseen(bot, client, monkeypatch)
            assert SECRET not in repr(trail(bot))

    run(scenario())


def check(
    entry: AuditEntry, caller: str, expected: tuple[str, str, str, str | None]
) -> None:
    action, about, result, detail = expected
    assert (entry.caller, entry.role, entry.door) == (caller, "admin", Origin.IQ)
    assert (entry.action, entry.about, entry.result) == (action, about, result)
    assert abs(entry.at - now()) < timedelta(minutes=5)
    if detail is not None:
        assert detail in (entry.detail or "")


async def unforeseen(
    bot: Answering, client: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours is in the trail too, by no more than that it was one."""

    def broken(*_: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("bot.service.requests.intake.Intake.read", broken)
    request = schedule(f"{BODY}{NEWS}{in_days(1)}<id>bad</id>")
    answer = await ask(client, bot.address, "set", request)
    assert refusal(answer) == ("internal-server-error", "cancel")
    assert SECRET not in text_of(answer)
    entry = trail(bot)[-1]
    assert (entry.about, entry.result, entry.detail) == ("bad to news", "error", None)
    assert entry.caller != OPERATOR
