"""Whether a service is up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain import coming
from bot.domain.phrase import Counted, Phrase
from bot.service.ports.pulses import Pulse
from bot.service.ports.sights import Sight
from bot.service.ports.unit_of_work import UnitOfWork

#: a service whose sign of life is older than this is taken for gone
FRESH = timedelta(seconds=20)


class Unreadable(NamedTuple):
    total: int
    first: int
    why: Phrase

    @property
    def in_words(self) -> Phrase:
        return Counted(
            "#{first} can no longer be read: {why}.",
            "{count} announcements, #{first} the first of them, can no longer be"
            " read: {why}.",
            self.total,
            first=self.first,
            why=self.why,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Services that live and that fell silent."""

    up: tuple[Pulse, ...]
    silent: tuple[Pulse, ...]
    #: how many that are not over can be done no longer, the first, and why
    unreadable: tuple[Unreadable, ...] = ()
    #: whose rows there are, if none are ours
    strangers: tuple[str, ...] = ()
    #: servers that let messages through that are to be sent later, and held them before
    open: tuple[Sight, ...] = ()
    #: who keeps transactions from going on, if anybody does
    held_up: Phrase | None = None

    @property
    def connected(self) -> bool:
        return any(pulse.connected for pulse in self.up)


def strangers(uow: UnitOfWork) -> list[str]:
    """Whose rows there are, if none are ours: perhaps our JID was another before."""
    now = uow.now()
    return uow.facts.strangers(now - FRESH, now + FRESH)


def health(uow: UnitOfWork) -> Health:
    now = uow.now()
    pulses = uow.facts.pulses()

    return Health(
        up=tuple(pulse for pulse in pulses if _is_fresh(pulse, now)),
        silent=tuple(pulse for pulse in pulses if not _is_fresh(pulse, now)),
        unreadable=tuple(_unreadable(uow)),
        strangers=tuple(strangers(uow)),
        open=tuple(one for one in uow.sights.all() if one.open_since is not None),
    )


def ask_to_read(uow: UnitOfWork) -> Mapping[str, int]:
    """Have whoever is up read its configuration anew; the asking's number by worker."""
    now = uow.now()
    asked = {
        pulse.worker: uow.facts.ask_to_read(pulse.worker)
        for pulse in uow.facts.pulses()
        if _is_fresh(pulse, now)
    }
    uow.nudge()
    return asked


def _is_fresh(pulse: Pulse, now: datetime) -> bool:
    # nor far ahead: of a clock that was put back since
    return abs(now - pulse.seen_at) <= FRESH


def _unreadable(uow: UnitOfWork) -> Iterator[Unreadable]:
    for one in uow.schedules.clocks():
        why = coming.unreadable_clock(one.zone, one.rule, begins=one.begins)
        if why is not None:
            yield Unreadable(one.total, one.first, why)


def write_nothing(uow: UnitOfWork) -> None:
    """Raises Unavailable where the database can be read, but not written to."""
    uow.facts.stopped("")
