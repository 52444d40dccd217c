"""Lists and those who stand on them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain.message import MessageType
from bot.domain.verdict import Score


class ListKind(StrEnum):
    """Who may join: anybody, on request, by admins only, or everybody must."""

    OPEN = "open"
    REQUEST = "request"
    CLOSED = "closed"
    MANDATORY = "mandatory"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementList:
    """A named audience that people subscribe to."""

    id: int = 0
    name: str
    title: str
    is_default: bool
    kind: ListKind
    #: of readers whose language is not known
    language: str
    timezone: str
    type: MessageType
    publishers: frozenset[str]
    #: the template a new subscriber is welcomed with, or None
    welcome: str | None

    @property
    def is_closed(self) -> bool:
        """Only those on it, and those who speak to it, know that it is there."""
        return self.kind is ListKind.CLOSED


class SubscriptionOrigin(StrEnum):
    PRESENCE = "presence"
    ADMIN = "admin"


class EndReason(StrEnum):
    LEFT = "left"
    REMOVED = "removed"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A bare JID and its preferences."""

    id: int
    jid: str
    #: what the reader chose
    language: str | None = None
    #: the latest xml:lang seen
    language_seen: str | None = None
    timezone: str | None = None
    score: Score = field(default_factory=Score)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """The time of one subscriber on one list; who joins again has one more."""

    id: int
    list_id: int
    subscriber_id: int
    jid: str
    origin: SubscriptionOrigin
    started_at: datetime
    ended_at: datetime | None = None
    end_reason: EndReason | None = None


class Suspended(NamedTuple):
    """Somebody who is told nothing since messages to him came back."""

    #: the place that he had
    subscription: Subscription
    subscriber: Subscriber
    #: with which the last one came back
    condition: str


class SuspendedTogether(NamedTuple):
    """How many readers lost their places over one owner's announcements."""

    list_name: str
    #: with which the last message of each came back
    condition: str
    owner: str
    readers: int


class OnList(NamedTuple):
    """A list, and how many it has."""

    entry: AnnouncementList
    subscribers: int
    suspended: int


class OnlineOnList(NamedTuple):
    """A list, how many it has, and how many of them are known to be online."""

    entry: AnnouncementList
    readers: int
    online: int
