"""What each of our addresses says of itself as a contact: name, words, picture.

a list        its title, a sentence on who receives it, its picture or a bell
the service   its own name, and the picture of the list that it stands for

docs/conformance.md, Discovery and delivery: profiles
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.addresses import Addresses
from bot.domain.guidance import commands_at, turn_to
from bot.domain.lists import AnnouncementList, ListKind
from bot.domain.phrase import Listed, Phrase
from bot.domain.pictures import Picture
from bot.xmpp.doors.contacts.bells import bell

#: who receives what a list says, and what to do about it
_RECEIVED: Mapping[ListKind, Phrase] = {
    ListKind.OPEN: Phrase(
        "Announcements: add this contact to receive them, remove it to stop."
    ),
    ListKind.REQUEST: Phrase(
        "Announcements: add this contact to ask for them, remove it to stop."
    ),
    ListKind.CLOSED: Phrase("Announcements to those whom an admin has added."),
    ListKind.MANDATORY: Phrase("Announcements to everybody of this server."),
}
_NOBODY = Phrase("Nobody reads what is sent here.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a contact is called, what it is there for, what it looks like."""

    title: str
    about: Phrase
    #: of people whose own is not known
    language: str
    picture: Picture | None


class Profiles:
    """Of the lists as they are now; `name` is the service's own."""

    def __init__(self, addresses: Addresses, name: str) -> None:
        self._addresses = addresses
        self._name = name
        self._lists: Mapping[str, AnnouncementList] = {}
        self._pictures: Mapping[str, Picture] = {}
        self._contact: str | None = None

    def become(
        self,
        lists: Mapping[str, AnnouncementList],
        pictures: Mapping[str, Picture],
        contact: str | None,
    ) -> bool:
        """From now on these, by name; whether anybody could see a difference."""
        before = {name: self.of(name) for name in (None, *self._lists)}
        self._lists, self._pictures, self._contact = lists, pictures, contact
        return before != {name: self.of(name) for name in (None, *lists)}

    def at(self, address: str) -> Profile | None:
        """Of one of our bare JIDs; None where there is no list."""
        if address == self._addresses.own:
            return self.of(None)
        name = self._addresses.list_at(address)
        return self.of(name) if name in self._lists else None

    def of(self, name: str | None) -> Profile:
        """Of a list, None for the service."""
        defaults = (one for one in self._lists.values() if one.is_default)
        entry = next(defaults, None) if name is None else self._lists[name]
        own = None if entry is None else self._pictures.get(entry.name)
        addresses = self._addresses
        address = addresses.service if name is None else addresses.of_list(name)
        return Profile(
            title=self._name if name is None or entry is None else entry.title,
            about=self._about(address, entry),
            language="" if entry is None else entry.language,
            picture=own or bell("" if entry is None else entry.name),
        )

    def _about(self, address: str, entry: AnnouncementList | None) -> Phrase:
        kind = ListKind.OPEN if entry is None else entry.kind
        words = [_RECEIVED[kind], _NOBODY, commands_at(address)]
        if self._contact is not None:
            words.append(turn_to(self._contact))
        return Listed(*words, separator=" ")
