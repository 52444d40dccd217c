"""Who may do what, and how a refusal is worded: each question once.

Roles first, then what belongs to a list: who may announce to it (asked when a
request comes in and again when due), and who may know of it. Then what belongs to
an owner: who may look at a job, and who may change it.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from bot.domain.access import OPERATOR, Caller, Role
from bot.domain.audit import Action
from bot.domain.errors import CarillonError, Forbidden, NotAllowed, NotOffered
from bot.domain.jid import domain_of
from bot.domain.lists import AnnouncementList
from bot.domain.phrase import Phrase
from bot.domain.schedule import Schedule
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy

#: what an admin may do with another's announcement to single people
_OF_PERSONAL = frozenset({Action.CANCEL, Action.PAUSE, Action.STOP})


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


class Right(Enum):
    """Whom a verb is for at all; what is whose, its use cases judge."""

    KNOWN = "whoever is not a stranger"
    SEES_ALL = "admins and auditors"
    ADMIN = "admins"


_JUDGES: Mapping[Right, Callable[[Caller], None]] = {
    Right.KNOWN: known,
    Right.SEES_ALL: auditors_only,
    Right.ADMIN: admins_only,
}


def require(right: Right, caller: Caller) -> None:
    """Raises Forbidden or NotAllowed for a caller who has it not."""
    _JUDGES[right](caller)


def today(uow: UnitOfWork, policy: Policy, owner: str) -> Caller:
    """The owner of a schedule with the roles that he has at this moment, whatever this
    process has heard of.
    """
    if owner == OPERATOR:
        return policy.access.operator()
    return policy.configured.beside(uow.roles.of(owner)).of_owner(owner)


def declined() -> NotAllowed:
    """A recipient takes no message from the caller, or does not exist: the caller
    learns no difference.
    """
    # without a field: in a chat it stands below the message, where `to: ` is no word
    return NotAllowed(
        Phrase("Nobody at that address takes scheduled messages from you.")
    )


def may_write(policy: Policy, caller: Caller) -> bool:
    """Whether he may still write to people in his own name."""
    try:
        known(caller)
        require_writing(policy, caller)
    except CarillonError:
        return False
    return True


def may_announce(caller: Caller, target: AnnouncementList | None) -> bool:
    """Admins always (even where the list is gone); publishers to their lists."""
    if caller.role is Role.ADMIN:
        return True
    if caller.role is Role.STRANGER or target is None:
        return False
    return caller.owner in target.publishers or target.name in caller.publishes


def may_hurry(caller: Caller, people: Sequence[str] = ()) -> bool:
    """Whether what he announces may go through quiet hours and pauses of readers, and
    the list's send window; to himself alone it always may. `people`: the bare JIDs that
    are told, where it is no list.
    """
    if caller.is_admin or tuple(people) == (caller.owner,):
        return True
    return caller.role is Role.PUBLISHER and caller.is_urgent


def require_hurrying(caller: Caller) -> None:
    """Raises NotAllowed."""
    if not may_hurry(caller):
        raise NotAllowed(
            Phrase(
                "You may not announce urgently ({key}). Ask without that: then quiet"
                " hours, pauses and send windows hold it back.",
                key="[access] urgent",
            ),
            field="urgent",
            named=True,
        )


def require_announcing(caller: Caller, target: AnnouncementList | None) -> None:
    """Raises NotAllowed; None: not a list but single people are told."""
    if target is None and not caller.is_admin:
        raise NotAllowed(Phrase("Only admins may announce to single people."))
    if not may_announce(caller, target):
        assert target is not None  # noqa: S101 - an admin always may
        raise NotAllowed(Phrase("You may not announce to {name!r}.", name=target.name))


def require_writing(policy: Policy, caller: Caller) -> None:
    """Raises a CarillonError for whoever may not write to people in his own name."""
    if not policy.people.enabled:
        raise NotOffered(
            Phrase(
                "Messages between people are switched off here ({key}).",
                key="[people] enabled",
            )
        )
    if not policy.addresses.speaks_for_people:
        raise NotAllowed(
            Phrase(
                "A message to a person goes out in your name. A service that is an"
                " account cannot do that; one that is a component can."
            )
        )
    if caller.is_operator:
        raise NotAllowed(
            Phrase(
                "A message to a person goes out in the name of whoever asks, and the"
                " operator has none."
            )
        )
    domain = domain_of(caller.owner)
    if domain not in policy.people.servers:
        raise NotAllowed(
            Phrase(
                "A message to a person goes out in your name, and this service does"
                " not speak for the people of {domain} ({key}).",
                domain=domain,
                key="[access] servers",
            )
        )


def may_know(uow: UnitOfWork, caller: Caller, entry: AnnouncementList) -> bool:
    """A closed list is for those who stand on it, announce to it or look at all."""
    if not entry.is_closed or caller.sees_all or may_announce(caller, entry):
        return True
    subscriber = uow.subscribers.get(caller.owner)
    standing = uow.subscriptions.of(subscriber.id) if subscriber else []
    return any(subscription.list_id == entry.id for subscription in standing)


def may_see(caller: Caller, schedule: Schedule) -> bool:
    """Whoever may not look at it is told that there is none."""
    return caller.sees_all or schedule.owner == caller.owner


def may_see_sent(
    caller: Caller, schedule: Schedule, told: AnnouncementList | None
) -> bool:
    """What went out concerns whoever asked for it, and whoever announces to the list
    that was told; None: single people were.
    """
    if may_see(caller, schedule):
        return True
    return told is not None and may_announce(caller, told)


def sees_content(caller: Caller, schedule: Schedule) -> bool:
    """What somebody tells single people is read by nobody else who may see that he
    does, on the command line neither: who looks through what is pending shall not
    read along.
    """
    return schedule.owner == caller.owner or not schedule.is_personal


def may_change(caller: Caller, schedule: Schedule, action: Action) -> None:
    """Raises NotAllowed for everybody but its owner and admins.

    An admin may keep another's announcement to single people from going out, and
    nothing else: he neither words it nor decides when it is sent.
    """
    if schedule.owner == caller.owner:
        return
    if not caller.is_admin:
        raise NotAllowed(
            Phrase(
                "You may look at #{reference}, not change it.", reference=schedule.id
            )
        )
    if schedule.is_personal and action not in _OF_PERSONAL:
        raise NotAllowed(
            Phrase(
                "#{reference} is another's to single people;"
                " you may pause or cancel it, nothing else.",
                reference=schedule.id,
            )
        )


def may_let_go(caller: Caller) -> None:
    """Raises NotAllowed for everybody but admins, for whom it is held."""
    if not caller.is_admin:
        raise NotAllowed(Phrase("Only an admin lets go what is held."))


def may_look_into(caller: Caller, jid: str) -> None:
    """Raises NotAllowed: what is stored of somebody is his own affair; the operator
    can read the tables.
    """
    if not caller.is_operator and caller.owner != jid:
        raise NotAllowed(
            Phrase("What is stored about somebody is shown to himself alone.")
        )


def may_forget(caller: Caller, jid: str) -> None:
    """Raises NotAllowed, likewise."""
    if not caller.is_operator and caller.owner != jid:
        raise NotAllowed(Phrase("Everybody has himself forgotten, and nobody else."))


def may_prefer_for(caller: Caller, jid: str) -> None:
    """Raises NotAllowed: each chooses himself what he hears when; admins, who may also
    take him off a list, choose for others.
    """
    if not caller.is_admin and caller.owner != jid:
        raise NotAllowed(Phrase("Everybody chooses his preferences himself."))


def may_choose_for(caller: Caller, jid: str) -> None:
    """Raises NotAllowed: each decides himself what may be scheduled to him; the
    operator could as well write the tables.
    """
    if not caller.is_operator and caller.owner != jid:
        raise NotAllowed(
            Phrase("Everybody decides himself who may schedule messages to him.")
        )


def may_move(caller: Caller, jid: str) -> None:
    """Raises NotAllowed: each joins and leaves himself; the operator does it for
    somebody who has asked him to.
    """
    if not caller.is_operator and caller.owner != jid:
        raise NotAllowed(Phrase("Everybody joins and leaves lists himself."))
