"""Sends what owners are to be told; a notice is kept until the server has it."""

import hashlib
from datetime import datetime, timedelta

from bot.domain.message import Announcement, MessageType, Text
from bot.engine.wire import Delivery, Wire
from bot.service.ports import Clock, Database
from bot.service.repositories import Notice, UnitOfWork

BATCH = 100
#: how long another process leaves to this one what it has claimed
CLAIM = timedelta(seconds=60)
#: seconds between looks
IDLE = 5.0


class Reporter:
    """`service` is the JID that notices come from."""

    def __init__(
        self, database: Database, wire: Wire, clock: Clock, service: str
    ) -> None:
        self._database = database
        self._wire = wire
        self._clock = clock
        self._service = service

    async def step(self) -> float:
        await self._wire.ready()
        now = self._clock.now()
        notices = await self._database.run(_claim, now, now + CLAIM)
        if not notices:
            return IDLE
        barrier = await self._wire.write([self._delivery(one) for one in notices])
        await barrier.wait()
        await self._database.run(_done, [notice.id for notice in notices])
        return 0.0

    def _delivery(self, notice: Notice) -> Delivery:
        text = notice.text
        announcement = Announcement(
            sender=self._service,
            type=MessageType.HEADLINE if text is None else MessageType.CHAT,
            texts=() if text is None else (Text(language="en", body=text),),
            payloads=notice.payloads,
        )
        stencil = self._wire.stencil(announcement)
        return Delivery(stencil, notice.to, message_id(notice))


def message_id(notice: Notice) -> str:
    """The same for a repeat of a notice, else another: row ids are used again."""
    parts = (notice.created_at.isoformat(), str(notice.id), notice.to)
    said = "\n".join((*parts, notice.text or "", *notice.payloads))
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def _claim(uow: UnitOfWork, now: datetime, until: datetime) -> list[Notice]:
    return uow.notices.claim(now, until, BATCH)


def _done(uow: UnitOfWork, notice_ids: list[int]) -> None:
    uow.notices.done(notice_ids)
