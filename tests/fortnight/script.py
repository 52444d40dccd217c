"""What happens when, and to whom.

An event is a moment, what is done then (a method of both the model's play and the
service's), and by which words.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from tests.fortnight.model import STEP, Reader

#: Sunday to Sunday; in between, European clocks are set to summer time
BEGIN = datetime(2026, 3, 22, 12, tzinfo=UTC)
END = datetime(2026, 4, 5, 12, tzinfo=UTC)
LANGUAGES = ("en", "de", "pl")
ZONES = ("Europe/Warsaw", "America/New_York", "Asia/Kolkata")
QUIET = (None, (time(22), time(7)), (time(13), time(14, 30)))
#: the recurring one: 22:00 in Warsaw for two hours, each Tuesday, Thursday and Sunday
RULE, RULE_START = "FREQ=WEEKLY;BYDAY=TU,TH,SU", "2026-03-24T21:00:00Z"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Of March, going on in April: the 32nd is the first."""
    return datetime(2026, 3, 1, hour, minute, tzinfo=UTC) + timedelta(days=day - 1)


def two_hours(start: datetime) -> tuple[datetime, datetime]:
    return start, start + timedelta(hours=2)


#: what its rule has, by hand
RULE_TIMES = [
    *(two_hours(at(day, 21)) for day in (24, 26)),
    *(two_hours(at(day, 20)) for day in (29, 31, 33, 36, 38)),
]
DISKS = at(32, 1)
#: nobody is there from the first to the last of these; it starts at the latter anew
DOWN, UP = at(29, 19, 30), at(29, 20, 30)


@dataclass(frozen=True)
class Event:
    at: datetime
    what: str
    about: dict[str, Any] = field(default_factory=dict)


#: what admins do
STORY = [
    Event(at(22, 14), "plan_rule", {"name": "Updates"}),
    Event(at(23, 10), "announce", {"name": "A new room"}),
    # told to those who are awake, corrected, and heard by all others as corrected
    Event(at(23, 20, 30), "announce", {"name": "New terms"}),
    Event(
        at(23, 22, 30), "correct", {"name": "New terms", "text": "New terms from May"}
    ),
    Event(at(25, 21, 30), "move", {"name": "Updates", "number": 2, "start": at(27, 5)}),
    # and once more, while some who sleep have not heard of that
    Event(at(26, 5), "move", {"name": "Updates", "number": 2, "start": at(27, 5, 30)}),
    Event(at(26, 23), "break_", {"name": "Late mail", "details": "we look"}),
    Event(at(27, 0, 30), "update", {"name": "Late mail", "details": "a full disk"}),
    Event(at(27, 3), "update", {"name": "Late mail", "details": "we copy"}),
    Event(at(27, 5, 30), "update", {"name": "Late mail", "details": "nearly done"}),
    Event(at(27, 9), "resolve", {"name": "Late mail"}),
    Event(
        at(29, 21, 30),
        "extend",
        {"name": "Updates", "number": 3, "end": at(29, 23, 30)},
    ),
    Event(at(30, 10), "plan", {"name": "Disks", "start": DISKS}),
    # so little that nobody is told beside what is corrected
    Event(at(30, 15), "move", {"name": "Disks", "number": 1, "start": at(32, 1, 10)}),
    Event(at(31, 9), "call_off", {"name": "Updates", "number": 4}),
    Event(at(32, 8), "finish", {"name": "Disks", "number": 1}),
    Event(at(33, 21), "finish", {"name": "Updates", "number": 5}),
]
#: it is killed in the middle of what goes out then
KILLED = {at(24, 21), at(25, 21, 30), at(27, 5, 30), at(30, 15), at(34, 5)}


def steps() -> Iterator[datetime]:
    now = BEGIN
    while now <= END:
        yield now
        now += STEP


def readers(count: int, domain: str) -> list[Reader]:
    """In each language and zone, with quiet hours and without, evenly."""
    found = []
    for number in range(count):
        rest, language = divmod(number, len(LANGUAGES))
        rest, zone = divmod(rest, len(ZONES))
        found.append(
            Reader(
                f"r{number}@{domain}",
                LANGUAGES[language],
                ZONES[zone],
                QUIET[rest % len(QUIET)],
            )
        )
    return found


def comings(people: list[Reader], seed: int) -> list[Event]:
    """Of two thirds: who is there from the start, joins, leaves, comes back, pauses."""
    lot = random.Random(seed)
    awake = [one for one in steps() if not DOWN <= one < UP]
    found = []
    for number, one in enumerate(people):
        whom = {"jid": one.jid}
        starts = number % 4 != 0
        if starts:
            found.append(Event(BEGIN, "join", whom))
        moments = sorted(lot.sample(awake[1:-1], lot.choice((0, 1, 2, 3))))
        is_on = starts
        for moment in moments:
            if is_on and lot.random() < 0.6:
                until = moment + lot.randint(1, 60) * STEP
                found.append(Event(moment, "pause", {**whom, "until": until}))
                continue
            found.append(Event(moment, "leave" if is_on else "join", whom))
            is_on = not is_on
    return found


def events(people: list[Reader], seed: int) -> dict[datetime, list[Event]]:
    """By the step at which they happen."""
    found: dict[datetime, list[Event]] = {}
    for one in [*comings(people, seed), *STORY]:
        found.setdefault(one.at, []).append(one)
    return found
