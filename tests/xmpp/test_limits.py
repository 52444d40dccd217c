"""What the operator's limits and roles are on the wire (draft §11, §12)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.xmpp.plugins.scheduling import NS
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import (
    MODES,
    S,
    X,
    answering,
    ask,
    configured,
    query,
    refusal,
    schedule,
)
from tests.xmpp.links import Run, newcomer, reading

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("mode", MODES)]

CONTENT = f"<body>Hello</body><metadata><list xmlns='{X[1:-1]}'>news</list></metadata>"


def test_requests_per_minute(
    server: XmppServer, mode: str, tmp_path: Path, run: Run
) -> None:
    """One too many is refused, with the seconds to wait; others are still answered."""
    busy, other = newcomer(server), newcomer(server)
    limits = {"user": {"requests_per_minute": 2}}
    settings = configured(server, mode, tmp_path, limits=limits)

    async def scenario() -> None:
        async with (
            answering(settings) as bot,
            reading(server, busy) as client,
            reading(server, other) as second,
        ):
            for _ in range(2):
                answer = await ask(client, bot.address, "get", query())
                assert answer.get("type") == "result"
            for kind, request in (("get", query()), ("set", schedule(CONTENT))):
                answer = await ask(client, bot.address, kind, request)
                assert refusal(answer) == ("policy-violation", "wait")
                limit = answer.find(f".//{X}limit")
                assert limit is not None
                assert limit.get("name") == "requests-per-minute"
                assert limit.get("max") == "2"
                assert 1 <= int(limit.get("retry-after", "0")) <= 60
            answer = await ask(second, bot.address, "get", query())
            assert answer.get("type") == "result"

    run(scenario())


def test_deliveries_and_frequencies(
    server: XmppServer, mode: str, tmp_path: Path, run: Run
) -> None:
    """A publisher's second announcement of a day, and a rule that is not for him, are
    refused by the limit's name.
    """
    author = newcomer(server)
    settings = configured(
        server,
        mode,
        tmp_path,
        limits={"publisher": {"deliveries_per_day": 1, "frequencies": ["MONTHLY"]}},
        lists={"news": {"publishers": [server.jid(author)], "welcome": None}},
    )
    day = datetime.now(UTC).date() + timedelta(days=2)  # noqa: TID251 - a client's
    at = f"<deliver-at>{day}T09:00:00Z</deliver-at>"
    later = f"<deliver-at>{day + timedelta(days=1)}T09:00:00Z</deliver-at>"
    daily, monthly = (
        f"<recurrence>FREQ={freq}</recurrence>" for freq in ("DAILY", "MONTHLY")
    )

    async def scenario() -> None:
        async with answering(settings) as bot, reading(server, author) as client:
            for content, limit in (
                (at, None),
                (at, ("deliveries-per-day", "1")),
                (f"{later}{daily}", ("frequencies", "MONTHLY")),
                (f"{later}{monthly}", None),
            ):
                request = schedule(f"{CONTENT}{content}")
                answer = await ask(client, bot.address, "set", request)
                if limit is None:
                    assert answer.get("type") == "result"
                    continue
                assert refusal(answer)[0] == "policy-violation"
                found = answer.find(f".//{X}limit")
                assert found is not None
                assert (found.get("name"), found.get("max")) == limit

    run(scenario())


def test_auditors(server: XmppServer, mode: str, tmp_path: Path, run: Run) -> None:
    """An auditor sees what others asked for, and changes nothing of it."""
    boss, auditor = newcomer(server), newcomer(server)
    access = {"admins": [server.jid(boss)], "auditors": [server.jid(auditor)]}
    settings = configured(server, mode, tmp_path, access=access)
    owner = (
        f"<metadata xmlns='{NS}'><owner xmlns='{X[1:-1]}'>{server.jid(boss)}</owner>"
        "</metadata>"
    )
    cancel = schedule(f"<cancel>job</cancel>{owner}")

    async def scenario() -> None:
        async with (
            answering(settings) as bot,
            reading(server, boss) as admin,
            reading(server, auditor) as looker,
        ):
            soon = "<delay-seconds>900</delay-seconds><id>job</id>"
            await ask(admin, bot.address, "set", schedule(f"{CONTENT}{soon}"))
            one = query(f"<id>job</id>{owner}")
            for request in (one, query()):
                seen = await ask(looker, bot.address, "get", request)
                assert seen.findtext(f".//{S}id") == "job"
                assert seen.findtext(f".//{X}owner") == server.jid(boss)
            answer = await ask(looker, bot.address, "set", cancel)
            assert refusal(answer) == ("not-allowed", "cancel")
            seen = await ask(admin, bot.address, "get", query("<id>job</id>"))
            assert seen.findtext(f".//{S}status") == "scheduled"

    run(scenario())
