"""The door for messages that a server has taken out of the flow (`<divert/>`).

The server waits for the answer, and its person with it: an empty result says that the
message is stored, an error is told to him as it is. Which id it is kept under he learns
from the headline that follows (draft 1.0.0, §10).

A person's messages may come as fast as he can send them, so they wait for their turn
where requests by IQ are refused; how many are too many his limits say.

docs/conformance.md, Message Scheduling: §5.1
"""

from dataclasses import dataclass

from bot.desk.desk import Desk
from bot.desk.verbs import announcing
from bot.domain.audit import Action, Asked
from bot.domain.schedule import Origin
from bot.xmpp.doors.people.handover import DIVERT, Handover, HandoverDoor
from bot.xmpp.doors.people.messages import read_message
from bot.xmpp.session.connection import Connection


@dataclass(frozen=True, slots=True)
class DivertDoor:
    connection: Connection
    desk: Desk

    def open(self) -> None:
        HandoverDoor(
            connection=self.connection,
            policy=self.desk.policy,
            tag=DIVERT,
            whose="from",
            take=self._take,
        ).open()

    async def _take(self, given: Handover) -> None:
        policy = self.desk.policy
        asked = Asked(
            caller=policy.caller(given.person),
            door=Origin.INLINE,
            action=Action.SCHEDULE,
        )
        await self.desk.ask(
            asked,
            lambda: announcing.SCHEDULE(read_message(given.message, policy.addresses)),
            waits=True,
        )
