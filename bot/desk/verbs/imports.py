"""The people of a file put on a list: all of them, or the good ones."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.desk.verb import Pause, Read, Steps, Verb, Write
from bot.desk.verbs.lists import LIST_NAME
from bot.desk.verbs.subscribers import WELCOME
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.fields import Field, FieldType
from bot.domain.people_files import BadLines
from bot.domain.phrase import Phrase
from bot.service.ports.staging import Records, Staging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.imports import Import
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases


def _unseen(_count: int) -> None:
    """Nobody looks at the progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFile:
    """A file of people for a list."""

    list_name: str
    #: what it is called, for the audit trail
    name: str
    #: read only once it is known that the caller may
    records: Callable[[], Records]
    #: where they are kept until all are read
    staging: Staging
    welcome: bool = False
    #: who had left, was suspended or was forgotten is added like the others
    rejoin: bool = False
    #: bad lines are left out, and the others taken
    skip_bad: bool = False
    #: puts what is wrong with a line into the language of its reader
    said: Callable[[Phrase], str] = str
    #: told of how many lines are read, and how many people dealt with, so far
    reading: Callable[[int], None] = field(default=_unseen)
    adding: Callable[[int], None] = field(default=_unseen)

    @property
    def about(self) -> str:
        return f"{self.list_name}: import of {self.name}"


def _import(use_cases: UseCases, caller: Caller, file: PeopleFile) -> Steps[Import]:
    """Read and judged as a whole, then put on the list slice by slice."""
    work = yield from _judged(use_cases, caller, file)
    about = f"{file.about}: {work.summary}"
    if not file.staging.people:
        yield Write(_nothing, about=about)
    for people in work.slices():
        pause = work.count((yield Write(work.put, people, about=about)))
        file.adding(work.done)
        yield Pause(pause)
    return work


def _try_import(use_cases: UseCases, caller: Caller, file: PeopleFile) -> Steps[Import]:
    """What an import would do."""
    work = yield from _judged(use_cases, caller, file)
    for people in work.slices():
        work.count((yield Read(work.would_put, people)))
        file.adding(work.done)
    return work


def _judged(use_cases: UseCases, caller: Caller, file: PeopleFile) -> Steps[Import]:
    work = Import(
        use_cases.enrolling,
        caller,
        file.staging,
        file.list_name,
        welcome=file.welcome,
        rejoin=file.rejoin,
        said=file.said,
    )
    yield Read(work.allow)
    for count in work.read(file.records()):
        file.reading(count)
        yield Pause(0)  # the event loop's turn, where there is one
    if file.staging.faults and not file.skip_bad:
        raise BadLines(file.staging.faults)
    return work


def _nothing(_: UnitOfWork) -> None:
    """A file without anybody: only the entry in the audit trail."""


REJOIN = Field(
    name="rejoin",
    type=FieldType.BOOLEAN,
    label=Phrase("Rejoin"),
    help=Phrase(
        "Add those, too, who have left, are suspended or asked to be forgotten."
    ),
    default="false",
)

IMPORT = Verb(
    name="subscribers import",
    action=Action.SUBSCRIBE,
    right=Right.ADMIN,
    fields=(LIST_NAME, WELCOME, REJOIN),
    steps=_import,
)
TRY_IMPORT = Verb(
    name="subscribers import --dry-run",
    action=Action.QUERY,
    right=Right.ADMIN,
    fields=(LIST_NAME, WELCOME, REJOIN),
    steps=_try_import,
)
VERBS = (IMPORT, TRY_IMPORT)
