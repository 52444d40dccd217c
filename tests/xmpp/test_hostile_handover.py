"""Hostile messages and requests of others, handed over by servers and by others.

The doors stand as in `tests.fuzz`: all is there but the network.
"""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bot.xmpp.stanzas.namespaces import STANZAS
from tests.fuzz.standing import Standing
from tests.world import USER
from tests.xmpp import handed
from tests.xmpp.handed import FORBIDDEN, divert, iq

#: what a refusal may add to
TRAIL = {"audit", "request_count", "sqlite_sequence"}


@pytest.fixture(scope="module")
def standing() -> Iterator[Standing]:
    with closing(Standing()) as found:
        yield found


def weight(standing: Standing) -> dict[str, int]:
    """How much of each kind is in memory."""
    desk, offers = standing.desk, standing._servers.offers
    stream: Any = standing._connection.stream  # slixmpp's own names are no one's
    return {
        "tasks": len(asyncio.all_tasks(standing._loop)),
        "handlers": len(stream._XMLStream__handlers),
        "waiting": desk._turns._waiting,
        "turns": len(desk._turns._lines),
        "places": len(desk._places._others),
        "refused": len(desk._admission._closed),
        "counting": len(desk._admission._counting),
        "offers": len(set(offers._offers) | set(offers._looked) | {handed.HOME}),
        "letters": len(standing._servers._courier._under_way),
    }


def asked(standing: Standing, data: bytes) -> tuple[str, str, set[str]]:
    """Type and condition of the one answer, all of it, and the tables that changed;
    nothing of it is left in memory.
    """
    before = weight(standing)
    sent, after = standing.given(data)
    assert weight(standing) == before
    [answer] = [one for one in sent if one.tag.endswith("iq")]
    assert answer.get("id") == "outer"
    told = ET.canonicalize(ET.tostring(answer))
    changed = {name for name in after if after[name] != standing.before[name]} - TRAIL
    error = next((one for one in answer.iter() if one.tag.endswith("error")), None)
    if error is None:
        return "result", told, changed
    condition = next(one for one in error if STANZAS in one.tag)
    assert error.findtext(f"{{{STANZAS}}}text")
    named = condition.tag.rpartition("}")[2]
    return f"{error.get('type')} {named}", told, changed


@pytest.mark.parametrize("what", handed.RIGHT)
def test_who_may_not(standing: Standing, what: str) -> None:
    """Whoever is no such server is refused alike, in its words, and nothing is kept."""
    told = set()
    for sender in handed.OTHERS:
        found, answer, changed = asked(standing, iq(handed.RIGHT[what], sender))
        assert (found, changed) == (FORBIDDEN, set()), sender
        told.add(answer.replace(f'to="{sender}"', ""))
    assert len(told) == 1


@pytest.mark.parametrize("what", ["divert", "bounce", "delegation"])
def test_whose_it_is_not(standing: Standing, what: str) -> None:
    """A server speaks for its own people, not for itself, others or the service."""
    told = set()
    for person in handed.FORGED:
        payload = {
            "divert": divert(from_=person),
            "bounce": handed.bounce(to=person),
            "delegation": handed.delegation(handed.SCHEDULE, from_=person or "@"),
        }[what]
        found, answer, changed = asked(standing, iq(payload))
        assert (found, changed) == (FORBIDDEN, set()), person
        told.add(answer)
    assert what == "delegation" or len(told) == 1


@pytest.mark.parametrize("what", handed.SHAPES)
def test_shapes(standing: Standing, what: str) -> None:
    """One message in one thing that is forwarded, or it is refused."""
    payload, kind, expected = handed.SHAPES[what]
    found, _, changed = asked(standing, iq(payload, kind=kind))
    assert (found, changed) == (expected, set())


@pytest.mark.parametrize("what", handed.MESSAGES)
def test_messages(standing: Standing, what: str) -> None:
    """What cannot be scheduled is refused in words; nothing of it is kept."""
    payload, expected = handed.MESSAGES[what]
    found, answer, changed = asked(standing, iq(payload))
    assert (found, changed) == (expected, set())
    assert len(answer) < 2_000


@pytest.mark.parametrize("what", handed.TAKEN)
def test_taken(standing: Standing, what: str) -> None:
    """What looks odd and is not, is the person's own message."""
    sent, after = standing.given(iq(handed.TAKEN[what]))
    [answer] = [one for one in sent if one.tag.endswith("iq")]
    assert answer.get("type") == "result", ET.tostring(answer)
    [job] = after["schedule"] - standing.before["schedule"]
    assert dict(job)["owner"] == USER
    assert "scheduled-by" not in str(job)


@pytest.mark.parametrize("number", [handed.LONG, "", "x", "OURS"])
def test_bounces_of_nothing(standing: Standing, number: str) -> None:
    """Taken, since to say it again would be in vain, and counted; one of what the
    service itself announced is no person's.
    """
    number = standing.message_id if number == "OURS" else number
    before = dict(standing.discarded)
    payload = handed.bounce(id=number, from_="reader@example.org")
    found, _, changed = asked(standing, iq(payload))
    assert (found, changed) == ("result", set())
    assert standing.discarded["unknown"] == before["unknown"] + 1


@pytest.mark.parametrize("name", ["event", "relation", "deliver", "accounts"])
def test_what_is_not_offered(standing: Standing, name: str) -> None:
    """What servers are asked, they alone answer; from whomever it comes."""
    payload = handed.wrapped(name, handed.message())
    for sender in (handed.HOME, *handed.OTHERS):
        for kind in ("get", "set"):
            found, _, changed = asked(standing, iq(payload, sender, kind))
            assert (found, changed) == (handed.ABSENT, set()), (sender, kind)
