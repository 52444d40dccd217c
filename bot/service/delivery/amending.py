"""A broadcast that some have heard is corrected, or withdrawn.

An amendment is a schedule like any other, whose audience are those whom the broadcast
reached, or may have reached: so it goes out by the same ledger, with the same promises.
It is always of the original, also where that was corrected before, and whoever has not
heard that yet hears the newest edition of it as if there had never been another. What
that takes while the broadcast still goes out: `bot.service.delivery.editions`.

Each takes the place of the one before: nobody is corrected to what does not hold. After
a retraction there is nothing left to amend.

docs/decisions/0053-corrected-in-the-middle.md
"""

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime

from bot.domain.access import Caller
from bot.domain.amendment import Amendment
from bot.domain.audit import Action
from bot.domain.broadcast import Broadcast, BroadcastState
from bot.domain.errors import Conflict, Finished, NotOffered
from bot.domain.lateness import Late
from bot.domain.phrase import Phrase
from bot.domain.schedule import (
    Audience,
    Content,
    Origin,
    Schedule,
    ScheduleState,
    ToldAudience,
)
from bot.service.delivery import closing, editions, reports
from bot.service.delivery.broadcasts import Broadcasts
from bot.service.delivery.unsent import SUPERSEDED
from bot.service.ports.outside import Clock
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.service.rules.rights import may_change, require_announcing

_ACTIONS = {Amendment.CORRECT: Action.CORRECT, Amendment.RETRACT: Action.RETRACT}
#: the reason of a broadcast that was withdrawn before it was over
RETRACTED = "retracted"
#: however late it is: it goes out until it expires
_WHENEVER = Late(within=2**31 - 1)


class Amending:
    def __init__(self, policy: Policy, broadcasts: Broadcasts, clock: Clock) -> None:
        self._policy = policy
        self._broadcasts = broadcasts
        self._clock = clock

    def correct(
        self,
        uow: UnitOfWork,
        caller: Caller,
        broadcast_id: int,
        content: Content,
        *,
        origin: Origin,
        timezone: str | None = None,
        latest_only: bool = False,
        expires_at: datetime | None = None,
        client_id: str | None = None,
        topic: str | None = None,
    ) -> Schedule:
        """Have those who were told it told `content` instead, and all others nothing
        else from now on; the schedule that tells them.

        `content` is judged already. `latest_only`: those alone to whom it was the
        latest of its topic. A repeat under a `client_id` gives the same schedule.
        `topic`: it is a notice of that, which the caller may change and has: whoever
        told it, it is corrected with what it is about.
        Raises NotFound, NotAllowed, Conflict, NotOffered of messages between people,
        and Finished where it was withdrawn, or nobody knows any more what it said.
        """
        found = uow.broadcasts.get(broadcast_id)
        if topic is not None and found is not None and found.topic == topic:
            original = found
        else:
            original = self.amendable(uow, caller, broadcast_id, Amendment.CORRECT)
        print_ = _fingerprint(original, Amendment.CORRECT, content, timezone)
        if (known := _known(uow, caller, client_id, print_)) is not None:
            return known
        original = _open(closing.locked(uow, original.id))
        self._end_earlier(uow, original)
        schedule = _schedule_of(uow, original)
        uow.broadcasts.keep_edition(
            replace(original, edition=1), schedule.content, schedule.timezone
        )
        now = self._clock.now()
        amended = replace(original, edition=original.edition + 1)
        zone = schedule.timezone if timezone is None else timezone
        uow.broadcasts.save(amended)
        uow.broadcasts.keep_edition(amended, content, zone)
        uow.exceptions.hurry(original.id, now)
        if amended.state is BroadcastState.SENDING:
            editions.say_of_untouched(uow, amended)
        expires_at = expires_at or original.expires_at
        if expires_at is not None and expires_at <= now:
            expires_at = None
        return self._add(
            uow,
            caller.owner,
            replace(schedule, content=content, timezone=zone),
            amended,
            Amendment.CORRECT,
            origin=origin,
            client_id=client_id,
            fingerprint=print_,
            latest_only=latest_only,
            expires_at=expires_at,
        )

    def retract(
        self,
        uow: UnitOfWork,
        caller: Caller,
        broadcast_id: int,
        *,
        origin: Origin,
        latest_only: bool = False,
        client_id: str | None = None,
    ) -> Schedule:
        """Have those who were told it told that it holds no more; nobody else hears it
        any more. The schedule that tells them; likewise.
        """
        original = self.amendable(uow, caller, broadcast_id, Amendment.RETRACT)
        print_ = _fingerprint(original, Amendment.RETRACT, None, None)
        if (known := _known(uow, caller, client_id, print_)) is not None:
            return known
        original = _open(closing.locked(uow, original.id))
        self._end_earlier(uow, original)
        now = self._clock.now()
        amended = replace(original, edition=original.edition + 1, retracted_at=now)
        uow.broadcasts.save(amended)
        uow.exceptions.retract(original.id, now)
        if amended.state is BroadcastState.SENDING:
            stopped, reason = BroadcastState.STOPPED, RETRACTED
            closing.close(uow, self._policy, amended, stopped, now, reason=reason)
        schedule = _schedule_of(uow, original)
        if schedule.owner != caller.owner and original.state is BroadcastState.SENDING:
            reports.stopped(uow, self._policy, amended, now)
        return self._add(
            uow,
            caller.owner,
            schedule,
            amended,
            Amendment.RETRACT,
            origin=origin,
            client_id=client_id,
            fingerprint=print_,
            latest_only=latest_only,
        )

    def amendable(
        self,
        uow: UnitOfWork,
        caller: Caller,
        broadcast_id: int,
        amendment: Amendment,
    ) -> Broadcast:
        """The original of what is to be amended; raises what `correct` raises."""
        found = self._broadcasts.get(uow, caller, broadcast_id).broadcast
        if found.amendment is not None and found.told_by is not None:
            found = self._broadcasts.get(uow, caller, found.told_by).broadcast
        schedule = uow.schedules.get(found.schedule_id)
        assert schedule is not None  # noqa: S101 - foreign key
        may_change(caller, schedule, _ACTIONS[amendment])
        if found.in_owners_name:
            raise NotOffered(
                Phrase("A message to a person is not amended by this service.")
            )
        entry = uow.lists.by_id(found.list_id) if found.list_id else None
        require_announcing(caller, entry)
        return found

    def tell(
        self,
        uow: UnitOfWork,
        owner: str,
        content: Content,
        audience: Audience,
        *,
        topic: str | None,
        timezone: str,
        at: datetime,
        expires_at: datetime | None,
        client_id: str,
        origin: Origin,
        urgent: bool = False,
        language: str | None = None,
    ) -> Schedule:
        """Have a notice of something else that the owner keeps told at a moment; one
        that was asked for by this id already is given as it is.

        It counts against no quota, and may be as late as it likes until it expires.
        Whether its owner may is judged when it is due.
        """
        found = uow.schedules.find(owner, client_id)
        if found is not None and found.topic == topic:
            return found
        if found is not None:  # his own, of something else
            client_id = f"{client_id}-{secrets.token_hex(3)}"
        if isinstance(audience, ToldAudience) and audience.latest_only:
            audience = replace(audience, latest_by=uow.broadcasts.latest())
        stored = uow.schedules.add(
            Schedule(
                owner=owner,
                client_id=client_id,
                origin=origin,
                fingerprint="",
                audience=audience,
                topic=topic,
                content=content,
                timezone=timezone,
                deliver_at=at,
                next_at=at,
                expires_at=expires_at,
                late=_WHENEVER,
                urgent=urgent,
                updates=False,
                language=language,
                created_at=self._clock.now(),
            )
        )
        uow.nudge()
        return stored

    def _end_earlier(self, uow: UnitOfWork, original: Broadcast) -> None:
        """What amends it so far goes to nobody else."""
        now = self._clock.now()
        for pending in uow.schedules.amending(original.id):
            held = uow.schedules.lock(pending.id)
            if held is not None and held.state is not ScheduleState.RUNNING:
                over = held.moved(
                    ScheduleState.CANCELLED, reason=SUPERSEDED, ended_at=now
                )
                uow.schedules.save(replace(over, next_at=None))
        for earlier in reversed(uow.broadcasts.amendments(original.id)):
            if earlier.state is BroadcastState.SENDING:
                closing.give_up(uow, self._policy, earlier.id, now, SUPERSEDED)
            else:
                uow.exceptions.skip_waiting(earlier.id, SUPERSEDED)

    def _add(
        self,
        uow: UnitOfWork,
        owner: str,
        schedule: Schedule,
        original: Broadcast,
        amendment: Amendment,
        *,
        origin: Origin,
        client_id: str | None,
        fingerprint: str,
        latest_only: bool,
        expires_at: datetime | None = None,
    ) -> Schedule:
        """`schedule`: of the original, with what is to be said now."""
        now = self._clock.now()
        entry = uow.lists.by_id(original.list_id) if original.list_id else None
        told = ToldAudience(
            broadcast_id=original.id,
            list_name=entry.name if entry else None,
            latest_only=latest_only,
            latest_by=uow.broadcasts.latest() if latest_only else None,
            personal=schedule.is_personal,
        )
        stored = uow.schedules.add(
            Schedule(
                owner=owner,
                client_id=client_id or _free_id(uow, owner, original, amendment),
                origin=origin,
                fingerprint=fingerprint,
                audience=told,
                topic=original.topic,
                amendment=amendment,
                content=schedule.content,
                timezone=schedule.timezone,
                deliver_at=now,
                next_at=now,
                expires_at=expires_at,
                late=_WHENEVER,
                urgent=original.urgent,
                updates=False,
                language=schedule.language,
                created_at=now,
            )
        )
        uow.nudge()
        return stored


def _open(original: Broadcast | None) -> Broadcast:
    """Raises Finished where there is nothing left to amend."""
    assert original is not None  # noqa: S101 - seen just now
    if original.retracted_at is not None:
        raise Finished(Phrase("It was withdrawn: there is nothing left to amend."))
    if original.purged_at is not None:
        raise Finished(
            Phrase(
                "What it said is not stored any more, so it cannot be amended: announce"
                " anew what is to be said."
            )
        )
    return original


def _schedule_of(uow: UnitOfWork, original: Broadcast) -> Schedule:
    """With what the broadcast says by now."""
    schedule = uow.schedules.get(original.schedule_id)
    assert schedule is not None  # noqa: S101 - foreign key
    kept = uow.broadcasts.kept_content(original.id)
    if kept is None:
        return schedule
    return replace(schedule, content=kept[0], timezone=kept[1])


def _fingerprint(
    original: Broadcast,
    amendment: Amendment,
    content: Content | None,
    timezone: str | None,
) -> str:
    said = repr((original.id, amendment.value, content, timezone))
    return hashlib.sha256(said.encode()).hexdigest()


def _known(
    uow: UnitOfWork, caller: Caller, client_id: str | None, fingerprint: str
) -> Schedule | None:
    """What was asked for already under the id; raises Conflict where it is another's
    that lives.
    """
    found = uow.schedules.find(caller.owner, client_id) if client_id else None
    if found is None or found.fingerprint == fingerprint:
        return found
    if found.is_final:
        return None
    raise Conflict(
        Phrase("There is an announcement {id!r} already.", id=found.client_id)
    )


def _free_id(
    uow: UnitOfWork, owner: str, original: Broadcast, amendment: Amendment
) -> str:
    """Which says what it amends, and how often that was done."""
    number = uow.broadcasts.number(original)
    base = f"{amendment}-{original.schedule_id}-{number}-{original.edition - 1}"
    if not uow.schedules.taken(owner, [base]):
        return base
    return f"{base}-{secrets.token_hex(3)}"
