"""Broadcasts, their chunks, audiences and exceptions, as the use cases see them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.broadcast import (
    Broadcast,
    Chunk,
    DeliveryException,
    Frozen,
    Progress,
    Recipient,
)
from bot.domain.message import Text
from bot.domain.schedule import Content, Schedule
from bot.service.ports.paging import Page, Paging


class StoredBroadcasts(Protocol):
    def add(
        self,
        broadcast: Broadcast,
        chunks: Sequence[tuple[int, int, int]],
        recipients: Sequence[str] = (),
    ) -> Broadcast:
        """With its chunks (after, last, count) and a copied audience, which takes
        positions from 1.
        """
        ...

    def get(self, broadcast_id: int) -> Broadcast | None: ...

    def lock(self, broadcast_id: int) -> Broadcast | None: ...

    def by_key(self, key: str) -> Broadcast | None: ...

    def amended(self, schedule_id: int) -> Broadcast | None:
        """The latest of the schedule's that was amended."""
        ...

    def of_occurrence(self, occurrence_id: int) -> Broadcast | None:
        """What was sent of it, None where nothing was."""
        ...

    def by_message(
        self, message_id: str, sender: str, recipient: str
    ) -> Broadcast | None:
        """The latest of the sender's to the recipient, both bare JIDs, whose message
        had this id, which the sender chose.
        """
        ...

    def save(self, broadcast: Broadcast) -> None: ...

    def page(
        self,
        paging: Paging,
        *,
        schedule_id: int | None = None,
        sending: bool = False,
        owner: str | None = None,
        lists: Collection[int] = (),
    ) -> Page[Broadcast]:
        """`owner`: only what he asked for, or what one of these lists was told."""
        ...

    def concerning(self, jid: str, *, before: int, limit: int) -> list[Broadcast]:
        """Those in whose audience he is, with ids below `before`, the latest first; in
        a list's audience by the places that he had or has.
        """
        ...

    def nth(self, schedule_id: int, number: int) -> Broadcast | None:
        """The schedule's first, second, …"""
        ...

    def number(self, broadcast: Broadcast) -> int:
        """Which of its schedule's it is, from 1."""
        ...

    def numbers(self, broadcast_ids: Collection[int]) -> dict[int, int]:
        """Likewise of each."""
        ...

    def following(self, broadcast: Broadcast, limit: int) -> list[Broadcast]:
        """Those after it that take its place, the latest first: amendments of the same
        broadcast, notices of the same topic, where it has none broadcasts of the same
        schedule.
        """
        ...

    def amendments(self, broadcast_id: int, limit: int = 10) -> list[Broadcast]:
        """Those that amend this one, the latest first."""
        ...

    def beside(self, broadcast_id: int, after: int) -> list[Broadcast]:
        """Those with ids above `after` that go to its readers, and amend nothing."""
        ...

    def latest(self) -> int:
        """The highest id; 0: there is none."""
        ...

    def count(
        self,
        owner: str,
        since: datetime,
        until: datetime,
        *,
        to: str | None = None,
        before: int | None = None,
    ) -> int:
        """How many of this owner were begun from `since` to before `until`; welcomes
        are nobody's. `to`: those that he sent this person in his own name and that did
        not fail; `before`: with ids below this one.
        """
        ...

    def progress(self, broadcast_id: int) -> Progress:
        """Of one that waits for its list's send window, all who were not passed hear it
        later.
        """
        ...

    def progresses(self, broadcast_ids: Collection[int]) -> dict[int, Progress]:
        """Likewise of each."""
        ...

    def shut_out(self) -> list[Broadcast]:
        """Those that wait for their lists' send windows, the first to go on first."""
        ...

    def next_opening(self) -> datetime | None:
        """When the first of them is to go on."""
        ...

    def keep_content(self, schedule: Schedule, ended_after: datetime) -> None:
        """For what is going out of this schedule, or heard later, and what ended since:
        its content as it stands, since the schedule is about to be edited. What was
        kept first stands.
        """
        ...

    def keep_edition(self, broadcast: Broadcast, content: Content, zone: str) -> None:
        """What it says in its present edition; what was kept of that first stands."""
        ...

    def kept_content(
        self, broadcast_id: int, edition: int | None = None
    ) -> tuple[Content, str] | None:
        """The content and the schedule's zone, where they were kept: of the latest
        edition, or the latest up to this one.
        """
        ...

    def kept_contents(
        self, broadcast_ids: Collection[int], edition: int | None = None
    ) -> dict[int, tuple[Content, str]]:
        """Likewise of each of which any was kept."""
        ...

    def renditions(
        self, broadcast_id: int, zone: str, edition: int = 1
    ) -> dict[str, Text]:
        """What readers in a zone are told, by language tag."""
        ...

    def keep(
        self,
        broadcast_id: int,
        zone: str,
        texts: Mapping[str, Text],
        edition: int = 1,
    ) -> dict[str, Text]:
        """Store texts by language tag; the first one stored stands. All there are."""
        ...


class Chunks(Protocol):
    def claim(
        self,
        worker: str,
        now: datetime,
        lease: timedelta,
        carrying: Collection[int] = (),
        *,
        in_owners_name: bool = False,
        window: int = 0,
    ) -> Chunk | None:
        """Lease an open chunk of a broadcast that is sending: of messages between
        people or of all others, so that neither waits for the other. `window`: so many
        messages the worker may write beyond the cursor.

        Of the smallest broadcast first, so that one never waits for ten thousand.
        A lease that ran out is anybody's to take, but not those in `carrying`.
        """
        ...

    def hold(self, chunk_id: int, worker: str) -> Chunk | None:
        """Lock it for this transaction; None where the lease is another's now."""
        ...

    def save(self, chunk: Chunk) -> None: ...

    def renew(self, worker: str, until: datetime, carrying: Collection[int]) -> None:
        """Extend the worker's leases of these chunks."""
        ...

    def release(self, worker: str) -> None:
        """Give back the leases of one worker, who knows what it has written."""
        ...

    def bereave(self, worker: str) -> None:
        """Give back the leases of one worker, who is gone."""
        ...

    def untouched(self, broadcast_id: int) -> list[Chunk]:
        """Those that nobody holds, locked, and are not finished; passed over are rows
        that others hold.
        """
        ...

    def unfinished(self, broadcast_id: int) -> int: ...

    def held(self, broadcast_ids: Collection[int], now: datetime) -> bool:
        """Whether a worker may still write something of one of these."""
        ...

    def of(self, broadcast_id: int) -> list[Chunk]: ...

    def at(self, broadcast_id: int, position: int) -> Chunk | None:
        """The one that has this position."""
        ...


class Audiences(Protocol):
    def freeze(self, list_id: int, now: datetime, chunk_size: int) -> Frozen:
        """Freeze so that no writer can still commit a lower id."""
        ...

    def reached(
        self, told: Broadcast, ranges: Sequence[tuple[int, int]], now: datetime
    ) -> Frozen:
        """Those of a broadcast's positions in these (after, last] who are still to be
        told by `told`, which need not be stored yet; ranges with nobody are left out.
        """
        ...

    def page(
        self, broadcast: Broadcast, *, after: int, last: int, limit: int
    ) -> list[Recipient]:
        """The frozen audience's positions in (after, last], in order; in that of those
        whom another broadcast reached also those whom it did not (`unreached`).
        """
        ...

    def find(self, broadcast: Broadcast, jid: str) -> Recipient | None:
        """None for whoever is not of its audience, unreached ones too."""
        ...


class Exceptions(Protocol):
    def get(self, broadcast_id: int, jid: str) -> DeliveryException | None: ...

    def put(self, exceptions: Sequence[DeliveryException]) -> None:
        """Insert or replace, by (broadcast, JID)."""
        ...

    def due(self, now: datetime, limit: int) -> set[int]:
        """The broadcasts of those that `retries` would give, those who waited too."""
        ...

    def retries(self, now: datetime, limit: int) -> list[DeliveryException]:
        """Those whose next moment has come, of repeats first, then of those who wait;
        rows others hold are passed over.
        """
        ...

    def retract(self, broadcast_id: int, now: datetime) -> None:
        """Whoever was still to be told, and has had nothing, never is: skipped, as
        `retracted`. What was repeated to others is looked at now.
        """
        ...

    def hurry(self, broadcast_id: int, now: datetime) -> None:
        """What was repeated, and may still come back, is looked at now."""
        ...

    def abandon(self, broadcast_id: int) -> None:
        """Whoever was still to be told again has failed; who waits is skipped, as
        `stopped`.
        """
        ...

    def unwritten(self, limit: int) -> list[DeliveryException]:
        """Those whose message waits to be written, be it once more; not where the
        server has it, and it is waited only whether it comes back.
        """
        ...

    def any_awaited(self, broadcast_id: int, until: datetime | None = None) -> bool:
        """Whether somebody is still to be told, or may still bounce, by that
        moment; None: ever.
        """
        ...

    def skip_waiting(self, broadcast_id: int, condition: str) -> int:
        """Nobody hears it later any more; how many would have."""
        ...

    def earlier(self, broadcast: Broadcast, jids: Collection[str]) -> set[int]:
        """Those before it whose place it takes, for which some of these wait."""
        ...

    def supersede(self, broadcast: Broadcast, jids: Collection[str]) -> None:
        """These people are not told what came before it."""
        ...

    def waiting(self, limit: int, schedule_id: int | None = None) -> list[int]:
        """The earliest broadcasts that somebody hears later; of this schedule."""
        ...

    def count_waiting(self) -> int:
        """How many messages are heard later, of all broadcasts."""
        ...

    def wake(self, jid: str, now: datetime) -> int:
        """What this person waits for is looked at now; of how many broadcasts."""
        ...

    def page(
        self, broadcast_id: int, *, after: str, limit: int, condition: str | None = None
    ) -> list[DeliveryException]:
        """By JID; without those whose repeat was accepted. `condition`: only those."""
        ...

    def conditions(self, broadcast_id: int) -> list[tuple[str, int]]:
        """How many for each condition, the most first; of the same ones."""
        ...
