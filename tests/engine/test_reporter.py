"""What owners are to be told reaches them, and one notice holds up no other."""

import asyncio
from collections.abc import Sequence

import pytest
from structlog.testing import capture_logs

from bot.domain.addresses import Addresses
from bot.domain.message import Announcement, MessageType, Text
from bot.domain.updates import Update, WireState
from bot.engine.reporter import Reporter
from bot.engine.wire import Delivery, Stencil, StreamLost
from bot.service.ports.notices import Notice
from bot.xmpp.writing.stencil import Moment, cut
from tests.fakes import FakeWire, Loss
from tests.world import ADMIN, NOON, OPS, SERVICE, World

SENT = Update(job="monthly", status=WireState.SENT, due_at=NOON)
HELD = Text(language="de", body="Angehalten.")


def keep(world: World, *notices: tuple[str, Update | Text]) -> None:
    for to, said in notices:
        notice = Notice(to=to, said=said, created_at=NOON)
        world.do(lambda unit, one: unit.notices.add(one), notice)


def report(world: World, wire: FakeWire) -> None:
    asyncio.run(Reporter(world.database, wire, SERVICE).step())


def test_updates_are_headlines_and_words_are_messages(world: World) -> None:
    """A notice goes out once, as what it is, in the service's name."""
    keep(world, (ADMIN, SENT), (OPS, HELD))
    wire = FakeWire()
    report(world, wire)
    headline, message = wire.announcements[ADMIN], wire.announcements[OPS]
    assert (headline.type, headline.update) == (MessageType.HEADLINE, SENT)
    assert headline.texts == ()
    assert (message.type, message.update) == (MessageType.CHAT, None)
    assert message.texts == (HELD,)
    assert {headline.sender, message.sender} == {SERVICE}
    assert world.notices() == []


@pytest.mark.parametrize("blamed", [False, True])
def test_what_the_server_never_took_is_told_again(world: World, blamed: bool) -> None:
    """Over a lost stream a notice stays, and goes again under the same id: at once,
    or, where it may be what ended the stream, after a minute.
    """
    keep(world, (ADMIN, SENT), (OPS, HELD))
    ids = []

    def lose_once(deliveries: Sequence[Delivery]) -> Loss | None:
        ids.append([one.id for one in deliveries])
        return Loss(taken=0, blamed=blamed) if len(ids) == 1 else None

    wire = FakeWire(lose_once)
    with pytest.raises(StreamLost):
        report(world, wire)
    wire.up()
    report(world, wire)
    assert len(ids) == 1 + (not blamed)
    world.clock.advance(minutes=2)
    report(world, wire)
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2
    assert world.notices() == []


class CheckingWire(FakeWire):
    """Refuses what cannot be written as XML, as a connection does."""

    def stencil(self, announcement: Announcement) -> Stencil:
        cut(
            announcement,
            Addresses(service=SERVICE, component=True),
            Moment(lambda: NOON),
        )
        return super().stencil(announcement)


def test_one_that_cannot_be_sent_is_dropped(world: World) -> None:
    """A notice that no stanza can carry is logged and gone; the others go out."""
    broken = Update(job="\ufffe", status=WireState.SENT)
    keep(
        world,
        (ADMIN, broken),
        (OPS, Text(language="en", body="\ufffe")),
        ("a\x01b@example.org", SENT),
        (ADMIN, SENT),
    )
    wire = CheckingWire()
    with capture_logs() as told:
        report(world, wire)
    assert [to for to, _ in wire.taken] == [ADMIN]
    assert wire.announcements[ADMIN].update == SENT
    assert [line["log_level"] for line in told].count("error") == 3
    assert world.notices() == []
