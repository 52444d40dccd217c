"""The fortnight from its beginning to its end, the model beside the service."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.domain.access import Access
from bot.domain.addresses import Addresses
from bot.service.rules.policy import Policy
from bot.store import upgrade
from tests.fakes import FakeClock
from tests.fortnight import script
from tests.fortnight.model import STEP, Letter
from tests.fortnight.model import Inboxes as Expected
from tests.fortnight.plays import ModelPlay
from tests.fortnight.service_play import LIST, ZONE, ServicePlay
from tests.fortnight.shown import Feeds
from tests.fortnight.stage import Inboxes, staged
from tests.servers.xmpp_server import XmppServer
from tests.world import ADMIN, World, a_list, a_policy

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Outcome:
    """Of each reader what he got and what he was to get; how often he got it again."""

    got: dict[str, list[Letter]]
    expected: dict[str, list[Letter]]
    again: int
    messages: int
    #: how many may be on their way at once
    window: int

    @property
    def differences(self) -> Iterator[str]:
        for jid, expected in self.expected.items():
            got = self.got.get(jid, [])
            yield from (f"{jid} lacks {one}" for one in expected if one not in got)
            yield from (f"{jid} has {one}" for one in got if one not in expected)
            if sorted(got) != sorted(expected):
                yield f"{jid}: {len(got)} of {len(expected)}"


def run(server: XmppServer, folder: Path, count: int, seed: int) -> Outcome:
    clock = FakeClock(script.BEGIN)
    policy = _policy(server)
    url = f"sqlite:///{folder / 'carillon.db'}"
    upgrade.upgrade(url, policy.addresses.own)
    entry = a_list(LIST, timezone=ZONE)
    with closing(
        World(url, lists=[entry], clock=clock, policy=policy, templates=TEMPLATES)
    ) as world:
        feeds = folder / "feeds"
        feeds.mkdir()
        return asyncio.run(_played(server, world, feeds, count, seed))


def _policy(server: XmppServer) -> Policy:
    usual = a_policy()
    access = Access(
        admins=frozenset({ADMIN}),
        publishers=frozenset(),
        auditors=frozenset(),
        domains=frozenset({server.spares[0]}),
    )
    addresses = Addresses(service=server.component, component=True)
    return replace(usual, access=access, addresses=addresses)


async def _played(
    server: XmppServer, world: World, folder: Path, count: int, seed: int
) -> Outcome:
    clock = world.clock
    people = script.readers(count, server.spares[0])
    happens = script.events(people, seed)
    expected = Expected(people)
    model, service = ModelPlay(expected), ServicePlay(world)
    feeds = Feeds(world, folder, model.works)
    for one in people:
        service.meet(one)
    is_down = False
    window = max(count // 5, 4)
    async with staged(server, world, clock, window) as stage:
        for now in script.steps():
            clock.set(now)
            if now == script.DOWN:
                await stage.end()
                is_down = True
            if now == script.UP:
                await stage.start()
                is_down = False
            if is_down:
                continue
            here = happens.get(now, [])
            dies = now in script.KILLED
            told = any(one in script.STORY for one in here)
            model.works.pass_to(now)
            # by its own account; where the model says that there is, it comes too late
            busy = bool(here) or stage.is_due()
            if busy:
                await stage.settle(dies=dies and not told)
            for event in here:
                model.do(event)
                service.do(event)
            if here:
                model.works.pass_to(now)
                await stage.settle(dies=dies and told)
            await feeds.look(now, busy=busy)
        return _outcome(expected, stage.inboxes, window)


def _outcome(expected: Expected, inboxes: Inboxes, window: int) -> Outcome:
    got: dict[str, list[Letter]] = {}
    by_id: dict[tuple[str, str], tuple[str, str]] = {}
    again = 0
    for to, moment, id_, amends, body in inboxes.letters:
        if (to, id_) in by_id:
            assert by_id[to, id_] == (amends, body), f"{to}: two texts of {id_}"
            again += 1
            continue
        by_id[to, id_] = amends, body
        corrects = ""
        if amends:  # what has come before, or that is a difference, too
            corrects = by_id.get((to, amends), ("", "what he has not got"))[1]
        got.setdefault(to, []).append(Letter(_step(moment), body, corrects))
    wanted = {jid: one.inbox for jid, one in expected.readers.items()}
    assert got.keys() <= wanted.keys()
    return Outcome(got, wanted, again, len(inboxes.letters), window)


def _step(moment: datetime) -> datetime:
    return moment - (moment - script.BEGIN) % STEP
