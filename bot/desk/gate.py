"""Who comes in at all: judged from memory, before any door and any transaction.

Each stanza that somebody may send as often as he likes is counted here for its sender.
Whoever has a role of his own (admin, publisher, auditor) has a share of his own, too,
which no flood of others can use up:

    PER_SENDER       of one sender
    PER_DOMAIN       of all strangers of one domain, which has as many senders as it
                     cares to make up
    ALL_STRANGERS    of all strangers, for one may own many domains
    ALL_OTHERS       of all who have no role of their own: what the event loop has time
                     for, since a stanza costs a tenth of a millisecond

What is beyond is refused (`refuses` says how often, for an answer costs, too) or
dropped.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.desk.sender_limit import Limit, SenderLimit
from bot.domain.access import Caller, Role
from bot.domain.jid import domain_of


@dataclass(frozen=True, slots=True)
class Share:
    """Stanzas: `rate` a second, and `burst` at once."""

    rate: int
    burst: int

    def of_each(self, clock: Callable[[], float]) -> SenderLimit:
        return SenderLimit(clock, rate=self.rate, burst=self.burst)

    def of_all(self, clock: Callable[[], float]) -> Limit:
        return Limit(clock, rate=self.rate, burst=self.burst)


#: a client that asks about fifty lists as soon as it sees them is no flood
PER_SENDER = Share(10, 150)
PER_DOMAIN = Share(50, 500)
ALL_STRANGERS = Share(200, 1_000)
#: the readers of a large list ask what we are as soon as we have appeared
ALL_OTHERS = Share(1_000, 3_000)
REFUSALS = Share(50, 100)
#: messages that one reader returns: anybody can return his own as often as he likes
RETURNS = Share(50, 500)


class Gate:
    """`clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._senders = PER_SENDER.of_each(clock)
        #: of those who have a role: a flood of others forgets none of them
        self._named = PER_SENDER.of_each(clock)
        self._domains = PER_DOMAIN.of_each(clock)
        self._strangers = ALL_STRANGERS.of_all(clock)
        self._others = ALL_OTHERS.of_all(clock)
        self._refusals = REFUSALS.of_all(clock)
        self._returns = RETURNS.of_each(clock)
        #: how many did not come in
        self.turned_away = 0

    def admits(self, caller: Caller, *, request: bool = False) -> bool:
        """Whether one more stanza of his may come in now; counts those that may not.

        `request`: the desk counts it for its sender, by what is configured.
        """
        admitted = self._admits(caller, request)
        self.turned_away += not admitted
        return admitted

    def takes_back(self, jid: str) -> bool:
        """Whether one more message may come back from a bare JID; counts those that
        may not.
        """
        taken = self._returns.permits(jid)
        self.turned_away += not taken
        return taken

    def refuses(self) -> bool:
        """Whether there is time to tell somebody that he was turned away."""
        return self._refusals.permits()

    def _admits(self, caller: Caller, request: bool) -> bool:
        is_stranger = caller.role is Role.STRANGER
        senders = self._named if has_role(caller) else self._senders
        # the narrowest first: what it turns away uses up nobody else's share
        counted = request and not is_stranger
        if not counted and not senders.permits(caller.owner):
            return False
        if has_role(caller):
            return True
        if is_stranger:
            return (
                self._domains.permits(domain_of(caller.owner))
                and self._strangers.permits()
                and self._others.permits()
            )
        return self._others.permits()


def has_role(caller: Caller) -> bool:
    """Whether the operator has named him."""
    return caller.role in {Role.ADMIN, Role.PUBLISHER} or caller.is_auditor
