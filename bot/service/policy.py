"""What the operator configured, as the use cases read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.access import Access, Caller, Role
from bot.domain.addresses import Addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Per owner; 0 is no limit for `pending`."""

    pending: int
    window: timedelta
    #: characters
    body: int
    subject: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    access: Access
    addresses: Addresses
    limits: Mapping[Role, Limits]
    #: bare JIDs told of failed and missed occurrences
    notify: tuple[str, ...] = ()

    def limits_of(self, caller: Caller) -> Limits:
        return self.limits[caller.role]
