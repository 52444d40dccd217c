"""What each inbox must hold, worked out in plain values and by other means than the
program's: nothing of it is imported here.

Times are steps of half an hour: nothing happens between two of them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=30)

#: what a notice says to somebody in that language, in that zone
Says = Callable[[str, str], str]


@dataclass(frozen=True, order=True)
class Letter:
    """What somebody gets, and when."""

    at: datetime
    text: str
    #: which letter of the same inbox it corrects, by its text when that came
    corrects: str = ""


@dataclass(eq=False)
class Notice:
    """Something told to many, which others of its topic take the place of."""

    topic: str
    says: Says
    expires: datetime | None
    #: whom it has reached, with the text that he got as it came
    reached: dict[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class Waiting:
    """What somebody hears once he wants to hear anything."""

    notice: Notice
    expires: datetime | None
    #: None: the notice itself, whatever it says by then; else a correction of it
    says: Says | None = None


@dataclass(eq=False)
class Reader:
    """`quiet`: from and to, on his clocks; each night."""

    jid: str
    language: str
    zone: str
    quiet: tuple[time, time] | None = None
    paused_until: datetime | None = None
    is_on: bool = False
    inbox: list[Letter] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)

    def hears(self, now: datetime) -> bool:
        if self.paused_until is not None and now < self.paused_until:
            return False
        if self.quiet is None:
            return True
        begins, ends = self.quiet
        clock = now.astimezone(ZoneInfo(self.zone)).time()
        if begins < ends:
            return not begins <= clock < ends
        return ends <= clock < begins

    def hears_before(self, now: datetime, end: datetime | None) -> bool:
        """Whether he wants to hear anything before it is no longer true."""
        if end is None:
            return True
        while now < end:
            if self.hears(now):
                return True
            now += STEP
        return False


class Inboxes:
    """Of all who are or were on the list."""

    def __init__(self, readers: Iterable[Reader]) -> None:
        self.readers = {one.jid: one for one in readers}
        self._notices: dict[str, list[Notice]] = {}

    # --- what is told ---------------------------------------------------------

    def tell(
        self,
        now: datetime,
        topic: str,
        says: Says,
        expires: datetime | None,
        to: Iterable[str] | None = None,
    ) -> Notice:
        """To all who are on the list, or to these."""
        notice = Notice(topic, says, expires)
        self._notices.setdefault(topic, []).append(notice)
        whom = self.readers if to is None else to
        for reader in map(self.readers.__getitem__, whom):
            if not reader.is_on:
                continue
            # who still waits for what was said before hears this in its place
            self._waits_no_more(reader, topic)
            self._hand(reader, Waiting(notice, expires), now)
        return notice

    def correct(
        self,
        now: datetime,
        topic: str,
        says: Callable[[Notice], Says],
        expires: datetime | None,
    ) -> list[str]:
        """Everybody's latest notice of the topic is made to say that; who has one."""
        notices = self._notices.get(topic, [])
        latest = {jid: notice for notice in notices for jid in notice.reached}
        for jid, notice in latest.items():
            reader = self.readers[jid]
            reader.waiting = [
                one
                for one in reader.waiting
                if one.says is None or one.notice.topic != topic
            ]
            self._hand(reader, Waiting(notice, expires, says(notice)), now)
        for notice in notices:
            notice.says = says(notice)
        return list(latest)

    def let_go(self, topic: str) -> None:
        """Who has not heard of it yet need not hear of it."""
        for reader in self.readers.values():
            self._waits_no_more(reader, topic)

    @staticmethod
    def _waits_no_more(reader: Reader, topic: str) -> None:
        reader.waiting = [
            one
            for one in reader.waiting
            if one.says is not None or one.notice.topic != topic
        ]

    # --- how it gets there ----------------------------------------------------

    def _hand(self, reader: Reader, one: Waiting, now: datetime) -> None:
        if reader.hears(now):
            self._deliver(reader, one, now)
        elif reader.hears_before(now, one.expires):
            reader.waiting.append(one)

    def _deliver(self, reader: Reader, one: Waiting, now: datetime) -> None:
        notice = one.notice
        if one.says is not None:
            text = one.says(reader.language, reader.zone)
            reader.inbox.append(Letter(now, text, notice.reached[reader.jid]))
            return
        text = notice.says(reader.language, reader.zone)
        notice.reached[reader.jid] = text
        reader.inbox.append(Letter(now, text))

    def step(self, now: datetime) -> None:
        """Whoever may be told by now is."""
        for reader in self.readers.values():
            if not reader.waiting or not reader.hears(now):
                continue
            waiting, reader.waiting = reader.waiting, []
            for one in waiting:
                if one.expires is None or now < one.expires:
                    self._deliver(reader, one, now)

    # --- what readers do ------------------------------------------------------

    def join(self, jid: str) -> None:
        self.readers[jid].is_on = True

    def leave(self, jid: str) -> None:
        """He hears nothing of it later either, also where he comes back."""
        reader = self.readers[jid]
        reader.is_on = False
        reader.waiting = []
        for notices in self._notices.values():
            for notice in notices:
                notice.reached.pop(jid, None)

    def pause(self, now: datetime, jid: str, until: datetime) -> None:
        """What will be no longer true by then he does not wait for, also where he
        chooses otherwise later.
        """
        reader = self.readers[jid]
        reader.paused_until = until
        reader.waiting = [
            one for one in reader.waiting if reader.hears_before(now, one.expires)
        ]
