"""Who speaks for a schedule: its owner, the list that it names, else the service."""

from bot.domain.lists import AnnouncementList
from bot.domain.schedule import Schedule
from bot.domain.voice import Voice
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy


def list_of(uow: UnitOfWork, schedule: Schedule) -> AnnouncementList | None:
    """The list that the schedule names; None where it names none or it is gone."""
    name = schedule.audience.list_name
    return uow.lists.get(name) if name is not None else None


def voice_of(uow: UnitOfWork, policy: Policy, schedule: Schedule) -> Voice:
    """The owner's own where it goes out in his name; else that of its list, or of the
    service where there is no list (any more).
    """
    return _voice(schedule, policy, list_of(uow, schedule))


def clocks_of(uow: UnitOfWork, policy: Policy, schedule: Schedule) -> str:
    """The zone whose clocks tell people of it: its own, else its list's. A rule is
    told in the zone that it is read in.
    """
    return told_in(schedule, policy, list_of(uow, schedule))


def told_in(schedule: Schedule, policy: Policy, entry: AnnouncementList | None) -> str:
    """The same; `entry`: the list that it names."""
    if schedule.recurrence is not None:
        return schedule.zone
    return schedule.zone_for(_voice(schedule, policy, entry))


def _voice(schedule: Schedule, policy: Policy, entry: AnnouncementList | None) -> Voice:
    if schedule.in_owners_name:
        return Voice.of_person(schedule.owner, policy.addresses)
    return policy.voice_of(entry)


def languages_of(uow: UnitOfWork, jid: str) -> list[str]:
    """Those of a reader: which he chose, then in which he was last seen."""
    known = uow.subscribers.get(jid)
    if known is None:
        return []
    return [tag for tag in (known.language, known.language_seen) if tag]
