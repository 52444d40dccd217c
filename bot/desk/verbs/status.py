"""Whether a service is up, what goes out now and next; have it read anew."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.desk.verb import Plain, Read, Steps, Verb, Write
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.phrase import Phrase
from bot.service.ports.outside import Database
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.records.health import Health, ask_to_read, health
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusWish:
    #: how many schedules, and broadcasts, are shown
    limit: int = 5

    @property
    def about(self) -> str:
        return "status"


def _status(use_cases: UseCases, _caller: Caller, wish: StatusWish) -> Steps[Health]:
    found: Health = yield Read(health, wish.limit)
    held_up: Phrase | None = yield Read(_held_up, use_cases.database)
    return replace(found, held_up=held_up)


def _held_up(_uow: UnitOfWork, database: Database) -> Phrase | None:
    return database.look_who_holds()


STATUS = Verb(name="status", action=Action.QUERY, right=Right.SEES_ALL, steps=_status)


def _reload(
    _use_cases: UseCases, _caller: Caller, _wish: Plain
) -> Steps[Mapping[str, int]]:
    asked: Mapping[str, int] = yield Write(ask_to_read)
    return asked


RELOAD = Verb(name="reload", action=Action.RELOAD, right=Right.ADMIN, steps=_reload)

VERBS = (STATUS, RELOAD)
