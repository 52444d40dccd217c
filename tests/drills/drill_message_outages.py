"""Messages between people while their server, its module or the database is away."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.drills.conftest import Start
from tests.e2e.xml_client import C
from tests.people.street import (
    DELIVER,
    SECONDS,
    Street,
    about,
    hear,
    soon,
    street,
    told,
)
from tests.servers.equipped import Options, without_module
from tests.servers.postgresql import PostgreSQL
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

#: of a burst
MANY = 200
#: of messages to one server on their way at once (`bot.engine.engine`)
UNDER_WAY = 20


@pytest.fixture
def place(start: Start, tmp_path: Path) -> Iterator[Street]:
    """On a server of the test's own."""
    with start(Options()) as server, street(server, tmp_path) as found:
        yield found


def test_server_restarted(place: Street) -> None:
    """Between divert and due: nothing is lost, and nothing comes early."""
    number = place.send(soon(40))
    hear(place.sender.first, number, "scheduled")
    place.town.server.stop()
    place.town.server.start()
    place.return_home()
    place.nobody_has(number)
    hear(place.sender.first, number, "sent")
    place.each_has_one([number])


def test_server_killed_in_a_burst(place: Street) -> None:
    """What was kept goes out once, and what was not never."""
    due = soon(60)
    numbers = [place.send(due) for _ in range(MANY)]
    hear(place.sender.first, numbers[MANY // 2], "scheduled")
    place.town.server.kill()
    place.town.server.start()
    place.return_home()
    # once one is due, what the service had in hand is kept, or is not
    hear(place.sender.first, numbers[0], "sent")
    kept = [number for number in numbers if place.kept(number)]
    assert len(kept) > MANY // 2
    print(f"{len(kept)} of {MANY} were kept")
    for number in kept:
        hear(place.sender.first, number, "sent")
    place.each_has_one(kept)
    for number in set(numbers) - set(kept):
        place.nobody_has(number)


def test_server_killed_while_it_delivers(place: Street) -> None:
    """Its memory is gone: what it has not answered goes again, under its id."""
    due = soon(20)
    numbers = [place.send(due) for _ in range(MANY)]
    for number in numbers:
        hear(place.sender.first, number, "scheduled")
    before = place.friend.first
    unanswered = numbers[MANY // 2]
    place.gate.stop_at("up", unanswered.encode(), passing=True)
    place.gate.reached()
    hear(before, unanswered, "message")
    place.town.server.kill()
    place.gate.abandon()
    assert not all(map(place.is_sent, numbers))
    with suppress(ConnectionError):
        before.take(lambda _: False)  # all that it had sent
    place.town.server.start()
    place.return_home()
    place.service.until(lambda: all(map(place.is_sent, numbers)), SECONDS)
    after = place.friend.first
    after.settle()
    came = Counter(map(about, (*before.waiting, *after.waiting)))
    copies = [came[number, "message"] for number in numbers]
    lost, twice = copies.count(0), copies.count(2)
    print(f"{lost} lost by the server, {twice} came twice")
    assert copies[MANY // 2] == 2
    assert max(copies) == 2
    assert lost + twice <= UNDER_WAY


@pytest.mark.parametrize("is_asked", [False, True])
def test_module_away_when_due(place: Street, is_asked: bool) -> None:
    """It is tried again, as its sender is told, and goes out once; also where the
    module has said before how the recipient stands to him.
    """
    sender = place.sender.first
    if is_asked:
        place.gate.stop_at("up", DELIVER)
    number = place.send(soon(2 if is_asked else 8))
    hear(sender, number, "scheduled")
    if is_asked:
        place.gate.reached()
    with without_module(place.town.server):
        place.gate.release()
        words = sender.take(lambda one: number in one.findtext(f"{C}body", ""), SECONDS)
        assert "tried again" in words.findtext(f"{C}body", "")
        place.nobody_has(number)
    hear(sender, number, "sent")
    place.each_has_one([number])


@pytest.fixture
def archive(
    equipped: XmppServer, fragile: PostgreSQL, tmp_path: Path
) -> Iterator[Street]:
    """On a PostgreSQL that may be stopped."""
    url = fragile.database(f"messages_{equipped.name}")
    with street(equipped, tmp_path, database=url) as found:
        yield found


@pytest.mark.postgres
def test_database_stopped(archive: Street, fragile: PostgreSQL) -> None:
    """Its sender has an error at once, and nothing is kept."""
    sender = archive.sender.first
    fragile.stop()
    lost = archive.send(soon(5))
    hear(sender, lost, "error")
    fragile.start()
    archive.service.until(lambda: "can be used again" in archive.service.log)
    fence = archive.send(soon(5))
    hear(sender, fence, "scheduled", "sent")
    assert archive.kept(lost) is None
    archive.nobody_has(lost)
    archive.each_has_one([fence])


@pytest.mark.postgres
def test_database_frozen(archive: Street, fragile: PostgreSQL) -> None:
    """Its sender has an error; where it is kept all the same, he is told so first."""
    sender = archive.sender.first
    due = soon(30)
    with fragile.frozen():
        number = archive.send(due)
        hear(sender, number, "error")
    fence = archive.send(due)
    hear(sender, fence, "scheduled", "sent")
    if archive.kept(number) is None:
        assert told(sender, number) == ["error"]
        archive.nobody_has(number)
    else:
        heard = hear(sender, number, "scheduled", "sent")
        assert heard[:2] == ["error", "scheduled"]
        archive.each_has_one([number])
