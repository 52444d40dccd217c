"""Sessions of commands: who has which form open, for how long, and how many.

A session belongs to the full JID that opened it. It ends after a quarter of an hour in
which nothing was answered, when its owner opens more than he may have (the oldest
then), or when there are too many of all: of those without a role the oldest, or nobody
who has one could be kept out by others. So abandoned ones cost a bounded memory.
"""

from asyncio import Lock
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.desk.gate import has_role
from bot.dialogues.play import Play
from bot.xmpp.stanzas.data_forms import FormField

LIFE_SECONDS = 15 * 60  #: since the last answer
MAX_OF_ONE = 20  #: of one person, all his clients together
MAX_OF_ALL = 1_000  #: of all who have no role; as many of those who have


@dataclass(slots=True, kw_only=True)
class Session:
    id: str
    #: the full JID that opened it
    owner: str
    #: the address at which it was opened
    address: str
    play: Play
    #: of the form that it shows
    fields: Sequence[FormField] = ()
    #: held while a step is carried out: a second tap comes after the first
    lock: Lock = field(default_factory=Lock)
    until: float = 0.0


class Sessions:
    """`clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        #: those of people with a role, of all others; by id, the oldest answer first
        self._named: OrderedDict[str, Session] = OrderedDict()
        self._others: OrderedDict[str, Session] = OrderedDict()

    def __len__(self) -> int:
        return len(self._named) + len(self._others)

    def open(self, session: Session) -> None:
        self._sweep()
        person = session.play.talk.jid
        kept = self._named if has_role(session.play.talk.caller) else self._others
        theirs = [one.id for one in kept.values() if one.play.talk.jid == person]
        if len(theirs) >= MAX_OF_ONE:
            del kept[theirs[0]]
        if len(kept) >= MAX_OF_ALL:
            kept.popitem(last=False)
        session.until = self._clock() + LIFE_SECONDS
        kept[session.id] = session

    def find(self, id_: str, owner: str, address: str) -> Session | None:
        """None: there is none, it is another's, or it is over."""
        self._sweep()
        for kept in (self._named, self._others):
            found = kept.get(id_)
            if found and (found.owner, found.address) == (owner, address):
                found.until = self._clock() + LIFE_SECONDS
                kept.move_to_end(id_)
                return found
        return None

    def has(self, session: Session) -> bool:
        """Whether it is still open."""
        return session.id in self._named or session.id in self._others

    def close(self, session: Session) -> None:
        self._named.pop(session.id, None)
        self._others.pop(session.id, None)

    def _sweep(self) -> None:
        """All live equally long, so the oldest answers are over first."""
        now = self._clock()
        for kept in (self._named, self._others):
            while kept and next(iter(kept.values())).until <= now:
                kept.popitem(last=False)
