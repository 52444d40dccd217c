"""Who waits to be let in to a list: looked at, let in or refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.desk.verb import Plain, Read, Steps, Verb, Write
from bot.desk.verbs.lists import LIST_NAME
from bot.desk.verbs.subscribers import JIDS, SubscriberWish
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.lists import AnnouncementList, JoinRequest
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases

_Entry = AnnouncementList


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """People who wait for a list, to be answered all or none."""

    list_name: str
    jids: Sequence[str]

    @property
    def about(self) -> str:
        return f"{self.list_name}: {', '.join(self.jids)}"


def _counts(use_cases: UseCases, caller: Caller, _: Plain) -> Steps[Mapping[str, int]]:
    found: Mapping[str, int] = yield Read(use_cases.join_requests.counts, caller)
    return found


def _list(
    use_cases: UseCases, caller: Caller, wish: SubscriberWish
) -> Steps[list[JoinRequest]]:
    found: list[JoinRequest] = yield Read(
        use_cases.join_requests.page, caller, wish.list_name, wish.after, wish.limit
    )
    return found


def _approve(use_cases: UseCases, caller: Caller, people: Waiting) -> Steps[_Entry]:
    done: _Entry = yield Write(
        use_cases.join_requests.approve, caller, people.list_name, people.jids
    )
    return done


def _refuse(use_cases: UseCases, caller: Caller, people: Waiting) -> Steps[_Entry]:
    done: _Entry = yield Write(
        use_cases.join_requests.refuse, caller, people.list_name, people.jids
    )
    return done


#: how many wait, by the name of the list
COUNTS = Verb(
    name="lists requests --all",
    action=Action.QUERY,
    right=Right.SEES_ALL,
    steps=_counts,
)
LIST = Verb(
    name="lists requests",
    action=Action.QUERY,
    right=Right.SEES_ALL,
    fields=(LIST_NAME,),
    steps=_list,
)
APPROVE = Verb(
    name="lists approve",
    action=Action.APPROVE,
    right=Right.ADMIN,
    fields=(LIST_NAME, JIDS),
    steps=_approve,
)
REFUSE = Verb(
    name="lists refuse",
    action=Action.REFUSE,
    right=Right.ADMIN,
    fields=(LIST_NAME, JIDS),
    steps=_refuse,
)
VERBS = (COUNTS, LIST, APPROVE, REFUSE)
