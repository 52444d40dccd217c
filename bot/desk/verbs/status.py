"""Whether a service is up, and well, what goes out now and next; read anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.desk.verb import Inspect, Plain, Read, Steps, Verb, Write
from bot.desk.verbs.schedules import ScheduleWish, as_seen, page
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.findings import Inspection
from bot.domain.phrase import Phrase
from bot.domain.schedule import ScheduleState
from bot.domain.standstill import Standstill
from bot.service.delivery.broadcasts import Account
from bot.service.ports.outside import Database
from bot.service.ports.paging import Order, Page, Paging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.records.health import Health, ask_to_read, health
from bot.service.requests.schedules import Report
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusWish:
    #: how many schedules, and broadcasts, are shown of each kind
    limit: int = 5

    @property
    def about(self) -> str:
        return "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Whether a service is up, and the work that it has."""

    health: Health
    #: what goes out now, the latest first
    sending: Sequence[Account]
    #: what goes out next, in that order
    upcoming: Sequence[Report]
    #: what waits for somebody, and how many there are in all
    paused: Page[Report]
    held: Page[Report]
    #: since when nothing goes out, where somebody stopped everything
    standstill: Standstill | None = None


def _status(use_cases: UseCases, caller: Caller, wish: StatusWish) -> Steps[Status]:
    found: Status = yield Read(_work, use_cases, caller, wish)
    held_up: Phrase | None = yield Read(_held_up, use_cases.database)
    return replace(found, health=replace(found.health, held_up=held_up))


def _work(
    uow: UnitOfWork, use_cases: UseCases, caller: Caller, wish: StatusWish
) -> Status:
    schedules, limit = use_cases.schedules, wish.limit

    paging = Paging(limit=limit, order=Order.NEXT)
    paused = ScheduleWish(paging=paging, states=[ScheduleState.PAUSED])
    held = ScheduleWish(paging=paging, held=True)
    return Status(
        health=health(uow),
        sending=use_cases.broadcasts.page(
            uow, caller, Paging(limit=limit, order=Order.LATEST), sending=True
        ).items,
        upcoming=[
            schedules.standing(uow, as_seen(caller, one))
            for one in uow.schedules.upcoming(limit)
        ],
        paused=page(uow, use_cases, caller, paused),
        held=page(uow, use_cases, caller, held),
        standstill=uow.standstills.get(),
    )


def _held_up(_uow: UnitOfWork, database: Database) -> Phrase | None:
    return database.look_who_holds()


STATUS = Verb(name="status", action=Action.QUERY, right=Right.SEES_ALL, steps=_status)


def _check(_use_cases: UseCases, caller: Caller, _: Plain) -> Steps[Inspection | None]:
    found: Inspection | None = yield Inspect(caller.owner)
    return found


#: what `carillon check` looks at, as far as the running service can; None: it still
#: looks, and tells whoever asks again
CHECK = Verb(name="check", action=Action.QUERY, right=Right.ADMIN, steps=_check)


def _reload(
    _use_cases: UseCases, _caller: Caller, _wish: Plain
) -> Steps[Mapping[str, int]]:
    asked: Mapping[str, int] = yield Write(ask_to_read)
    return asked


RELOAD = Verb(name="reload", action=Action.RELOAD, right=Right.ADMIN, steps=_reload)

VERBS = (STATUS, CHECK, RELOAD)
