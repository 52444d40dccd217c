"""Sends what owners are to be told; a notice is kept until the server has it.

A crash between the acknowledgement and its record sends notices again, with the ids
that they had.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.domain.errors import Invalid
from bot.domain.jid import bare
from bot.domain.message import Announcement, MessageType
from bot.domain.updates import Update
from bot.engine.wire import Delivery, StreamLost, Wire
from bot.service.ports.notices import Notice
from bot.service.ports.outside import Database
from bot.service.ports.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

#: notices that are claimed, written and acknowledged together
NOTICES_PER_WRITE = 100
#: how long another process leaves to this one what it has claimed
CLAIM_TIME = timedelta(seconds=60)
#: seconds between looks
IDLE_SECONDS = 5.0


class Reporter:
    """Sends notices from the JID `service`."""

    def __init__(self, database: Database, wire: Wire, service: str) -> None:
        self._database = database
        self._wire = wire
        self._service = service

    async def step(self) -> float:
        await self._wire.ready()
        notices = await self._database.run(_claim)
        if not notices:
            return IDLE_SECONDS
        found = [(notice, self._delivery(notice)) for notice in notices]
        if deliveries := [one for _, one in found if one is not None]:
            await self._write(deliveries)
        await self._database.run(_done, [notice.id for notice in notices])
        told = Counter(notice.announcement for notice, one in found if one is not None)
        for announcement, count in told.items():
            log.info("report acknowledged", announcement=announcement, notices=count)
        return 0.0

    async def _write(self, deliveries: Sequence[Delivery]) -> None:
        """Raises StreamLost; they go again at once, unless they may be what ended it:
        then others are to have their turn first.
        """
        try:
            barrier = await self._wire.write(deliveries)
            await barrier.wait()
        except StreamLost as lost:
            if not lost.blamed:
                await self._database.run(_release)
            raise

    def _delivery(self, notice: Notice) -> Delivery | None:
        """None for what can never be sent: it must not hold up the others."""
        try:
            bare(notice.to)
            stencil = self._wire.stencil(self._announcement(notice))
        except Invalid:
            log.exception(
                "a notice cannot be sent, dropped",
                announcement=notice.announcement,
                notice=notice.id,
            )
            return None
        return Delivery(stencil, notice.to, message_id(notice))

    def _announcement(self, notice: Notice) -> Announcement:
        sender, said = self._service, notice.said
        if isinstance(said, Update):
            kind = MessageType.HEADLINE
            return Announcement(sender=sender, type=kind, texts=(), update=said)
        return Announcement(sender=sender, type=MessageType.CHAT, texts=(said,))


def message_id(notice: Notice) -> str:
    """The same for a repeat of a notice, else another: row ids are used again."""
    parts = (notice.created_at.isoformat(), notice.id, notice.to, notice.said)
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:24]


def _claim(uow: UnitOfWork) -> list[Notice]:
    now = uow.now()
    until = now + CLAIM_TIME
    return uow.notices.claim(now, until, NOTICES_PER_WRITE)


def _release(uow: UnitOfWork) -> None:
    uow.notices.release()


def _done(uow: UnitOfWork, notice_ids: list[int]) -> None:
    uow.notices.done(notice_ids)
