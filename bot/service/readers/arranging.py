"""Arranging: what admins do with the lists themselves.

A list that the configuration file names is the file's: it is changed there. One that
was made by command lives in the database, beside those of the file, and is never the
default.

What a value may be is asked where the configuration asks it (`bot.domain.lists`,
`bot.texts.languages`, `bot.domain.zones`, `bot.domain.jid`, `bot.domain.send_window`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from bot.domain.access import Caller
from bot.domain.errors import Conflict, Invalid, NotAllowed, about
from bot.domain.jid import bare
from bot.domain.lists import (
    AnnouncementList,
    ListKind,
    list_name,
    list_title,
    public,
)
from bot.domain.message import MessageType
from bot.domain.phrase import Phrase
from bot.domain.reminders import listed
from bot.domain.send_window import Outside, SendWindow, WindowZone, read
from bot.domain.zones import spelt
from bot.service.ports.outside import Clock, Templates
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.subscribers import list_named
from bot.service.rules.policy import Policy
from bot.service.rules.rights import admins_only
from bot.texts.languages import language_tag

#: lists that there may be, those of the file included
MAX_LISTS = 1_000
#: of one list
MAX_PUBLISHERS = 1_000
#: as in a configuration that says nothing else
WELCOME, LANGUAGE, ZONE = "welcome", "en", "UTC"

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWish:
    """What a list is to be, as given; None: as it is, or as lists usually are."""

    name: str
    title: str | None = None
    kind: str | None = None
    language: str | None = None
    timezone: str | None = None
    type: str | None = None
    #: a template's name, or empty for no welcome
    welcome: str | None = None
    #: lengths of time in one line, or empty for none
    reminders: str | None = None
    #: whether everybody may read it in feeds
    public: bool | None = None
    corrections: bool | None = None
    #: `bot.domain.send_window`: 09:00-20:00 MO TU, or empty for any hour; by whose
    #: clocks, and what becomes of what falls outside of it
    send_window: str | None = None
    send_window_zone: str | None = None
    outside: str | None = None
    #: bare JIDs who may announce to it from now on, and who may not any more
    add_publishers: tuple[str, ...] = ()
    remove_publishers: tuple[str, ...] = ()

    @property
    def about(self) -> str:
        return self.name


class Arranged(NamedTuple):
    """A list as it is now, and how many stand on it."""

    entry: AnnouncementList
    readers: int
    #: who waited to be let in to a list that is retired
    refused: int = 0


class Arranging:
    def __init__(self, policy: Policy, templates: Templates, clock: Clock) -> None:
        self._policy = policy
        self._templates = templates
        self._clock = clock

    def create(self, uow: UnitOfWork, caller: Caller, wish: ListWish) -> Arranged:
        """One that the database keeps; with who stood on a retired one of that name.

        Raises Invalid, which names the field, or Conflict where there is one.
        """
        admins_only(caller)
        with about("name"):
            name = list_name(wish.name)
        there = uow.lists.all()
        if len(there) >= MAX_LISTS:
            raise Conflict(
                Phrase(
                    "There are {most} lists, the most there may be; retire one first.",
                    most=MAX_LISTS,
                )
            )
        usual = next((entry for entry in there if entry.is_default), None)
        made = AnnouncementList(
            name=name,
            title=name.capitalize(),
            is_default=False,
            kind=ListKind.OPEN,
            language=usual.language if usual else LANGUAGE,
            timezone=usual.timezone if usual else ZONE,
            type=MessageType.CHAT,
            publishers=frozenset(),
            welcome=WELCOME if WELCOME in self._templates.names() else None,
            is_declared=False,
            by_command=True,
        )
        if not uow.lists.add(self._judged(made, wish)):
            raise Conflict(Phrase("There is a list {name!r} already.", name=name))
        uow.nudge()
        return self._as_it_is(uow, name)

    def change(self, uow: UnitOfWork, caller: Caller, wish: ListWish) -> Arranged:
        """Raises NotFound, NotAllowed for one of the file, or Invalid."""
        admins_only(caller)
        uow.lists.lock(wish.name)  # or two who change it at once would undo each other
        entry = _own(list_named(uow, wish.name))
        changed = self._judged(entry, wish)
        if changed != entry:
            uow.lists.change(changed)
            uow.nudge()
        return self._as_it_is(uow, entry.name)

    def look(self, uow: UnitOfWork, caller: Caller, name: str) -> Arranged:
        """What would be retired; raises as `retire` does."""
        admins_only(caller)
        entry = _own(list_named(uow, name))
        waiting = uow.join_requests.counts().get(entry.id, 0)
        return Arranged(entry, uow.lists.counts().get(entry.id, 0), waiting)

    def retire(self, uow: UnitOfWork, caller: Caller, name: str) -> Arranged:
        """It is a list no more; who stood on it is kept, who waits is refused.

        What was said of it by command goes with it: another list of that name has
        neither its publishers nor its words of welcome.
        """
        admins_only(caller)
        uow.lists.lock(name)
        found = self.look(uow, caller, name)
        uow.greetings.remove(found.entry.id)
        uow.roles.hold()
        for held in uow.roles.all():
            if held.list_name == found.entry.name:
                uow.roles.remove(held)
        refused = uow.join_requests.refuse_all(found.entry.id, self._clock.now())
        uow.lists.retire(found.entry.id)
        uow.nudge()
        return found._replace(refused=refused)

    def _as_it_is(self, uow: UnitOfWork, name: str) -> Arranged:
        entry = list_named(uow, name)
        return Arranged(entry, uow.lists.counts().get(entry.id, 0))

    def _judged(self, entry: AnnouncementList, wish: ListWish) -> AnnouncementList:
        """`entry` with what is wished for; raises Invalid."""
        found: dict[str, Any] = {}
        if wish.title is not None:
            with about("title"):
                found["title"] = list_title(wish.title)
        if wish.kind is not None:
            found["kind"] = _one_of(ListKind, wish.kind, "kind")
        if wish.language is not None:
            with about("language"):
                found["language"] = language_tag(wish.language.strip())
        if wish.timezone is not None:
            with about("timezone"):
                found["timezone"] = spelt(wish.timezone)
        if wish.type is not None:
            found["type"] = _one_of(MessageType, wish.type, "type")
        if wish.reminders is not None:
            with about("reminders"):
                found["reminders"] = listed(wish.reminders)
        if wish.welcome is not None:
            found["welcome"] = self._welcome(wish.welcome.strip())
        if wish.public is not None:
            with about("public"):
                found["public"] = public(wish.public, found.get("kind", entry.kind))
        if wish.corrections is not None:
            found["corrections"] = wish.corrections
        found["send_window"] = _window(entry.send_window, wish)
        publishers = self._publishers(entry.publishers, wish)
        return replace(entry, publishers=publishers, **found)

    def _welcome(self, template: str) -> str | None:
        known = self._templates.names()
        if template and template not in known:
            raise Invalid(
                Phrase(
                    "no template is called {template!r}; there are {known}",
                    template=template[:80],
                    known=", ".join(known),
                ),
                field="welcome",
            )
        return template or None

    def _publishers(self, there: frozenset[str], wish: ListWish) -> frozenset[str]:
        coming = _jids(wish.add_publishers, "add_publishers")
        for jid in coming:
            if self._policy.addresses.is_own(jid):
                raise Invalid(
                    Phrase("{jid} is the service itself", jid=jid),
                    field="add_publishers",
                )
        found = (there | coming) - _jids(wish.remove_publishers, "remove_publishers")
        if len(found) > MAX_PUBLISHERS:
            raise Invalid(
                Phrase("a list has {most} publishers at most", most=MAX_PUBLISHERS),
                field="add_publishers",
            )
        return found


def _own(entry: AnnouncementList) -> AnnouncementList:
    """`entry`, which the database keeps; raises NotAllowed for one of the file."""
    if entry.is_declared:
        raise NotAllowed(
            Phrase(
                "{name!r} stands in the configuration file, as {section}: change it"
                " there, then run {command}.",
                name=entry.name,
                section=f"[lists.{entry.name}]",
                command="`carillon reload`",
            )
        )
    return entry


def _window(there: SendWindow | None, wish: ListWish) -> SendWindow | None:
    """When the list speaks; raises Invalid."""
    given = wish.send_window
    if given is not None:
        if not given.strip():
            return None
        with about("send-window"):
            hours = read(given)
        there = replace(there, hours=hours) if there else SendWindow(hours)
    zone, outside = wish.send_window_zone, wish.outside
    if there is None:
        if zone is None and outside is None:
            return None
        raise Invalid(
            Phrase("it goes with a send window."),
            field="send-window-zone" if zone is not None else "outside",
        )
    if zone is not None:
        there = replace(there, zone=_one_of(WindowZone, zone, "send-window-zone"))
    if outside is not None:
        there = replace(there, outside=_one_of(Outside, outside, "outside"))
    return there


def _one_of(kinds: type[E], given: str, field: str) -> E:
    try:
        return kinds(given.strip())
    except ValueError:
        raise Invalid(
            Phrase("one of {choices}.", choices=", ".join(kinds)), field=field
        ) from None


def _jids(given: Iterable[str], field: str) -> frozenset[str]:
    with about(field):
        return frozenset(bare(text.strip()) for text in given)
