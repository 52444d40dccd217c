"""Once a day, in one message: how many readers were suspended, from which lists, why.

Admins are told of all, owners of those whom their announcements did not reach. What
happens within minutes is told together: a server that has gone takes many with it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from bot.domain import meanings
from bot.domain.lists import SuspendedTogether
from bot.domain.message import Text
from bot.domain.phrase import Counted, Phrase
from bot.service.ports.notices import Notice
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.service.rules.voices import languages_of
from bot.texts import language_for, said

#: between two messages
TOLD_EVERY = timedelta(days=1)
#: from the first suspension to the message that tells of it
GATHERED_FOR = timedelta(minutes=5)


class Suspensions:
    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def due(self, uow: UnitOfWork) -> bool:
        """Whether somebody is to be told; a clock that was put back keeps nobody."""
        since, told, now = uow.suspensions.untold(), uow.suspensions.told(), uow.now()
        if since is None:
            return False
        gathered = abs(now - since) >= GATHERED_FOR
        return gathered and (told is None or abs(now - told) >= TOLD_EVERY)

    def tell(self, uow: UnitOfWork) -> int:
        """Where it is due; how many readers were suspended."""
        if not self.due(uow):
            return 0
        now = uow.now()
        found = uow.suspensions.tell(now)
        if not found:
            return 0
        operators = self._policy.operators
        for admin in operators:
            _tell(uow, admin, found, now)
        owners = {one.owner for one in found if "@" in one.owner}
        for owner in sorted(owners - set(operators)):
            _tell(uow, owner, [one for one in found if one.owner == owner], now)
        return sum(one.readers for one in found)


def _tell(
    uow: UnitOfWork, to: str, found: Iterable[SuspendedTogether], now: datetime
) -> None:
    counts = Counter[tuple[str, str]]()
    for one in found:
        counts[one.list_name, one.condition] += one.readers
    language = language_for(*_wanted(uow, to, (name for name, _ in counts)))
    body = " ".join(said(phrase, language) for phrase in _sentences(counts))
    uow.notices.add(
        Notice(to=to, said=Text(language=language, body=body), created_at=now)
    )


def _sentences(counts: Counter[tuple[str, str]]) -> Iterator[Phrase]:
    for (name, condition), count in counts.items():
        yield Counted(
            "{count} reader of {name} is told nothing any more:"
            " messages came back: {why}.",
            "{count} readers of {name} are told nothing any more:"
            " messages came back: {why}.",
            count,
            name=name,
            why=meanings.condition(condition),
        )
    yield Phrase(
        "They come back with their next sign of life, or when an admin adds them"
        " again. The operator sees who they are with {command}.",
        command="carillon subscribers list LIST --suspended",
    )


def _wanted(uow: UnitOfWork, to: str, list_names: Iterable[str]) -> Iterator[str]:
    """The languages of the reader (chosen, then seen), then of the lists."""
    yield from languages_of(uow, to)
    for name in list_names:
        entry = uow.lists.get(name)
        if entry is not None:
            yield entry.language
