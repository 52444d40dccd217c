"""A wire that keeps what each reader has got, in order; and what he is to have."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from bot.domain.amendment import Amendment
from bot.domain.message import Text
from bot.domain.schedule import Origin, Schedule, TextContent
from bot.engine.wire import Delivery
from tests.fakes import FakeBarrier, FakeStencil, FakeWire
from tests.world import ADMIN, World


class Got(NamedTuple):
    """One message, as it came in."""

    id: str
    body: str
    amends: Amendment | None = None
    original: str = ""


class InboxWire(FakeWire):
    """What the server takes is there."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # as they are
        self.inboxes: dict[str, list[Got]] = defaultdict(list)

    async def write(self, deliveries: Sequence[Delivery]) -> FakeBarrier:
        before = len(self.taken)
        try:
            return await super().write(deliveries)
        finally:
            for one in deliveries[: len(self.taken) - before]:
                assert isinstance(one.stencil, FakeStencil)
                told = one.stencil.announcement
                got = Got(one.id, told.texts[0].body, told.amends, one.original)
                self.inboxes[one.to].append(got)

    def read(self, jid: str) -> list[tuple[str, Amendment | None]]:
        """What he sees, repeats under an id that he has left out."""
        return [(one.body, one.amends) for one in dict.fromkeys(self.inboxes[jid])]

    def check_ids(self) -> None:
        """No id has two texts, and each amendment is of the first message."""
        for got in self.inboxes.values():
            seen: dict[str, Got] = {}
            for one in got:
                assert seen.setdefault(one.id, one) == one
                assert (one.amends is None) == (not one.original)
                if one.original:
                    assert one.original == got[0].id != one.id


def said(body: str) -> TextContent:
    return TextContent(texts=(Text(language="en", body=body),))


def correct(world: World, job: Schedule, body: str, **how: Any) -> Schedule:
    """Its latest broadcast, by an admin."""
    number, caller = world.broadcast(job).id, world.caller(ADMIN)
    ask = world.use_cases.amending.correct
    text, origin = said(body), Origin.COMMAND
    return world.do(lambda unit: ask(unit, caller, number, text, origin=origin, **how))


def retract(world: World, job: Schedule) -> Schedule:
    number, caller = world.broadcast(job).id, world.caller(ADMIN)
    ask, origin = world.use_cases.amending.retract, Origin.COMMAND
    return world.do(lambda unit: ask(unit, caller, number, origin=origin))
