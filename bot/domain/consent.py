"""Who may schedule messages to somebody: what he chose, and the verdict on one sender.

Message Scheduling, draft 1.0.0, §11: recipients approve or deny, limit who may, set
quotas and a window.

    does not exist, blocked, beyond a bound    refused
    allowed by name                            allowed
    else                                       as he chose

A refusal says nothing of which it was: whoever is refused learns what one learns of
a recipient who does not exist.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto

from bot.domain.jid import domain_of

#: subscriptions (RFC 6121 §2.1.2.5) with which somebody is a contact
_CONTACT = frozenset({"to", "from", "both"})


class Who(StrEnum):
    """Who may, of those who are neither allowed nor blocked by name."""

    EVERYONE = "everyone"
    #: people of the recipient's own server
    SERVER = "server"
    #: whoever stands in the recipient's roster with a subscription either way
    CONTACTS = "contacts"
    #: whose message is encrypted (XEP-0380)
    ENCRYPTED = "encrypted"
    NOBODY = "nobody"
    #: each message waits until the recipient has approved of it
    ASK = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the recipient's server says of him, and of the sender in his roster."""

    #: None: nobody can tell, of another server's people say
    exists: bool | None
    #: "none", "to", "from" or "both"; None: nobody can tell
    subscription: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a recipient has chosen, or the operator for whoever has not."""

    who: Who
    #: bare JIDs, and domains for all of their people
    allowed: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()
    #: messages from any one sender on a day of UTC; None: no bound
    max_per_day: int | None = None
    #: seconds that a message may lie ahead; None: no bound
    max_ahead: int | None = None
    #: ask: whether he sees what a message says before he has approved of it
    preview: bool = False

    @property
    def refuses_somebody(self) -> bool:
        bounds = (self.max_per_day, self.max_ahead)
        return (
            self.who is not Who.EVERYONE or bool(self.blocked) or bounds != (None,) * 2
        )


class Verdict(Enum):
    ALLOW = auto()
    #: the message waits for the recipient
    ASK = auto()
    REFUSE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    same_server: bool
    standing: Standing
    encrypted: bool


def judge(
    consent: Consent,
    *,
    sender: str,
    same_server: bool,
    standing: Standing,
    encrypted: bool,
    ahead: timedelta,
    today: int,
) -> Verdict:
    """The verdict on one message of `sender`, a bare JID.

    `ahead`: how far its moment is; `today`: how many others of this sender to this
    recipient there are on the day of that moment.
    """
    if standing.exists is False or _names(consent.blocked, sender):
        return Verdict.REFUSE
    if consent.max_per_day is not None and today >= consent.max_per_day:
        return Verdict.REFUSE
    if consent.max_ahead is not None and ahead > timedelta(seconds=consent.max_ahead):
        return Verdict.REFUSE
    if _names(consent.allowed, sender):
        return Verdict.ALLOW
    if consent.who is Who.ASK:
        return Verdict.ASK
    case = _Case(same_server=same_server, standing=standing, encrypted=encrypted)
    return Verdict.ALLOW if _TAKEN[consent.who](case) else Verdict.REFUSE


#: whom each choice takes, of those whom nothing else decides on
_TAKEN: Mapping[Who, Callable[[_Case], bool]] = {
    Who.EVERYONE: lambda _: True,
    Who.SERVER: lambda case: case.same_server,
    Who.CONTACTS: lambda case: case.standing.subscription in _CONTACT,
    Who.ENCRYPTED: lambda case: case.encrypted,
    Who.NOBODY: lambda _: False,
}


def names_of(sender: str) -> tuple[str, str]:
    """By what an entry may name somebody: his bare JID, or his whole domain."""
    return sender, domain_of(sender)


def _names(entries: Collection[str], sender: str) -> bool:
    return any(name in entries for name in names_of(sender))


class ApprovalState(StrEnum):
    """Of one message that the recipient is asked about, by himself.

    waiting, approved and refused may follow each other while the message is to come;
    void is final: what was asked is asked no more.
    """

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    #: the message was given another content, target, moment or rule
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What a recipient is asked, and has answered, about one schedule."""

    #: the reference that he answers by: random, so it tells nothing of others'
    id: int
    schedule_id: int
    #: a bare JID
    recipient: str
    state: ApprovalState
    #: whether he may see what the message says before he has approved of it
    preview: bool
    created_at: datetime
    #: when he was told that something waits
    told_at: datetime | None = None
    decided_at: datetime | None = None
