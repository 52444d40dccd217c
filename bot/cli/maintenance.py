"""`carillon maintenance`: work that people notice, from its announcement to its end."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import (
    changing,
    confirmation,
    given,
    output,
    requesting,
    serving,
    session,
    texts,
    windows,
)
from bot.cli.parts import lists
from bot.cli.parts import maintenance as verbs
from bot.desk import views
from bot.domain import recurrence, wallclock, zones
from bot.domain.audit import Action
from bot.domain.errors import about
from bot.domain.maintenance import Finish
from bot.domain.phrase import Phrase
from bot.domain.schedule import Origin
from bot.service.maintenance.request import OpenMaintenance
from bot.service.ports.paging import Order, Paging

if TYPE_CHECKING:
    from bot.service.ports.outside import Templates

app = typer.Typer(
    no_args_is_help=True, help="Work that people notice: announced, moved, finished."
)
#: in place of reminders
_NONE = "none"


@app.command("open")
def open_one(
    context: typer.Context,
    list_name: Annotated[str, typer.Argument(metavar="LIST", help="Who is told.")],
    *,
    start: windows.Start = None,
    within: given.Within = None,
    end: windows.End = None,
    lasts: windows.Lasts = None,
    settings: Annotated[
        given.Many,
        typer.Option(
            "--set",
            metavar="K=V",
            help="A field of the template, say summary='New disks'; K:lang=V in one"
            " language; V may be @FILE or -. Repeatable.",
        ),
    ] = None,
    template: Annotated[
        str, typer.Option(metavar="NAME", help="Say it with this template.")
    ] = "maintenance",
    every: Annotated[
        str | None,
        typer.Option(
            metavar="RRULE", help="Again and again, say 'FREQ=MONTHLY;BYDAY=1SA'."
        ),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option("--tz", metavar="ZONE", help="Otherwise the list's zone."),
    ] = None,
    reminders: Annotated[
        given.Many,
        typer.Option(
            "--remind",
            metavar="DURATION",
            help="So long before the start, in place of the list's; none: not at all."
            " Repeatable.",
        ),
    ] = None,
    finish: Annotated[
        Finish,
        typer.Option(
            help="Once its end has passed: ask you, or say that all is well.",
            show_choices=True,
        ),
    ] = Finish.ASK,
    client_id: Annotated[
        str | None,
        typer.Option(
            "--id", metavar="ID", help="Your name for it; a repeat changes nothing."
        ),
    ] = None,
    dry_run: given.DryRun = False,
    yes: given.Yes = False,
    json: output.JSON = False,
) -> None:
    """Open one; people are told now, and reminded. Shows what they get, and asks."""
    asks = not (yes or dry_run)
    windows.check_start(start, within)
    windows.check_end(end, lasts)
    known = OpenMaintenance(origin=Origin.CLI, list_name=list_name, client_id=client_id)
    with session.desk_of(context) as desk:
        with desk.reading(Action.OPEN_MAINTENANCE, known.about):
            target = desk.ask_here(lists.SHOW(lists.ListName(list_name)))
            zone = zones.spelt(timezone or target.timezone)
            there = wallclock.zone(zone)
            request = OpenMaintenance(
                origin=Origin.CLI,
                list_name=list_name,
                template=template,
                values=_values(settings, template, zone, desk.templates),
                start=windows.moment(start, there, "start"),
                start_in=windows.seconds(within),
                end=windows.moment(end, there, "end"),
                duration=lasts,
                timezone=zone,
                recurrence=every and recurrence.spelt(every),
                on_the_wall=True,
                finish=finish,
                reminders=_reminders(reminders),
                client_id=client_id,
            )
        draft = desk.ask_here(verbs.DRAFT(request))
        confirmation.reachable(asks=asks, json=json)
        found = serving.seen(desk)
        notes = (*serving.differing(context, found), *serving.absent(found))
        shown = {
            **windows.draft_as_data(draft),
            "notes": [str(note) for note in notes],
        }
        if not json:
            windows.show_draft(draft, desk)
            serving.tell(notes)
        if dry_run:
            if json:
                output.document({**shown, "dry_run": True})
            return
        if asks:
            confirmation.of(Phrase("Open it?"), Phrase("nothing was opened"))
        opened = desk.ask_here(verbs.OPEN(request))
    if json:
        output.document({**shown, **views.told(opened)})
        return
    if draft.shown.id:
        output.say(
            Phrase(
                "{name} ({id}) was there already; nothing was changed.",
                name=opened.maintenance.name,
                id=opened.maintenance.client_id,
            )
        )
    output.say(windows.stands(opened))


@app.command("list")
def show_all(
    context: typer.Context,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="What is over, too.")
    ] = False,
    limit: output.Limit = 50,
    after: output.After = None,
    json: output.JSON = False,
) -> None:
    """Show what is planned and under way; the latest opened first."""
    paging = Paging(limit=limit, after=after, order=Order.LATEST)
    wish = verbs.MaintenanceWish(paging=paging, everything=everything)
    with session.desk_of(context) as desk:
        page = desk.ask_here(verbs.LIST(wish))
    rest = page.index + len(page.items) < page.count
    following = page.items[-1].id if page.items and rest else None
    if json:
        items = [views.maintenance(one) for one in page.items]
        output.document({"items": items, "count": page.count, "after": following})
        return
    if not page.items:
        output.say(Phrase("There is nothing."))
        return
    windows.table(page.items)
    output.more(following)


@app.command("show")
def show_one(
    context: typer.Context,
    reference: windows.Reference,
    *,
    due: windows.Due = None,
    owner: windows.Owner = None,
    json: output.JSON = False,
) -> None:
    """Show one: how it stands, who was told what, what happens next, what to type."""
    with session.desk_of(context) as desk:
        name = windows.name_of(desk, windows.Typed(reference, owner, due))
        found = desk.ask_here(verbs.SHOW(name))
    if json:
        output.document(views.told(found))
        return
    windows.show(found)


def _values(
    given_settings: given.Many, template: str, zone: str, templates: "Templates"
) -> dict[str, dict[str, str]]:
    with about("template"):
        templates.get(template)
    values = requesting.settings(texts.settings(given_settings or ()))
    return requesting.with_moments(values, template, wallclock.zone(zone), templates)


def _reminders(typed: given.Many) -> tuple[str, ...] | None:
    """None: those of the list."""
    if typed is None:
        return None
    return () if typed == [_NONE] else tuple(typed)


app.command()(changing.move)
app.command()(changing.extend)
app.command()(changing.finish)
app.command("call-off")(changing.call_off)
