"""Messages that wait for their recipient's approval ("ask me first").

    wait_for ─► waiting ─► approved, refused     by the recipient, until it is due
                void                             by an edit of what he was asked about

The sender sees nothing of it: the message is scheduled, and one that was not approved
fails when it is due, as any other.

docs/conformance.md, Message Scheduling: §11
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.access import Caller
from bot.domain.characters import printable
from bot.domain.consent import Approval, ApprovalState, Who
from bot.domain.errors import Invalid, NotFound
from bot.domain.message import Text
from bot.domain.phrase import Counted, Listed, Phrase, Quoted
from bot.domain.schedule import Schedule, TextContent
from bot.service.people.consents import Consents
from bot.service.ports.consents import Asking
from bot.service.ports.notices import Notice
from bot.service.ports.paging import Page, Paging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.service.rules.rights import known
from bot.service.rules.voices import languages_of
from bot.texts import language_for, said

#: between two messages to one person
TOLD_EVERY = timedelta(days=1)
#: people who are told in one transaction
TOLD_TOGETHER = 100
#: senders who are named to him
NAMED = 5
#: a reference is a number below; as many digits as a page's item may have
_REFERENCES = 10**18

VERDICTS = {
    "approve": ApprovalState.APPROVED,
    "refuse": ApprovalState.REFUSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message that waits for its recipient, as he may see it."""

    #: the reference that he answers by
    id: int
    #: a bare JID
    sender: str
    #: the next occurrence
    due_at: datetime
    #: None: he sees it once it is delivered
    content: TextContent | None = None
    recurrence: str | None = None


class Approvals:
    def __init__(self, policy: Policy, consents: Consents) -> None:
        self._policy = policy
        self._consents = consents

    # --- of the sender's schedule ------------------------------------------------

    def wait_for(self, uow: UnitOfWork, schedule: Schedule, recipient: str) -> Approval:
        """Ask this person about the schedule, which is stored; once, until `void`."""
        asked = uow.approvals.of(schedule.id)
        if asked is not None and asked.recipient == recipient:
            return asked
        uow.approvals.void(schedule.id)
        chosen = self._consents.of(uow, recipient)
        approval = Approval(
            id=1 + secrets.randbelow(_REFERENCES - 1),
            schedule_id=schedule.id,
            recipient=recipient,
            state=ApprovalState.WAITING,
            preview=chosen.preview and chosen.who is Who.ASK,
            created_at=uow.now(),
        )
        uow.approvals.add(approval)
        return approval

    def void(self, uow: UnitOfWork, schedule: Schedule) -> None:
        """Its content, target, moment or rule is another now: what was approved was
        not that.
        """
        uow.approvals.void(schedule.id)

    def state(self, uow: UnitOfWork, schedule: Schedule) -> ApprovalState | None:
        """None: nobody is asked."""
        asked = uow.approvals.of(schedule.id)
        return None if asked is None else asked.state

    # --- of the recipient --------------------------------------------------------

    def page(self, uow: UnitOfWork, caller: Caller, paging: Paging) -> Page[Waiting]:
        """What waits for the caller, by its references."""
        known(caller)
        found = uow.approvals.page(caller.owner, paging)
        items = [one for each in found.items if (one := _shown(uow, each))]
        return Page(items, found.count, found.index)

    def answer(
        self, uow: UnitOfWork, caller: Caller, reference: str, verdict: str
    ) -> Approval:
        """Approve or refuse; either may be taken back until the message is due.

        Raises NotFound alike for another's reference and for none.
        """
        known(caller)
        if verdict not in VERDICTS:
            raise Invalid(Phrase("either approve or refuse."), field="verdict")
        is_number = reference.isascii() and reference.isdigit()
        asked = None
        if is_number and len(reference) < len(str(_REFERENCES)):
            asked = uow.approvals.find(caller.owner, int(reference))
        if asked is None:
            raise NotFound(
                Phrase(
                    "No message {reference!r} waits for you; it may be over.",
                    reference=reference[:40],
                )
            )
        if asked.state is not VERDICTS[verdict]:
            uow.approvals.decide(asked, VERDICTS[verdict], uow.now())
            uow.nudge()
        return asked

    # --- telling him -------------------------------------------------------------

    def due(self, uow: UnitOfWork) -> bool:
        """Whether somebody is to be told."""
        return bool(_untold(uow, uow.now(), 1))

    def tell(self, uow: UnitOfWork) -> int:
        """Tell some of those for whom something waits, once a day each; how many. A
        clock that was put back keeps nobody from it.
        """
        now = uow.now()
        recipients = _untold(uow, now, TOLD_TOGETHER)
        for recipient in recipients:
            asking = uow.approvals.tell(recipient, now)
            if not asking:  # all of it was cancelled at this moment
                continue
            language = language_for(*languages_of(uow, recipient))
            body = " ".join(said(phrase, language) for phrase in self._worded(asking))
            text = Text(language=language, body=body)
            uow.notices.add(Notice(to=recipient, said=text, created_at=now))
        return len(recipients)

    def _worded(self, asking: list[Asking]) -> tuple[Phrase, ...]:
        """Who, and how many, and how to answer; never what they wrote."""
        senders: list[Phrase] = [Quoted(printable(one.owner)) for one in asking[:NAMED]]
        if (others := len(asking) - NAMED) > 0:
            senders.append(Counted("{count} other", "{count} others", others))
        return (
            Counted(
                "{count} message that is scheduled to you waits for your approval;"
                " it is from {senders}.",
                "{count} messages that are scheduled to you wait for your approval;"
                " they are from {senders}.",
                sum(one.messages for one in asking),
                senders=Listed(*senders),
            ),
            Phrase(
                "What you do not approve is not delivered. To see what waits and to"
                " answer, run the command {command} of {service} in your client."
                " You are told of others tomorrow at the earliest.",
                command="consent",
                service=self._policy.addresses.service,
            ),
        )


def _untold(uow: UnitOfWork, now: datetime, limit: int) -> list[str]:
    return uow.approvals.untold(now - TOLD_EVERY, now + TOLD_EVERY, limit)


def _shown(uow: UnitOfWork, approval: Approval) -> Waiting | None:
    schedule = uow.schedules.get(approval.schedule_id)
    if schedule is None:  # pragma: no cover - a foreign key
        return None
    hidden = Waiting(
        id=approval.id,
        sender=schedule.owner,
        due_at=schedule.next_at or schedule.deliver_at,
    )
    content = schedule.content
    if not approval.preview or not isinstance(content, TextContent):
        return hidden
    return replace(hidden, content=content, recurrence=schedule.recurrence)
