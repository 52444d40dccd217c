"""Who may announce to a list: asked when a request comes in and again when due."""

from bot.domain.access import Caller, Role
from bot.domain.lists import AnnouncementList


def may_announce(caller: Caller, target: AnnouncementList | None) -> bool:
    """Admins always (even where the list is gone); publishers to their lists."""
    if caller.role is Role.ADMIN:
        return True
    if caller.role is Role.STRANGER or target is None:
        return False
    return caller.owner in target.publishers
