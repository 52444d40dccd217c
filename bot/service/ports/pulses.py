"""The signs of life of running services, and what a service knows of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a service has read of its configuration, and how it went the last time."""

    #: where it is, as the service sees it
    file: str
    #: where templates of one's own are, likewise
    templates: str | None = None
    #: when what is in force was read
    at: datetime
    #: key -> digest of its value, of what is in force; no secrets
    digests: Mapping[str, str] = field(default_factory=dict)
    #: of the latest reading: keys that had changed, and of these what waits for a start
    changed: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    #: why it could not be used, if so: what was in force before still is
    faults: tuple[str, ...] = ()
    #: templates and holidays that are of no use; all else is in force
    broken: tuple[str, ...] = ()
    #: which of the askings it answers, see `Facts.ask_to_read`
    answers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The sign of life of a running service, for `status`."""

    worker: str
    service: str
    version: str
    connected: bool
    started_at: datetime
    seen_at: datetime
    #: None: of a process that says nothing of it
    reading: Reading | None = None


class Facts(Protocol):
    """Small things the service remembers about itself."""

    def digest_key(self) -> bytes:
        """The secret behind message ids, made at first use (which writes)."""
        ...

    def beat(self, pulse: Pulse) -> None: ...

    def pulses(self) -> list[Pulse]: ...

    def stopped(self, worker: str) -> None: ...

    def ask_to_read(self, worker: str) -> int:
        """Have a service read its configuration anew; the number of this asking, which
        is in its `Reading` once it has. 0: there is no such worker.
        """
        ...

    def asked_to_read(self, worker: str) -> int:
        """The number of the latest asking; 0: there was none."""
        ...

    def strangers(self, since: datetime, until: datetime) -> list[str]:
        """JIDs of others that have readers or announcements here, while this service
        has none; but not of those that gave a sign of life between the two moments.

        Nothing else looks at what is another's.
        """
        ...
