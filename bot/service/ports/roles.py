"""Roles that admins gave, and whether all stands still."""

from typing import Protocol

from bot.domain.roles import HeldRole
from bot.domain.standstill import Standstill


class Roles(Protocol):
    def all(self) -> list[HeldRole]:
        """By JID, then by role."""
        ...

    def of(self, jid: str) -> list[HeldRole]: ...

    def hold(self) -> None:
        """Nobody else who holds them goes on before this transaction ends."""
        ...

    def put(self, role: HeldRole) -> None:
        """One that is there stays as it is."""
        ...

    def remove(self, role: HeldRole) -> bool:
        """Whoever gave it; False: nobody did."""
        ...


class Standstills(Protocol):
    def get(self) -> Standstill | None: ...

    def begin(self, begun: Standstill) -> bool:
        """False: one lasts, and goes on as it began."""
        ...

    def end(self) -> None: ...
