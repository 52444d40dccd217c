"""Who stands on a list: looked at, put there and taken off, one by one."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.desk.verb import Read, Steps, Verb, Write
from bot.desk.verbs.lists import LIST_NAME
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.fields import Field, FieldType
from bot.domain.lists import Subscriber, Subscription, Suspended
from bot.domain.people import Person
from bot.domain.phrase import Phrase
from bot.service.ports.staging import Enrolment
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.enrolling import Enrolling
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberWish:
    """Some of a list's people: those with subscription ids above `after`."""

    list_name: str
    after: int = 0
    limit: int = 50

    @property
    def about(self) -> str:
        return self.list_name


@dataclass(frozen=True, slots=True)
class PersonName:
    jid: str

    @property
    def about(self) -> str:
        return self.jid


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """People to put on a list or to take off, all or none."""

    list_name: str
    jids: Sequence[str]
    language: str | None = None
    timezone: str | None = None
    welcome: bool = True
    #: who asked to be forgotten is added like the others
    rejoin: bool = False

    @property
    def about(self) -> str:
        return f"{self.list_name}: {', '.join(self.jids)}"


def _list(
    use_cases: UseCases, caller: Caller, wish: SubscriberWish
) -> Steps[list[tuple[Subscription, Subscriber]]]:
    found: list[tuple[Subscription, Subscriber]] = yield Read(
        use_cases.subscribers.page, caller, wish.list_name, wish.after, wish.limit
    )
    return found


def _suspended(
    use_cases: UseCases, caller: Caller, wish: SubscriberWish
) -> Steps[list[Suspended]]:
    found: list[Suspended] = yield Read(
        use_cases.enrolling.suspended, caller, wish.list_name, wish.after, wish.limit
    )
    return found


def _export(
    use_cases: UseCases, caller: Caller, wish: SubscriberWish
) -> Steps[list[tuple[int, Person]]]:
    found: list[tuple[int, Person]] = yield Read(
        use_cases.enrolling.export, caller, wish.list_name, wish.after, wish.limit
    )
    return found


def _find(
    use_cases: UseCases, caller: Caller, person: PersonName
) -> Steps[tuple[str, Subscriber | None]]:
    found: tuple[str, Subscriber | None] = yield Read(
        use_cases.enrolling.reader, caller, person.jid
    )
    return found


def _add(use_cases: UseCases, caller: Caller, people: People) -> Steps[Enrolment]:
    done: Enrolment = yield Write(_add_all, use_cases.enrolling, caller, people)
    return done


def _add_all(
    uow: UnitOfWork, enrolling: Enrolling, caller: Caller, people: People
) -> Enrolment:
    done = Enrolment()
    for jid in people.jids:
        one = enrolling.add(
            uow,
            caller,
            people.list_name,
            jid,
            people.language,
            people.timezone,
            welcome=people.welcome,
            rejoin=people.rejoin,
        )
        done = done.plus(one)
    return done


def _remove(use_cases: UseCases, caller: Caller, people: People) -> Steps[None]:
    yield Write(_remove_all, use_cases.enrolling, caller, people)


def _remove_all(
    uow: UnitOfWork, enrolling: Enrolling, caller: Caller, people: People
) -> None:
    for jid in people.jids:
        enrolling.remove(uow, caller, people.list_name, jid)


JIDS = Field(
    name="jids",
    type=FieldType.JID,
    label=Phrase("Addresses"),
    help=Phrase("Bare JIDs, all or none."),
    required=True,
    many=True,
)
WELCOME = Field(
    name="welcome",
    type=FieldType.BOOLEAN,
    label=Phrase("Welcome"),
    help=Phrase("Greet them with the list's welcome."),
    default="true",
)

LIST = Verb(
    name="subscribers list",
    action=Action.QUERY,
    right=Right.SEES_ALL,
    fields=(LIST_NAME,),
    steps=_list,
)
#: whose messages came back too often
SUSPENDED = Verb(
    name="subscribers list --suspended",
    action=Action.QUERY,
    right=Right.SEES_ALL,
    fields=(LIST_NAME,),
    steps=_suspended,
)
EXPORT = Verb(
    name="subscribers export",
    action=Action.QUERY,
    right=Right.ADMIN,
    fields=(LIST_NAME,),
    steps=_export,
)
#: the address as it is stored, and what is known of its owner
FIND = Verb(
    name="subscribers find",
    action=Action.QUERY,
    right=Right.ADMIN,
    fields=(
        Field(
            name="jid",
            type=FieldType.JID,
            label=Phrase("Address"),
            help=Phrase("A bare JID."),
            required=True,
        ),
    ),
    steps=_find,
)
ADD = Verb(
    name="subscribers add",
    action=Action.SUBSCRIBE,
    right=Right.ADMIN,
    fields=(
        LIST_NAME,
        JIDS,
        Field(
            name="language",
            type=FieldType.LINE,
            label=Phrase("Language"),
            help=Phrase("Their language, say de."),
        ),
        Field(
            name="timezone",
            type=FieldType.LINE,
            label=Phrase("Time zone"),
            help=Phrase("Their zone, say Europe/Warsaw."),
        ),
        WELCOME,
        Field(
            name="rejoin",
            type=FieldType.BOOLEAN,
            label=Phrase("Rejoin"),
            help=Phrase("Add those, too, who asked to be forgotten."),
            default="false",
        ),
    ),
    steps=_add,
)
REMOVE = Verb(
    name="subscribers remove",
    action=Action.UNSUBSCRIBE,
    right=Right.ADMIN,
    fields=(LIST_NAME, JIDS),
    steps=_remove,
)
VERBS = (LIST, SUSPENDED, EXPORT, FIND, ADD, REMOVE)
