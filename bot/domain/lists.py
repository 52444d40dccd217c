"""Lists and those who stand on them."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.domain.characters import illegal, line
from bot.domain.errors import Invalid
from bot.domain.message import MessageType
from bot.domain.phrase import Counted, Phrase
from bot.domain.quiet import QuietHours
from bot.domain.verdict import Score

MAX_TITLE = 100  #: characters
#: how long before a maintenance begins, where nobody says otherwise
REMINDERS = (timedelta(days=1), timedelta(hours=1))
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


def list_name(text: str) -> str:
    """`text`, which may name a list; raises Invalid."""
    if not _NAME.fullmatch(text):
        raise Invalid(
            Phrase(
                "{name!r} is no name of a list: lower-case letters a to z, digits,"
                " . _ and - (at most 63), and the first a letter or a digit",
                name=text[:80],
            )
        )
    return text


def list_title(text: str) -> str:
    """`text` without the spaces around it, which may be what people call a list;
    raises Invalid.
    """
    title = text.strip()
    if not title or line(title) != title or illegal(title):
        raise Invalid(Phrase("a title is one line of text"))
    if len(title) > MAX_TITLE:
        raise Invalid(
            Counted(
                "{count} character; a title has {limit} at most",
                "{count} characters; a title has {limit} at most",
                len(title),
                limit=MAX_TITLE,
            )
        )
    return title


class ListKind(StrEnum):
    """Who may join: anybody, on request, by admins only, or everybody must."""

    OPEN = "open"
    REQUEST = "request"
    CLOSED = "closed"
    MANDATORY = "mandatory"


def public(wish: bool | None, kind: ListKind) -> bool | None:
    """`wish`, whether everybody may read in feeds what a list of that kind says; raises
    Invalid.
    """
    if wish and kind is ListKind.CLOSED:
        raise Invalid(
            Phrase("a closed list is not public: nobody else knows that it is there")
        )
    return wish


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
    #: its readers' clients know corrections and retractions; else they get new messages
    corrections: bool = True
    #: how long before a maintenance begins its readers are reminded, the longest first
    reminders: tuple[timedelta, ...] = REMINDERS
    #: whether everybody may read it in feeds; None: as its kind has it
    public: bool | None = None
    #: the configuration file names it, and its word counts
    is_declared: bool = True
    #: it was made by command, so it stays when no file names it
    by_command: bool = False

    @property
    def is_closed(self) -> bool:
        """Only those on it, and those who speak to it, know that it is there."""
        return self.kind is ListKind.CLOSED

    @property
    def is_public(self) -> bool:
        """Everybody may read in feeds what it says."""
        if self.public is None:
            return self.kind is ListKind.OPEN
        return self.public and not self.is_closed


class SubscriptionOrigin(StrEnum):
    """How somebody came to his place."""

    #: he has the list, or an account, as a contact
    PRESENCE = "presence"
    #: others put him there
    ADMIN = "admin"
    #: by himself, without the contact
    COMMAND = "command"


class EndReason(StrEnum):
    LEFT = "left"
    REMOVED = "removed"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a reader chose; None where he chose nothing."""

    #: a tag
    language: str | None = None
    #: an IANA name
    timezone: str | None = None
    quiet: QuietHours | None = None
    #: nothing is told him before, but what is urgent
    paused_until: datetime | None = None


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
    quiet: QuietHours | None = None
    paused_until: datetime | None = None
    score: Score = field(default_factory=Score)

    @property
    def preferences(self) -> Preferences:
        return Preferences(
            language=self.language,
            timezone=self.timezone,
            quiet=self.quiet,
            paused_until=self.paused_until,
        )


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


class Place(NamedTuple):
    """A list as one person finds it."""

    entry: AnnouncementList
    #: since when he stands there; None: he does not
    since: datetime | None = None
    #: he is told nothing there, since messages to him came back
    is_suspended: bool = False
    #: since when he waits to be let in
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRequest:
    """Somebody who waits to be let in to a list."""

    id: int = 0
    list_id: int
    #: a bare JID
    jid: str
    #: he asked by presence, and his client waits for an answer to that
    by_presence: bool
    #: of his client
    language: str | None = None
    asked_at: datetime
    #: when admins were told
    told_at: datetime | None = None


class ContactState(StrEnum):
    """What somebody's client is to hear of a list that it has or wants as a contact."""

    LET_IN = "let-in"
    REFUSED = "refused"
    #: he has left by command
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactNews:
    """What somebody's client is still to hear of a list, once there is a connection."""

    id: int = 0
    list_id: int
    #: a bare JID
    jid: str
    state: ContactState
    created_at: datetime
