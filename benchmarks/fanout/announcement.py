"""What is said, to whom, and the bytes that saying it takes."""

from collections.abc import Iterator
from datetime import UTC, datetime

from benchmarks.fanout.clock import now
from bot.domain.identity import MessageIds, new_key
from bot.domain.message import Announcement, MessageType, Text
from bot.settings import XMPPSettings
from bot.xmpp.writing.stencil import Moment, cut

SUBJECT = "Maintenance on Saturday evening"
BODY = (
    "On Saturday from 22:00 to 23:30 the server gets new disks. You will be"
    " disconnected twice, for a few minutes each time. Messages that are sent to"
    " you meanwhile are kept and delivered afterwards; calls are not possible."
    " Thank you for your patience. This address does not read replies: ask support."
)


def readers(count: int, domains: tuple[str, ...]) -> Iterator[str]:
    """Distinct bare JIDs, spread evenly."""
    return (f"reader{n}@{domains[n % len(domains)]}" for n in range(count))


def stanzas(
    settings: XMPPSettings, *, list_name: str, job: str, to: Iterator[str]
) -> Iterator[bytes]:
    """Stanzas as long as those that Carillon writes for the announcement."""
    addresses = settings.addresses
    announcement = Announcement(
        sender=addresses.of_list(list_name),
        type=MessageType.CHAT,
        texts=(Text(language="", subject=SUBJECT, body=BODY),),
        scheduler=addresses.service,
        job=job,
    )
    stencil = cut(
        announcement, addresses, Moment(lambda: datetime.fromtimestamp(now(), UTC))
    )
    ids = MessageIds(bytes(16)).of(new_key())
    return (stencil.fill(jid, ids.to(jid)) for jid in to)
