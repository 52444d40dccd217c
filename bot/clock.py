"""The alarm over APScheduler 3, and system time.

APScheduler keeps nothing here: one in-memory date job, re-armed to the earliest
due moment. The tables are the truth.
"""

from collections.abc import Callable
from datetime import UTC, datetime

_ALARM = "alarm"


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place


class Alarm:
    """Rings by calling `ring` in the event loop; never early, however late."""

    def __init__(self, ring: Callable[[], None]) -> None:
        # commands ask for the time alone, and wait for nothing else
        from apscheduler.schedulers import asyncio  # noqa: PLC0415
        from apscheduler.triggers.date import DateTrigger  # noqa: PLC0415

        self._ring = ring
        self._at = DateTrigger
        self._scheduler = asyncio.AsyncIOScheduler(
            timezone=UTC,
            # A late ring is still a ring; the planner judges lateness.
            job_defaults={"misfire_grace_time": None, "coalesce": True},
        )
        self._set_to: datetime | None = None

    def start(self) -> None:
        """Call with the event loop running."""
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    def set(self, moment: datetime | None) -> None:
        """Ring once at `moment`; None: not at all."""
        if moment == self._set_to:
            if moment is not None:
                # Its timer runs by the monotonic clock, as far as it was to go by a
                # wall clock that may have been set since.
                self._scheduler.wakeup()
            return
        self._set_to = moment
        if moment is None:
            if self._scheduler.get_job(_ALARM) is not None:
                self._scheduler.remove_job(_ALARM)
            return
        # Without a zone it would ask for the machine's, which may be one that only
        # the C library can read (TZ=CET-1CEST,M3.5.0,M10.5.0/3).
        trigger = self._at(moment, timezone=UTC)
        self._scheduler.add_job(self._rang, trigger, id=_ALARM, replace_existing=True)

    async def _rang(self) -> None:
        """In the event loop: a plain function would run in a thread."""
        self._set_to = None
        self._ring()
