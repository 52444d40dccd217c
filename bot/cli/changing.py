"""`carillon maintenance move` and the like: what people are told is shown first."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import confirmation, given, output, serving, session, windows
from bot.cli.parts import maintenance as verbs
from bot.desk import views
from bot.domain import wallclock
from bot.domain.errors import CarillonError
from bot.domain.phrase import Phrase
from bot.service.maintenance.request import ExtendWindow, MoveWindow, WindowName

if TYPE_CHECKING:
    from bot.desk.verb import Verb
    from bot.service.maintenance.shown import Shown

Until = Annotated[
    str,
    typer.Argument(
        metavar="UNTIL", help="The new end, as for --end of `open`; +1h: later by that."
    ),
]
#: from the name of the window, and how it stands, to what the verb is given
Values = Callable[[WindowName, "Shown"], Any]


def move(
    context: typer.Context,
    reference: windows.Reference,
    *,
    start: windows.Start = None,
    within: given.Within = None,
    end: windows.End = None,
    lasts: windows.Lasts = None,
    due: windows.Due = None,
    owner: windows.Owner = None,
    dry_run: given.DryRun = False,
    yes: confirmation.Yes = False,
    json: output.JSON = False,
) -> None:
    """Another time for it; whoever was told the old one is told the new one.

    It takes as long as before, where nothing is said of that.
    """
    windows.check_start(start, within)
    windows.check_end(end, lasts)

    def values(name: WindowName, found: "Shown") -> Any:
        zone = wallclock.zone(found.maintenance.zone)
        change = MoveWindow(
            start=windows.moment(start, zone, "start"),
            start_in=windows.seconds(within),
            end=windows.moment(end, zone, "end"),
            duration=lasts,
            on_the_wall=True,
        )
        return verbs.MovedWindow(name=name, change=change)

    _carry_out(
        *(context, verbs.MOVE, windows.Typed(reference, owner, due), values),
        *(Phrase("Move it?"), Phrase("nothing was moved")),
        dry_run=dry_run,
        yes=yes,
        json=json,
    )


def extend(
    context: typer.Context,
    reference: windows.Reference,
    until: Until,
    *,
    due: windows.Due = None,
    owner: windows.Owner = None,
    dry_run: given.DryRun = False,
    yes: confirmation.Yes = False,
    json: output.JSON = False,
) -> None:
    """A later end for it; whoever was told the old one is told the new one."""

    def values(name: WindowName, found: "Shown") -> Any:
        zone = wallclock.zone(found.maintenance.zone)
        longer = until.strip().startswith("+")
        change = ExtendWindow(
            end=None if longer else windows.moment(until, zone, "end"),
            by=until.strip().removeprefix("+") if longer else None,
            on_the_wall=True,
        )
        return verbs.ExtendedWindow(name=name, change=change)

    try:
        _carry_out(
            *(context, verbs.EXTEND, windows.Typed(reference, owner, due), values),
            *(Phrase("Extend it?"), Phrase("nothing was extended")),
            dry_run=dry_run,
            yes=yes,
            json=json,
        )
    except CarillonError as error:
        if error.field in {"end", "by"}:
            error.field = "until"  # there it was typed
        raise


def finish(
    context: typer.Context,
    reference: windows.Reference,
    *,
    due: windows.Due = None,
    owner: windows.Owner = None,
    dry_run: given.DryRun = False,
    yes: confirmation.Yes = False,
    json: output.JSON = False,
) -> None:
    """All is well: it is over, and people are told so."""
    _carry_out(
        *(context, verbs.FINISH, windows.Typed(reference, owner, due), _named),
        *(Phrase("Finish it?"), Phrase("nothing was finished")),
        dry_run=dry_run,
        yes=yes,
        json=json,
    )


def call_off(
    context: typer.Context,
    reference: windows.Reference,
    *,
    due: windows.Due = None,
    owner: windows.Owner = None,
    dry_run: given.DryRun = False,
    yes: confirmation.Yes = False,
    json: output.JSON = False,
) -> None:
    """It does not take place, or is broken off; whoever was told of it is told so.

    Of what recurs the window that is named, or all that is to come.
    """
    _carry_out(
        *(context, verbs.CALL_OFF, windows.Typed(reference, owner, due), _named),
        *(Phrase("Call it off?"), Phrase("nothing was called off")),
        dry_run=dry_run,
        yes=yes,
        json=json,
    )


def _named(name: WindowName, _: "Shown") -> WindowName:
    return name


def _carry_out(
    context: typer.Context,
    verb: "Verb[Any, Shown]",
    typed: windows.Typed,
    values: Values,
    question: Phrase,
    otherwise: Phrase,
    *,
    dry_run: bool,
    yes: bool,
    json: bool,
) -> None:
    asks = not dry_run and confirmation.asks(yes=yes)
    with session.desk_of(context) as desk:
        which = windows.name_of(desk, typed, verb.action)
        before = desk.ask_here(verbs.SHOW(which), verb.action)
        # the one that was looked at: another may have its id meanwhile
        name = replace(which, number=before.maintenance.id, id=None, owner=None)
        if asks:
            confirmation.begin(json=json)
            name = replace(name, revision=before.maintenance.revision)
        with desk.reading(verb.action, which.about):
            wanted = values(name, before)
        if asks or dry_run:
            draft = desk.ask_here(verbs.DRAFTS[verb.name](wanted))
            if json:
                data = windows.draft_as_data(draft)
                output.document({**data, "dry_run": True})
                return
            windows.show_draft(draft, desk)
        if dry_run:
            return
        if asks:
            confirmation.of(question, otherwise)
        done = desk.ask_here(verb(wanted))
        absent = serving.absent(serving.seen(desk))
    if json:
        output.document(views.told(done))
        return
    output.say(windows.stands(done))
    serving.tell(absent)
