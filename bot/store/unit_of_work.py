"""The repositories of one transaction, over one connection."""

import sqlalchemy as sa

from bot.domain.events import Event
from bot.service.ports import broadcasts, notices, pulses, readers, schedules, trail
from bot.store.audience import SqlAudiences
from bot.store.audit import SqlAuditTrail
from bot.store.broadcasts import SqlBroadcasts
from bot.store.chunks import SqlChunks
from bot.store.exceptions import SqlExceptions
from bot.store.facts import SqlFacts
from bot.store.lists import SqlLists
from bot.store.notices import SqlNotices
from bot.store.occurrences import SqlOccurrences
from bot.store.people import SqlPeople
from bot.store.requests import SqlRequestCounts
from bot.store.schedules import SqlSchedules
from bot.store.subscribers import SqlSubscribers
from bot.store.subscriptions import SqlSubscriptions


class SqlUnitOfWork:
    def __init__(self, connection: sa.Connection) -> None:
        #: whether to wake the services after the commit
        self.nudged = False
        #: what to tell of after the commit
        self.events: list[Event] = []
        self.lists: readers.Lists = SqlLists(connection)
        self.subscribers: readers.Subscribers = SqlSubscribers(connection)
        self.subscriptions: readers.Subscriptions = SqlSubscriptions(connection)
        self.people: readers.People = SqlPeople(connection)
        self.schedules: schedules.Schedules = SqlSchedules(connection)
        self.occurrences: schedules.Occurrences = SqlOccurrences(connection)
        self.broadcasts: broadcasts.Broadcasts = SqlBroadcasts(connection)
        self.chunks: broadcasts.Chunks = SqlChunks(connection)
        self.audiences: broadcasts.Audiences = SqlAudiences(connection)
        self.exceptions: broadcasts.Exceptions = SqlExceptions(connection)
        self.notices: notices.Notices = SqlNotices(connection)
        self.facts: pulses.Facts = SqlFacts(connection)
        self.requests: trail.RequestCounts = SqlRequestCounts(connection)
        self.audit: trail.AuditTrail = SqlAuditTrail(connection)

    def happened(self, event: Event) -> None:
        self.events.append(event)

    def nudge(self) -> None:
        self.nudged = True
