"""The caller's own places: the lists that he may know of, joining and leaving them."""

from dataclasses import dataclass

from bot.desk.verb import Read, Steps, Verb, Write
from bot.desk.verbs.lists import LIST_NAME
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.fields import Field, FieldType
from bot.domain.lists import Place
from bot.domain.phrase import Phrase
from bot.service.readers.joining import Joined
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesOf:
    """Whose places are looked at; None: the caller's."""

    jid: str | None = None

    @property
    def about(self) -> str:
        return self.jid or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlace:
    """A list that the caller joins or leaves; or that person, for the operator."""

    list_name: str
    jid: str | None = None

    @property
    def about(self) -> str:
        return f"{self.list_name}: {self.jid}" if self.jid else self.list_name


def _mine(use_cases: UseCases, caller: Caller, of: PlacesOf) -> Steps[list[Place]]:
    found: list[Place] = yield Read(use_cases.joining.mine, caller, of.jid)
    return found


def _join(use_cases: UseCases, caller: Caller, place: OwnPlace) -> Steps[Joined]:
    done: Joined = yield Write(
        use_cases.joining.join, caller, place.list_name, place.jid
    )
    return done


def _leave(use_cases: UseCases, caller: Caller, place: OwnPlace) -> Steps[Joined]:
    done: Joined = yield Write(
        use_cases.joining.leave, caller, place.list_name, place.jid
    )
    return done


JID = Field(
    name="jid",
    type=FieldType.JID,
    label=Phrase("Who"),
    help=Phrase("Whose place it is, for the operator; otherwise the caller's."),
)
MINE = Verb(
    name="lists mine",
    action=Action.QUERY,
    right=Right.KNOWN,
    fields=(JID,),
    steps=_mine,
)
#: to a list of the kind request it asks to be let in
JOIN = Verb(
    name="lists join",
    action=Action.SUBSCRIBE,
    right=Right.KNOWN,
    fields=(LIST_NAME, JID),
    steps=_join,
)
LEAVE = Verb(
    name="lists leave",
    action=Action.UNSUBSCRIBE,
    right=Right.KNOWN,
    fields=(LIST_NAME, JID),
    steps=_leave,
)
VERBS = (MINE, JOIN, LEAVE)
