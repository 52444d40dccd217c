"""The repositories of one transaction, over one connection."""

import sqlalchemy as sa

from bot.service import ports
from bot.store.audience import SqlAudiences
from bot.store.broadcasts import SqlBroadcasts
from bot.store.chunks import SqlChunks
from bot.store.exceptions import SqlExceptions
from bot.store.facts import SqlFacts
from bot.store.lists import SqlLists
from bot.store.notices import SqlNotices
from bot.store.occurrences import SqlOccurrences
from bot.store.schedules import SqlSchedules
from bot.store.subscribers import SqlSubscribers
from bot.store.subscriptions import SqlSubscriptions


class SqlUnitOfWork:
    def __init__(self, connection: sa.Connection) -> None:
        #: whether to wake the services after the commit
        self.nudged = False
        self.lists: ports.Lists = SqlLists(connection)
        self.subscribers: ports.Subscribers = SqlSubscribers(connection)
        self.subscriptions: ports.Subscriptions = SqlSubscriptions(connection)
        self.schedules: ports.Schedules = SqlSchedules(connection)
        self.occurrences: ports.Occurrences = SqlOccurrences(connection)
        self.broadcasts: ports.Broadcasts = SqlBroadcasts(connection)
        self.chunks: ports.Chunks = SqlChunks(connection)
        self.audiences: ports.Audiences = SqlAudiences(connection)
        self.exceptions: ports.Exceptions = SqlExceptions(connection)
        self.notices: ports.Notices = SqlNotices(connection)
        self.facts: ports.Facts = SqlFacts(connection)

    def nudge(self) -> None:
        self.nudged = True
