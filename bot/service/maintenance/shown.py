"""What is shown of a maintenance: how it stands, what was told, and what is to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.broadcast import Progress
from bot.domain.maintenance import Maintenance, MaintenanceName, Phase, Window
from bot.domain.message import Text
from bot.domain.preview import Caution
from bot.domain.schedule import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that is told of a window."""

    phase: Phase
    #: when it is due, or was
    at: datetime
    #: what became of it; None: it is to come, and is made once it is due
    schedule: Schedule | None = None
    #: of its broadcast; None: there is none yet
    progress: Progress | None = None
    #: how many were sent a correction of it since
    corrections: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    maintenance: Maintenance
    #: the one meant: as named, else the one that is under way or next, else the last
    window: Window
    #: all that are not over, and the last that is, by number
    windows: Sequence[Window]
    #: of the window meant: those made, and those to come, the earliest first
    notices: Sequence[Notice] = ()
    #: how many stand on its list now
    readers: int = 0
    #: all that was to come is called off, not that window alone
    ends_all: bool = False

    @property
    def id(self) -> int:
        """The reference, by which pages go on."""
        return self.maintenance.id

    @property
    def name(self) -> MaintenanceName:
        """Of the window meant, or of all, as people type it."""
        if self.ends_all:
            return self.maintenance.name
        return self.maintenance.window_name(self.window)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a request or a change would make of it; nothing is stored."""

    shown: Shown
    #: what would be told and when, the earliest first, in each language of the
    #: template: at once and, of an opening, later
    notices: Sequence[tuple[Notice, Sequence[Text]]]
    #: how many would be told at once
    readers: int
    #: of these, who would only have what they were told before corrected
    corrected: int = 0
    #: what its list's send window makes of the notices
    cautions: tuple[Caution, ...] = ()
