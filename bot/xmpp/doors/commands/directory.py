"""Which commands somebody is shown, and in which language: discovery of XEP-0050 (§2).

A list of commands names at most ten, the most used of those that the asker may run.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.desk.desk import Desk
from bot.dialogues.everything import BY_NODE, listed
from bot.domain import wallclock
from bot.domain.access import Caller, Role
from bot.domain.errors import CarillonError, Unavailable
from bot.domain.jid import bare_of
from bot.service.ports.outside import Database
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.rights import may_know
from bot.service.rules.voices import languages_of
from bot.texts import ENGLISH, language_for, said
from bot.xmpp.doors.callers import caller_of
from bot.xmpp.doors.discovery.disco import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom a command is for."""

    #: those he is stored with, most wanted first
    languages: tuple[str, ...] = ()
    zone: ZoneInfo
    #: whether there is anything at the address, as far as he may know
    finds_it: bool


class CommandDirectory:
    """`usual`: the language at an address, of those who say none."""

    def __init__(
        self, desk: Desk, database: Database, usual: Callable[[str], str]
    ) -> None:
        self._policy = desk.policy
        self._database = database
        self._usual = usual

    async def person(self, caller: Caller, address: str) -> Person:
        """Without the database he is a person of whom nothing is known."""
        name = self._policy.addresses.list_at(address)
        unknown = Person(zone=wallclock.zone("UTC"), finds_it=name is None)
        if caller.role is Role.STRANGER:
            return unknown
        try:
            return await self._database.read(_person, caller, name)
        except Unavailable:
            return unknown

    def language(self, person: Person, address: str, tag: str) -> str:
        """`tag`: the stanza's own. COMPAT clients stamp `en` on everything, whatever
        their people read.
        """
        told = "" if tag.partition("-")[0].lower() == ENGLISH else tag
        return language_for(*person.languages, told, self._usual(address))

    async def items(self, asker: str, address: str, tag: str) -> Iterable[Item]:
        """The commands at one of our addresses (bare, or an account's full JID)."""
        try:
            caller = caller_of(asker, self._policy)
        except CarillonError:
            return ()
        person = await self.person(caller, address)
        if not person.finds_it:
            return ()
        language = self.language(person, address, tag)
        return [
            Item(jid=address, node=one.node, name=said(one.name, language))
            for one in listed(caller)
        ]

    async def name(self, asker: str, address: str, node: str, tag: str) -> str | None:
        """What a command is called; None: the asker finds none there."""
        try:
            caller = caller_of(asker, self._policy)
        except CarillonError:
            return None
        command = BY_NODE.get(node)
        if command is None or not command.may(caller):
            return None
        person = await self.person(caller, address)
        if not person.finds_it:
            return None
        return said(command.name, self.language(person, address, tag))


def _person(uow: UnitOfWork, caller: Caller, list_name: str | None) -> Person:
    """Clocks: his own; else those of the list that he came to, or of the default."""
    known = uow.subscribers.get(caller.owner)
    there = uow.lists.get(list_name) if list_name is not None else None
    default = next((one for one in uow.lists.all() if one.is_default), None)
    zones = [one.timezone for one in (known, there, default) if one is not None]
    return Person(
        languages=tuple(languages_of(uow, caller.owner)),
        zone=wallclock.zone(next(filter(None, zones), "UTC")),
        finds_it=list_name is None
        or (there is not None and may_know(uow, caller, there)),
    )


def address_of(to: str, *, shared: bool) -> str:
    """Where a command lives: one address for all resources; `shared`: an account's
    full JID is the address.
    """
    return to if shared else bare_of(to) or to
