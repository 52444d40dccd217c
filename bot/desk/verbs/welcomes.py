"""What a list says to whoever joins it, in words of its own."""

from dataclasses import dataclass

from bot.desk.verb import Read, Steps, Verb, Write
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.fields import Field, FieldType
from bot.domain.phrase import Phrase
from bot.service.readers.welcomes import Greeting
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomeOf:
    """A list; None: the default one."""

    list_name: str | None = None

    @property
    def about(self) -> str:
        return self.list_name or "the default list"


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomeText:
    text: str
    list_name: str | None = None

    @property
    def about(self) -> str:
        return self.list_name or "the default list"


def _look(use_cases: UseCases, caller: Caller, one: WelcomeOf) -> Steps[Greeting]:
    found: Greeting = yield Read(use_cases.welcomes.look, caller, one.list_name)
    return found


def _put(use_cases: UseCases, caller: Caller, one: WelcomeText) -> Steps[Greeting]:
    put = use_cases.welcomes.put
    done: Greeting = yield Write(put, caller, one.list_name, one.text)
    return done


def _remove(use_cases: UseCases, caller: Caller, one: WelcomeOf) -> Steps[Greeting]:
    done: Greeting = yield Write(use_cases.welcomes.remove, caller, one.list_name)
    return done


_LIST_NAME = Field(
    name="list_name",
    type=FieldType.LINE,
    label=Phrase("List"),
    help=Phrase("The list's name; otherwise the default one."),
)

LOOK = Verb(
    name="welcome",
    action=Action.QUERY,
    right=Right.SEES_ALL,
    fields=(_LIST_NAME,),
    steps=_look,
)
SET = Verb(
    name="welcome set",
    action=Action.WELCOME,
    right=Right.ADMIN,
    fields=(
        _LIST_NAME,
        Field(
            name="text",
            type=FieldType.TEXT,
            label=Phrase("Welcome"),
            help=Phrase("What whoever joins is told, in the list's language."),
            required=True,
        ),
    ),
    steps=_put,
)
#: words of its own: what its template says is said again
REMOVE = Verb(
    name="welcome remove",
    action=Action.WELCOME,
    right=Right.ADMIN,
    fields=(_LIST_NAME,),
    steps=_remove,
)
VERBS = (LOOK, SET, REMOVE)
