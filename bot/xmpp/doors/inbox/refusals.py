"""Error messages back to whoever wrote to us (RFC 6120 §8.3), and how often.

    <message type='error' id=SAME from=ADDRESS-WRITTEN-TO to=SENDER>
      <error type='cancel'><service-unavailable/><text xml:lang='de'>…</text></error>
    </message>

The original body never comes back with it.

docs/conformance.md, Discovery and delivery: no-reply errors
"""

from collections.abc import Callable

from bot.desk.sender_limit import MAX_SENDERS, SenderLimit
from bot.domain.guidance import commands_at, turn_to
from bot.domain.phrase import Listed, Phrase
from bot.xmpp.doors.inbox.classification import MessageClass
from bot.xmpp.stanzas.errors import StanzaError

REFUSALS_PER_SECOND = 1  #: to one sender
REFUSAL_BURST = 5  #: to one sender, at once
NOBODY = Phrase(
    "This address only sends announcements; nobody reads what is sent to it."
)


def the_other_way(service: str) -> Phrase:
    """Why a message to the service is not scheduled, and what to do."""
    return Phrase(
        "Messages with <schedule/> are not taken here."
        " Send the <schedule/> with its <body/> as <iq type='set'/> to {service}.",
        service=service,
    )


class RefusalTexts:
    """What a refused sender reads; `contact` is whom he may turn to, if anybody.

    `usual`: the language at an address, of those who say none.
    """

    def __init__(
        self,
        *,
        service: str,
        contact: str | None,
        usual: Callable[[str], str] = lambda _: "",
    ) -> None:
        self._service = service
        self.contact = contact
        self.usual = usual

    def error(self, message_class: MessageClass) -> StanzaError:
        if message_class is MessageClass.INLINE:
            condition = "feature-not-implemented"
            text = the_other_way(self._service)
        else:
            condition, text = "service-unavailable", self._nobody_reads()
        return StanzaError(condition=condition, type="cancel", text=text)

    def _nobody_reads(self) -> Phrase:
        words = [NOBODY, commands_at(self._service)]
        if self.contact is not None:
            words.append(turn_to(self.contact))
        return Listed(*words, separator=" ")


class RefusalLimit:
    """At most so many bounces to one sender; `clock` is monotonic, in seconds."""

    def __init__(
        self, clock: Callable[[], float], max_senders: int = MAX_SENDERS
    ) -> None:
        self._max_senders = max_senders
        self._limit = SenderLimit(
            clock,
            rate=REFUSALS_PER_SECOND,
            burst=REFUSAL_BURST,
            max_senders=max_senders,
        )
        self._backlog: set[str] = set()
        #: bounces that were sent, and that were not
        self.permitted = self.dropped = 0

    def session(self) -> None:
        """Connected anew: the backlog that comes now is another one."""
        self._backlog.clear()

    def permits(self, sender: str, *, backlog: bool) -> bool:
        """Whether to answer `sender` (a bare JID) now; counts those not answered."""
        allowed = self._first(sender) if backlog else True
        if not (allowed and self._limit.permits(sender)):
            self.dropped += 1
            return False
        self.permitted += 1
        return True

    def _first(self, sender: str) -> bool:
        if sender in self._backlog or len(self._backlog) >= self._max_senders:
            return False
        self._backlog.add(sender)
        return True
