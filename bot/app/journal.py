"""The way of each announcement as lines of the log.

Every line has `announcement=`, the number that users see as #12, and what
belongs to one occurrence `broadcast=`, a number to search the log by, which no
command takes: both are stored, so they stay the same over restarts. A request's own
lines have `request=`, which is also the number in the text of an internal error.
"""

import logging
from typing import Any

import structlog

from bot.domain.audit import DONE, Action
from bot.domain.broadcast import BroadcastState
from bot.domain.events import (
    ChunkEnded,
    Deviated,
    Ended,
    Event,
    Guarded,
    Moved,
    Planned,
    Requested,
    Unsent,
)
from bot.domain.schedule import Origin

log = structlog.get_logger(__name__)


def write(event: Event) -> None:
    match event:
        case Requested():
            _request(event)
        case Planned():
            log.log(
                _level(event.origin),
                "occurrence planned",
                announcement=event.announcement,
                broadcast=event.broadcast,
                due=event.due_at.isoformat(),
                late=(event.at - event.due_at).total_seconds(),
                readers=event.readers,
            )
        case Unsent():
            log.warning(
                "occurrence not sent",
                announcement=event.announcement,
                due=event.due_at.isoformat(),
                state=event.state,
                reason=event.reason,
                count=event.count,
            )
        case ChunkEnded():
            log.log(
                _level(event.origin),
                "chunk acknowledged",
                announcement=event.announcement,
                broadcast=event.broadcast,
                chunk=event.chunk,
                readers=event.readers,
            )
        case Deviated():
            log.debug(
                "message not simply sent",
                announcement=event.announcement,
                broadcast=event.broadcast,
                kind=event.kind,
                condition=event.condition,
            )
        case Ended():
            _end(event)
        case Moved():
            log.info(
                _MOVES[event.action],
                list=event.list_name,
                count=event.count,
                **_said(reason=event.reason, announcement=event.announcement),
            )
        case Guarded(holds=True):
            log.info("server holds messages back again", server=event.server)
        case Guarded():
            log.error(
                "server no longer holds back messages that are to be sent later:"
                " they may go out at once",
                server=event.server,
            )


_MOVES = {
    Action.SUBSCRIBE: "joined a list",
    Action.UNSUBSCRIBE: "left a list",
    Action.SUSPEND: "suspended from a list",
    Action.RESTORE: "restored to a list",
}


def _said(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _request(event: Requested) -> None:
    """What only looked is told at level debug, unless it was refused."""
    done = event.result == DONE
    looked = done and event.action is Action.QUERY
    log.log(
        logging.DEBUG if looked else logging.INFO,
        "request accepted" if done else "request refused",
        door=event.door,
        action=event.action,
        result=event.result,
        **_said(announcement=event.reference),
    )


def _end(event: Ended) -> None:
    failed = event.state is BroadcastState.FAILED
    log.log(
        logging.WARNING if failed else _level(event.origin),
        "broadcast is over",
        announcement=event.announcement,
        broadcast=event.broadcast,
        state=event.state,
        readers=event.total,
        sent=event.sent,
        failed=event.failed,
        skipped=event.skipped,
        **({"later": event.waiting} if event.waiting else {}),
        seconds=round(event.seconds, 3),
        **({} if event.reason is None else {"reason": event.reason}),
    )


def _level(origin: Origin) -> int:
    """Welcomes are too many to be told one by one."""
    return logging.DEBUG if origin is Origin.WELCOME else logging.INFO
