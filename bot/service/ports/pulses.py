"""The signs of life of running services, and what a service knows of itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The sign of life of a running service, for `status`."""

    worker: str
    service: str
    version: str
    connected: bool
    started_at: datetime
    seen_at: datetime


class Facts(Protocol):
    """Small things the service remembers about itself."""

    def digest_key(self) -> bytes:
        """The secret behind message ids, made at first use (which writes)."""
        ...

    def beat(self, pulse: Pulse) -> None: ...

    def pulses(self) -> list[Pulse]: ...

    def stopped(self, worker: str) -> None: ...

    def strangers(self, since: datetime, until: datetime) -> list[str]:
        """JIDs of others that have readers or announcements here, while this service
        has none; but not of those that gave a sign of life between the two moments.

        Nothing else looks at what is another's.
        """
        ...
