"""What a bounce makes of a delivery: the exception as it is from then on."""

from datetime import datetime

from bot.domain import verdict
from bot.domain.broadcast import (
    Broadcast,
    BroadcastState,
    DeliveryException,
    ExceptionKind,
)
from bot.domain.verdict import Verdict


def after_bounce(
    broadcast: Broadcast,
    jid: str,
    before: DeliveryException | None,
    ruling: Verdict,
    now: datetime,
    *,
    condition: str,
    text: str | None,
) -> DeliveryException:
    """To be repeated, where the ruling, the attempts so far and the time allow it; else
    failed. Of who heard it later the time began when he did.
    """
    repeated = before is not None and before.kind is not ExceptionKind.WAITING
    attempts = before.attempts if before and repeated else 0
    begun_at = before.begun_at if before else None
    next_at = None
    is_open = broadcast.state is not BroadcastState.STOPPED
    if ruling is Verdict.RETRY and is_open and broadcast.retracted_at is None:
        next_at = verdict.retry_at(
            attempts,
            created_at=begun_at or broadcast.created_at,
            now=now,
            expires_at=broadcast.expires_at,
        )
    return DeliveryException(
        broadcast_id=broadcast.id,
        jid=jid,
        kind=ExceptionKind.RETRYING if next_at else ExceptionKind.FAILED,
        condition=condition,
        text=text,
        attempts=attempts,
        first_at=before.first_at if before else now,
        next_at=next_at,
        begun_at=begun_at,
    )
