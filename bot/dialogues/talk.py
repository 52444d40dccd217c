"""One person's talk with the service, and the commands that it may be about."""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from bot.desk.desk import Desk
from bot.desk.verb import Wanted
from bot.dialogues.forms import Answers, Form, Words
from bot.domain.access import Caller, Role
from bot.domain.audit import Asked
from bot.domain.errors import Unavailable
from bot.domain.phrase import Phrase, Quoted
from bot.domain.schedule import Origin
from bot.texts import said

T = TypeVar("T")


class Level(StrEnum):
    """How something is said; the types that XEP-0050 has for a note."""

    INFO = "info"
    WARN = "warn"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Said:
    """The end: one sentence on what happened, or why nothing did."""

    words: Words
    level: Level = Level.INFO


@dataclass(frozen=True, slots=True)
class Part:
    """Some of what is shown: a name, and lines, each about 35 characters at most."""

    label: Words
    lines: Sequence[Words]


@dataclass(frozen=True, slots=True)
class Shown:
    """The end: something to look at. `title`: if not the command's name."""

    parts: Sequence[Part]
    title: Words | None = None


@dataclass(frozen=True, slots=True)
class Go:
    """Go on with another command, as if it were a part of this one."""

    command: "Command"


@dataclass(frozen=True, slots=True)
class Again:
    """The same form once more, untouched, with a word on why: something was done
    beside it, and what is to become of it is still to be said.
    """

    words: Phrase


def on_with(part: "Callable[..., Dialogue]", *given: object) -> Go:
    """Go on with a further part of the same command: `part(talk, *given)`."""

    def dialogue(talk: "Talk") -> "Dialogue":
        return part(talk, *given)

    name = Quoted("")
    return Go(Command(node="", name=name, for_whom=everybody, dialogue=dialogue))


Dialogue: TypeAlias = AsyncGenerator[Form | Again | Said | Shown | Go, Answers]


class Talk:
    """Who talks, in which language, at which address; and the way to the desk.

    `list_name`: the list at whose own address the command was called. `zone`: whose
    clocks the person reads. Who he is, is looked at anew each time: a right that he
    loses between two steps is lost.
    """

    def __init__(
        self,
        desk: Desk,
        jid: str,
        *,
        language: str,
        zone: ZoneInfo,
        list_name: str | None = None,
        door: Origin = Origin.COMMAND,
    ) -> None:
        self.desk = desk
        self.jid = jid
        self.language = language
        self.zone = zone
        self.list_name = list_name
        self.door = door
        #: the ids of what is to be announced, by what it says
        self.ids: dict[str, str] = {}
        #: something was changed: from here no way leads back
        self.has_acted = False

    @property
    def caller(self) -> Caller:
        return self.desk.policy.caller(self.jid)

    def said(self, words: Words) -> str:
        return said(words, self.language) if isinstance(words, Phrase) else words

    async def look(self, wanted: Wanted[T]) -> T:
        """What a form or an answer is made of; raises any CarillonError."""
        return await self.desk.look(self._asked(wanted), wanted)

    async def ask(self, wanted: Wanted[T], *, once: bool = False) -> T:
        """What the command is for; raises any CarillonError.

        A change is the last thing that a dialogue does before its end: what comes back
        to a form behind it would do it again. `once`: said again it would be done
        again, so the form does not come back where nobody knows whether it was done.
        """
        try:
            return await self._asked_once(wanted)
        except Unavailable:
            self.has_acted = self.has_acted or once
            raise

    async def _asked_once(self, wanted: Wanted[T]) -> T:
        done = await self.beside(wanted)
        self.has_acted = self.has_acted or wanted.verb.changes
        return done

    async def beside(self, wanted: Wanted[T]) -> T:
        """What is done on the way, a message to try it out say; raises any
        CarillonError. `Again` comes next: no form does that follows from it.
        """
        return await self.desk.ask(self._asked(wanted), lambda: wanted)

    def _asked(self, wanted: Wanted[T]) -> Asked:
        return Asked(caller=self.caller, door=self.door, action=wanted.verb.action)


def everybody(_: Caller) -> bool:
    return True


def publishers(caller: Caller) -> bool:
    """Who may announce to a list at least."""
    return caller.role in {Role.PUBLISHER, Role.ADMIN}


def admins(caller: Caller) -> bool:
    return caller.is_admin


def overseers(caller: Caller) -> bool:
    """Admins and auditors."""
    return caller.sees_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One task; a stranger has none.

    `node`: what is typed in clients that list no names: one short word.
    """

    node: str
    name: Phrase
    for_whom: Callable[[Caller], bool]
    dialogue: Callable[[Talk], Dialogue]

    def may(self, caller: Caller) -> bool:
        return caller.role is not Role.STRANGER and self.for_whom(caller)
