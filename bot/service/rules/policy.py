"""What the operator configured, as the use cases read it."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.domain.access import Access, Caller, Role
from bot.domain.addresses import Addresses
from bot.domain.consent import Who
from bot.domain.errors import PolicyViolation
from bot.domain.forgetting import is_forgotten
from bot.domain.lists import AnnouncementList
from bot.domain.phrase import Phrase
from bot.domain.recurrence import Freq
from bot.domain.roles import HeldRole
from bot.domain.schedule import Origin
from bot.domain.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Per owner; 0 is no limit for the first three."""

    #: announcements that are not over
    pending: int
    #: requests within 60 seconds
    requests_per_minute: int
    #: occurrences told to others in a day of UTC
    deliveries_per_day: int
    #: how far ahead the next occurrence may lie
    window: timedelta
    #: characters
    body: int
    subject: int
    #: what a recurrence may say
    frequencies: tuple[Freq, ...] = tuple(Freq)
    #: whose they are: where they are configured
    role: Role = Role.USER


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Messages between people."""

    enabled: bool = True
    #: the domains whose server may speak for its users, and which may speak through it
    servers: frozenset[str] = frozenset()
    #: what recipients of these servers have chosen until they choose
    consent: Who = Who.SERVER
    #: what is taken for recipients elsewhere
    remote: Who = Who.EVERYONE


@dataclass(slots=True, kw_only=True)
class Policy:
    """One for all use cases of a process: what is read anew counts for each of them,
    from its next question on.
    """

    #: the configured roles, and those that admins gave as far as this process knows
    access: Access
    addresses: Addresses
    limits: Mapping[Role, Limits]
    #: bare JIDs told of failed and missed occurrences beside the owner; None: the
    #: admins, of what nobody else would hear of
    notify: tuple[str, ...] | None = None
    people: People = field(default_factory=People)
    #: messages a second at most, all together; 0: no limit
    rate: int = 0
    #: without the roles that admins gave; with the publishers of all lists
    configured: Access = field(init=False)
    given: Sequence[HeldRole] = field(init=False, default=())

    def __post_init__(self) -> None:
        self.configured = self.access

    def become(self, other: "Policy") -> None:
        """All but the addresses, by which the service is connected, and the roles
        that admins gave.
        """
        self.configured, self.limits, self.notify, self.people = (
            other.configured,
            other.limits,
            other.notify,
            other.people,
        )
        self.give(self.given)

    def give(self, given: Sequence[HeldRole]) -> None:
        """These are the roles that admins gave, from now on and in this process."""
        self.given = tuple(given)
        self.access = self.configured.beside(given)

    def take_up(self, lists: Iterable[AnnouncementList]) -> None:
        """From now on the publishers of these have the role: lists change while the
        service runs, those that were made by command.
        """
        named = frozenset(jid for entry in lists for jid in entry.publishers)
        if named != self.configured.publishers:
            self.configured = replace(self.configured, publishers=named)
            self.give(self.given)

    @property
    def trusted_domains(self) -> Container[str]:
        """Whatever they are when it is asked."""
        return _TrustedDomains(self)

    def caller(self, bare_jid: str) -> Caller:
        """Whoever asks; the service's own addresses have no rights."""
        if self.addresses.is_own(bare_jid):
            return Caller(owner=bare_jid, role=Role.STRANGER)
        return self.access.caller(bare_jid)

    def told_of_failures(self, owner: str, origin: Origin) -> Sequence[str]:
        """Who hears what became of an announcement, each once."""
        if is_forgotten(owner):
            return ()
        if "@" in owner:
            return tuple(dict.fromkeys((owner, *(self.notify or ()))))
        # whoever asked for it on the command line; a welcome nobody asked for
        if self.notify is None and origin is Origin.WELCOME:
            return ()
        return self.operators

    @property
    def operators(self) -> Sequence[str]:
        """Who hears what concerns nobody's announcement in particular."""
        if self.notify is not None:
            return self.notify
        return sorted(self.access.admins)

    def limits_of(self, caller: Caller) -> Limits:
        return self.limits[caller.role]

    def voice_of(self, entry: AnnouncementList | None) -> Voice:
        """The list's voice; the service's where there is no list."""
        if entry is None:
            return Voice.of_service(self.addresses)
        return Voice.of_list(entry, self.addresses)


@dataclass(frozen=True, slots=True)
class _TrustedDomains(Container[str]):
    policy: Policy

    def __contains__(self, domain: object) -> bool:
        return domain in self.policy.access.domains


def exceeded(
    name: str, maximum: int, phrase: Phrase, retry_after: timedelta | None = None
) -> PolicyViolation:
    """A quota is used up: waiting helps, until `retry_after` where that is known."""
    seconds = None
    if retry_after is not None:
        # up, so that whoever waits exactly that long is not too early
        seconds = max(1, -(-retry_after // timedelta(seconds=1)))
    return PolicyViolation(
        phrase, limit=name, maximum=maximum, wait=True, retry_after=seconds
    )
