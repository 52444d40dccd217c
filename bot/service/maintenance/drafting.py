"""What a request or a change would tell, before anybody agrees to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.maintenance import (
    Maintenance,
    Phase,
    Window,
    WindowState,
)
from bot.domain.maintenance import opening as announced
from bot.domain.maintenance_changes import (
    is_told,
    worded,
)
from bot.service.delivery import windows
from bot.service.maintenance import looking
from bot.service.maintenance.changing import Changed
from bot.service.maintenance.intake import Asked
from bot.service.maintenance.looking import Looking
from bot.service.maintenance.notices import Notices, told_again
from bot.service.maintenance.shown import Draft, Notice, Shown
from bot.service.ports.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Drafting:
    notices: Notices
    looking: Looking

    def of_opening(self, uow: UnitOfWork, asked: Asked, now: datetime) -> Draft:
        maintenance, window = asked.maintenance, asked.window
        told = announced(window, now)
        at_once = [Notice(phase=told.phase, at=told.due)] if told else []
        coming = looking.to_come(maintenance, window, now)
        shown = Shown(
            maintenance=maintenance,
            window=window,
            windows=(window,),
            notices=(*at_once, *coming),
            readers=looking.readers(uow, maintenance),
        )
        return self._drafted(uow, shown, shown.notices, readers=shown.readers)

    def of_repeat(self, uow: UnitOfWork, shown: Shown) -> Draft:
        """Nothing new; what is to come all the same."""
        return self._drafted(uow, shown, _to_come(shown))

    def of_change(
        self, uow: UnitOfWork, maintenance: Maintenance, changed: Changed, now: datetime
    ) -> Draft:
        afters = {before.number: after for before, after in changed.windows}
        before = changed.meant
        after = afters.get(before.number, before)
        stored = uow.maintenances.windows(maintenance.id)
        shown = replace(
            self.looking.shown(uow, maintenance, after, now),
            windows=[afters.get(one.number, one) for one in stored],
            ends_all=changed.calls_all_off(after),
        )
        if after is before:
            return self.of_repeat(uow, shown)
        phase = changed.phase
        if after.state is WindowState.FINISHED:
            is_heard = self.notices.is_heard(uow, before)
            if phase is not Phase.FINISHED or not is_heard:
                return self._drafted(uow, shown, ())
            word = Notice(phase=phase, at=now)
            return self._drafted(uow, shown, (word,), readers=shown.readers)
        told = self._told(uow, changed)
        heard = told if is_told(phase, before, after, now) else 0
        again = told_again(after, list(self.notices.waiting(uow, before)), now)
        if again is not None and not heard:
            word = Notice(phase=again.phase, at=now)
            return self._drafted(
                *(uow, shown, (word, *_to_come(shown))),
                readers=shown.readers,
                corrected=told,
            )
        phase = worded(phase, before.starts_at, before, after)
        word = Notice(phase=phase, at=now)
        return self._drafted(
            uow,
            shown,
            (*((word,) if heard else ()), *_to_come(shown)),
            readers=heard,
            corrected=told,
            former=before.starts_at if phase is Phase.MOVED else None,
        )

    def _told(self, uow: UnitOfWork, changed: Changed) -> int:
        """How many have heard of the window, as far as one broadcast tells."""
        sent = self.notices.sent(uow, changed.meant)
        counts = (uow.broadcasts.progress(one.broadcast.id).sent for one in sent)
        return max(counts, default=0)

    def _drafted(
        self,
        uow: UnitOfWork,
        shown: Shown,
        notices: Sequence[Notice],
        *,
        readers: int = 0,
        corrected: int = 0,
        former: datetime | None = None,
    ) -> Draft:
        maintenance, window = shown.maintenance, shown.window
        said = [
            (one, self.looking.texts(uow, maintenance, window, one, former))
            for one in notices
        ]
        entry = uow.lists.get(maintenance.list_name)
        told = [(one.at, _expires(one.phase, window)) for one in notices]
        return Draft(
            shown=shown,
            notices=said,
            readers=readers,
            corrected=corrected,
            cautions=windows.cautions(entry, told),
        )


def _expires(phase: Phase, window: Window) -> datetime | None:
    """From when on it would be stale; None: not within the days of a send window."""
    if phase in {Phase.ANNOUNCED, Phase.REMINDER}:
        return window.starts_at
    return window.ends_at if phase is Phase.STARTED else None


def _to_come(shown: Shown) -> list[Notice]:
    return [one for one in shown.notices if one.schedule is None]
