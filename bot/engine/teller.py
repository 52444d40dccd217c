"""Tells what is told once: owners and admins of readers who were suspended, recipients
of messages that wait for their approval, admins of people who wait for a list.
"""

import time

import structlog

from bot.service.use_cases import UseCases

log = structlog.get_logger(__name__)

#: seconds between two looks
IDLE_SECONDS = 60.0
#: between two messages about people who wait for a list: who asks, thinks better of it
#: and asks again tells admins no more than anybody else
REQUESTS_SECONDS = 600.0


class Teller:
    def __init__(self, use_cases: UseCases) -> None:
        self._database = use_cases.database
        self._suspensions = use_cases.suspensions
        self._approvals = use_cases.approvals
        self._requests = use_cases.join_requests
        self._requests_told: float | None = None

    async def step(self) -> float:
        # looked at first: mostly there is nothing, and a look keeps no writer waiting
        if await self._database.read(self._suspensions.due):
            readers = await self._database.run(self._suspensions.tell)
            if readers:
                log.info("suspensions told", readers=readers)
        while await self._database.read(self._approvals.due):
            recipients = await self._database.run(self._approvals.tell)
            log.info("approvals asked for", recipients=recipients)
        await self._tell_requests(time.monotonic())
        return IDLE_SECONDS

    async def _tell_requests(self, now: float) -> None:
        told = self._requests_told
        if told is not None and now - told < REQUESTS_SECONDS:
            return
        if await self._database.read(self._requests.due):
            people = await self._database.run(self._requests.tell)
            log.info("requests to be let in told", people=people)
            self._requests_told = now
