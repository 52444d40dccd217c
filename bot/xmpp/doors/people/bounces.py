"""The door for what was delivered in somebody's name and came back (`<bounce/>`).

The server says it until it is taken: so the answer comes once it is recorded, and while
the database is away it comes again. A bounce of what nobody knows is taken, too, for to
say it again would be in vain; it is counted.

docs/conformance.md, Between people: bounce
"""

from dataclasses import dataclass

from bot.domain.errors import Invalid
from bot.domain.identity import MessageIds
from bot.domain.jid import bare_of
from bot.domain.phrase import Phrase
from bot.service.use_cases import UseCases
from bot.xmpp.doors.inbox.inbox import as_bounce
from bot.xmpp.doors.people.handover import BOUNCE, Handover, HandoverDoor
from bot.xmpp.session.connection import Connection
from bot.xmpp.session.discards import Reason


@dataclass(frozen=True, slots=True)
class BounceDoor:
    connection: Connection
    use_cases: UseCases
    ids: MessageIds

    def open(self) -> None:
        HandoverDoor(
            connection=self.connection,
            policy=self.use_cases.policy,
            tag=BOUNCE,
            whose="to",
            take=self._take,
        ).open()

    async def _take(self, given: Handover) -> None:
        message = given.message
        recipient = bare_of(message.get("from", ""))
        if message.get("type") != "error" or recipient is None:
            raise Invalid(Phrase("That is no message that came back."))
        message_id = message.get("id", "")
        # under an id of the service's own, else under one that its sender gave it
        key = self.ids.broadcast_of(message_id, recipient) or ""
        bounce = as_bounce(message, recipient, key)
        known = await self.use_cases.database.run(
            self.use_cases.outcomes.returned, bounce, given.person, message_id
        )
        if not known:
            self.connection.discard(Reason.UNKNOWN, "a bounce of nothing that was sent")
