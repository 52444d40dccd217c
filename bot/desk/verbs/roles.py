"""Who holds which role: looked at, given and taken, while the service runs."""

from dataclasses import dataclass

from bot.desk.verb import Plain, Read, Steps, Verb, Write
from bot.domain.access import Caller, owner_named
from bot.domain.audit import Action
from bot.domain.fields import Field, FieldType
from bot.domain.phrase import Phrase
from bot.domain.roles import HeldRole, RoleName
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases


@dataclass(frozen=True, slots=True, kw_only=True)
class OneRole:
    jid: str
    role: RoleName
    #: of a publisher
    list_name: str | None = None
    #: whoever takes it from himself knows that he does
    own: bool = False

    @property
    def about(self) -> str:
        return str(self.held)

    @property
    def held(self) -> HeldRole:
        """Not yet judged."""
        jid = owner_named(self.jid) or self.jid
        return HeldRole(jid=jid, role=self.role, list_name=self.list_name)


def _list(use_cases: UseCases, caller: Caller, _: Plain) -> Steps[list[HeldRole]]:
    found: list[HeldRole] = yield Read(use_cases.roles.held, caller)
    return found


def _add(use_cases: UseCases, caller: Caller, one: OneRole) -> Steps[HeldRole]:
    done: HeldRole = yield Write(use_cases.roles.add, caller, one.held)
    yield from _take_up(use_cases)
    return done


def _remove(use_cases: UseCases, caller: Caller, one: OneRole) -> Steps[HeldRole]:
    done: HeldRole = yield Write(_removed, use_cases, caller, one)
    yield from _take_up(use_cases)
    return done


def _removed(
    uow: UnitOfWork, use_cases: UseCases, caller: Caller, one: OneRole
) -> HeldRole:
    return use_cases.roles.remove(uow, caller, one.held, own=one.own)


def _take_up(use_cases: UseCases) -> Steps[None]:
    """In this process from the next question on; others hear of it by themselves."""
    given: list[HeldRole] = yield Read(_given)
    use_cases.policy.give(given)


def _given(uow: UnitOfWork) -> list[HeldRole]:
    return uow.roles.all()


_FIELDS: tuple[Field[Phrase], ...] = (
    Field(
        name="jid",
        type=FieldType.JID,
        label=Phrase("Address"),
        help=Phrase("Whose role it is, a bare JID."),
        required=True,
    ),
    Field(
        name="role",
        type=FieldType.CHOICE,
        label=Phrase("Role"),
        help=Phrase("What he is to be."),
        required=True,
        choices=tuple(RoleName),
        choice_labels={
            RoleName.ADMIN: Phrase("Admin: may do everything"),
            RoleName.PUBLISHER: Phrase("Publisher of one list"),
            RoleName.AUDITOR: Phrase("Auditor: looks at everything"),
        },
    ),
    Field(
        name="list_name",
        type=FieldType.LINE,
        label=Phrase("List"),
        help=Phrase("To which a publisher announces."),
    ),
)

LIST = Verb(name="roles list", action=Action.QUERY, right=Right.SEES_ALL, steps=_list)
ADD = Verb(
    name="roles add",
    action=Action.GIVE_ROLE,
    right=Right.ADMIN,
    fields=_FIELDS,
    steps=_add,
)
REMOVE = Verb(
    name="roles remove",
    action=Action.TAKE_ROLE,
    right=Right.ADMIN,
    fields=(
        *_FIELDS,
        Field(
            name="own",
            type=FieldType.BOOLEAN,
            label=Phrase("My own"),
            help=Phrase("Needed where you give up a role of your own."),
        ),
    ),
    steps=_remove,
)
VERBS = (LIST, ADD, REMOVE)
