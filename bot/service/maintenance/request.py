"""What doors turn their input into: values as given, not yet judged.

Moments, zones, lengths and rules are text here, as in requests for announcements.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from bot.domain import maintenance
from bot.domain.maintenance import MaintenanceName
from bot.domain.schedule import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowName:
    """Which maintenance is meant, and of what recurs which window."""

    #: the reference, shown as M12; where it is given, id and owner are not looked at
    number: int | None = None
    #: the window's, as in M12/3
    window: int | None = None
    #: the protocol's <id/>
    id: str | None = None
    #: whose id it is; None: the caller's
    owner: str | None = None
    #: dateTime: when the rule has the window, or when it begins since it was moved
    due: str | None = None
    #: the one that the caller has seen, where he says so
    revision: int | None = None

    @classmethod
    def typed(cls, text: str, *, owner: str | None = None) -> "WindowName":
        """As people type it: `M12`, `M12/3`, or an id."""
        found = maintenance.named(text)
        if found is None:
            return cls(id=text, owner=owner)
        return cls(number=found.number, window=found.window)

    @property
    def names_window(self) -> bool:
        return self.window is not None or self.due is not None

    @property
    def about(self) -> str:
        """What the audit trail says of it."""
        if self.number is not None:
            about = str(MaintenanceName(self.number, self.window))
        else:
            about = f"{self.id} of {self.owner}" if self.owner else str(self.id)
        return f"{about} {self.due}" if self.due else about


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMaintenance:
    origin: Origin
    #: a list's address as given, or its name; both must agree
    to: str | None = None
    list_name: str | None = None
    template: str = "maintenance"
    #: {field: {language or '': text}}; not those that each notice has of its window:
    #: `start`, `end`, `duration`, `phase`, `former_start`
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: the request's own xml:lang
    language: str = ""
    #: dateTime, or a whole number of seconds from now on: one of these
    start: str | None = None
    start_in: str | None = None
    #: dateTime or length, or neither: then nobody knows the end
    end: str | None = None
    duration: str | None = None
    timezone: str | None = None
    recurrence: str | None = None
    #: whether a dateTime may lack its offset: then it is a wall time in `timezone`
    on_the_wall: bool = False
    #: `ask` or `auto`
    finish: str | None = None
    #: lengths before the start; (): none; None: those of the list
    reminders: tuple[str, ...] | None = None
    client_id: str | None = None

    @property
    def about(self) -> str:
        """Which and to whom, without its content."""
        return f"{self.client_id or '(no id)'} to {self.list_name or self.to}"

    def fingerprint(self) -> str:
        """Equal for a repeat of the same request, before times are resolved."""
        given = asdict(self)
        for name in ("client_id", "origin", "language", "on_the_wall"):
            del given[name]
        return _digest(given)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveWindow:
    """Another time; without an end or a length it takes as long as before."""

    start: str | None = None
    #: a whole number of seconds from now on
    start_in: str | None = None
    end: str | None = None
    duration: str | None = None
    #: whether a dateTime may lack its offset
    on_the_wall: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendWindow:
    """A later end: a dateTime, or so much longer than it was to take (where the end is
    not known: from now on).
    """

    end: str | None = None
    by: str | None = None
    on_the_wall: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishWindow:
    """All is well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOff:
    """It does not take place; of what recurs, where no window is named, nor does any
    other that is to come.
    """


Change = MoveWindow | ExtendWindow | FinishWindow | CallOff


def fingerprint(window: int | None, revision: int | None, change: Change) -> str:
    """Equal for a repeat of the same change of the same revision; of the window of that
    number, None: of all.
    """
    given = asdict(change)
    given.pop("on_the_wall", None)
    which = {"window": window, "revision": revision}
    return _digest({"kind": type(change).__name__, **which, **given})


def _digest(given: Mapping[str, object]) -> str:
    text = json.dumps(given, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
