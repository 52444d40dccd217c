"""How a maintenance stands, for people: when it is, and what happens by itself."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from bot.domain import moments
from bot.domain.maintenance import (
    FIRST_DOUBT,
    Finish,
    Maintenance,
    Phase,
    Window,
    WindowState,
)
from bot.domain.message import Text
from bot.domain.phrase import Listed, Phrase, Quoted

#: what happens when people are told something
HAPPENS = {
    Phase.ANNOUNCED: Phrase("people are told of it"),
    Phase.REMINDER: Phrase("people are reminded"),
    Phase.STARTED: Phrase("people are told that it begins"),
    Phase.MOVED: Phrase("people are told the new time"),
    Phase.EXTENDED: Phrase("people are told the new end"),
    Phase.FINISHED: Phrase("people are told that all is well"),
    Phase.CALLED_OFF: Phrase("people are told that it does not take place"),
}
_IS_WELL = Phrase("you are asked whether all is well")
_IS_OVER = Phrase("you are asked whether it is over")
#: as long as nobody has said when it ends, whoever is to say that it is over then
_NO_END = Phrase("you are asked whether it is over, since no end is known")


def times(window: Window, zone: str) -> Phrase:
    """From when until when, as clocks in `zone` show it."""
    start = moments.local(window.starts_at, zone)
    if window.until is None:
        return Phrase("{start}, end unknown", start=start)
    end = moments.local(window.until, zone)
    return Phrase("{start} to {end}", start=start, end=end)


def at_end(found: Maintenance, window: Window) -> Phrase:
    """What happens then, as far as it is known when that is."""
    if window.ends_at is None:
        return _NO_END
    return HAPPENS[Phase.FINISHED] if found.finish is Finish.AUTO else _IS_WELL


#: of what recurs, where none of them is meant but all
ALL_TO_COME = Phrase("all that was to come")


class Happening(NamedTuple):
    """Something that people are told, at one moment or at several in the same words."""

    #: None: at once
    moments: tuple[datetime | None, ...]
    what: Phrase
    texts: Sequence[Text]


def happenings(
    notices: Iterable[tuple[Phase, datetime, Sequence[Text]]], now: datetime
) -> list[Happening]:
    """In the order given, which is that of the moments."""
    found: list[Happening] = []
    for phase, at, texts in notices:
        moment, what = (at if at > now else None), HAPPENS[phase]
        last = found[-1] if found else None
        if last is not None and (last.what, last.texts) == (what, texts):
            found[-1] = last._replace(moments=(*last.moments, moment))
        else:
            found.append(Happening((moment,), what, texts))
    return found


def heading(one: Happening, zone: str) -> Phrase:
    """When it is, as clocks in `zone` show it, and what."""
    shown = (
        Phrase("at once") if at is None else Quoted(moments.local(at, zone))
        for at in one.moments
    )
    return Phrase("{moments}: {what}", moments=Listed(*shown), what=one.what)


def question(found: Maintenance, window: Window) -> tuple[datetime, Phrase] | None:
    """When its owner is asked next, and what; None: he is not."""
    if window.is_over or (window.ends_at is not None and found.finish is Finish.AUTO):
        return None
    what = _IS_OVER if window.ends_at is None else _IS_WELL
    at = window.next_at
    if window.state is WindowState.PLANNED or at is None:
        at = window.ends_at or window.starts_at + FIRST_DOUBT
    return at, what
