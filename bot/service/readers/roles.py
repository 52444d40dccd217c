"""Roles that admins give and take while the service runs.

Those of the configuration stay the configuration's: nobody takes them but who edits it.
What a role allows, `bot.service.rules.rights` says. Whoever loses one keeps what he
asked for: once it is due its owner is judged by the roles that he has then (`today`
there), and it does not go out.
"""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.access import Caller
from bot.domain.errors import Conflict, Invalid, NotFound
from bot.domain.jid import JIDError, bare, somebody
from bot.domain.phrase import Phrase
from bot.domain.roles import HeldRole, RoleName
from bot.service.ports.outside import Clock
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.subscribers import list_named, refuse_own
from bot.service.rules.policy import Policy
from bot.service.rules.rights import admins_only, auditors_only

#: where the configuration names those who hold it
_KEYS = {
    RoleName.ADMIN: "[access] admins",
    RoleName.AUDITOR: "[access] auditors",
}


class Roles:
    def __init__(self, policy: Policy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock

    def held(self, uow: UnitOfWork, caller: Caller) -> list[HeldRole]:
        """All of them: the configuration's first."""
        auditors_only(caller)
        return [*configured(uow, self._policy), *uow.roles.all()]

    def add(self, uow: UnitOfWork, caller: Caller, wanted: HeldRole) -> HeldRole:
        """Give it; whoever has it has it, as he got it first."""
        admins_only(caller)
        wanted = self._checked(uow, wanted)
        uow.roles.hold()
        found = self._found(uow, wanted)
        if found is None:
            found = replace(wanted, by=caller.owner, at=self._clock.now())
            uow.roles.put(found)
        uow.nudge()
        return found

    def remove(
        self, uow: UnitOfWork, caller: Caller, wanted: HeldRole, *, own: bool
    ) -> HeldRole:
        """Take it back, and with it nothing else: no announcement ends by it.

        `own`: the caller knows that it is his own. Raises NotFound where he has none,
        and Conflict where it is the configuration's, the last admin's, or his own and
        he does not know.
        """
        admins_only(caller)
        wanted = self._checked(uow, wanted, gone=True)
        uow.roles.hold()
        found = self._found(uow, wanted)
        if found is None:
            raise NotFound(_none(wanted))
        if found.is_configured:
            raise Conflict(_configured(uow, found))
        if found.role is RoleName.ADMIN:
            self._not_the_last(uow, found)
        if found.jid == caller.owner and not own:
            raise Conflict(
                Phrase("That role is your own. Say that you mean it to give it up.")
            )
        uow.roles.remove(found)
        uow.nudge()
        return found

    def _checked(
        self, uow: UnitOfWork, wanted: HeldRole, *, gone: bool = False
    ) -> HeldRole:
        """With the address as it is stored; `gone`: its list need not be there."""
        try:
            jid = somebody(bare(wanted.jid))
        except JIDError as error:
            raise Invalid(Phrase("{why}.", why=error.phrase), field="jid") from None
        refuse_own(self._policy, jid)
        if wanted.role is not RoleName.PUBLISHER:
            if wanted.list_name:
                raise Invalid(Phrase("Only publishers are of a list."), field="list")
            return replace(wanted, jid=jid, list_name=None)
        if not wanted.list_name:
            raise Invalid(
                Phrase("A publisher is one of a list: say of which."),
                field="list",
            )
        if not gone:
            list_named(uow, wanted.list_name)
        return replace(wanted, jid=jid)

    def _found(self, uow: UnitOfWork, wanted: HeldRole) -> HeldRole | None:
        there = (*configured(uow, self._policy), *uow.roles.of(wanted.jid))
        return next((one for one in there if one.is_same(wanted)), None)

    def _not_the_last(self, uow: UnitOfWork, going: HeldRole) -> None:
        admins = set(self._policy.configured.admins)
        admins |= {one.jid for one in uow.roles.all() if one.role is RoleName.ADMIN}
        if admins <= {going.jid}:
            raise Conflict(
                Phrase(
                    "{jid} is the only admin: make somebody else one first.",
                    jid=going.jid,
                )
            )


def configured(uow: UnitOfWork, policy: Policy) -> Iterator[HeldRole]:
    """Those that no admin gave: of the configuration, and of the lists themselves."""
    access = policy.configured
    for jid in sorted(access.admins):
        yield HeldRole(jid=jid, role=RoleName.ADMIN)
    for entry in uow.lists.all():
        for jid in sorted(entry.publishers):
            yield HeldRole(jid=jid, role=RoleName.PUBLISHER, list_name=entry.name)
    for jid in sorted(access.auditors):
        yield HeldRole(jid=jid, role=RoleName.AUDITOR)


def _none(wanted: HeldRole) -> Phrase:
    match wanted.role:
        case RoleName.ADMIN:
            return Phrase("{jid} is no admin.", jid=wanted.jid)
        case RoleName.AUDITOR:
            return Phrase("{jid} is no auditor.", jid=wanted.jid)
        case RoleName.PUBLISHER:
            return Phrase(
                "{jid} is no publisher of {name!r}.",
                jid=wanted.jid,
                name=wanted.list_name,
            )


def _configured(uow: UnitOfWork, found: HeldRole) -> Phrase:
    entry = uow.lists.get(found.list_name) if found.list_name else None
    if entry is not None and entry.by_command:
        return Phrase(
            "{jid} is a publisher by the list itself, which was made by command:"
            " {command} takes him out.",
            jid=found.jid,
            command="lists change",
        )
    key = _KEYS.get(found.role) or f"[lists.{found.list_name}] publishers"
    return Phrase(
        "{jid} has that role by the configuration ({key}): take him out there, then"
        " have it read anew ({command}).",
        jid=found.jid,
        key=key,
        command="carillon reload",
    )
