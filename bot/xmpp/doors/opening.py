"""Opens every door on a connection, and introduces the service at each session.

    doors = Doors(use_cases=…, desk=…, …)
    connection = Connection(settings, now=…, on_session=doors.on_session,
                            on_lost=doors.on_lost)
    doors.open(connection)          # before connecting
    …
    await doors.close()             # after the connection has stopped

Build it inside the running loop.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from slixmpp import JID
from slixmpp.exceptions import XMPPError

from bot.desk.desk import Desk
from bot.desk.sender_limit import SenderLimit
from bot.domain.access import Role
from bot.domain.errors import CarillonError, Unavailable
from bot.domain.identity import MessageIds
from bot.domain.jid import bare_of
from bot.domain.lists import AnnouncementList
from bot.domain.pictures import Picture
from bot.engine.loop import Loop
from bot.service.delivery.outcomes import Bounce
from bot.service.ports.spool import Spool
from bot.service.use_cases import UseCases
from bot.xmpp.doors.appearance import Appearance
from bot.xmpp.doors.archive import keep_nothing
from bot.xmpp.doors.commands.conversations import Conversations
from bot.xmpp.doors.commands.directory import CommandDirectory
from bot.xmpp.doors.commands.door import CommandDoor
from bot.xmpp.doors.contacts.introductions import Introductions
from bot.xmpp.doors.contacts.news import ContactTeller
from bot.xmpp.doors.contacts.profiles import Profiles
from bot.xmpp.doors.contacts.registration import RegistrationDoor
from bot.xmpp.doors.contacts.showing import Showing
from bot.xmpp.doors.contacts.vcards import VCardDoor
from bot.xmpp.doors.discovery import disco, entity_time, limits
from bot.xmpp.doors.discovery.lists import ListDirectory
from bot.xmpp.doors.entrance import Entrance
from bot.xmpp.doors.inbox.classification import Surroundings
from bot.xmpp.doors.inbox.inbox import Inbox
from bot.xmpp.doors.inbox.languages import StoredLanguages
from bot.xmpp.doors.inbox.refusals import RefusalLimit, RefusalTexts
from bot.xmpp.doors.moves import RETRY_SECONDS
from bot.xmpp.doors.online import Online
from bot.xmpp.doors.people.bounces import BounceDoor
from bot.xmpp.doors.people.divert import DivertDoor
from bot.xmpp.doors.presence import PresenceDoor
from bot.xmpp.doors.scheduling.delegation import DelegationDoor
from bot.xmpp.doors.scheduling.door import SchedulingDoor
from bot.xmpp.doors.signs_of_life import SignsOfLife
from bot.xmpp.session.connection import Connection
from bot.xmpp.session.exchange import NotConnected

log = logging.getLogger(__name__)

JOINS_PER_SECOND = 1  #: of one person
JOIN_BURST = 20  #: of one person, at once, beside one for each list


class Doors:
    """`lists`: those that have addresses, until they `become` others.

    `on_bounce` is called for each message of ours that came back; it must be
    quick. `spool` keeps who joins and leaves until the database has it. `contact`:
    where people with questions may turn, in plain words. `pictures`: by list, those of
    the operator's. `status_addresses`: where they find how things stand when we are
    away.
    """

    def __init__(
        self,
        *,
        use_cases: UseCases,
        desk: Desk,
        ids: MessageIds,
        lists: Sequence[AnnouncementList],
        on_bounce: Callable[[Bounce], None],
        spool: Spool,
        contact: str | None = None,
        pictures: Mapping[str, Picture] | None = None,
        status_addresses: Sequence[str] = (),
        name: str = "Announcements",
    ) -> None:
        clock = asyncio.get_running_loop().time
        self._desk = desk
        self._use_cases = use_cases
        self._database = database = use_cases.database
        self._policy = policy = use_cases.policy
        self._subscribers = subscribers = use_cases.subscribers
        self._ids = ids
        self._lists = {entry.name: entry for entry in lists}
        self._on_bounce = on_bounce
        self._spool = spool
        self._name = name
        self._status_addresses = status_addresses
        self._profiles = Profiles(policy.addresses, name)
        self._profiles.become(self._lists, pictures or {}, contact)
        self._directory = self._look_around()
        self._texts = RefusalTexts(
            service=policy.addresses.service, contact=contact, usual=self._language_at
        )
        self._stored = StoredLanguages(database, subscribers, clock)
        self._signs = SignsOfLife(database, subscribers, clock)
        self._online = Online(database, clock)
        desk.presences = self._online
        self.limit = RefusalLimit(clock)
        # whoever joins every list at once is no flood
        self.joins = SenderLimit(
            clock, rate=JOINS_PER_SECOND, burst=JOIN_BURST + len(lists)
        )
        #: by name: what ends with the service and not before
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self._session: asyncio.Task[None] | None = None
        #: the step that the database keeps from being done
        self._waits_for: str | None = None
        #: as they were told last
        self._limits = self._form
        #: all is said that a fresh session asks for
        self.arrived = asyncio.Event()

    def open(self, connection: Connection) -> None:
        """Register every handler; nothing is sent yet."""
        policy = self._policy
        self._connection = connection
        Entrance(connection, self._desk.gate, policy).open()
        disco.prepare(connection)
        self._showing = showing = Showing(connection, self._profiles)
        self._introductions = Introductions(connection)
        entity_time.serve(connection)
        around = Surroundings(
            addresses=policy.addresses, servers=policy.trusted_domains
        )
        Inbox(
            connection,
            around,
            self._texts,
            self.limit,
            self._ids,
            self._signs,
            self._on_bounce,
            stored=self._stored,
            introduce=self.introduce,
        ).open()
        self._scheduling = SchedulingDoor(connection, self._desk, self._addressed)
        self._scheduling.open()
        self._commands = CommandDirectory(self._desk, self._database, self._language_at)
        clock = asyncio.get_running_loop().time
        conversations = Conversations(self._desk, self._commands, clock)
        CommandDoor(connection, conversations).open()
        DivertDoor(connection, self._desk).open()
        BounceDoor(connection, self._use_cases, self._ids).open()
        DelegationDoor(connection, policy, self._scheduling).open()
        self._presence = PresenceDoor(
            connection,
            self._database,
            self._subscribers,
            policy,
            self._signs,
            self.joins,
            self._spool,
            online=self._online,
            showing=showing,
            usual=self._language_at,
        )
        self.moves = self._presence.moves
        self._presence.open()
        teller = ContactTeller(
            connection, self._use_cases, self._presence.turn, self.arrived, showing
        )
        self.contacts = Loop("contacts", teller.step)
        self.tasks["contacts"] = asyncio.create_task(self.contacts.run())
        if not policy.addresses.has_account:
            knows = self._knows
            VCardDoor(connection, self._profiles, policy, self._stored, knows).open()
            RegistrationDoor(connection, self._desk, self._commands).open()
        self.tasks["presence"] = asyncio.create_task(self._presence.run())
        self.tasks["refusals"] = asyncio.create_task(self._stored.run())
        self.tasks["online"] = asyncio.create_task(self._online.run())
        self.tasks["signs of life"] = asyncio.create_task(self._signs.run())

    @property
    def _form(self) -> Mapping[str, str | Sequence[str]]:
        """The limits that discovery tells."""
        return limits.form(self._policy.limits[Role.USER])

    @property
    def _addressed(self) -> frozenset[str]:
        """The lists whose address nobody has to guess."""
        return frozenset(
            name for name, entry in self._lists.items() if not entry.is_closed
        )

    def _language_at(self, address: str) -> str:
        """Of the list that an address speaks for, "" where there is none."""
        name = self._policy.addresses.list_at(bare_of(address) or "")
        found = self._lists.get(name) if name is not None else None
        if name is None:
            defaults = (one for one in self._lists.values() if one.is_default)
            found = next(defaults, None)
        # of a closed list nobody learns that it is there
        return found.language if found and not found.is_closed else ""

    def become(
        self,
        lists: Sequence[AnnouncementList],
        contact: str | None,
        pictures: Mapping[str, Picture],
    ) -> None:
        """From now on these; within a session it introduces itself anew."""
        self._texts.contact = contact
        before, self._lists = self._lists, {entry.name: entry for entry in lists}
        self.joins.burst = JOIN_BURST + len(lists)
        self._scheduling.lists = self._addressed
        changed = self._profiles.become(self._lists, pictures, contact)
        changed = changed or _default(before) != _default(self._lists)
        told = not changed and self._form == self._limits
        if told:
            return
        if self._connection.is_ready:
            self._introduce()
        else:  # the next session says it, also one that goes on where the last ended
            self.arrived.clear()

    def introduce(self, jid: str) -> None:
        """Have somebody's client find the service that wrote to him."""
        self._introductions.to(jid)

    def on_session(self, fresh: bool) -> None:
        self.limit.session()
        if fresh:
            told_anew = not self._policy.addresses.answers_presence
            self._online.session(told_anew=told_anew)
            self._introductions.session()
        if fresh or not self.arrived.is_set():
            self._introduce()

    def _introduce(self) -> None:
        self.on_lost()
        self.arrived.clear()
        self._directory = self._look_around()
        self._session = asyncio.create_task(self._arrive())

    def on_lost(self) -> None:
        """Stop introducing ourselves; any later session does it from the start."""
        if self._session is not None:
            self._session.cancel()

    async def close(self) -> None:
        """End every task, however it went."""
        tasks = [*self.tasks.values(), *([self._session] if self._session else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.moves.keep()

    def _look_around(self) -> ListDirectory:
        return ListDirectory(
            self._database,
            self._subscribers,
            self._policy,
            self._lists,
            self._name,
            asyncio.get_running_loop().time,
        )

    async def _knows(self, asker: str, jid: JID) -> bool:
        return await self._directory.knows(asker, jid, "")

    # --- a fresh session ---------------------------------------------------------

    async def _arrive(self) -> None:
        """Discovery first, for presence carries its hash (XEP-0115), then presence."""
        self._limits = self._form
        lists = self._directory
        await disco.advertise(
            self._connection,
            addresses=lists.addresses(),
            form=self._limits,
            items=lists.items,
            nodes=lists.nodes(),
            knows=lists.knows,
            commands=self._commands,
            status_addresses=self._status_addresses,
        )
        appearance = Appearance(
            self._connection,
            self._database,
            self._subscribers,
            self._policy,
            self._presence.turn,
            self._showing,
            self._profiles.of(None),
        )
        account = self._policy.addresses.has_account
        if account:
            # before presence: until then nobody's subscription can come between
            await self._try("the roster", appearance.settle_roster)
        await self._try("presence", appearance.appear)
        if account:
            await self._try("the archive", self._archive)
        self.arrived.set()
        self.contacts.nudge()

    async def _archive(self) -> None:
        if await keep_nothing(self._connection):
            log.info("the archive keeps nothing of ours")

    async def _try(
        self, what: str, step: Callable[[], Coroutine[Any, Any, None]]
    ) -> None:
        """Each step for itself: one that fails must not keep us silent.

        While the database is away it is tried again: nobody tells once more who left.
        """
        try:
            while not await self._done(what, step):  # noqa: ASYNC110 - no event
                await asyncio.sleep(RETRY_SECONDS)
        except NotConnected:
            log.info("disconnected before %s was settled", what)
        except XMPPError as error:
            log.warning("%s: refused (%s %s)", what, error.condition, error.text)
        except CarillonError as error:
            log.warning("%s: %s", what, error.text)
        except Exception:
            log.exception("%s: failed", what)

    async def _done(
        self, what: str, step: Callable[[], Coroutine[Any, Any, None]]
    ) -> bool:
        """False where the database is away, which it tells itself."""
        try:
            await step()
        except Unavailable:
            if self._waits_for != what:
                log.warning("%s waits for the database", what)
            self._waits_for = what
            return False
        self._waits_for = None
        return True


def _default(lists: Mapping[str, AnnouncementList]) -> str | None:
    """The name of the one that stands for the service."""
    return next((one.name for one in lists.values() if one.is_default), None)
