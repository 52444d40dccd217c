"""The calendars of holidays, as the use cases see them."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.holidays import Holidays


class Calendars(Protocol):
    def names(self) -> Sequence[str]:
        """Those that are configured."""
        ...

    def get(self, name: str) -> Holidays:
        """As its file was read last; one that cannot be, or is not configured, says so
        itself.
        """
        ...


class NoCalendars:
    """Where none is configured."""

    def names(self) -> Sequence[str]:
        return ()

    def get(self, name: str) -> Holidays:
        return Holidays.gone(name)
