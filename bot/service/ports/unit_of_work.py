"""What is stored, as the use cases see it: the repositories of one transaction.

They return domain objects and raise `Unavailable` when the database is away.
Everything a use case does through one `UnitOfWork` is one transaction.
"""

from datetime import datetime
from typing import Protocol

from bot.domain.events import Event
from bot.service.ports.broadcasts import Audiences, Chunks, Exceptions, StoredBroadcasts
from bot.service.ports.claims import Claims
from bot.service.ports.consents import StoredApprovals, StoredConsents
from bot.service.ports.notices import Notices
from bot.service.ports.pulses import Facts
from bot.service.ports.readers import (
    Greetings,
    Lists,
    People,
    StoredSubscribers,
    Subscriptions,
    Suspensions,
)
from bot.service.ports.schedules import Occurrences, Shifts, StoredSchedules
from bot.service.ports.sights import Sights
from bot.service.ports.storage import KeptContent, StorageKeys
from bot.service.ports.trail import AuditTrail, RequestCounts


class UnitOfWork(Protocol):
    """The repositories of one transaction."""

    @property
    def lists(self) -> Lists: ...
    @property
    def greetings(self) -> Greetings: ...
    @property
    def subscribers(self) -> StoredSubscribers: ...
    @property
    def subscriptions(self) -> Subscriptions: ...
    @property
    def suspensions(self) -> Suspensions: ...
    @property
    def people(self) -> People: ...
    @property
    def schedules(self) -> StoredSchedules: ...
    @property
    def occurrences(self) -> Occurrences: ...
    @property
    def shifts(self) -> Shifts: ...
    @property
    def broadcasts(self) -> StoredBroadcasts: ...
    @property
    def chunks(self) -> Chunks: ...
    @property
    def audiences(self) -> Audiences: ...
    @property
    def exceptions(self) -> Exceptions: ...
    @property
    def consents(self) -> StoredConsents: ...
    @property
    def approvals(self) -> StoredApprovals: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def claims(self) -> Claims: ...
    @property
    def facts(self) -> Facts: ...
    @property
    def sights(self) -> Sights: ...
    @property
    def requests(self) -> RequestCounts: ...
    @property
    def audit(self) -> AuditTrail: ...
    @property
    def keys(self) -> StorageKeys: ...
    @property
    def content(self) -> KeptContent: ...

    def now(self) -> datetime:
        """By the database's clock, one for all processes that share it: of leases,
        claims, counts of requests and signs of life (decision 29).
        """
        ...

    def happened(self, event: Event) -> None:
        """Tell of it once this transaction is committed."""
        ...

    def nudge(self) -> None:
        """Wake the running services once this transaction is committed."""
        ...
