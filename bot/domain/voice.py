"""Who speaks: a list, the service itself, or a person to another.

Everything that a message owes to its speaker is here as a value, so that nobody who
writes, renders or shows a message asks what kind of speaker it is. Whoever needs the
row of a list (its publishers, its id, whether it still exists) takes the list.
"""

from dataclasses import dataclass
from typing import Self

from bot.domain.addresses import Addresses
from bot.domain.lists import AnnouncementList
from bot.domain.message import MessageType
from bot.domain.send_window import SendWindow

#: the recipient of a text that is only tried or shown and is sent to nobody
STAND_IN_RECIPIENT = "reader@example.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What a message takes over from whoever speaks."""

    #: the JID that stands in `from`; an account's server stamps its own
    address: str
    #: the JID of the service that sends for the speaker
    service: str
    type: MessageType
    #: the language of readers whose own is unknown; '' where the speaker has none
    language: str
    #: IANA name, for readers who chose none and schedules that name none
    timezone: str
    #: how people call the speaker; '' where there is no name for it
    title: str
    #: the name of the list that speaks; '' where none does
    list_name: str
    #: when the list speaks; None: at any hour
    window: SendWindow | None = None
    #: somebody of flesh and blood, in whose name the service speaks
    is_person: bool = False

    @classmethod
    def of_list(cls, entry: AnnouncementList, addresses: Addresses) -> Self:
        return cls(
            address=addresses.of_list(entry.name),
            service=addresses.service,
            type=entry.type,
            language=entry.language,
            timezone=entry.timezone,
            title=entry.title,
            list_name=entry.name,
            window=entry.send_window,
        )

    @classmethod
    def of_service(cls, addresses: Addresses) -> Self:
        return cls(
            address=addresses.service,
            service=addresses.service,
            type=MessageType.CHAT,
            language="",
            timezone="UTC",
            title="",
            list_name="",
        )

    @classmethod
    def of_person(cls, jid: str, addresses: Addresses) -> Self:
        """`jid` is bare: as if whoever it is had sent the message himself."""
        return cls(
            address=jid,
            service=addresses.service,
            type=MessageType.CHAT,
            language="",
            timezone="UTC",
            title="",
            list_name="",
            is_person=True,
        )

    def context(self, recipient: str) -> dict[str, str]:
        """What a template may know beside its fields; `recipient` is a bare JID."""
        return {
            "list_name": self.list_name,
            "list_title": self.title,
            "list_address": self.address,
            "service": self.service,
            "recipient": recipient,
        }
