"""The audiences that the configuration declares."""

from dataclasses import dataclass

from bot.desk.verb import Plain, Read, Steps, Verb
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.fields import Field, FieldType
from bot.domain.lists import AnnouncementList, OnList
from bot.domain.phrase import Phrase
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases

Entry = AnnouncementList


@dataclass(frozen=True, slots=True)
class ListName:
    list_name: str

    @property
    def about(self) -> str:
        return self.list_name


def _list(use_cases: UseCases, _caller: Caller, _: Plain) -> Steps[list[OnList]]:
    found: list[OnList] = yield Read(use_cases.subscribers.lists)
    return found


def _show(use_cases: UseCases, _caller: Caller, one: ListName) -> Steps[Entry]:
    found: Entry = yield Read(use_cases.subscribers.get_list, one.list_name)
    return found


LIST_NAME = Field(
    name="list_name",
    type=FieldType.LINE,
    label=Phrase("List"),
    help=Phrase("The list's name."),
    required=True,
)

#: each list, how many stand on it, and how many are suspended
LIST = Verb(
    name="lists",
    action=Action.QUERY,
    right=Right.SEES_ALL,
    steps=_list,
)
SHOW = Verb(
    name="lists show",
    action=Action.QUERY,
    right=Right.SEES_ALL,
    fields=(LIST_NAME,),
    steps=_show,
)
VERBS = (LIST, SHOW)
