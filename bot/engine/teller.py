"""Tells what is told once a day: owners and admins of readers who were suspended,
recipients of messages that wait for their approval.
"""

import structlog

from bot.service.people.approvals import Approvals
from bot.service.ports.outside import Database
from bot.service.readers.suspensions import Suspensions

log = structlog.get_logger(__name__)

#: seconds between two looks
IDLE_SECONDS = 60.0


class Teller:
    def __init__(
        self, database: Database, suspensions: Suspensions, approvals: Approvals
    ) -> None:
        self._database = database
        self._suspensions = suspensions
        self._approvals = approvals

    async def step(self) -> float:
        # looked at first: mostly there is nothing, and a look keeps no writer waiting
        if await self._database.read(self._suspensions.due):
            readers = await self._database.run(self._suspensions.tell)
            if readers:
                log.info("suspensions told", readers=readers)
        while await self._database.read(self._approvals.due):
            recipients = await self._database.run(self._approvals.tell)
            log.info("approvals asked for", recipients=recipients)
        return IDLE_SECONDS
