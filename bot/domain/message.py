"""What goes out to one reader, before it becomes a stanza."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.amendment import Amendment
from bot.domain.updates import Update

#: beside the body: clients show it as it is, `*stars*` and all (XEP-0393 §6, 1.1.1)
UNSTYLED = "<unstyled xmlns='urn:xmpp:styling:0'/>"


class MessageType(StrEnum):
    """The message types of RFC 6121 §5.2.2 that an announcement may have."""

    CHAT = "chat"
    NORMAL = "normal"
    HEADLINE = "headline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Subject and body in one language."""

    #: a BCP 47 tag, or '' where the author gave none
    language: str
    body: str
    subject: str | None = None
    #: as its template had it; of own words the payloads say it
    unstyled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One message, the same for every reader of one language and zone."""

    #: the JID that speaks; an account's server stamps its own
    sender: str
    type: MessageType
    #: one text for a list's reader; every text as given, user to user
    texts: tuple[Text, ...]
    #: serialised XML elements to carry verbatim beside the bodies
    payloads: tuple[str, ...] = ()
    #: the service's JID and the job's id as its owner knows it, for
    #: <scheduled-by/>; None on what was not scheduled
    scheduler: str | None = None
    job: str | None = None
    #: it goes out through the sender's own server, as if he had sent it himself
    in_senders_name: bool = False
    #: the id that it is to have; None: that of its delivery
    id: str | None = None
    #: it welcomes somebody, who is to find the service from now on
    greets: bool = False
    #: what it does to the message whose id its delivery names
    amends: Amendment | None = None
    #: what a headline to an owner carries instead of texts
    update: Update | None = None
