"""By which keys content is encrypted: what is needed, what is used, what is changed.

A key is known by its name alone. Which one seals, and what is at hand, its caller says:
the store has them. docs/decisions/0043
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from bot.service.ports.outside import Database
from bot.service.ports.storage import CLEAR, ROWS_PER_TRANSACTION, Resealed
from bot.service.ports.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """What became of all rows."""

    changed: int
    #: texts that no key opened, and that stay as they are
    unreadable: int


def is_lacking(uow: UnitOfWork, names: Collection[str]) -> bool:
    """Whether something may be encrypted by a key that is none of these."""
    return not uow.keys.noted() <= {*names, CLEAR}


def is_noted(uow: UnitOfWork, newest: str | None) -> bool:
    return newest is None or newest in uow.keys.noted()


def note(uow: UnitOfWork, newest: str | None) -> None:
    """To be done before anything is encrypted by that key."""
    if newest is not None:
        uow.keys.note(newest)


def is_uniform(uow: UnitOfWork, newest: str | None) -> bool:
    """Whether all is stored as it would be now."""
    return uow.keys.noted() == ({newest} if newest is not None else set())


def rekey(database: Database, newest: str | None, *, lost: bool) -> Rekeyed:
    """Have all content encrypted by the newest key, or by none, in slices; `lost`: what
    no key opens is given up.

    Round by round, until nothing was left: somebody may have written by another key
    while the first one went on.
    """
    total, changed = 0, 1
    unreadable = 0
    while changed:
        found = database.call(_reseal, None, lost)
        changed, unreadable = found.changed, found.unreadable
        while found.following is not None:
            found = database.call(_reseal, found.following, lost)
            changed += found.changed
            unreadable += found.unreadable
        total += changed
    if not unreadable:
        database.call(_settle, newest)
    if total:
        database.scrub()
    return Rekeyed(total, unreadable)


def _reseal(uow: UnitOfWork, since: Any, lost: bool) -> Resealed:
    found = uow.keys.reseal(since, ROWS_PER_TRANSACTION, lost=lost)
    if found.changed:
        uow.nudge()  # whoever passed over what was held looks again
    return found


def _settle(uow: UnitOfWork, newest: str | None) -> None:
    uow.keys.settle(newest or CLEAR)
