"""Whether a service is up, and what goes out next."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.schedule import Schedule
from bot.service.ports import Clock
from bot.service.repositories import Pulse, UnitOfWork

#: a service whose sign of life is older than this is taken for gone
FRESH = timedelta(seconds=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Pulses of services that live, of those that fell silent, and what is next."""

    up: tuple[Pulse, ...]
    silent: tuple[Pulse, ...]
    upcoming: tuple[Schedule, ...]

    @property
    def connected(self) -> bool:
        return any(pulse.connected for pulse in self.up)


def health(uow: UnitOfWork, clock: Clock, limit: int) -> Health:
    """At most `limit` schedules, in the order they become due."""
    now = clock.now()
    pulses = uow.facts.pulses()
    return Health(
        up=tuple(pulse for pulse in pulses if now - pulse.seen_at <= FRESH),
        silent=tuple(pulse for pulse in pulses if now - pulse.seen_at > FRESH),
        upcoming=tuple(uow.schedules.upcoming(limit)),
    )
