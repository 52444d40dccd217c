"""What is told of maintenance and incidents, and how feeds show it, by the fortnight's
own reckoning; nothing of the program is imported here either.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.fortnight import words
from tests.fortnight.model import Inboxes, Notice, Says

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REMINDERS = (DAY, HOUR)
QUARTER = timedelta(minutes=15)
#: of things planned, in outage.json
AHEAD = timedelta(days=7)
_LANGUAGES = ("en", "de", "pl")
_WORK = {"en": "Work", "de": "Arbeiten", "pl": "Prace"}
_TROUBLE = {"en": "Trouble", "de": "Störung", "pl": "Awaria"}
_HEADS = {
    "planned": "",
    "under-way": "Under way: ",
    "verifying": "Under way: ",
    "finished": "Finished: ",
    "called-off": "Cancelled: ",
}


@dataclass(eq=False)
class Window:
    topic: str
    summary: str
    start: datetime
    end: datetime
    is_auto: bool
    #: everything due until then is dealt with
    through: datetime
    state: str = "planned"
    sequence: int = 0
    is_moved: bool = False
    #: when somebody said that all is well, where that was before its end
    early: datetime | None = None
    #: of each notice: its phase, and when it was to begin before that
    told: dict[Notice, tuple[str, datetime | None]] = field(default_factory=dict)


@dataclass(eq=False)
class Series:
    """One maintenance: the windows that it has in all, and those that are open."""

    summary: str
    is_auto: bool
    times: Sequence[tuple[datetime, datetime]]
    windows: list[Window] = field(default_factory=list)


@dataclass(eq=False)
class Incident:
    topic: str
    summary: str
    began: datetime
    details: str = ""
    is_open: bool = True


class Works:
    """`now` is the step at which something is done."""

    def __init__(self, inboxes: Inboxes) -> None:
        self.inboxes = inboxes
        self.series: dict[str, Series] = {}
        self.incidents: dict[str, Incident] = {}
        #: title of each plain announcement
        self.announcements: dict[str, str] = {}

    # --- what admins do --------------------------------------------------------

    def plan(
        self,
        now: datetime,
        name: str,
        times: Sequence[tuple[datetime, datetime]],
        *,
        is_auto: bool,
    ) -> None:
        made = self.series[name] = Series(name, is_auto, times)
        window = self._open(made, now)
        self._tell(now, window, "announced", window.start)
        self._open_ahead(made, now)

    def move(self, now: datetime, name: str, number: int, start: datetime) -> None:
        window = self.series[name].windows[number - 1]
        former, last = window.start, window.end
        window.start, window.end = start, start + (window.end - window.start)
        window.state, window.is_moved, window.through = "planned", True, now
        window.sequence += 1
        until = max(last, window.end)
        told = self._correct(now, window, until)
        if abs(start - former) > QUARTER or former - now < DAY:
            self._tell(now, window, "moved", until, to=told, former=former)
        self._open_ahead(self.series[name], now)

    def extend(self, now: datetime, name: str, number: int, end: datetime) -> None:
        window = self.series[name].windows[number - 1]
        window.end = end
        window.sequence += 1
        if window.state == "verifying":
            window.state = "under-way"
        told = self._correct(now, window, end)
        if window.start - now < DAY:
            self._tell(now, window, "extended", end, to=told)

    def call_off(self, now: datetime, name: str, number: int) -> None:
        window = self.series[name].windows[number - 1]
        window.state = "called-off"
        window.sequence += 1
        until = window.end if window.end > now else now + DAY
        told = self._correct(now, window, until)
        self.inboxes.let_go(window.topic)
        self._tell(now, window, "called-off", until, to=told)
        self._open_ahead(self.series[name], now)

    def finish(self, now: datetime, name: str, number: int) -> None:
        window = self.series[name].windows[number - 1]
        window.state = "finished"
        window.early = now if now < window.end else None
        self._tell(now, window, "finished", now + DAY)

    def break_(self, now: datetime, name: str, details: str) -> None:
        self.incidents[name] = Incident(f"trouble {name}", name, now, details)
        self._say(now, name, "opened")

    def update(self, now: datetime, name: str, details: str) -> None:
        self.incidents[name].details = details
        self._say(now, name, "updated")

    def resolve(self, now: datetime, name: str) -> None:
        self.incidents[name].is_open = False
        self._say(now, name, "resolved")

    def announce(self, now: datetime, name: str) -> None:
        self.announcements[name] = f"en {name}"
        self.inboxes.tell(now, f"news {name}", words.plain(name), None)

    def correct(self, now: datetime, name: str, text: str) -> None:
        self.announcements[name] = f"en {text}"
        says = words.plain(text)
        self.inboxes.correct(now, f"news {name}", lambda _: says, None)

    # --- what the clock does ---------------------------------------------------

    def pass_to(self, now: datetime) -> None:
        """All that is due by now."""
        for series in self.series.values():
            for window in series.windows:
                self._pass(window, now)
            self._open_ahead(series, now)
        self.inboxes.step(now)

    def _pass(self, window: Window, now: datetime) -> None:
        if window.state == "planned" and now >= window.start:
            window.state = "under-way"
            if now < window.end:
                self._tell(now, window, "started", window.end)
        elif window.state == "planned":
            moments = [window.start - one for one in REMINDERS]
            if any(window.through < one <= now for one in moments):
                self._tell(now, window, "reminder", window.start)
        if window.state == "under-way" and now >= window.end:
            window.state = "verifying"
            if window.is_auto:
                window.state = "finished"
                self._tell(now, window, "finished", window.end + DAY)
        window.through = now

    def _open_ahead(self, series: Series, now: datetime) -> None:
        """One that stands where its rule has it lies beyond the first reminder."""
        while len(series.windows) < len(series.times) and not any(
            one.state == "planned" and not one.is_moved and one.start > now + DAY
            for one in series.windows
        ):
            self._open(series, now)

    @staticmethod
    def _open(series: Series, now: datetime) -> Window:
        number = len(series.windows)
        start, end = series.times[number]
        topic = f"work {series.summary} {number + 1}"
        made = Window(topic, series.summary, start, end, series.is_auto, now)
        series.windows.append(made)
        return made

    # --- what is said ----------------------------------------------------------

    def _tell(
        self,
        now: datetime,
        window: Window,
        phase: str,
        until: datetime,
        *,
        to: list[str] | None = None,
        former: datetime | None = None,
    ) -> None:
        says = self._says(window, phase, former)
        notice = self.inboxes.tell(now, window.topic, says, until, to)
        window.told[notice] = phase, former

    def _correct(self, now: datetime, window: Window, until: datetime) -> list[str]:
        """Whom any notice of it has reached."""
        until = until if until > now else now + DAY
        return self.inboxes.correct(
            now, window.topic, lambda notice: self._now_says(window, notice), until
        )

    def _now_says(self, window: Window, notice: Notice) -> Says:
        phase, former = window.told[notice]
        if window.state == "called-off":
            return self._says(window, "called-off", None)
        if window.state == "planned" and phase not in {
            *("announced", "reminder", "moved"),
        }:
            return self._says(window, "announced", None)
        return self._says(window, phase, former)

    @staticmethod
    def _says(window: Window, phase: str, former: datetime | None) -> Says:
        return words.work(phase, window.summary, window.start, window.end, former)

    def _say(self, now: datetime, name: str, phase: str) -> None:
        one = self.incidents[name]
        says = words.trouble(phase, one.summary, one.details)
        self.inboxes.tell(now, one.topic, says, None)

    # --- what feeds show -------------------------------------------------------

    @property
    def windows(self) -> list[Window]:
        return [one for series in self.series.values() for one in series.windows]

    def calendar(self) -> dict[str, tuple[datetime, datetime, str, int, str]]:
        """By topic: start, end, status, sequence, title."""
        return {
            one.topic: (
                one.start,
                one.early or one.end,
                "CANCELLED" if one.state == "called-off" else "CONFIRMED",
                one.sequence + (one.early is not None),
                ("Cancelled: " if one.state == "called-off" else "")
                + f"Work: {one.summary}",
            )
            for one in self.windows
        }

    def entries(self) -> list[tuple[str, str, str]]:
        """Of Atom: kind, state and title of each, sorted."""
        found = [
            ("maintenance", one.state, f"{_HEADS[one.state]}Work: {one.summary}")
            for one in self.windows
        ]
        found += [
            ("incident", "open", f"Trouble: {one.summary}")
            if one.is_open
            else ("incident", "resolved", f"Resolved: Trouble: {one.summary}")
            for one in self.incidents.values()
        ]
        found += [("announcement", "", one) for one in self.announcements.values()]
        return sorted(found)

    def details(self) -> list[str]:
        """What else incidents say by now."""
        return [one.details for one in self.incidents.values()]

    def outage(self, now: datetime) -> dict[str, Any]:
        broken = [one for one in self.incidents.values() if one.is_open]
        if broken:
            one = max(broken, key=lambda each: each.began)
            return _status(False, one.began, None, _TROUBLE, one.summary)
        running = [
            one for one in self.windows if one.state in {"under-way", "verifying"}
        ]
        planned = [
            one
            for one in self.windows
            if one.state == "planned" and one.start <= now + AHEAD
        ]
        if not running and not planned:
            return {}
        window = (
            max(running, key=lambda each: each.start)
            if running
            else min(planned, key=lambda each: each.start)
        )
        end = None if window.state == "verifying" else window.end
        return _status(True, window.start, end, _WORK, window.summary)


def _status(
    planned: bool,
    began: datetime,
    end: datetime | None,
    titles: dict[str, str],
    summary: str,
) -> dict[str, Any]:
    told = {tag: f"{titles[tag]}: {summary}" for tag in _LANGUAGES}
    ends = {} if end is None else {"expected_end": _moment(end)}
    return {
        "planned": planned,
        "beginning": _moment(began),
        **ends,
        "message": {"default": told["en"], **told},
    }


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
