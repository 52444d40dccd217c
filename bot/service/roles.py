"""Refusals by role, worded once."""

from bot.domain.access import Caller, Role
from bot.domain.errors import Forbidden, NotAllowed
from bot.domain.phrase import Phrase


def known(caller: Caller) -> None:
    """Raises Forbidden for strangers."""
    if caller.role is Role.STRANGER:
        raise Forbidden(
            Phrase("This service takes requests from trusted domains only.")
        )


def admins_only(caller: Caller) -> None:
    """Raises NotAllowed for everybody but admins."""
    known(caller)
    if not caller.is_admin:
        raise NotAllowed(Phrase("Only admins may do this."))


def auditors_only(caller: Caller) -> None:
    """Raises NotAllowed for everybody but admins and auditors."""
    known(caller)
    if not caller.sees_all:
        raise NotAllowed(Phrase("Only admins and auditors may see this."))
