"""Who may schedule messages to whom, and what recipients are asked first."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.domain.consent import Approval, ApprovalState, Consent
from bot.service.ports.paging import Page, Paging


class StoredConsents(Protocol):
    def get(self, jid: str, about: Collection[str] | None = None) -> Consent | None:
        """What this person has chosen, None for nothing; `about`: with the entries of
        these names only, so that it costs the same however many there are.
        """
        ...

    def put(self, jid: str, consent: Consent, now: datetime) -> None:
        """In place of whatever was chosen before, but for those whom somebody blocked
        before he was forgotten: they stay blocked until he allows them by name.
        """
        ...

    def forget(self, jid: str) -> None:
        """Nothing of his choice stays but what refuses somebody, and that under
        digests; he is among the `Forgotten`.
        """
        ...


class Forgotten(Protocol):
    """Who asked to be forgotten: digests of addresses by the service's own key."""

    def digest(self, *names: str) -> str | None:
        """What stands for these names together; None where nobody was forgotten yet."""
        ...

    def add(self, jid: str, now: datetime) -> str:
        """His digest; repeated, he is forgotten since the first time."""
        ...

    def remove(self, jid: str) -> None:
        """He has come back by himself."""
        ...

    def since(self, jid: str) -> datetime | None: ...

    def latest(self) -> datetime | None:
        """When somebody asked last."""
        ...

    def among(self, jids: Collection[str]) -> set[str]:
        """Those who asked to be forgotten."""
        ...


class Asking(NamedTuple):
    """Whose messages wait for somebody's approval, and how many."""

    owner: str
    messages: int


class StoredApprovals(Protocol):
    def add(self, approval: Approval) -> None: ...

    def of(self, schedule_id: int) -> Approval | None:
        """What is asked of the schedule now, or was answered; not what is void."""
        ...

    def find(self, recipient: str, reference: int) -> Approval | None:
        """Of this person, not void, and of a schedule that is not over."""
        ...

    def decide(
        self, approval: Approval, state: ApprovalState, now: datetime
    ) -> None: ...

    def void(self, schedule_id: int) -> None:
        """What was asked of the schedule is asked no more. What its recipient was told
        of is kept: it counts among what he was told that day.
        """
        ...

    def page(self, recipient: str, paging: Paging) -> Page[Approval]:
        """What waits for him, of schedules that are not over; raises NotFound where
        after/before names nothing of it.
        """
        ...

    def untold(self, since: datetime, until: datetime, limit: int) -> list[str]:
        """For whom something waits that he was not told of, and who was told of
        nothing between the two moments.
        """
        ...

    def tell(self, recipient: str, now: datetime) -> list[Asking]:
        """All that waits for him, as told now."""
        ...
