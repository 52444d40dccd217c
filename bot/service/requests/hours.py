"""Holidays and send windows, as requests and edits have to do with them."""

from bot.domain import coming
from bot.domain.errors import Invalid
from bot.domain.holidays import Holidays, OnHoliday, on_holiday
from bot.domain.phrase import Phrase
from bot.domain.schedule import Schedule
from bot.service.delivery import windows
from bot.service.ports.calendars import Calendars
from bot.service.ports.unit_of_work import UnitOfWork


def read_holidays(
    calendars: Calendars, name: str | None, what: str | None, *, recurs: bool
) -> tuple[Holidays | None, OnHoliday]:
    """The calendar that is meant, which can be read, and what becomes of what falls on
    one of its days; raises Invalid.
    """
    found = OnHoliday.SKIP if what is None else on_holiday(what)
    if not name:
        if what is not None:
            raise Invalid(Phrase("it goes with holidays."), field="on-holiday")
        return None, found
    if not recurs:
        raise Invalid(
            Phrase("they are for what recurs; give a rule as well."), field="holidays"
        )
    return _calendar(calendars, name), found


def _calendar(calendars: Calendars, name: str) -> Holidays:
    known = calendars.names()
    if name not in known:
        if not known:
            raise Invalid(
                Phrase(
                    "no holidays are configured; {section} names a file of them.",
                    section="[holidays.NAME]",
                ),
                field="holidays",
            )
        raise Invalid(
            Phrase(
                "no holidays are called {name!r}; there are {known}.",
                name=name[:80],
                known=", ".join(known),
            ),
            field="holidays",
        )
    found = calendars.get(name)
    if found.fault is not None:
        raise Invalid(found.fault, field="holidays")
    return found


def with_holidays(
    calendars: Calendars,
    schedule: Schedule,
    name: str | None,
    what: str | None,
) -> Schedule:
    """An edited schedule with its holidays: '' takes them away, and so does an edit by
    which it recurs no more. Raises Invalid.
    """
    if name is None and what is None:
        if schedule.recurrence is None and schedule.holidays is not None:
            return schedule.by_holidays(None)
        return schedule
    recurs = schedule.recurrence is not None
    if name == "":
        return schedule.by_holidays(None)
    meant = schedule.holidays if name is None else name
    kept = None if schedule.holidays is None else str(schedule.on_holiday)
    calendar, found = read_holidays(calendars, meant, what or kept, recurs=recurs)
    return schedule.by_holidays(calendar, found)


def check_window(uow: UnitOfWork, schedule: Schedule) -> None:
    """Raises Invalid where what is to go out once would not, by its list's hours."""
    if schedule.recurrence is not None or schedule.next_at is None:
        return
    moment = schedule.next_at
    schedule = windows.with_window(uow, schedule)
    if schedule.window is None or coming.once(schedule, moment).out is None:
        return
    raise Invalid(
        Phrase(
            "nothing would go out: the list's send window is {window}; choose a moment"
            " within it.",
            window=schedule.window.window.shown,
        ),
        field="deliver-at",
    )
