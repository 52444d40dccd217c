"""What is stored of one person, looked at by parts and erased by traces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol


class Part(StrEnum):
    """What is told of a person together; its value is the key in JSON."""

    #: his address, languages, zone, and how well he can be reached
    PERSON = "person"
    #: his places on lists, now and before
    SUBSCRIPTIONS = "subscriptions"
    WELCOMES = "welcomes"
    #: where he waits to be let in
    JOIN_REQUESTS = "join_requests"
    #: what his client is still to hear of lists as contacts
    CONTACT_NEWS = "contact_news"
    #: who may schedule messages to him
    CONSENT = "consent"
    #: what he was asked to approve
    REQUESTS = "requests"
    #: what he has asked for, with what it says
    ANNOUNCEMENTS = "announcements"
    #: maintenance that he keeps, or kept
    MAINTENANCES = "maintenances"
    #: incidents that he opened
    INCIDENTS = "incidents"
    #: what of that was sent
    SENT = "sent"
    #: what was sent to him alone, or to people by name
    RECEIVED = "received"
    #: messages to him that did not simply arrive
    EXCEPTIONS = "exceptions"
    #: reports that wait for his server
    REPORTS = "reports"
    ROLES = "roles"
    #: what he asked, as the audit trail has it
    AUDIT = "audit"
    #: how much he asked in this minute, or the last in which he asked
    COUNTS = "counts"
    #: since when he has been forgotten before
    FORGOTTEN = "forgotten"


class Slice(NamedTuple):
    """Some of a part."""

    rows: Sequence[dict[str, Any]]
    #: where the next one begins; None: there is none
    following: int | None


class Trace(StrEnum):
    """Rows that say something of a person, in the order in which they are erased."""

    REPORTS = "reports"
    ANNOUNCEMENTS = "announcements"
    MAINTENANCES = "maintenances"
    INCIDENTS = "incidents"
    SENT = "sent"
    REQUESTS = "requests"
    EXCEPTIONS = "exceptions"
    RECEIVED = "received"
    #: in announcements of others that are over, and in welcomes
    NAMED = "named"
    #: in the audit trail, as who asked
    ASKED = "asked"
    #: there, in what somebody else asked
    TOLD_OF = "told of"
    SUBSCRIPTIONS = "subscriptions"
    #: of lists that are retired, too
    JOIN_REQUESTS = "join requests"
    #: what he did as an admin: roles that he gave, a standstill
    GIVEN = "given"
    RETRIED = "retried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One person's, and what comes in his place."""

    #: bare
    jid: str
    #: where he has to be known again
    digest: str
    #: where he has not (both as `bot.domain.forgetting` tells)
    drawn: str
    now: datetime
    #: of which day (UTC) what he sent still counts
    today: datetime


class Holdings(Protocol):
    def some(self, part: Part, jid: str, after: int, limit: int) -> Slice:
        """Rows of a part by the names of JSON, from `after` on; none of CONSENT,
        ANNOUNCEMENTS, ROLES and FORGOTTEN, which are no rows of its own.
        """
        ...


class Traces(Protocol):
    def erase(self, trace: Trace, who: Erasure, after: int) -> int | None:
        """Erase some of them; where to go on, None once there are no more."""
        ...

    def awaited(self, jid: str, limit: int) -> list[int]:
        """Broadcasts of which he is to be told again."""
        ...

    def part_with(self, who: Erasure) -> None:
        """The person himself: erased; or kept under another name where a broadcast
        under way refers to him; or only without what he preferred, where he stands on
        a list.
        """
        ...
