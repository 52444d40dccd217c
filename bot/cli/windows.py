"""What commands of maintenance have in common: how one is typed, and shown."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

import typer

from bot.cli import output, previews, showing
from bot.cli.parts import maintenance as verbs
from bot.desk import views
from bot.domain import (
    durations,
    meanings,
    moments,
    pacing,
    reminders,
    timestamps,
    wallclock,
)
from bot.domain.access import OPERATOR, owner_named
from bot.domain.audit import Action
from bot.domain.characters import line
from bot.domain.errors import about as about_field
from bot.domain.jid import bare
from bot.domain.maintenance import Maintenance, WindowState
from bot.domain.maintenance_words import (
    ALL_TO_COME,
    HAPPENS,
    at_end,
    happenings,
    heading,
    question,
    times,
)
from bot.domain.phrase import Counted, Listed, Phrase
from bot.domain.preview import rule_in_words
from bot.service.maintenance import opening
from bot.service.maintenance.request import WindowName

if TYPE_CHECKING:
    from bot.desk.desk import Desk
    from bot.service.maintenance.shown import Draft, Notice, Shown

_DIGITS = re.compile(r"#?(?P<name>[0-9]{1,18}(?:/[0-9]{1,9})?)", re.ASCII)

Reference = Annotated[
    str,
    typer.Argument(
        metavar="MAINTENANCE",
        help="M12; of what recurs one window, M12/3; or the id it was given.",
    ),
]
Owner = Annotated[
    str | None,
    typer.Option(metavar="JID", help="Whose id it is; otherwise the operator's."),
]
Due = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="Of what recurs the window that begins then, as --start; its day will do.",
    ),
]
Start = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="'2026-12-05 22:00' on the wall in its zone, or 2026-12-05T21:00:00Z.",
    ),
]
End = Annotated[
    str | None, typer.Option(metavar="TIME", help="When it should be over.")
]
Lasts = Annotated[
    str | None,
    typer.Option(
        "--for", metavar="DURATION", help="How long it takes, in place of --end."
    ),
]


# --- typed -------------------------------------------------------------------------


class Typed(NamedTuple):
    """Which one is meant, as typed."""

    reference: str
    owner: str | None
    due: str | None


def name_of(desk: "Desk", typed: Typed, towards: Action | None = None) -> WindowName:
    """By `M12`, `12` or `M12/3`, or by the id that its owner gave it; raises Invalid,
    or NotFound where a window is named by its moment, which is read in its zone.
    """
    reference, owner, due = typed
    if owner is not None and owner != OPERATOR:
        with about_field("owner"):
            bare(owner)
    found = _DIGITS.fullmatch(reference.strip())
    text = f"M{found['name']}" if found and owner is None else reference
    name = WindowName.typed(text, owner=owner_named(owner))
    if due is None:
        return name
    shown = desk.ask_here(verbs.SHOW(name), towards)
    with about_field("--due"):
        return replace(name, due=_begin(due, shown))


def _begin(due: str, found: "Shown") -> str:
    """The moment that is typed, or when the window of that day begins."""
    one = found.maintenance
    try:
        day = date.fromisoformat(due.strip())
    except ValueError:
        return moments.instant(due, wallclock.zone(one.zone), "due")
    return timestamps.format(opening.on_day(one, found.windows, day))


def check_start(start: str | None, within: str | None) -> None:
    """Ends with exit code 2 where it is not said, or twice."""
    if (start is None) == (within is None):
        output.fail(Phrase("say when it begins: --start TIME, or --in DURATION"), 2)


def check_end(end: str | None, lasts: str | None) -> None:
    """Ends with exit code 2 where it is said twice."""
    if end is not None and lasts is not None:
        output.fail(Phrase("give --end or --for, not both"), 2)


def moment(text: str | None, zone: ZoneInfo, field: str) -> str | None:
    """As a request takes it; raises Invalid."""
    return None if text is None else moments.as_typed(text, zone, field)


def seconds(text: str | None) -> str | None:
    """Of --in, as a request takes it; raises Invalid."""
    if text is None:
        return None
    with about_field("delay-seconds"):
        return str(int(durations.parse(text).total_seconds()))


# --- shown -------------------------------------------------------------------------


def table(found: "Iterable[Shown]") -> None:
    """A line each."""
    output.table(
        (
            *(Phrase("name"), Phrase("when"), Phrase("to")),
            *(Phrase("says"), Phrase("state")),
        ),
        [
            (
                str(one.name),
                times(one.window, one.maintenance.zone),
                one.maintenance.list_name,
                _known_as(one.maintenance),
                meanings.state(one.window.state),
            )
            for one in found
        ],
    )


def show(found: "Shown") -> None:
    """How it stands, what was told, what happens next, and what to type."""
    one = found.maintenance
    output.details(
        [
            (Phrase("name"), str(found.name)),
            (Phrase("id"), one.client_id),
            (Phrase("to"), one.list_name),
            (Phrase("state"), meanings.state(found.window.state)),
            *_when(found),
            (Phrase("reminders"), reminders.written(one.reminders)),
            (Phrase("at its end"), at_end(one, found.window)),
            (Phrase("zone"), one.zone),
            (Phrase("template"), one.template),
            *_values(one),
            (Phrase("readers now"), found.readers),
            (Phrase("revision"), one.revision),
            (Phrase("asked for by"), one.owner),
            (Phrase("door"), meanings.DOORS[one.origin]),
            (Phrase("asked for at"), moments.local(one.created_at, one.zone)),
            (Phrase("ended"), moments.local(one.ended_at, one.zone)),
        ]
    )
    if one.recurrence is not None:
        output.plain()
        _windows(found)
    _told(found)
    if todo := list(_todo(found)):
        output.plain()
        output.details(todo)


def stands(found: "Shown") -> Phrase:
    """How it stands now, and what happens next."""
    one, window = found.maintenance, found.window
    told = {
        "name": found.name,
        "id": one.client_id,
        "state": meanings.state(window.state),
        "times": ALL_TO_COME if found.ends_all else times(window, one.zone),
    }
    following = next(iter(_ahead(found)), None)
    if following is None:
        return Phrase("{name} ({id}) is {state}: {times}.", **told)
    at, what = following
    return Phrase(
        "{name} ({id}) is {state}: {times}. Next, at {moment}: {what}.",
        moment=at,
        what=what,
        **told,
    )


def show_draft(draft: "Draft", desk: "Desk") -> None:
    """What people would be told, when, and how many they are."""
    found, now = draft.shown, desk.clock.now()
    one = found.maintenance
    told = ((notice.phase, notice.at, texts) for notice, texts in draft.notices)
    for happening in happenings(told, now):
        output.say(heading(happening, one.zone))
        output.plain()
        showing.written(happening.texts)
    output.details(
        [
            (Phrase("to"), one.list_name),
            *_when(found),
            (Phrase("told at once"), draft.readers),
            (Phrase("takes"), pacing.lasting(draft.readers, desk.policy.rate)),
            (Phrase("corrected"), _corrected(draft)),
            (Phrase("reminders"), reminders.written(one.reminders)),
            (Phrase("at its end"), at_end(one, found.window)),
        ]
    )
    showing.cautions(draft.cautions)


def draft_as_data(draft: "Draft") -> dict[str, Any]:
    """For JSON."""
    return {
        **views.told(draft.shown),
        "told": [
            {**views.notice(notice), "texts": views.texts(texts)}
            for notice, texts in draft.notices
        ],
        "told_at_once": draft.readers,
        "corrected": draft.corrected,
        "warnings": previews.cautions(draft.cautions),
    }


def _corrected(draft: "Draft") -> Phrase | None:
    if not draft.corrected:
        return None
    return Counted(
        "what {count} reader was told before, where it stands",
        "what {count} readers were told before, where it stands",
        draft.corrected,
    )


def _when(found: "Shown") -> Iterator[tuple[Phrase, object]]:
    one, window = found.maintenance, found.window
    unknown = Phrase("not known")
    if found.ends_all:
        yield meanings.state(window.state), ALL_TO_COME
    else:
        yield Phrase("start"), moments.local(window.starts_at, one.zone)
        yield Phrase("end"), moments.local(window.until, one.zone) or unknown
    if (rule := rule_in_words(one)) is not None:
        yield (
            Phrase("rule"),
            Phrase("{words} ({rule})", words=rule, rule=one.recurrence),
        )


def _known_as(one: Maintenance) -> Phrase:
    """What is done, in the first language that says it, and the id."""
    said = next(iter(one.values.get("summary", {}).values()), one.template)
    name = one.client_id
    if one.owner != OPERATOR:
        name = f"{name}, {one.owner}"
    return Phrase("{title} ({id})", title=line(said), id=name)


def _values(one: Maintenance) -> Iterator[tuple[Phrase, str]]:
    for name, by_language in one.values.items():
        for language, text in by_language.items():
            typed = f"{name}:{language}" if language else name
            yield Phrase("value of {field}", field=typed), text


def _windows(found: "Shown") -> None:
    """All that are open; of which of them the rest tells is marked."""
    one = found.maintenance
    output.table(
        (Phrase("name"), Phrase("when"), Phrase("state")),
        [
            (
                str(one.window_name(window)),
                times(window, one.zone),
                meanings.state(window.state),
            )
            for window in found.windows
        ],
    )


def _told(found: "Shown") -> None:
    """Each notice and what became of it, then what is to come."""
    zone = found.maintenance.zone
    rows: list[tuple[object, ...]] = [
        (moments.local(notice.at, zone), meanings.PHASES[notice.phase], _fate(notice))
        for notice in found.notices
        if notice.schedule is not None
    ]
    rows += [(at, Phrase("to come"), what) for at, what in _ahead(found)]
    if rows:
        output.plain()
        output.table((Phrase("when"), Phrase("told"), Phrase("how it goes")), rows)


def _fate(notice: "Notice") -> Phrase:
    made = notice.schedule
    assert made is not None  # noqa: S101 - it was made
    state = meanings.state(made.state)
    progress = notice.progress
    if progress is None:
        return state
    told = Phrase("{count} of {total}", count=progress.sent, total=progress.total)
    corrected = Counted(
        "corrected for {count}", "corrected for {count}", notice.corrections
    )
    return Listed(state, told, *((corrected,) if notice.corrections else ()))


def _ahead(found: "Shown") -> list[tuple[str, Phrase]]:
    """What happens by itself, the next first."""
    one, window = found.maintenance, found.window
    ahead = [
        (notice.at, HAPPENS[notice.phase])
        for notice in found.notices
        if notice.schedule is None
    ]
    if (asked := question(one, window)) is not None:
        ahead.append(asked)
    ahead.sort(key=lambda one: one[0])
    return [(moments.local(at, one.zone), what) for at, what in ahead]


def _todo(found: "Shown") -> Iterator[tuple[Phrase, str]]:
    """What to type, as it stands."""
    state, name = found.window.state, found.name
    if found.window.is_over:
        return
    command = "carillon maintenance"
    if state is not WindowState.PLANNED:
        yield Phrase("all is well"), f"{command} finish {name}"
    else:
        yield Phrase("another time"), f"{command} move {name} --start TIME"
    yield Phrase("it takes longer"), f"{command} extend {name} +1h"
    yield Phrase("it does not take place"), f"{command} call-off {name}"
