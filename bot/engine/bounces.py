"""Bounces that wait to be recorded: each delivery once, and bounded.

Anybody can return his own messages as errors, as often as he likes. So what waits is
one bounce for each broadcast and reader, the newest; of one reader it is a share; and
what this process had already of that delivery neither goes before an announcement's
own record nor keeps a first bounce out.
"""

from collections import Counter, OrderedDict
from collections.abc import Collection

from bot.service.delivery.outcomes import Bounce

#: bounces that wait, of all readers and of one
MAX_WAITING, MAX_OF_ONE = 100_000, 20
#: deliveries that are remembered to have bounced; the oldest are forgotten first
MAX_KNOWN = 100_000


class Bounces:
    def __init__(
        self, max_waiting: int = MAX_WAITING, max_known: int = MAX_KNOWN
    ) -> None:
        self._max_waiting, self._max_known = max_waiting, max_known
        #: by broadcast and reader: those that are the first of their delivery
        self._first: dict[str, dict[str, Bounce]] = {}
        #: and those that are not
        self._again: dict[tuple[str, str], Bounce] = {}
        self._of_one: Counter[str] = Counter()
        self._waiting = 0
        self._known: OrderedDict[int, None] = OrderedDict()
        #: how many there was no room for
        self.dropped = 0

    def __len__(self) -> int:
        return self._waiting

    def add(self, bounce: Bounce) -> bool:
        """Whether it was taken as the first of its delivery."""
        key, jid = bounce.broadcast_key, bounce.jid
        first = self._first.get(key, {})
        if jid in first:
            first[jid] = bounce
        elif (key, jid) in self._again:
            self._again[key, jid] = bounce
        elif self._of_one[jid] >= MAX_OF_ONE:
            self.dropped += 1
        elif hash((key, jid)) in self._known:
            self._add_again(bounce)
        else:
            return self._add_first(bounce)
        return False

    def _add_again(self, bounce: Bounce) -> None:
        if len(self) >= self._max_waiting:
            self.dropped += 1
            return
        self._again[bounce.broadcast_key, bounce.jid] = bounce
        self._came(bounce.jid)

    def _add_first(self, bounce: Bounce) -> bool:
        if len(self) >= self._max_waiting:
            self.dropped += 1
            if not self._again:
                return False
            del self._again[leaves := next(iter(self._again))]
            self._left(leaves[1])
        self._first.setdefault(bounce.broadcast_key, {})[bounce.jid] = bounce
        self._came(bounce.jid)
        return True

    def of(self, broadcast_keys: Collection[str], limit: int) -> list[Bounce]:
        """Take first bounces of these broadcasts out."""
        taken: list[Bounce] = []
        for key in broadcast_keys:
            readers = self._first.get(key, {})
            while readers and len(taken) < limit:
                jid = next(iter(readers))
                taken.append(self._take_first(key, jid))
        return taken

    def oldest(self, limit: int) -> list[Bounce]:
        """Take any out: first ones before others."""
        taken = self.of(list(self._first)[:limit], limit)
        while self._again and len(taken) < limit:
            key, jid = next(iter(self._again))
            taken.append(self._again.pop((key, jid)))
            self._left(jid)
        return taken

    def _take_first(self, key: str, jid: str) -> Bounce:
        readers = self._first[key]
        bounce = readers.pop(jid)
        if not readers:
            del self._first[key]
        self._left(jid)
        self._known[hash((key, jid))] = None
        if len(self._known) > self._max_known:
            self._known.popitem(last=False)
        return bounce

    def _came(self, jid: str) -> None:
        self._waiting += 1
        self._of_one[jid] += 1

    def _left(self, jid: str) -> None:
        self._waiting -= 1
        self._of_one[jid] -= 1
        if not self._of_one[jid]:
            del self._of_one[jid]
