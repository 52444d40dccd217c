"""Imports: a file is read and judged as a whole, then its people are put on a list.

    records ─► staging ─► slices, each one transaction ─► the list

On SQLite a transaction keeps every other writer waiting, the running service
among them. So slices are as large as fits into a few milliseconds, and between
two of them there is time for others.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from bot.domain.access import Caller
from bot.domain.errors import CarillonError, Invalid, NotAllowed
from bot.domain.people import Person
from bot.domain.people_files import Record, Rejected, clean, rejected
from bot.domain.phrase import Phrase
from bot.service.ports.staging import BadLine, Enrolment, Records, Staging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.enrolling import Enrolling
from bot.service.readers.subscribers import list_named
from bot.service.rules.rights import admins_only

#: seconds of CPU that a slice should take: what SQLite does, it does in our thread;
#: PostgreSQL works elsewhere and keeps nobody waiting, so there slices are large
SLICE_SECONDS = 0.005
#: how long others may go first after each, as a share of what it took
PAUSE_RATIO = 0.25
#: people in a slice, at least and at most; with fewer than a hundred nearly all that
#: a transaction costs is its own, so that smaller ones are no shorter, only more
SMALLEST_SLICE, LARGEST_SLICE = 100, 2_000
#: lines that are judged between two signs of progress
_LINES_PER_SIGN = 1_000


class Done(NamedTuple):
    """What became of a slice."""

    counts: Enrolment
    people: int
    #: of CPU, that it took
    seconds: float


class Import:
    """One file for one list, as `caller` asks for it."""

    def __init__(
        self,
        enrolling: Enrolling,
        caller: Caller,
        staging: Staging,
        list_name: str,
        *,
        welcome: bool,
        rejoin: bool,
        said: Callable[[Phrase], str] = str,
    ) -> None:
        """`said` puts what is wrong with a line into the language of its reader."""
        self._enrolling = enrolling
        self._caller = caller
        self._staging = staging
        self._list_name = list_name
        self._welcome, self._rejoin = welcome, rejoin
        self._said = said
        self._size = SMALLEST_SLICE
        #: lines with the service's own address, which are passed over
        self.own = 0
        self.counts = Enrolment()
        #: how many people were dealt with so far
        self.done = 0

    def allow(self, uow: UnitOfWork) -> None:
        """Before anything is read; raises NotFound, NotAllowed or Invalid."""
        admins_only(self._caller)
        entry = list_named(uow, self._list_name)
        if self._welcome and entry.welcome is None:
            raise Invalid(
                Phrase("The list {name!r} has no welcome.", name=entry.name),
                field="welcome",
            )

    def read(self, records: Records) -> Iterator[int]:
        """Judge every line; yields how many people and faults there are so far."""
        judged, count = map(self._judge, records), 0
        while batch := list(islice(judged, _LINES_PER_SIGN)):
            good = [one for one in batch if one and not isinstance(one, Rejected)]
            self._staging.add(good)
            for one in batch:
                if isinstance(one, Rejected):
                    why = clean(self._said(one.why))
                    self._staging.refuse(BadLine(one.line, one.value, why))
            count += len(batch)
            yield count

    def _judge(self, record: Record | Rejected) -> Record | Rejected | None:
        """None for the service's own address, which stands in listings of users."""
        if isinstance(record, Rejected):
            return record
        line, person = record
        try:
            return line, self._enrolling.check(person)
        except NotAllowed:
            self.own += 1
            return None
        except CarillonError as error:
            return rejected(line, person.jid, error.phrase)

    def slices(self) -> Iterator[Sequence[Person]]:
        """The people, slice by slice; each is done before the next is asked for.

        What is committed stays, so an import that was cut off may run again.
        """
        after = ""
        while people := self._staging.page(after, self._size):
            yield people
            after = people[-1].jid

    def would_put(self, uow: UnitOfWork, people: Sequence[Person]) -> Done:
        """What `put` would do; nobody waits for it, so slices soon are the largest."""
        found = self._enrolling.would_put(
            uow, self._caller, self._list_name, people, rejoin=self._rejoin
        )
        return Done(found, len(people), seconds=0.0)

    def put(self, uow: UnitOfWork, people: Sequence[Person]) -> Done:
        began = time.thread_time()
        done = self._enrolling.put(
            uow,
            self._caller,
            self._list_name,
            people,
            welcome=self._welcome,
            rejoin=self._rejoin,
        )
        return Done(done, len(people), seconds=time.thread_time() - began)

    def count(self, done: Done) -> float:
        """Add up a slice that is committed; the seconds that others may go first."""
        self.counts = self.counts.plus(done.counts)
        self.done += done.people
        seconds = max(done.seconds, 0.0001)
        fitting = int(self._size * SLICE_SECONDS / seconds)
        self._size = max(SMALLEST_SLICE, min(LARGEST_SLICE, 2 * self._size, fitting))
        return seconds * PAUSE_RATIO

    @property
    def there(self) -> int:
        """How many stood on the list before."""
        added, _, *absent = self.counts
        return self.done - added - (0 if self._rejoin else sum(absent))

    @property
    def summary(self) -> str:
        """What the file holds, for the audit trail."""
        staging = self._staging
        return (
            f"people {staging.people}, duplicates {staging.duplicates},"
            f" bad lines left out {staging.faults}"
        )
