"""How often something may happen: to each sender, in a bounded memory, and in all."""

from collections import OrderedDict
from collections.abc import Callable

from bot.domain.pacing import TokenBucket

MAX_SENDERS = 10_000  #: remembered; the longest silent is forgotten first


class SenderLimit:
    """For each bare JID `rate` a second, and `burst` at once.

    `clock` is monotonic, in seconds.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        rate: int,
        burst: int,
        max_senders: int = MAX_SENDERS,
    ) -> None:
        self._clock = clock
        self._rate = rate
        #: of senders who were silent so far
        self.burst = burst
        self._max_senders = max_senders
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()
        #: how many were not permitted
        self.dropped = 0

    def permits(self, sender: str) -> bool:
        """Whether there may be one more now; counts those that may not."""
        now = self._clock()
        bucket = self._buckets.pop(sender, None)
        if bucket is None:
            bucket = TokenBucket(self._rate, burst=self.burst, now=now)
        self._buckets[sender] = bucket
        if len(self._buckets) > self._max_senders:
            self._buckets.popitem(last=False)
        allowed = bool(bucket.take(1, now=now))
        self.dropped += not allowed
        return allowed


class Limit:
    """For all together `rate` a second, and `burst` at once."""

    def __init__(self, clock: Callable[[], float], *, rate: int, burst: int) -> None:
        self._clock = clock
        self._bucket = TokenBucket(rate, burst=burst, now=clock())

    def permits(self) -> bool:
        """Whether there may be one more now."""
        return bool(self._bucket.take(1, now=self._clock()))
