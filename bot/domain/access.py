"""Who may do what: roles from bare JIDs, compared after normalisation.

    admin       everything
    publisher   announces to the lists that name it, has limits of its own
    auditor     looks at everything, changes nothing of others
    user        looks after what is his own
    stranger    nothing

An auditor is one of the others beside it, and so is a publisher whose announcements may
be urgent, as those of all admins may. Some roles the configuration names, others an
admin gives while the service runs (`bot.domain.roles`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.domain.jid import JIDError, bare, domain_of
from bot.domain.roles import HeldRole, RoleName

#: the owner of what the operator asks for on the command line
OPERATOR = "role:admin"


class Role(StrEnum):
    """What a caller's rights and limits follow from."""

    ADMIN = "admin"
    #: of at least one list
    PUBLISHER = "publisher"
    USER = "user"
    #: from a domain that is not trusted, and named nowhere
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever asks: a bare JID or `role:admin`, and what follows from it."""

    owner: str
    role: Role
    is_auditor: bool = False
    #: lists that he may announce to, beside those that name him
    publishes: frozenset[str] = frozenset()
    #: what he announces may go through quiet hours, pauses and send windows
    is_urgent: bool = False

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def is_operator(self) -> bool:
        """Whether the command line asks: its user can read configuration and database
        without us.
        """
        return self.owner == OPERATOR

    @property
    def sees_all(self) -> bool:
        """May look at what belongs to others, but for the content of personal jobs."""
        return self.is_admin or self.is_auditor


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who has which role; JIDs and domains are normalised.

    Whoever is named is trusted, whatever his domain.
    """

    admins: frozenset[str]
    publishers: frozenset[str] = frozenset()
    auditors: frozenset[str] = frozenset()
    #: publishers whose announcements may be urgent
    urgent: frozenset[str] = frozenset()
    #: domains whose users may ask, the service's own included
    domains: frozenset[str]
    #: publisher -> lists, of roles that admins gave; a configured list names its own
    given_lists: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def beside(self, given: Iterable[HeldRole]) -> "Access":
        """The configured roles and those that admins gave."""
        by_name: dict[RoleName, set[str]] = {name: set() for name in RoleName}
        lists: dict[str, frozenset[str]] = {}
        for one in given:
            by_name[one.role].add(one.jid)
            if one.list_name is not None:
                lists[one.jid] = lists.get(one.jid, frozenset()) | {one.list_name}
        return replace(
            self,
            admins=self.admins | by_name[RoleName.ADMIN],
            publishers=self.publishers | by_name[RoleName.PUBLISHER],
            auditors=self.auditors | by_name[RoleName.AUDITOR],
            given_lists=lists,
        )

    def caller(self, bare_jid: str) -> Caller:
        is_auditor = bare_jid in self.auditors
        if bare_jid in self.admins:
            role = Role.ADMIN
        elif bare_jid in self.publishers:
            role = Role.PUBLISHER
        elif is_auditor or domain_of(bare_jid) in self.domains:
            role = Role.USER
        else:
            role = Role.STRANGER
        return Caller(
            owner=bare_jid,
            role=role,
            is_auditor=is_auditor,
            publishes=self.given_lists.get(bare_jid, frozenset()),
            is_urgent=role is Role.ADMIN or bare_jid in self.urgent,
        )

    def of_owner(self, owner: str) -> Caller:
        """The owner of a schedule, as a caller with the role that it has today."""
        return self.operator() if owner == OPERATOR else self.caller(owner)

    @staticmethod
    def operator() -> Caller:
        return Caller(owner=OPERATOR, role=Role.ADMIN, is_urgent=True)


def owner_named(given: str | None) -> str | None:
    """`given` as owners are stored: a JID bare and normalised, a role as it stands."""
    if given is None:
        return None
    try:
        return bare(given)
    except JIDError:
        return given
