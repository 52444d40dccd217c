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

    @property
    def person(self) -> str:
        return self.play.talk.jid


class _Shelf:
    """Sessions by id and by person, the oldest answer first: so one more costs the
    same, however many there are.
    """

    def __init__(self) -> None:
        self.by_id: OrderedDict[str, Session] = OrderedDict()
        self._of: dict[str, OrderedDict[str, None]] = {}

    def put(self, session: Session) -> None:
        """The last; what is too much is dropped for it."""
        theirs = self._of.get(session.person, OrderedDict())
        if len(theirs) >= MAX_OF_ONE:
            self.drop(next(iter(theirs)))
        if len(self.by_id) >= MAX_OF_ALL:
            self.drop(next(iter(self.by_id)))
        self.by_id[session.id] = session
        self._of.setdefault(session.person, OrderedDict())[session.id] = None

    def touch(self, session: Session) -> None:
        self.by_id.move_to_end(session.id)
        self._of[session.person].move_to_end(session.id)

    def drop(self, id_: str) -> None:
        session = self.by_id.pop(id_, None)
        if session is None:
            return
        theirs = self._of[session.person]
        del theirs[id_]
        if not theirs:
            del self._of[session.person]


class Sessions:
    """`clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        #: those of people with a role, and those of all others
        self._named, self._others = _Shelf(), _Shelf()

    def __len__(self) -> int:
        return len(self._named.by_id) + len(self._others.by_id)

    def open(self, session: Session) -> None:
        self._sweep()
        session.until = self._clock() + LIFE_SECONDS
        named = has_role(session.play.talk.caller)
        (self._named if named else self._others).put(session)

    def find(self, id_: str, owner: str, address: str) -> Session | None:
        """None: there is none, it is another's, or it is over."""
        self._sweep()
        for shelf in (self._named, self._others):
            found = shelf.by_id.get(id_)
            if found and (found.owner, found.address) == (owner, address):
                found.until = self._clock() + LIFE_SECONDS
                shelf.touch(found)
                return found
        return None

    def has(self, session: Session) -> bool:
        """Whether it is still open."""
        shelves = (self._named, self._others)
        return any(session.id in shelf.by_id for shelf in shelves)

    def close(self, session: Session) -> None:
        self._named.drop(session.id)
        self._others.drop(session.id)

    def _sweep(self) -> None:
        """All live equally long, so the oldest answers are over first."""
        now = self._clock()
        for shelf in (self._named, self._others):
            while shelf.by_id:
                oldest = next(iter(shelf.by_id.values()))
                if oldest.until > now:
                    break
                shelf.drop(oldest.id)
