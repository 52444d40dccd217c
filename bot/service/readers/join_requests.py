"""Who waits to be let in to a list: shown to admins, told to them once, answered.

docs/conformance.md, Joining and leaving: on request
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.characters import printable
from bot.domain.errors import NotFound, about
from bot.domain.events import Moved
from bot.domain.jid import bare
from bot.domain.lists import (
    AnnouncementList,
    ContactNews,
    ContactState,
    EndReason,
    JoinRequest,
    SubscriptionOrigin,
)
from bot.domain.message import Text
from bot.domain.phrase import Counted, Listed, Phrase, Quoted
from bot.service.ports.notices import Notice
from bot.service.ports.outside import Clock
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.subscribers import list_named
from bot.service.readers.waiting import tell_client
from bot.service.readers.welcome import schedule_welcome
from bot.service.rules.moves import moved
from bot.service.rules.policy import Policy
from bot.service.rules.rights import admins_only, auditors_only
from bot.service.rules.voices import languages_of
from bot.texts import language_for, said

#: people whom one message tells admins of
TOLD_TOGETHER = 1_000
#: those who are named in it
NAMED = 5


class JoinRequests:
    def __init__(self, policy: Policy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock

    # --- what admins do ----------------------------------------------------------

    def page(
        self, uow: UnitOfWork, caller: Caller, list_name: str, after: int, limit: int
    ) -> list[JoinRequest]:
        """Who waits for the list, with ids > `after`, in the order of asking."""
        auditors_only(caller)
        entry = list_named(uow, list_name)
        return uow.join_requests.page(entry.id, after=after, limit=limit)

    def counts(self, uow: UnitOfWork, caller: Caller) -> dict[str, int]:
        """How many wait, by the list's name, where somebody does."""
        auditors_only(caller)
        counts = uow.join_requests.counts()
        names = {entry.id: entry.name for entry in uow.lists.all()}
        return {names[list_id]: count for list_id, count in counts.items()}

    def approve(
        self, uow: UnitOfWork, caller: Caller, list_name: str, jids: Collection[str]
    ) -> AnnouncementList:
        """Let them in, all or none; raises NotFound for who does not wait."""
        entry, waiting = self._taken(uow, caller, list_name, jids)
        for one in waiting:
            self._let_in(uow, entry, one)
        return entry

    def refuse(
        self, uow: UnitOfWork, caller: Caller, list_name: str, jids: Collection[str]
    ) -> AnnouncementList:
        """Likewise; they may ask again."""
        entry, waiting = self._taken(uow, caller, list_name, jids)
        for one in waiting:
            refused = Phrase("You are not let in to {title}.", title=entry.title)
            self._answer(uow, entry, one, ContactState.REFUSED, refused)
        return entry

    def _taken(
        self, uow: UnitOfWork, caller: Caller, list_name: str, jids: Collection[str]
    ) -> tuple[AnnouncementList, Sequence[JoinRequest]]:
        admins_only(caller)
        entry = list_named(uow, list_name)
        with about("jids"):
            named = sorted({bare(jid.strip()) for jid in jids})
        for jid in named:
            uow.subscribers.lock(jid)  # or he may leave at this moment
        waiting = uow.join_requests.take(named, [entry.id])
        for jid in named:
            if all(one.jid != jid for one in waiting):
                raise NotFound(
                    Phrase(
                        "{jid} does not wait for {name!r} (any more).",
                        jid=jid,
                        name=entry.name,
                    )
                )
        return entry, waiting

    def _let_in(
        self, uow: UnitOfWork, entry: AnnouncementList, one: JoinRequest
    ) -> None:
        now = self._clock.now()
        subscriber = uow.subscribers.ensure(one.jid, now)
        uow.people.heal([one.jid])
        uow.forgotten.remove(one.jid)
        # the contact comes once his client has heard of it (`met`)
        origin = SubscriptionOrigin.COMMAND
        if uow.subscriptions.open(entry.id, subscriber, origin, now):
            uow.happened(Moved(action=Action.SUBSCRIBE, list_name=entry.name))
            schedule_welcome(uow, entry, subscriber, now)
        let_in = Phrase("You are on {title} now.", title=entry.title)
        self._answer(uow, entry, one, ContactState.LET_IN, let_in)

    def _answer(
        self,
        uow: UnitOfWork,
        entry: AnnouncementList,
        one: JoinRequest,
        state: ContactState,
        words: Phrase,
    ) -> None:
        """By presence to whom asked so; in words to whom did not."""
        now = self._clock.now()
        if one.by_presence:
            tell_client(uow, one.jid, entry.id, state, now)
            return
        language = language_for(*languages_of(uow, one.jid), entry.language)
        text = Text(language=language, body=said(words, language))
        uow.notices.add(Notice(to=one.jid, said=text, created_at=now))
        uow.nudge()

    # --- what admins are told ----------------------------------------------------

    def due(self, uow: UnitOfWork) -> bool:
        """Whether somebody waits of whom they were not told."""
        return uow.join_requests.any_untold()

    def tell(self, uow: UnitOfWork) -> int:
        """Tell them of all of those, in one message each; how many wait."""
        now = uow.now()
        waiting = uow.join_requests.tell(now, TOLD_TOGETHER)
        for admin in self._policy.operators if waiting else ():
            language = language_for(*languages_of(uow, admin))
            phrases = self._worded(uow, waiting)
            body = " ".join(said(phrase, language) for phrase in phrases)
            text = Text(language=language, body=body)
            uow.notices.add(Notice(to=admin, said=text, created_at=now))
        return len(waiting)

    def _worded(
        self, uow: UnitOfWork, waiting: Sequence[JoinRequest]
    ) -> Iterable[Phrase]:
        counts = Counter(one.list_id for one in waiting)
        for list_id, count in counts.items():
            entry = uow.lists.by_id(list_id)
            theirs = [one for one in waiting if one.list_id == list_id]
            named: list[Phrase] = [Quoted(printable(one.jid)) for one in theirs[:NAMED]]
            if (others := count - len(named)) > 0:
                named.append(Counted("{count} other", "{count} others", others))
            yield Counted(
                "{count} person asks to be let in to {title}: {names}.",
                "{count} people ask to be let in to {title}: {names}.",
                count,
                title=entry.title if entry else "",
                names=Listed(*named),
            )
        yield Phrase(
            "Answer by the command {node} at {service}, or with {command}.",
            node="manage-lists",
            service=self._policy.addresses.service,
            command="carillon lists requests",
        )

    # --- what clients are told ---------------------------------------------------

    def news(
        self, uow: UnitOfWork, limit: int
    ) -> list[tuple[ContactNews, AnnouncementList]]:
        """What they are still to hear, the oldest first, and of which list."""
        found = []
        for news in uow.contact_news.first(limit):
            entry = uow.lists.by_id(news.list_id)
            if entry is not None:
                found.append((news, entry))
        return found

    def heard(
        self, uow: UnitOfWork, ids: Collection[int], withdrawn: Collection[str]
    ) -> None:
        """The server has it: from now on who was let in has the contact. `withdrawn`:
        who did not want it any more, so he does not stand there.
        """
        now = self._clock.now()
        for news in uow.contact_news.done(ids):
            if news.state is not ContactState.LET_IN:
                continue
            subscriber = uow.subscribers.lock(news.jid)
            if subscriber is None:
                continue
            if news.jid not in withdrawn:
                uow.subscriptions.has_contact(news.list_id, subscriber.id)
                continue
            left, list_id = EndReason.LEFT, news.list_id
            if uow.subscriptions.end(subscriber.id, left, now, list_id=list_id):
                reader = self._policy.caller(news.jid)
                moved(uow, reader, Action.UNSUBSCRIBE, [list_id], now)
