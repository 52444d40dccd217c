"""Lists and who stands on them, one by one and many at once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.lists import (
    AnnouncementList,
    EndReason,
    Preferences,
    Subscriber,
    Subscription,
    SubscriptionOrigin,
    Suspended,
    SuspendedTogether,
)
from bot.domain.people import Person
from bot.domain.verdict import Score


class Lists(Protocol):
    def declare(self, lists: Sequence[AnnouncementList]) -> None:
        """Make the lists of the configuration those given, by name; others of it are
        retired, and those that were made by command stay as they are.
        """
        ...

    def add(self, entry: AnnouncementList) -> bool:
        """One that was made by command, with who stood on a retired one of that name;
        False where there is one already.
        """
        ...

    def lock(self, name: str) -> None:
        """Nobody else changes it before the end of the transaction."""
        ...

    def change(self, entry: AnnouncementList) -> None:
        """Make the one of that id this."""
        ...

    def retire(self, list_id: int) -> None:
        """It is a list no more; who stood on it does so again if it is added again."""
        ...

    def get(self, name: str) -> AnnouncementList | None: ...

    def by_id(self, list_id: int) -> AnnouncementList | None:
        """Retired lists too."""
        ...

    def all(self) -> list[AnnouncementList]: ...

    def counts(self) -> dict[int, int]:
        """Active subscriptions by list id."""
        ...


class Greetings(Protocol):
    """Welcomes in words of their own, by list."""

    def get(self, list_id: int) -> str | None:
        """None: it has none, or one that no key here decrypts."""
        ...

    def put(self, list_id: int, text: str) -> None: ...

    def remove(self, list_id: int) -> bool:
        """False: it had none."""
        ...


class StoredSubscribers(Protocol):
    def get(self, jid: str) -> Subscriber | None: ...

    def lock(self, jid: str) -> Subscriber | None: ...

    def ensure(self, jid: str, now: datetime) -> Subscriber: ...

    def seen(self, jid: str, *, language: str | None) -> Subscriber | None:
        """A sign of life: the score starts anew, the language is remembered."""
        ...

    def prefer(self, subscriber_id: int, wanted: Preferences) -> None:
        """All of it, in place of what was chosen before."""
        ...

    def set_score(self, jid: str, score: Score) -> None: ...


class Subscriptions(Protocol):
    def open(
        self,
        list_id: int,
        subscriber: Subscriber,
        origin: SubscriptionOrigin,
        now: datetime,
    ) -> bool:
        """Add an interval; False where one is active already."""
        ...

    def end(
        self,
        subscriber_id: int,
        reason: EndReason,
        now: datetime,
        *,
        list_id: int | None = None,
    ) -> int:
        """End the active intervals that match; how many."""
        ...

    def of(self, subscriber_id: int) -> list[Subscription]:
        """Active ones."""
        ...

    def latest(self, subscriber_id: int) -> list[Subscription]:
        """The latest interval on each list, active or not."""
        ...

    def suspended(self, subscriber_id: int) -> list[Subscription]:
        """Latest intervals that ended as suspended, one a list, none active since."""
        ...

    def page(
        self, list_id: int, *, after: int, limit: int
    ) -> list[tuple[Subscription, Subscriber]]:
        """Active ones with id > `after`, in order."""
        ...

    def among(self, list_id: int, jids: Collection[str]) -> list[str]:
        """Which of these bare JIDs stand on the list, sorted."""
        ...

    def standing(self, jids: Collection[str]) -> list[str]:
        """Which of these bare JIDs stand on any list, sorted."""
        ...

    def has_contact(self, list_id: int, subscriber_id: int) -> None:
        """Who stands there has subscribed by presence, however he came."""
        ...

    def by_origin(self, origin: SubscriptionOrigin) -> list[str]:
        """JIDs with an active subscription made that way."""
        ...

    def welcome(self, list_id: int, subscriber_id: int, now: datetime) -> bool:
        """Note the welcome; False where this person had it already."""
        ...


class Suspensions(Protocol):
    def add(
        self, subscriber_id: int, condition: str, broadcast_id: int, now: datetime
    ) -> list[int]:
        """End what is active since messages came back; the ids of the lists."""
        ...

    def page(self, list_id: int, *, after: int, limit: int) -> list[Suspended]:
        """Those who did not come back, with subscription ids > `after`, in order."""
        ...

    def everywhere(self, *, after: int, limit: int) -> list[Suspended]:
        """Likewise of all lists."""
        ...

    def condition(self, subscription_id: int) -> str | None:
        """With which the last message came back that ended it; None: none did."""
        ...

    def counts(self) -> dict[int, int]:
        """How many did not come back, by list id."""
        ...

    def untold(self) -> datetime | None:
        """Since when somebody is suspended whom nobody was told of."""
        ...

    def told(self) -> datetime | None:
        """When somebody was told last."""
        ...

    def tell(self, now: datetime) -> list[SuspendedTogether]:
        """Whom nobody was told of, as told now; but those who are back."""
        ...


class People(Protocol):
    """A repository of one transaction, beside those of single people."""

    def hold(self, people: Sequence[Person]) -> None:
        """None of them leaves before the end of the transaction."""
        ...

    def gone(self, list_id: int, people: Sequence[Person]) -> dict[str, EndReason]:
        """By JID, how those who stood on the list and do no more went."""
        ...

    def put(
        self,
        list_id: int,
        people: Sequence[Person],
        origin: SubscriptionOrigin,
        now: datetime,
    ) -> list[int]:
        """Open intervals in the order given; the ids of subscribers that had none.

        `people` have distinct JIDs; a preference that is None stays as it was, and
        so does a language seen here before.
        """
        ...

    def heal(self, jids: Collection[str]) -> None:
        """Their bounces are forgotten."""
        ...

    def named(self, subscriber_ids: Sequence[int]) -> list[Subscriber]: ...

    def differing(self, people: Sequence[Person]) -> int:
        """How many are known, and would prefer something else after `put`."""
        ...

    def standing(self, list_id: int, people: Sequence[Person]) -> int:
        """How many of them stand on the list."""
        ...

    def page(self, list_id: int, *, after: int, limit: int) -> list[tuple[int, Person]]:
        """Those on the list with subscription ids > `after`, in order."""
        ...
