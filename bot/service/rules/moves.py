"""Who joins and leaves, is suspended and restored: written down and told of.

What admins do with the people of a list is in the trail as their requests are; this is
for what readers do by themselves, and what becomes of them.
"""

from collections.abc import Collection
from datetime import datetime

from bot.domain.access import Caller
from bot.domain.audit import DONE, Action, AuditEntry, Occasion
from bot.domain.events import Moved
from bot.service.ports.unit_of_work import UnitOfWork


def moved(
    uow: UnitOfWork,
    reader: Caller,
    action: Action,
    list_ids: Collection[int],
    now: datetime,
    *,
    occasion: Occasion = Occasion.PRESENCE,
    reason: str | None = None,
    announcement: int | None = None,
) -> None:
    """One entry, with all lists that it is about; an event for each of them."""
    entries = map(uow.lists.by_id, sorted(list_ids))
    names = [entry.name for entry in entries if entry is not None]
    if not names:
        return
    for name in names:
        uow.happened(
            Moved(
                action=action,
                list_name=name,
                reason=reason,
                announcement=announcement,
            )
        )
    uow.audit.add(
        AuditEntry(
            at=now,
            caller=reader.owner,
            role=reader.role,
            door=occasion,
            action=action,
            about=", ".join(names),
            reference=announcement,
            result=DONE,
            detail=reason,
        )
    )
