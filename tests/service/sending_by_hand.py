"""A worker, a retrier and a server, step by step: an engine without its loop.

Each step is one that a crash may follow. The server keeps what everybody has got.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from bot.domain.amendment import Amendment
from bot.domain.broadcast import DeliveryException
from bot.domain.identity import MessageIds
from bot.domain.message import Announcement
from bot.service.delivery import waiting
from bot.service.delivery.jobs import Deviation, Job, Repeat, Step
from bot.service.delivery.outcomes import Bounce
from bot.service.ports.unit_of_work import UnitOfWork
from tests.engine.inboxes import Got
from tests.world import World

IDS = MessageIds(b"a key of sixteen")
#: messages that a worker has on their way at most, and chunks that it has in hand
WINDOW, PLACES = 4, 2
#: seconds after which somebody else may claim what a silent worker held
LEASE = 31


@dataclass
class Server:
    """Takes everything; returns what goes to some, as often as is said."""

    #: by reader: how often a message to him still comes back for a while
    busy: dict[str, int] = field(default_factory=dict)
    #: to whom nothing ever comes
    refusing: frozenset[str] = frozenset()
    inboxes: dict[str, list[Got]] = field(default_factory=lambda: defaultdict(list))

    def take(
        self, jid: str, key: str, told: Announcement, original: str
    ) -> Bounce | None:
        """The bounce that comes of a message, None where it is in his inbox."""
        if jid in self.refusing:
            return Bounce(broadcast_key=key, jid=jid, condition="forbidden",
                          error_type="cancel")  # fmt: skip
        if self.busy.get(jid, 0) > 0:
            self.busy[jid] -= 1
            return Bounce(broadcast_key=key, jid=jid, condition="remote-server-timeout",
                          error_type="wait")  # fmt: skip
        first = IDS.of(original).to(jid) if original else ""
        got = Got(IDS.of(key).to(jid), told.texts[0].body, told.amends, first)
        self.inboxes[jid].append(got)
        return None


@dataclass
class Hand:
    """A chunk in hand."""

    job: Job
    #: what was written and is not acknowledged: steps, with what came back of each
    written: list[tuple[Step, int, list[Bounce]]] = field(default_factory=list)
    #: up to where it was read, and written
    at: int = 0
    reached: int = 0
    #: nothing more is written before the chunk is looked at again
    ended: bool = False


class Worker:
    def __init__(self, world: World, server: Server, name: str) -> None:
        self._world = world
        self._server = server
        self.name = name
        self.hands: dict[int, Hand] = {}
        #: for tests: the broadcast, the edition, the reader and the amendment of all
        #: that was written
        self.log: list[tuple[int, int, str, Amendment | None]] = []

    @property
    def underway(self) -> int:
        return sum(n for hand in self.hands.values() for _, n, _ in hand.written)

    def claim(self) -> bool:
        if len(self.hands) >= PLACES:
            return False
        progress = self._world.chunk_progress
        job = self._world.do(
            progress.claim, self.name, tuple(self.hands), False, WINDOW
        )
        if job is None:
            return False
        self._take(job, 0)
        return True

    def _take(self, job: Job, reached: int) -> None:
        self.hands[job.chunk.id] = Hand(job=job, at=job.chunk.through, reached=reached)

    def write(self, count: int, *, latest: bool = False) -> bool:
        """The next readers of one of the chunks in hand, the first that has any, or
        the last.
        """
        hands = list(self.hands.values())
        for hand in reversed(hands) if latest else hands:
            room = min(count, WINDOW - self.underway)
            if room <= 0 or hand.ended or hand.at >= hand.job.until:
                continue
            self._write(hand, room)
            return True
        return False

    def _write(self, hand: Hand, count: int) -> None:
        world, job = self._world, hand.job
        page = world.do(world.chunk_progress.recipients, job, hand.at, count)
        through = page[-1].position if len(page) == count else job.until
        passed: list[Deviation] = []
        back: list[Bounce] = []
        written = 0
        for reader in page:
            if reader.unreached:
                continue
            outgoing = job.of(reader.position)
            deviation = waiting.passed_over(outgoing, reader, world.clock.now())
            if deviation is not None:
                passed.append(deviation)
                continue
            told = world.do(world.renditions.announcement, outgoing, reader)
            self.log.append(
                (job.broadcast.id, outgoing.edition, reader.jid, told.amends)
            )
            key, original = job.broadcast.key, job.original_key or ""
            bounce = self._server.take(reader.jid, key, told, original)
            back += [bounce] if bounce else []
            written += 1
            hand.reached = max(hand.reached, reader.position)
        hand.at = through
        step = Step(
            chunk_id=job.chunk.id,
            broadcast_key=job.broadcast.key,
            through=through,
            done=written + len(passed),
            exceptions=passed,
        )
        hand.written.append((step, written, back))

    def acknowledge(self) -> bool:
        """What was written first; a chunk of which nothing is on its way and nothing is
        to be written is done, or looked at again.
        """
        for hand in list(self.hands.values()):
            if hand.written:
                self._record(hand)
                return True
            if hand.ended or hand.at >= hand.job.until:
                self._look_again(hand)
                return True
        return False

    def _record(self, hand: Hand) -> None:
        step, _, back = hand.written.pop(0)
        progress = self._world.chunk_progress
        going = self._world.do(progress.record, self.name, [step], back)
        hand.ended = hand.ended or step.chunk_id not in going
        if step.through >= hand.job.chunk.last and not hand.written:
            del self.hands[step.chunk_id]

    def _look_again(self, hand: Hand) -> None:
        chunk_id = hand.job.chunk.id
        del self.hands[chunk_id]
        refresh = self._world.chunk_progress.refresh
        job = self._world.do(refresh, self.name, chunk_id, hand.reached)
        if job is not None:
            self._take(job, hand.reached)

    def lose_stream(self) -> None:
        """What was on its way will not be recorded, though it may be there."""
        for hand in self.hands.values():
            hand.written.clear()
            hand.ended = True


class Retrying:
    """What the retrier does, broken off where a test likes."""

    def __init__(self, world: World, server: Server) -> None:
        self._world = world
        self._server = server
        #: as a worker's
        self.log: list[tuple[int, int, str, Amendment | None]] = []

    def step(self, upto: str = "recorded") -> bool:
        """Claim, write, record: `upto` one of claimed, written, recorded."""
        world = self._world
        claimed = world.do(world.outcomes.retries, 5)
        if upto != "claimed":
            for one in claimed:
                self._repeat(one, recorded=upto == "recorded")
        return bool(claimed)

    def _repeat(self, claimed: DeliveryException, *, recorded: bool) -> None:
        world = self._world
        for repeat in world.do(world.outcomes.repeats, [claimed]):
            bounce = self._written(repeat)
            if recorded:
                if bounce is not None:
                    world.do(_record_bounce, world, bounce)
                world.do(world.outcomes.repeated, [claimed])

    def _written(self, repeat: Repeat) -> Bounce | None:
        told, one = repeat.announcement, repeat.exception
        self.log.append((one.broadcast_id, one.edition or 0, one.jid, told.amends))
        original = repeat.original_key or ""
        return self._server.take(one.jid, repeat.broadcast_key, told, original)


def _record_bounce(unit: UnitOfWork, world: World, bounce: Bounce) -> None:
    world.chunk_progress.record(unit, "retrier", [], [bounce])
