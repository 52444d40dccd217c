"""What is shown of a maintenance: as it stands, what was told, what is to come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.broadcast import Progress
from bot.domain.maintenance import (
    Finish,
    Maintenance,
    Phase,
    Window,
    WindowState,
    reminders,
)
from bot.domain.message import Text
from bot.service.maintenance import contents
from bot.service.maintenance.shown import Notice, Shown
from bot.service.ports.outside import Templates
from bot.service.ports.paging import Paging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy

_LATEST = Paging(limit=1, before=0)


@dataclass(frozen=True, slots=True)
class Looking:
    policy: Policy
    templates: Templates

    def shown(
        self,
        uow: UnitOfWork,
        maintenance: Maintenance,
        window: Window,
        now: datetime,
    ) -> Shown:
        """With all its notices."""
        return Shown(
            maintenance=maintenance,
            window=window,
            windows=uow.maintenances.windows(maintenance.id),
            notices=(
                *(self._made(uow, window) if window.id else ()),
                *to_come(maintenance, window, now),
            ),
            readers=readers(uow, maintenance),
        )

    def _made(self, uow: UnitOfWork, window: Window) -> Iterator[Notice]:
        for made in uow.maintenances.notices(window.id):
            schedule = uow.schedules.get(made.schedule_id)
            if schedule is None:  # pragma: no cover - foreign key
                continue
            yield Notice(
                phase=made.phase,
                at=schedule.deliver_at,
                schedule=schedule,
                progress=_progress(uow, schedule.id),
            )

    def texts(
        self,
        uow: UnitOfWork,
        maintenance: Maintenance,
        window: Window,
        notice: Notice,
        former: datetime | None = None,
    ) -> Sequence[Text]:
        """What the notice says, in each language of the template; raises a
        CarillonError where that is gone.
        """
        entry = uow.lists.get(maintenance.list_name)
        phase = notice.phase
        said = contents.content(self.templates, maintenance, window, phase, former)
        voice = self.policy.voice_of(entry)
        return contents.texts(self.templates, maintenance, voice, said, notice.at)


def to_come(maintenance: Maintenance, window: Window, now: datetime) -> list[Notice]:
    """What is told yet by itself, if nobody changes anything; the earliest first."""
    coming: list[Notice] = []
    through = window.through or now
    if window.state is WindowState.PLANNED:
        coming += (
            Notice(phase=Phase.REMINDER, at=at)
            for at in reminders(maintenance, window)
            if at > through
        )
        coming.append(Notice(phase=Phase.STARTED, at=window.starts_at))
    ends_by_itself = maintenance.finish is Finish.AUTO and window.state in {
        WindowState.PLANNED,
        WindowState.UNDER_WAY,
    }
    if ends_by_itself and window.ends_at is not None:
        coming.append(Notice(phase=Phase.FINISHED, at=window.ends_at))
    return coming


def current(windows: Sequence[Window]) -> Window:
    """The one that people mean who name none: which is under way or verified, else the
    next, else the last. There is one at least, in the order of their numbers.
    """
    begun = {WindowState.UNDER_WAY, WindowState.VERIFYING}
    live = [one for one in windows if not one.is_over]
    found = [one for one in live if one.state in begun]
    if found:
        return max(found, key=lambda one: one.starts_at)
    return min(live, key=lambda one: one.starts_at) if live else windows[-1]


def readers(uow: UnitOfWork, maintenance: Maintenance) -> int:
    """How many stand on its list now."""
    found = uow.lists.get(maintenance.list_name)
    return uow.lists.counts().get(found.id, 0) if found else 0


def _progress(uow: UnitOfWork, schedule_id: int) -> Progress | None:
    page = uow.broadcasts.page(_LATEST, schedule_id=schedule_id)
    return uow.broadcasts.progress(page.items[-1].id) if page.items else None
