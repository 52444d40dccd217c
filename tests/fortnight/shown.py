"""The feeds after each step, as programs read them that share no code with ours."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.feeds.folder import Folder
from bot.feeds.making import Making, Shape
from bot.feeds.publisher import Publisher
from tests.feeds import strangers
from tests.fortnight.service_play import LIST
from tests.fortnight.works import Works
from tests.world import World


class Feeds:
    """Written to a folder, and looked at there."""

    def __init__(self, world: World, folder: Path, works: Works) -> None:
        shape = Shape(service=world.policy.addresses.own, title="All", language="en")
        self._folder, self._works = folder, works
        self._publisher = Publisher(
            world.database,
            world.use_cases.publicity,
            Making(shape),
            Folder(folder),
            world.clock,
        )
        #: what they were made of, and what they were, when they were looked at last
        self._before: tuple[object, dict[str, bytes]] = None, {}
        #: by topic, for ever
        self._uids: dict[str, str] = {}
        #: of each event, what it says and since when
        self._stamps: dict[str, tuple[object, datetime]] = {}
        #: of Atom, all that there ever were
        self._ids: set[str] = set()

    async def look(self, now: datetime, *, busy: bool) -> None:
        """Raises AssertionError where they say anything but what the model says."""
        outage = self._works.outage(now)
        works = self._works
        rows = (outage, works.calendar(), works.entries(), works.details())
        if rows == self._before[0] and not busy:
            return
        await self._publisher.look()
        files = {one.name: one.read_bytes() for one in self._folder.iterdir()}
        if rows == self._before[0]:
            assert files == self._before[1]
            return
        self._before = rows, files
        _same(json.loads(files["outage.json"]), outage)
        for name in (LIST, "all"):
            self._check_calendar(files[f"{name}.ics"])
            self._check_atom(files[f"{name}.atom"])

    def _check_calendar(self, ics: bytes) -> None:
        events = strangers.calendar(ics)
        said = {uid: _said(event) for uid, event in events.items()}
        expected = self._works.calendar()
        for uid in said.keys() - self._uids.values():
            (topic,) = (one for one, what in expected.items() if what == said[uid])
            self._uids[topic] = uid
        by_topic = {topic: said.get(uid) for topic, uid in self._uids.items()}
        _same(by_topic, expected)
        for uid, event in events.items():
            stamp = event.dtstamp.value
            assert event.last_modified.value == stamp
            what, before = self._stamps.get(uid, (None, None))
            if before is not None and what != said[uid]:
                assert stamp > before
            self._stamps[uid] = said[uid], stamp

    def _check_atom(self, document: bytes) -> None:
        entries = strangers.atom(document).entries
        found = [(*_terms(one), one.title) for one in entries]
        _same(sorted(found), self._works.entries())
        ids = {one.id for one in entries}
        assert len(ids) == len(entries)
        # one row, several views; and nothing vanishes, or comes back as another
        assert ids >= {f"urn:uuid:{uid}" for uid in self._uids.values()} | self._ids
        self._ids = ids


def _same(found: object, expected: object) -> None:
    assert found == expected, f"{found}\nand not\n{expected}"


def _said(event: Any) -> tuple[datetime, datetime, str, int, str]:
    return (
        event.dtstart.value,
        event.dtend.value,
        event.status.value,
        int(event.sequence.value),
        event.summary.value,
    )


def _terms(entry: Any) -> tuple[str, str]:
    """What it is, and how it stands."""
    name, kind, *state = (one.term for one in entry.tags)
    assert name == LIST
    return kind, next(iter(state), "")
