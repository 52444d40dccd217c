"""Who may announce to a list (asked when a request comes in and again when due),
and who may know of it.
"""

from bot.domain.access import Caller, Role
from bot.domain.lists import AnnouncementList
from bot.service.repositories import UnitOfWork


def may_announce(caller: Caller, target: AnnouncementList | None) -> bool:
    """Admins always (even where the list is gone); publishers to their lists."""
    if caller.role is Role.ADMIN:
        return True
    if caller.role is Role.STRANGER or target is None:
        return False
    return caller.owner in target.publishers


def may_know(uow: UnitOfWork, caller: Caller, entry: AnnouncementList) -> bool:
    """A closed list is for those who stand on it, announce to it or look at all."""
    if not entry.is_closed or caller.sees_all or may_announce(caller, entry):
        return True
    subscriber = uow.subscribers.get(caller.owner)
    standing = uow.subscriptions.of(subscriber.id) if subscriber else []
    return any(subscription.list_id == entry.id for subscription in standing)
