"""The lists: shown to whoever looks at all, made, changed and retired by admins."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.desk.verb import Plain, Read, Steps, Verb, Write
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.fields import Field, FieldType
from bot.domain.lists import AnnouncementList, ListKind, OnList
from bot.domain.message import MessageType
from bot.domain.phrase import Phrase
from bot.domain.send_window import SAMPLE, Outside, WindowZone
from bot.service.readers.arranging import Arranged, ListWish
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


def _create(use_cases: UseCases, caller: Caller, wish: ListWish) -> Steps[Arranged]:
    done: Arranged = yield Write(use_cases.arranging.create, caller, wish)
    return done


def _change(use_cases: UseCases, caller: Caller, wish: ListWish) -> Steps[Arranged]:
    done: Arranged = yield Write(use_cases.arranging.change, caller, wish)
    return done


def _look(use_cases: UseCases, caller: Caller, one: ListName) -> Steps[Arranged]:
    found: Arranged = yield Read(use_cases.arranging.look, caller, one.list_name)
    return found


def _retire(use_cases: UseCases, caller: Caller, one: ListName) -> Steps[Arranged]:
    done: Arranged = yield Write(use_cases.arranging.retire, caller, one.list_name)
    return done


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
#: as people read them
KINDS: Mapping[str, Phrase] = {
    ListKind.OPEN: Phrase("Open to everybody"),
    ListKind.REQUEST: Phrase("On request"),
    ListKind.CLOSED: Phrase("Closed"),
    ListKind.MANDATORY: Phrase("Mandatory"),
}
TYPES: Mapping[str, Phrase] = {
    MessageType.CHAT: Phrase("Chat messages"),
    MessageType.NORMAL: Phrase("Single messages"),
    MessageType.HEADLINE: Phrase("Headlines, kept by few clients"),
}
NAME = Field(
    name="name",
    type=FieldType.LINE,
    label=Phrase("Name"),
    help=Phrase(
        "What stands before the @ of its address: lower-case letters, digits, . _ or -."
    ),
    required=True,
)
TITLE = Field(
    name="title",
    type=FieldType.LINE,
    label=Phrase("Title"),
    help=Phrase("What people call it."),
)
KIND = Field(
    name="kind",
    type=FieldType.CHOICE,
    label=Phrase("Who may join"),
    help=Phrase("Everybody, who is let in, or whom admins put there."),
    choices=tuple(KINDS),
    choice_labels=KINDS,
)
LANGUAGE = Field(
    name="language",
    type=FieldType.LINE,
    label=Phrase("Language"),
    help=Phrase("Of readers of whom no other is known, say de."),
)
TIMEZONE = Field(
    name="timezone",
    type=FieldType.LINE,
    label=Phrase("Time zone"),
    help=Phrase("Of times in its announcements, say Europe/Warsaw."),
)
TYPE = Field(
    name="type",
    type=FieldType.CHOICE,
    label=Phrase("Sent as"),
    help=Phrase("How clients show its announcements."),
    choices=tuple(TYPES),
    choice_labels=TYPES,
)
WELCOME = Field(
    name="welcome",
    type=FieldType.LINE,
    label=Phrase("Welcome"),
    help=Phrase("The template that greets whoever joins; empty: none."),
)
REMINDERS = Field(
    name="reminders",
    type=FieldType.LINE,
    label=Phrase("Reminders"),
    help=Phrase("How long before a maintenance begins, say 24h 1h; empty: none."),
)
PUBLIC = Field(
    name="public",
    type=FieldType.BOOLEAN,
    label=Phrase("Public"),
    help=Phrase("Everybody may read in feeds what it is told."),
)
CORRECTIONS = Field(
    name="corrections",
    type=FieldType.BOOLEAN,
    label=Phrase("Corrects in place"),
    help=Phrase(
        "Clients of its readers replace what was corrected; else it is sent anew."
    ),
    default="true",
)
WINDOW_ZONES: Mapping[str, Phrase] = {
    WindowZone.LIST: Phrase("Those of the list"),
    WindowZone.READER: Phrase("Each reader's own"),
}
OUTSIDES: Mapping[str, Phrase] = {
    Outside.WAIT: Phrase("It waits"),
    Outside.SKIP: Phrase("It is left out"),
}
SEND_WINDOW = Field(
    name="send_window",
    type=FieldType.LINE,
    label=Phrase("Send window"),
    help=Phrase("When it speaks, say {sample}; empty: at any hour.", sample=SAMPLE),
)
SEND_WINDOW_ZONE = Field(
    name="send_window_zone",
    type=FieldType.CHOICE,
    label=Phrase("By whose clocks"),
    help=Phrase("When the send window opens and closes."),
    choices=tuple(WINDOW_ZONES),
    choice_labels=WINDOW_ZONES,
)
OUTSIDE = Field(
    name="outside",
    type=FieldType.CHOICE,
    label=Phrase("Outside of it"),
    help=Phrase("What becomes of what falls outside; what is urgent goes through."),
    choices=tuple(OUTSIDES),
    choice_labels=OUTSIDES,
)
ADD_PUBLISHERS = Field(
    name="add_publishers",
    type=FieldType.JID,
    label=Phrase("New publishers"),
    help=Phrase("Bare JIDs of people who may announce to it from now on."),
    many=True,
)
REMOVE_PUBLISHERS = Field(
    name="remove_publishers",
    type=FieldType.JID,
    label=Phrase("No longer publishers"),
    help=Phrase("Bare JIDs of people who may not announce to it any more."),
    many=True,
)
_WISH = (
    *(NAME, TITLE, KIND, LANGUAGE, TIMEZONE, TYPE, WELCOME, REMINDERS),
    *(PUBLIC, CORRECTIONS, SEND_WINDOW, SEND_WINDOW_ZONE, OUTSIDE),
    ADD_PUBLISHERS,
)

#: kept by the database, beside those of the configuration file
CREATE = Verb(
    name="lists create",
    action=Action.CREATE_LIST,
    right=Right.ADMIN,
    fields=_WISH,
    steps=_create,
)
#: what is not given stays as it is
CHANGE = Verb(
    name="lists change",
    action=Action.CHANGE_LIST,
    right=Right.ADMIN,
    fields=(*_WISH, REMOVE_PUBLISHERS),
    steps=_change,
)
#: what would be retired
LOOK = Verb(
    name="lists retire --look",
    action=Action.QUERY,
    drafts=Action.RETIRE_LIST,
    right=Right.ADMIN,
    fields=(LIST_NAME,),
    steps=_look,
)
RETIRE = Verb(
    name="lists retire",
    action=Action.RETIRE_LIST,
    right=Right.ADMIN,
    fields=(LIST_NAME,),
    steps=_retire,
)
VERBS = (LIST, SHOW, CREATE, CHANGE, LOOK, RETIRE)
