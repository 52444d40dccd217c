"""Waiting to be let in to a list of the kind request, until an admin answers.

    ask ─► waits ─► let in, refused      by an admin (`join_requests.py` beside this)
                    withdrawn            by the person, who leaves

What somebody's client is then to hear of the list as a contact is stored, and told by
`bot/xmpp/doors/contacts/news.py` once there is a connection.

docs/conformance.md, Joining and leaving: on request
"""

from collections.abc import Collection
from datetime import datetime

from bot.domain.lists import AnnouncementList, ContactNews, ContactState, JoinRequest
from bot.domain.phrase import Phrase
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import exceeded

#: requests that may wait, over all and of one person
MAX_WAITING = 10_000
MAX_OF_ONE = 20


def ask(
    uow: UnitOfWork,
    entry: AnnouncementList,
    jid: str,
    now: datetime,
    *,
    by_presence: bool,
    language: str | None = None,
) -> bool:
    """Have somebody who may join wait for an answer; False where he does already.

    Raises PolicyViolation where too many wait.
    """
    request = JoinRequest(
        list_id=entry.id,
        jid=jid,
        by_presence=by_presence,
        language=language,
        asked_at=now,
    )
    own = uow.join_requests.of(jid)
    if all(one.list_id != entry.id for one in own):
        if len(own) >= MAX_OF_ONE:
            raise exceeded(
                "join-requests",
                MAX_OF_ONE,
                Phrase("You wait for {most} lists; ask again later.", most=MAX_OF_ONE),
            )
        if sum(uow.join_requests.counts().values()) >= MAX_WAITING:
            raise exceeded(
                "join-requests",
                MAX_WAITING,
                Phrase("Too many people wait to be let in; ask again later."),
            )
    # the row that is held where he leaves at the moment at which he is let in
    uow.subscribers.ensure(jid, now)
    if not uow.join_requests.add(request):
        return False
    uow.forgotten.remove(jid)  # he wants to be known again
    uow.nudge()
    return True


def withdraw(
    uow: UnitOfWork, jid: str, list_ids: Collection[int], before: datetime | None = None
) -> list[JoinRequest]:
    """He waits no more, and has no answer to come; what he had asked for. `before`:
    what he asked for later is not meant.
    """
    meant = list_ids
    if before is not None:
        own = uow.join_requests.of(jid)
        later = {one.list_id for one in own if one.asked_at > before}
        meant = [list_id for list_id in list_ids if list_id not in later]
    uow.contact_news.drop(jid, meant)
    return uow.join_requests.take([jid], meant)


def tell_client(
    uow: UnitOfWork, jid: str, list_id: int, state: ContactState, now: datetime
) -> None:
    """Once there is a connection."""
    news = ContactNews(list_id=list_id, jid=jid, state=state, created_at=now)
    uow.contact_news.put(news)
    uow.nudge()
