"""Roles that somebody holds: by the configuration, or since an admin gave them.

`bot.domain.access` says what follows from them.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.phrase import Phrase


class RoleName(StrEnum):
    """What can be given; each includes what everybody may."""

    ADMIN = "admin"
    #: of a list
    PUBLISHER = "publisher"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRole:
    """A role of somebody's; a publisher's is of one list."""

    #: bare
    jid: str
    role: RoleName
    list_name: str | None = None
    #: who gave it, a bare JID or `role:admin`; None: the configuration
    by: str | None = None
    at: datetime | None = None

    @property
    def is_configured(self) -> bool:
        return self.by is None

    def is_same(self, other: "HeldRole") -> bool:
        """Whoever gave it."""
        return (self.jid, self.role, self.list_name) == (
            other.jid,
            other.role,
            other.list_name,
        )

    def __str__(self) -> str:
        """For the audit trail."""
        of = f" {self.list_name}" if self.list_name else ""
        return f"{self.jid}: {self.role}{of}"


def in_words(role: RoleName, list_name: str | None = None) -> Phrase:
    match role:
        case RoleName.ADMIN:
            return Phrase("admin")
        case RoleName.AUDITOR:
            return Phrase("auditor")
    return Phrase("publisher of {list}", list=list_name)


def given_in_words(one: HeldRole) -> Phrase:
    """What the gift has changed, if anything."""
    match one:
        case HeldRole(by=None):
            return Phrase("{jid} has that role by the configuration.", jid=one.jid)
        case HeldRole(role=RoleName.ADMIN):
            return Phrase("{jid} is an admin now.", jid=one.jid)
        case HeldRole(role=RoleName.AUDITOR):
            return Phrase("{jid} is an auditor now.", jid=one.jid)
    return Phrase(
        "{jid} may announce to {name!r} now.", jid=one.jid, name=one.list_name
    )


def taken_in_words(one: HeldRole) -> Phrase:
    match one.role:
        case RoleName.ADMIN:
            return Phrase("{jid} is no admin any more.", jid=one.jid)
        case RoleName.AUDITOR:
            return Phrase("{jid} is no auditor any more.", jid=one.jid)
        case RoleName.PUBLISHER:
            return Phrase(
                "{jid} may announce to {name!r} no more.",
                jid=one.jid,
                name=one.list_name,
            )
