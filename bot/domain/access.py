"""Who may do what: roles from bare JIDs, compared after normalisation."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.jid import domain_of

#: the owner of what the operator asks for on the command line
OPERATOR = "role:admin"


class Role(StrEnum):
    ADMIN = "admin"
    USER = "user"
    #: from a domain that is not trusted
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever asks: a bare JID or `role:admin`, and the role that follows."""

    owner: str
    role: Role
    #: the JID the answer goes to, with its resource; None on the command line
    full_jid: str | None = None

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The configured roles; JIDs and domains are normalised."""

    admins: frozenset[str]
    #: domains whose users may ask, the service's own included
    domains: frozenset[str]

    def caller(self, bare_jid: str, full_jid: str | None = None) -> Caller:
        if bare_jid in self.admins:
            role = Role.ADMIN
        elif domain_of(bare_jid) in self.domains:
            role = Role.USER
        else:
            role = Role.STRANGER
        return Caller(owner=bare_jid, role=role, full_jid=full_jid)

    def of_owner(self, owner: str) -> Caller:
        """Whoever a schedule belongs to, with today's role."""
        return self.operator() if owner == OPERATOR else self.caller(owner)

    @staticmethod
    def operator() -> Caller:
        """Whoever can read the configuration and the database."""
        return Caller(owner=OPERATOR, role=Role.ADMIN)
