"""Who may schedule messages to whom: asked with each request, and again when due.

docs/conformance.md, Message Scheduling: §11
"""

from datetime import datetime

from bot.domain.access import Caller
from bot.domain.broadcast import Broadcast
from bot.domain.consent import Consent, Standing, Verdict, judge, names_of
from bot.domain.jid import domain_of
from bot.domain.schedule import Schedule
from bot.service.people.choices import whose
from bot.service.ports.schedules import ScheduleFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.service.rules.quotas import DAY, LIVE, day_of
from bot.service.rules.rights import may_choose_for


class Consents:
    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def of(self, uow: UnitOfWork, jid: str, sender: str | None = None) -> Consent:
        """What this person has chosen, else what the operator has for who has not.

        `sender`: of those whom he named with him alone, so that it costs the same
        however many they are.
        """
        about = None if sender is None else names_of(sender)
        return uow.consents.get(jid, about) or self._usual(jid)

    def judge(
        self,
        uow: UnitOfWork,
        sender: str,
        recipient: str,
        standing: Standing,
        *,
        encrypted: bool,
        due: datetime,
        now: datetime,
        besides: Schedule | None = None,
        sending: Broadcast | None = None,
    ) -> Verdict:
        """The verdict on a message that is due then; all are bare JIDs.

        `besides`: the schedule that it is of, where that is stored, since it does not
        count against itself; `sending`: its broadcast, once it is due. The same is done
        whoever is meant, so that the time which it takes tells nothing.
        """
        today = self._that_day(uow, sender, recipient, due, besides, sending)
        verdict = judge(
            self.of(uow, recipient, sender),
            sender=sender,
            same_server=domain_of(sender) == domain_of(recipient),
            standing=standing,
            encrypted=encrypted,
            ahead=due - now,
            today=today,
        )
        if sender == recipient and standing.exists is not False:
            return Verdict.ALLOW  # a note to oneself is nobody else's affair
        return verdict

    # --- choosing ----------------------------------------------------------------

    def look(self, uow: UnitOfWork, caller: Caller, jid: str | None = None) -> Consent:
        """The caller's; `jid`: that person's, for the operator."""
        return self.of(uow, whose(caller, jid, may_choose_for))

    def set(
        self, uow: UnitOfWork, caller: Caller, consent: Consent, jid: str | None = None
    ) -> Consent:
        """Likewise; in place of what was chosen before."""
        uow.consents.put(whose(caller, jid, may_choose_for), consent, uow.now())
        return consent

    # --- what is counted ---------------------------------------------------------

    def _usual(self, jid: str) -> Consent:
        people = self._policy.people
        is_ours = domain_of(jid) in people.servers
        return Consent(who=people.consent if is_ours else people.remote)

    def _that_day(
        self,
        uow: UnitOfWork,
        sender: str,
        recipient: str,
        due: datetime,
        besides: Schedule | None,
        sending: Broadcast | None,
    ) -> int:
        """Messages between the two on the day of that moment (UTC): what is due comes
        after those that were due before it, an extra one of its own schedule as well;
        what is asked for after those that wait, too.
        """
        start = day_of(due)
        sent = uow.broadcasts.count(
            sender,
            start,
            start + DAY,
            to=recipient,
            before=sending.id if sending else None,
        )
        if sending is not None:
            return sent
        waiting = ScheduleFilter(
            owner=sender,
            states=LIVE,
            person=recipient,
            besides=besides.id if besides else None,
            due_from=start,
            due_before=start + DAY,
        )
        return sent + uow.schedules.count(waiting)
