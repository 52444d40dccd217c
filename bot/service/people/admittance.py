"""Whether a recipient takes a message: when it is asked for, and again when it is due.

At both times the same is done whoever is meant, and whatever the reason of a refusal
is: its words, its type and the time it takes tell the sender nothing.

docs/conformance.md, Message Scheduling: §11
"""

from dataclasses import dataclass

from bot.domain.consent import ApprovalState, Standing, Verdict, Who
from bot.domain.payloads import is_encrypted
from bot.domain.schedule import PersonAudience, Schedule, TextContent
from bot.service.people.approvals import Approvals
from bot.service.people.consents import Consents
from bot.service.ports.outside import Clock
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.rights import declined


@dataclass(frozen=True, slots=True)
class Admitted:
    """A message that may be delivered now."""

    #: the recipient takes nothing but what is encrypted, so no words beside it
    only_encrypted: bool


class Admittance:
    def __init__(self, consents: Consents, approvals: Approvals, clock: Clock) -> None:
        self._consents = consents
        self._approvals = approvals
        self._clock = clock

    def asked(
        self, uow: UnitOfWork, schedule: Schedule, standing: Standing | None
    ) -> Verdict:
        """On a schedule that its owner asks for or has edited; raises NotAllowed.

        None: nobody has asked how the recipient stands to the owner, so he is refused.
        """
        audience = schedule.audience
        if not isinstance(audience, PersonAudience):
            return Verdict.ALLOW
        verdict = self._consents.judge(
            uow,
            schedule.owner,
            audience.jid,
            standing or Standing(exists=False, subscription=None),
            encrypted=_encrypted(schedule),
            due=schedule.next_at or schedule.deliver_at,
            now=self._clock.now(),
            besides=schedule if schedule.id else None,
        )
        if verdict is Verdict.REFUSE:
            raise declined()
        return verdict

    def settle(self, uow: UnitOfWork, schedule: Schedule, verdict: Verdict) -> None:
        """Have the recipient asked about a schedule that is stored, where he wants to
        be; what he was asked about it before counts no more.
        """
        audience = schedule.audience
        if not isinstance(audience, PersonAudience):
            return
        self._approvals.void(uow, schedule)
        if verdict is Verdict.ASK:
            self._approvals.wait_for(uow, schedule, audience.jid)

    def due(
        self, uow: UnitOfWork, broadcast_key: str, recipient: str, standing: Standing
    ) -> Admitted:
        """On the message of a broadcast, right before it is delivered; raises
        NotAllowed.
        """
        broadcast = uow.broadcasts.by_key(broadcast_key)
        schedule = uow.schedules.get(broadcast.schedule_id) if broadcast else None
        if schedule is None:
            raise declined()
        now = self._clock.now()
        verdict = self._consents.judge(
            uow,
            schedule.owner,
            recipient,
            standing,
            encrypted=_encrypted(schedule),
            due=now,
            now=now,
            sending=broadcast,
        )
        approval = self._approvals.state(uow, schedule)
        if not _may_go(verdict, approval):
            raise declined()
        chosen = self._consents.of(uow, recipient, schedule.owner)
        # whoever is heard for himself is heard whole
        whole = bool(chosen.allowed) or schedule.owner == recipient
        return Admitted(only_encrypted=chosen.who is Who.ENCRYPTED and not whole)


def _may_go(verdict: Verdict, approval: ApprovalState | None) -> bool:
    if verdict is Verdict.ASK:
        return approval is ApprovalState.APPROVED
    return verdict is Verdict.ALLOW and approval is not ApprovalState.REFUSED


def _encrypted(schedule: Schedule) -> bool:
    content = schedule.content
    return isinstance(content, TextContent) and is_encrypted(content.payloads)
