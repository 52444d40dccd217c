"""What comes back: bounces, what they mean for their reader, and repeats.

The states that an exception goes through are told in `bot.domain.broadcast`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain import verdict
from bot.domain.audit import Action, Occasion
from bot.domain.broadcast import (
    Broadcast,
    BroadcastState,
    DeliveryException,
    ExceptionKind,
)
from bot.domain.errors import CarillonError
from bot.domain.events import Deviated, Heard
from bot.domain.jid import domain_of
from bot.domain.verdict import Verdict
from bot.service.delivery import amended, closing, reports, waiting
from bot.service.delivery.bounced import after_bounce
from bot.service.delivery.jobs import Repeat
from bot.service.delivery.renditions import OutgoingOnce, Renditions, unrenderable
from bot.service.ports.outside import Clock
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.moves import moved
from bot.service.rules.policy import Policy

#: how long a repeated message may take to bounce before it counts as accepted;
#: servers try for minutes to reach another one
SETTLING_TIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A message of ours that came back with an error (RFC 6120 §8.3)."""

    broadcast_key: str
    #: the recipient's bare JID
    jid: str
    condition: str
    error_type: str
    text: str | None = None
    #: it is the account of the person in whose name it went that is gone
    sender_gone: bool = False


class Outcomes:
    def __init__(self, policy: Policy, renditions: Renditions, clock: Clock) -> None:
        self._policy = policy
        self._renditions = renditions
        self._clock = clock

    def broadcasts_of(self, uow: UnitOfWork, bounces: Sequence[Bounce]) -> set[int]:
        """What these bounces may bring to an end, and so is to be held first."""
        return {
            broadcast.id
            for bounce in bounces
            if (broadcast := self._news(uow, bounce)[0]) is not None
        }

    def _news(
        self, uow: UnitOfWork, bounce: Bounce
    ) -> tuple[Broadcast | None, DeliveryException | None]:
        """The broadcast of a bounce that says something new, and what was known.

        One whose message is given up already costs this look and no lock.
        """
        broadcast = uow.broadcasts.by_key(bounce.broadcast_key)
        if broadcast is None:
            return None, None
        before = uow.exceptions.get(broadcast.id, bounce.jid)
        if before is not None and (before.is_final or before.is_untold):
            return None, before
        if before is None and _is_forgotten(uow, broadcast, bounce.jid):
            return None, None
        return broadcast, before

    def bounced(self, uow: UnitOfWork, bounce: Bounce) -> None:
        """Record one bounce and act on its verdict."""
        broadcast, before = self._news(uow, bounce)
        if broadcast is None:
            return
        now = self._clock.now()
        ruling = verdict.judge(
            bounce.condition, bounce.error_type, own_server=self._is_own(bounce.jid)
        )
        after = after_bounce(
            broadcast,
            bounce.jid,
            before,
            ruling,
            now,
            condition=bounce.condition,
            text=bounce.text,
        )
        uow.exceptions.put([after])
        if before is None or before.kind is not after.kind:
            self._told(uow, broadcast, after)
        if broadcast.in_owners_name:
            # what becomes of people's own messages says nothing of lists
            self._of_a_person(uow, broadcast, bounce, before, after, now)
        elif ruling is Verdict.SUSPEND:
            self._suspend(uow, broadcast, bounce, now)
        elif ruling is Verdict.SCORE and (before is None or before.was_waiting):
            self._score(uow, broadcast, bounce, now)
        if before is not None:
            self._settle(uow, broadcast.id)

    def returned(
        self, uow: UnitOfWork, bounce: Bounce, sender: str, message_id: str
    ) -> bool:
        """Record that a message in a person's name came back; whether it was ours.

        `sender` is his bare JID. Without a key in `bounce` it went under the id that
        he gave it, `message_id`.
        """
        if bounce.broadcast_key:
            found = uow.broadcasts.by_key(bounce.broadcast_key)
        else:
            found = uow.broadcasts.by_message(message_id, sender, bounce.jid)
        schedule = uow.schedules.get(found.schedule_id) if found else None
        if found is None or schedule is None or not found.in_owners_name:
            return False
        if schedule.owner != sender:
            return False
        closing.hold(uow, {found.id})
        self.bounced(uow, replace(bounce, broadcast_key=found.key))
        return True

    def _of_a_person(
        self,
        uow: UnitOfWork,
        broadcast: Broadcast,
        bounce: Bounce,
        before: DeliveryException | None,
        after: DeliveryException,
        now: datetime,
    ) -> None:
        """Its owner hears of it; whose account is gone has nothing sent any more, for
        the next of that name is somebody else.
        """
        if bounce.sender_gone:
            schedule = uow.schedules.lock(broadcast.schedule_id)
            if schedule is not None and schedule.next_at is not None:
                uow.schedules.save(replace(schedule, next_at=None))
        is_over = broadcast.state is not BroadcastState.SENDING
        repeated = after.kind is ExceptionKind.RETRYING and before is None
        if repeated or (after.kind is ExceptionKind.FAILED and is_over):
            reports.returned(uow, self._policy, broadcast, after, now)

    def _suspend(
        self, uow: UnitOfWork, broadcast: Broadcast, bounce: Bounce, now: datetime
    ) -> None:
        subscriber = uow.subscribers.lock(bounce.jid)
        if subscriber is None:
            return
        condition = bounce.condition
        moved(
            uow,
            self._policy.caller(bounce.jid),
            Action.SUSPEND,
            uow.suspensions.add(subscriber.id, condition, broadcast.id, now),
            now,
            occasion=Occasion.BOUNCE,
            reason=condition,
            announcement=broadcast.schedule_id,
        )

    def _score(
        self, uow: UnitOfWork, broadcast: Broadcast, bounce: Bounce, now: datetime
    ) -> None:
        subscriber = uow.subscribers.lock(bounce.jid)
        if subscriber is None:
            return
        score = subscriber.score.raised(now)
        uow.subscribers.set_score(bounce.jid, score)
        if score.suspends:
            self._suspend(uow, broadcast, bounce, now)

    def retries(self, uow: UnitOfWork, limit: int) -> list[DeliveryException]:
        """Claim messages to repeat now; a claim that is not followed up lapses.

        Those repeated before without a bounce since are taken as accepted; those
        that came too late meanwhile, or were claimed too often, have failed. Who waits
        is looked at again; nobody is told again in his quiet hours.
        """
        if uow.standstills.get() is not None:
            return []
        now = self._clock.now()
        held = uow.exceptions.due(now, limit)
        closing.hold(uow, held | amended.by(uow, held))
        again: list[DeliveryException] = []
        accepted: set[int] = set()
        latest = uow.broadcasts.latest()
        outgoing = OutgoingOnce(self._renditions, uow)
        for exception in uow.exceptions.retries(now, limit):
            if exception.broadcast_id not in held:
                continue  # became due after the look: the next round has it
            if exception.kind is ExceptionKind.DEFERRED:
                amended.accepted(
                    uow, outgoing.broadcast(exception.broadcast_id), exception, now
                )
                accepted.add(exception.broadcast_id)
            elif self._waits_on(uow, outgoing, exception, now) or self._overtaken(
                uow, outgoing, exception
            ):
                continue
            elif exception.attempts >= verdict.MAX_ATTEMPTS or self._is_past(
                uow, _of(uow, exception), exception, now
            ):
                self.failed(uow, exception)
            elif self._put_off(uow, outgoing, exception, now):
                continue
            else:
                newest = outgoing.broadcast(exception.broadcast_id).edition
                until = now + SETTLING_TIME
                again.append(waiting.claimed(exception, until, now, newest, latest))
        uow.exceptions.put(again)
        for broadcast_id in accepted:
            self._settle(uow, broadcast_id)
        return again

    def _waits_on(
        self,
        uow: UnitOfWork,
        outgoing: OutgoingOnce,
        exception: DeliveryException,
        now: datetime,
    ) -> bool:
        """Whether somebody who was to hear it later does not hear it now."""
        if exception.kind is not ExceptionKind.WAITING:
            return False
        of = outgoing.of(exception.broadcast_id)
        later = outgoing.later(exception.broadcast_id)
        after = waiting.looked_at(uow, of, later, exception, now)
        if after is None:
            return False
        uow.exceptions.put([after])
        self._told(uow, of.broadcast, after)
        self._settle(uow, exception.broadcast_id)
        return True

    def _overtaken(
        self, uow: UnitOfWork, outgoing: OutgoingOnce, exception: DeliveryException
    ) -> bool:
        """Whether somebody to whom it bounced is told something newer instead. Of what
        has no topic he is told each.
        """
        broadcast = outgoing.broadcast(exception.broadcast_id)
        if broadcast.topic is None and broadcast.amendment is None:
            return False
        later = outgoing.later(exception.broadcast_id)
        after = waiting.overtaken(uow, later, exception)
        if after is None:
            return False
        uow.exceptions.put([after])
        self._told(uow, broadcast, after)
        self._settle(uow, broadcast.id)
        return True

    def _put_off(
        self,
        uow: UnitOfWork,
        outgoing: OutgoingOnce,
        exception: DeliveryException,
        now: datetime,
    ) -> bool:
        """Whether somebody to whom it bounced is not told again now, since he has quiet
        hours or a pause: at their end, where it is still repeated then.
        """
        if exception.kind is ExceptionKind.WAITING:  # looked at already
            return False
        of = outgoing.of(exception.broadcast_id)
        until = waiting.put_off(uow, of, exception.jid, now)
        if until is None:
            return False
        if self._is_past(uow, of.broadcast, exception, until):
            self.failed(uow, exception)
        else:
            uow.exceptions.put([replace(exception, next_at=until)])
        return True

    def repeats(
        self, uow: UnitOfWork, exceptions: Sequence[DeliveryException]
    ) -> list[Repeat]:
        """What to write for retries that are due, as it was written first.

        To be asked right before it is written: a claim that is another's by now, as
        after a stop, gives nothing. Who left since, what came too late, and what can't
        be rendered any more, has failed.
        """
        if uow.standstills.get() is not None:
            return []
        closing.hold(uow, {exception.broadcast_id for exception in exceptions})
        now = self._clock.now()
        found: list[Repeat] = []
        outgoing = OutgoingOnce(self._renditions, uow)
        for exception in exceptions:
            broadcast_id = exception.broadcast_id
            if uow.exceptions.get(broadcast_id, exception.jid) != exception:
                continue
            if self._waits_on(uow, outgoing, exception, now):
                continue
            if self._is_past(uow, _of(uow, exception), exception, now):
                self.failed(uow, exception)
                continue
            of = outgoing.of(broadcast_id, exception.edition)
            recipient = uow.audiences.find(of.broadcast, exception.jid)
            if recipient is None or recipient.left:
                self.failed(uow, exception)
                continue
            try:
                announcement = self._renditions.announcement(uow, of, recipient)
            except CarillonError as error:
                self.failed(uow, exception, *unrenderable(error))
                continue
            found.append(
                Repeat(
                    exception=exception,
                    broadcast_key=of.broadcast.key,
                    announcement=announcement,
                    original_key=of.original_key,
                )
            )
        return found

    def _is_past(
        self,
        uow: UnitOfWork,
        broadcast: Broadcast,
        exception: DeliveryException,
        now: datetime,
    ) -> bool:
        """Nothing of it is to be repeated any more."""
        # stopping gives up what is awaited; this is for what was missed by it
        stopped = broadcast.state is BroadcastState.STOPPED
        if broadcast.retried_at is not None:  # over, and so not stopped with the rest
            schedule = uow.schedules.get(broadcast.schedule_id)
            again = broadcast.retried_at
            stopped = schedule is not None and schedule.was_cancelled(again)
        since = exception.begun_at or broadcast.tried_since
        is_new = exception.kind is ExceptionKind.WAITING and not exception.begun_at
        too_old = not is_new and now - since > verdict.RETRY_FOR
        return stopped or too_old or broadcast.has_expired(now)

    def give_back(
        self,
        uow: UnitOfWork,
        claimed: Sequence[DeliveryException],
        tried: Sequence[DeliveryException],
    ) -> None:
        """They are due again at once; of those not `tried` no attempt is counted."""
        now = self._clock.now()
        after = [(one, one.attempts - 1) for one in claimed]
        after += [(one, one.attempts) for one in tried]
        closing.hold(uow, {one.broadcast_id for one, _ in after})
        uow.exceptions.put(
            [
                replace(one, attempts=attempts, next_at=now)
                for one, attempts in after
                if uow.exceptions.get(one.broadcast_id, one.jid) == one
            ]
        )

    def failed(
        self,
        uow: UnitOfWork,
        exception: DeliveryException,
        condition: str | None = None,
        text: str | None = None,
    ) -> None:
        """Repeat it no more; `condition` replaces that of the last bounce, and `text`
        its text.
        """
        after = replace(exception, kind=ExceptionKind.FAILED, next_at=None)
        if exception.is_untold:
            after = replace(after, kind=ExceptionKind.SKIPPED, condition=waiting.LEFT)
        elif exception.kind is ExceptionKind.WAITING:  # claimed in vain, too often
            after = replace(after, condition="stream-error")
        if condition is not None:
            after = replace(after, condition=condition, text=text)
        if after.edition is not None:  # he may have it all the same
            after = replace(after, heard_after=uow.broadcasts.latest())
        uow.exceptions.put([after])
        broadcast = _of(uow, exception)
        self._told(uow, broadcast, after)
        is_over = broadcast.state is not BroadcastState.SENDING
        if broadcast.in_owners_name and is_over:
            reports.returned(uow, self._policy, broadcast, after, self._clock.now())
        self._settle(uow, exception.broadcast_id)

    def repeated(self, uow: UnitOfWork, claimed: Sequence[DeliveryException]) -> None:
        """The server has the repeats; wait whether they bounce.

        One that bounced already is left as its bounce made it.
        """
        # A bounce that is being recorded holds the broadcast, too: it is waited for.
        held = {one.broadcast_id for one in claimed}
        closing.hold(uow, held | amended.beside(uow, held))
        now, newest = self._clock.now(), uow.broadcasts.latest()
        outgoing = OutgoingOnce(self._renditions, uow)
        heard: list[DeliveryException] = []
        for one in claimed:
            if uow.exceptions.get(one.broadcast_id, one.jid) != one:
                continue
            broadcast = outgoing.broadcast(one.broadcast_id)
            # the server that took a person's message knows its own people
            is_known = broadcast.in_owners_name and self._is_own(one.jid)
            settled = None if is_known else now + SETTLING_TIME
            after = replace(one, kind=ExceptionKind.DEFERRED, next_at=settled)
            if amended.has_old(broadcast, after):
                after = replace(after, next_at=now)
                amended.told_beside(uow, after, now)
            else:
                after = replace(after, heard_after=newest)
            if one.kind is ExceptionKind.WAITING:
                heard.append(replace(after, attempts=0))
                uow.happened(
                    Heard(announcement=broadcast.schedule_id, broadcast=broadcast.id)
                )
                continue
            uow.exceptions.put([after])
            self._told(uow, broadcast, after)
            if is_known:
                self._settle(uow, broadcast.id)
        uow.exceptions.put(heard)

    def _is_own(self, jid: str) -> bool:
        """Of a server that we belong to."""
        return domain_of(jid) in self._policy.access.domains

    def _told(
        self, uow: UnitOfWork, broadcast: Broadcast, after: DeliveryException
    ) -> None:
        deviated = Deviated(
            announcement=broadcast.schedule_id,
            broadcast=broadcast.id,
            kind=after.kind,
            condition=after.condition,
        )
        uow.happened(deviated)

    def _settle(self, uow: UnitOfWork, broadcast_id: int) -> None:
        """Close the broadcast where it waited for nothing but what is over now, or
        tell how it went where somebody had it tried once more.
        """
        now = self._clock.now()
        closing.settle_finished(uow, self._policy, broadcast_id, now)
        closing.settle_retried(uow, self._policy, broadcast_id, now)


def _is_forgotten(uow: UnitOfWork, broadcast: Broadcast, jid: str) -> bool:
    """Whether he was told before he asked to be forgotten: nothing is noted then."""
    if uow.forgotten.since(jid) is None:
        return False
    return uow.audiences.find(broadcast, jid) is None


def _of(uow: UnitOfWork, exception: DeliveryException) -> Broadcast:
    broadcast = uow.broadcasts.get(exception.broadcast_id)
    assert broadcast is not None  # noqa: S101 - foreign key
    return broadcast
