"""The repositories of one transaction of one service, over one connection."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from bot.domain.events import Event
from bot.service.ports import (
    broadcasts,
    claims,
    consents,
    incidents,
    joining,
    maintenance,
    notices,
    personal,
    publicity,
    pulses,
    readers,
    roles,
    schedules,
    sights,
    storage,
    topics,
    trail,
)
from bot.service.ports.calendars import Calendars, NoCalendars
from bot.store.approvals import SqlApprovals
from bot.store.audience import SqlAudiences
from bot.store.audit import SqlAuditTrail
from bot.store.broadcasts import SqlBroadcasts
from bot.store.chunks import SqlChunks
from bot.store.claims import SqlClaims
from bot.store.consents import SqlConsents
from bot.store.contact_news import SqlContactNews
from bot.store.exceptions import SqlExceptions
from bot.store.facts import SqlFacts
from bot.store.forgotten import SqlForgotten
from bot.store.greetings import SqlGreetings
from bot.store.holdings import SqlHoldings
from bot.store.incidents import SqlIncidents
from bot.store.join_requests import SqlJoinRequests
from bot.store.lists import SqlLists
from bot.store.maintenances import SqlMaintenances
from bot.store.notices import SqlNotices
from bot.store.occurrences import SqlOccurrences
from bot.store.people import SqlPeople
from bot.store.publicity import SqlPublicRows
from bot.store.purging import SqlKeptContent
from bot.store.requests import SqlRequestCounts
from bot.store.roles import SqlRoles, SqlStandstills
from bot.store.schedules import SqlSchedules
from bot.store.sealing import Vault
from bot.store.shifts import SqlShifts
from bot.store.sights import SqlSights
from bot.store.storage_keys import SqlStorageKeys
from bot.store.subscribers import SqlSubscribers
from bot.store.subscriptions import SqlSubscriptions
from bot.store.suspensions import SqlSuspensions
from bot.store.topics import SqlTopics
from bot.store.traces import SqlTraces
from bot.store.types import UTCDateTime

#: SQLite has days since -4713 there, and in a file that is the clock of the machine
_CLOCKS = {
    "sqlite": sa.select(
        sa.literal_column(
            "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)",
            UTCDateTime(),
        )
    ),
    "postgresql": sa.select(sa.func.clock_timestamp(type_=UTCDateTime())),
}


class SqlUnitOfWork:
    """Everything in it is of one service: it sees and changes no other's rows."""

    def __init__(
        self,
        connection: sa.Connection,
        service: str,
        vault: Vault,
        now: Callable[[], datetime] | None = None,
        calendars: Calendars | None = None,
    ) -> None:
        """`now`: what tests have for the database's clock."""
        self._connection = connection
        self._now = now
        #: whether to wake the services after the commit
        self.nudged = False
        #: what to tell of after the commit
        self.events: list[Event] = []
        self.calendars: Calendars = calendars or NoCalendars()
        forgotten = SqlForgotten(connection, service, vault)
        self.forgotten: consents.Forgotten = forgotten
        self.lists: readers.Lists = SqlLists(connection, service)
        self.greetings: readers.Greetings = SqlGreetings(connection, service, vault)
        self.subscribers: readers.StoredSubscribers = SqlSubscribers(
            connection, service
        )
        self.subscriptions: readers.Subscriptions = SqlSubscriptions(
            connection, service
        )
        self.suspensions: readers.Suspensions = SqlSuspensions(connection, service)
        self.join_requests: joining.JoinRequests = SqlJoinRequests(connection, service)
        self.contact_news: joining.StoredContactNews = SqlContactNews(
            connection, service
        )
        self.people: readers.People = SqlPeople(connection, service)
        self.schedules: schedules.StoredSchedules = SqlSchedules(
            connection, service, vault, self.calendars
        )
        self.incidents: incidents.StoredIncidents = SqlIncidents(
            connection, service, vault
        )
        self.occurrences: schedules.Occurrences = SqlOccurrences(connection, service)
        self.shifts: schedules.Shifts = SqlShifts(connection, service)
        self.topics: topics.Topics = SqlTopics(connection, service)
        self.public: publicity.PublicRows = SqlPublicRows(connection, service)
        self.maintenances: maintenance.StoredMaintenances = SqlMaintenances(
            connection, service, vault
        )
        self.broadcasts: broadcasts.StoredBroadcasts = SqlBroadcasts(
            connection, service, vault, forgotten
        )
        self.chunks: broadcasts.Chunks = SqlChunks(connection, service)
        self.audiences: broadcasts.Audiences = SqlAudiences(connection, service)
        self.exceptions: broadcasts.Exceptions = SqlExceptions(
            connection, service, vault
        )
        self.consents: consents.StoredConsents = SqlConsents(
            connection, service, forgotten
        )
        self.approvals: consents.StoredApprovals = SqlApprovals(connection, service)
        self.holdings: personal.Holdings = SqlHoldings(connection, service, vault)
        self.traces: personal.Traces = SqlTraces(connection, service)
        self.notices: notices.Notices = SqlNotices(connection, service, vault)
        self.claims: claims.Claims = SqlClaims(connection, service)
        self.facts: pulses.Facts = SqlFacts(connection, service)
        self.sights: sights.Sights = SqlSights(connection, service)
        self.requests: trail.RequestCounts = SqlRequestCounts(connection, service)
        self.audit: trail.AuditTrail = SqlAuditTrail(connection, service)
        self.roles: roles.Roles = SqlRoles(connection, service)
        self.standstills: roles.Standstills = SqlStandstills(connection, service)
        self.keys: storage.StorageKeys = SqlStorageKeys(connection, service, vault)
        self.content: storage.KeptContent = SqlKeptContent(connection, service)

    def now(self) -> datetime:
        if self._now is not None:
            return self._now()
        clock = _CLOCKS[self._connection.dialect.name]
        moment: datetime = self._connection.execute(clock).scalar_one()
        return moment

    def happened(self, event: Event) -> None:
        self.events.append(event)

    def nudge(self) -> None:
        self.nudged = True
