"""Stanzas that come to nothing: counted each, told of now and then.

address    `from` or `to` is no JID here (RFC 6122): servers let more pass than that,
           and whoever has no address gets no answer
early      one too many before the session was up
failed     what was done with it raised
forbidden  only a server may say it, and only of its own people
unknown    a bounce of nothing that was sent
"""

import logging
from collections.abc import Callable
from enum import StrEnum
from xml.etree import ElementTree as ET

from slixmpp.jid import JID, InvalidJID

from bot.domain.jid import bare_of
from bot.xmpp.stanzas.errors import StanzaError, new_reference, unforeseen

log = logging.getLogger(__name__)

QUIET_SECONDS = 10.0  #: after a line of the log, for all of the same reason


class Reason(StrEnum):
    ADDRESS = "address"
    NAMES = "names"
    EARLY = "early"
    FAILED = "failed"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"


class Discards:
    """`clock` is monotonic, in seconds.

    Strangers cause these by the thousand, so not each has its line of the log.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.counts = dict.fromkeys(Reason, 0)
        self._told = dict.fromkeys(Reason, 0)
        self._quiet_until = dict.fromkeys(Reason, 0.0)

    def count(self, reason: Reason, told: str) -> None:
        """`told` begins the line, and has nothing that others wrote."""
        if more := self._due(reason):
            log.warning("%s (%d of them since the last such line)", told, more)

    def failed(self, error: Exception, where: str) -> StanzaError:
        """What to tell whoever asked; the log has it under the same number.

        Each failure has its line, for a number that is told must be found; the
        traceback stands in one now and then.
        """
        reference = new_reference()
        whole = self._due(Reason.FAILED) > 0
        return unforeseen(error, where, reference, traceback=whole)

    def _due(self, reason: Reason) -> int:
        """Count one; how many a line now tells of, 0: there is none now."""
        self.counts[reason] += 1
        now = self._clock()
        if now < self._quiet_until[reason]:
            return 0
        self._quiet_until[reason] = now + QUIET_SECONDS
        untold = self.counts[reason] - self._told[reason]
        self._told[reason] = self.counts[reason]
        return untold


def is_addressable(stanza: ET.Element) -> bool:
    """Whoever sent it and whoever it is to have addresses, where it names them.

    As slixmpp prepares them, for it does with all that it handles later; and as we
    do, for it takes some for others that they resemble (`ᴿoot` for `Root`).
    """
    for address in (stanza.get("from"), stanza.get("to")):
        if address and bare_of(address) is None:
            return False
        try:
            JID(address)
        except InvalidJID:
            return False
    return True
