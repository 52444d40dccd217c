"""Imports: a file is read and judged as a whole, then its people are put on a list.

    records ─► staging ─► slices, each one transaction ─► the list

On SQLite a transaction keeps every other writer waiting, the running service
among them. So slices are as large as fits into a few milliseconds, and between
two of them there is time for others.
"""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from bot.domain.access import Caller
from bot.domain.audit import Asked
from bot.domain.errors import CarillonError, Invalid
from bot.domain.people import Person
from bot.domain.people_files import Record, Rejected, clean, rejected
from bot.domain.phrase import Phrase
from bot.service.ports.outside import Database
from bot.service.ports.staging import BadLine, Enrolment, Records, Staging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.enrolling import Enrolling
from bot.service.readers.subscribers import list_named
from bot.service.records.audit import Audit
from bot.service.rules.rights import admins_only

#: seconds of CPU that a slice should take: what SQLite does, it does in our thread;
#: PostgreSQL works elsewhere and keeps nobody waiting, so there slices are large
SLICE_SECONDS = 0.005
#: how long others may go first after a slice, as a part of the time that it took
PAUSE_RATIO = 0.25
#: people in a slice: in the first one, and at least and at most in those after it
FIRST_SLICE, SMALLEST_SLICE, LARGEST_SLICE = 100, 10, 2_000
#: lines that are judged between two signs of progress
_LINES_PER_SIGN = 1_000


class Import:
    """One file for one list, as `caller` asks for it."""

    def __init__(
        self,
        enrolling: Enrolling,
        audit: Audit,
        staging: Staging,
        asked: Asked,
        list_name: str,
        *,
        welcome: bool,
        said: Callable[[Phrase], str] = str,
    ) -> None:
        """`said` puts what is wrong with a line into the language of its reader."""
        self._enrolling = enrolling
        self._audit = audit
        self._staging = staging
        self._asked = asked
        self._list_name = list_name
        self._welcome = welcome
        self._said = said
        self.added = 0
        #: those who stood on the list before
        self.there = 0
        #: those whose language or zone was another before
        self.changed = 0

    @property
    def _caller(self) -> Caller:
        return self._asked.caller

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
            self._staging.add([one for one in batch if not isinstance(one, Rejected)])
            for one in batch:
                if isinstance(one, Rejected):
                    why = clean(self._said(one.why))
                    self._staging.refuse(BadLine(one.line, one.value, why))
            count += len(batch)
            yield count

    def _judge(self, record: Record | Rejected) -> Record | Rejected:
        if isinstance(record, Rejected):
            return record
        line, person = record
        try:
            return line, self._enrolling.check(person)
        except CarillonError as error:
            return rejected(line, person.jid, error.phrase)

    def look(self, database: Database) -> Iterator[int]:
        """What `write` would do; yields how many were looked up so far."""
        after = ""
        while people := self._staging.page(after, LARGEST_SLICE):
            found = database.look(
                self._enrolling.would_put, self._caller, self._list_name, people
            )
            self._count(found, len(people))
            yield self.added + self.there
            after = people[-1].jid

    def write(self, database: Database) -> Generator[int, None, None]:
        """Slice by slice; yields how many people were dealt with so far.

        What is committed stays, so an import that was cut off may run again. It
        is written down once, with the first slice: no change is without an entry.
        """
        if not self._staging.people:
            database.call(self._audit.done, self._entry())
        size, began = FIRST_SLICE, 0.0

        def put(uow: UnitOfWork, people: Sequence[Person], first: bool) -> Enrolment:
            nonlocal began
            began = time.thread_time()
            if first:
                self._audit.done(uow, self._entry())
            return self._enrolling.put(
                uow, self._caller, self._list_name, people, welcome=self._welcome
            )

        after = ""
        while people := self._staging.page(after, size):
            done = database.call(put, people, after == "")
            took = max(time.thread_time() - began, 0.0001)
            self._count(done, len(people))
            yield self.added + self.there
            after = people[-1].jid
            size = max(
                SMALLEST_SLICE,
                min(LARGEST_SLICE, 2 * size, int(size * SLICE_SECONDS / took)),
            )
            time.sleep(took * PAUSE_RATIO)

    def _count(self, done: Enrolment, people: int) -> None:
        self.added += done.added
        self.there += people - done.added
        self.changed += done.changed

    def _entry(self) -> Asked:
        staging = self._staging
        counts = (
            f"people {staging.people}, duplicates {staging.duplicates},"
            f" bad lines left out {staging.faults}"
        )
        return replace(self._asked, about=f"{self._asked.about}: {counts}")
