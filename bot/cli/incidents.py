"""`carillon incidents`: what is broken, and what is said of it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import (
    confirmation,
    given,
    output,
    previews,
    requesting,
    serving,
    session,
    showing,
    texts,
)
from bot.cli.parts import incidents as verbs
from bot.cli.parts import lists
from bot.desk import views
from bot.domain import meanings, moments, pacing, zones
from bot.domain.incident import TEMPLATE, IncidentState, UpdateKind
from bot.domain.phrase import Counted, Phrase
from bot.domain.schedule import Origin
from bot.service.incidents.request import IncidentName, OpenIncident, UpdateIncident
from bot.service.ports.paging import Order, Paging

if TYPE_CHECKING:
    from bot.desk.desk import Desk
    from bot.desk.verb import Verb
    from bot.domain.incident import Incident
    from bot.service.incidents.incidents import Draft, Thread

app = typer.Typer(no_args_is_help=True, help="What is broken, and what is said of it.")

Named = Annotated[
    str,
    typer.Argument(
        metavar="INCIDENT", help="Its number, I5 or 5, or the id it was given."
    ),
]
_MOMENTS = "Moments may be wall time, or +2h from now. Repeatable."
Revision = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, help="Only if it still is in this revision (see show)."
    ),
]
Changes = Annotated[
    given.Many,
    typer.Option(
        "--set",
        metavar="K=V",
        help="A field of the template; K:lang=V in one language alone, its others"
        f" stay; V may be @FILE or -. What is not named says what it said. {_MOMENTS}",
    ),
]


@app.command("open")
def open_one(
    context: typer.Context,
    list_name: Annotated[str, typer.Argument(metavar="LIST", help="Who is told.")],
    *,
    template: Annotated[
        str, typer.Option(metavar="NAME", help="Say it with this template.")
    ] = TEMPLATE,
    settings: Annotated[
        given.Many,
        typer.Option(
            "--set",
            metavar="K=V",
            help="A field of the template; K:lang=V in one language; V may be @FILE or"
            f" -. {_MOMENTS}",
        ),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option("--tz", metavar="ZONE", help="Otherwise the list's zone."),
    ] = None,
    urgent: given.Urgent = False,
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
    """Tell a list that something is broken, after asking.

    What comes later is said with `update` and `resolve`, which fill in what was said.
    """
    asks = not (yes or dry_run)
    values = requesting.settings(texts.settings(settings or (), asks=asks))
    with session.desk_of(context) as desk:
        desk.ask_here(lists.SHOW(lists.ListName(list_name)))
        request = OpenIncident(
            origin=Origin.CLI,
            list_name=list_name,
            template=template,
            values=values,
            timezone=timezone and zones.spelt(timezone),
            urgent=urgent,
            client_id=client_id,
        )
        draft = desk.ask_here(verbs.OPEN_DRAFT(request))
        if not _agreed(desk, draft, asks=asks, dry_run=dry_run, json=json):
            return
        thread = desk.ask_here(verbs.OPEN(request))
        _said(desk, thread, draft, json=json)


@app.command()
def update(
    context: typer.Context,
    incident: Named,
    *,
    template: Annotated[
        str | None, typer.Option(metavar="NAME", help="Say it with another template.")
    ] = None,
    settings: Changes = None,
    revision: Revision = None,
    dry_run: given.DryRun = False,
    yes: given.Yes = False,
    json: output.JSON = False,
) -> None:
    """Tell what is new, after asking; what is not named says what it said.

    Whoever has not heard the one before, in quiet hours say, hears only this one.
    """
    _go_on(
        *(context, incident, UpdateKind.UPDATED, template, settings, revision),
        dry_run=dry_run,
        yes=yes,
        json=json,
    )


@app.command()
def resolve(
    context: typer.Context,
    incident: Named,
    *,
    template: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Say it with this one; otherwise with incident-resolved, or with"
            " NAME-resolved where it was opened with NAME.",
        ),
    ] = None,
    settings: Changes = None,
    revision: Revision = None,
    dry_run: given.DryRun = False,
    yes: given.Yes = False,
    json: output.JSON = False,
) -> None:
    """Tell that it is over, after asking; since when it was broken is filled in."""
    _go_on(
        *(context, incident, UpdateKind.RESOLVED, template, settings, revision),
        dry_run=dry_run,
        yes=yes,
        json=json,
    )


def _go_on(
    context: typer.Context,
    incident: str,
    kind: UpdateKind,
    template: str | None,
    settings: given.Many,
    revision: int | None,
    *,
    dry_run: bool,
    yes: bool,
    json: bool,
) -> None:
    asks = not (yes or dry_run)
    values = requesting.settings(texts.settings(settings or (), asks=asks))
    name = IncidentName.typed(incident)
    is_over = kind is UpdateKind.RESOLVED
    look: Verb[UpdateIncident, Draft]
    look = verbs.RESOLVE_DRAFT if is_over else verbs.UPDATE_DRAFT
    say: Verb[UpdateIncident, Thread] = verbs.RESOLVE if is_over else verbs.UPDATE
    with session.desk_of(context) as desk:
        change = UpdateIncident(
            origin=Origin.CLI,
            name=name,
            kind=kind,
            template=template,
            values=values,
            revision=revision,
        )
        draft = desk.ask_here(look(change))
        if not _agreed(desk, draft, asks=asks, dry_run=dry_run, json=json):
            return
        _said(desk, desk.ask_here(say(change)), draft, json=json)


def _agreed(
    desk: "Desk", draft: "Draft", *, asks: bool, dry_run: bool, json: bool
) -> bool:
    """Shows what would be said, and asks; ends with 1 where nobody wants it."""
    confirmation.reachable(asks=asks, json=json)
    found = draft.incident
    if not json:
        showing.written(draft.texts)
        output.details(
            [
                (Phrase("to"), found.list_name),
                (Phrase("readers now"), draft.readers),
                (Phrase("takes"), pacing.lasting(draft.readers, desk.policy.rate)),
            ]
        )
        output.plain()
        showing.cautions(draft.cautions)
    if dry_run and json:
        output.document({**_drafted(draft), "dry_run": True})
    if dry_run:
        return False
    if draft.is_repeat:
        return True
    if asks:
        confirmation.of(Phrase("Announce this?"), Phrase("nothing was announced"))
    return True


def _drafted(draft: "Draft") -> dict[str, Any]:
    return {
        **views.incident(draft.incident),
        "kind": draft.kind,
        "readers": draft.readers,
        "texts": views.texts(draft.texts),
        "repeat": draft.is_repeat,
        "warnings": previews.cautions(draft.cautions),
    }


def _said(desk: "Desk", thread: "Thread", draft: "Draft", *, json: bool) -> None:
    found = thread.incident
    if json:
        output.document({**views.thread(thread), "dry_run": False})
        return
    told = {"name": found.shown, "id": found.client_id, "list": found.list_name}
    if draft.is_repeat:
        output.say(
            Phrase(
                "{name} ({id}): that was said already, and is not said again.", **told
            )
        )
        return
    output.say(
        Counted(
            "{name} ({id}) goes out to {list} now, to {count} reader; see {command}.",
            "{name} ({id}) goes out to {list} now, to {count} readers; see {command}.",
            draft.readers,
            command=f"`carillon incidents show {found.shown}`",
            **told,
        )
    )
    serving.tell(serving.absent(serving.seen(desk)))


@app.command("list")
def show_all(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help="What is resolved, too.")
    ] = False,
    limit: output.Limit = 50,
    after: output.After = None,
    json: output.JSON = False,
) -> None:
    """Show what is broken, the latest first."""
    wish = verbs.IncidentWish(
        paging=Paging(limit=limit, after=after, order=Order.LATEST),
        states=None if everything else (IncidentState.OPEN,),
    )
    with session.desk_of(context) as desk:
        page = desk.ask_here(verbs.LIST(wish))
    items = page.items
    rest = page.index + len(items) < page.count
    following = items[-1].id if items and rest else None
    if json:
        output.document(
            {
                "items": [views.incident(one) for one in items],
                "count": page.count,
                "after": following,
            }
        )
        return
    if not items:
        output.say(Phrase("There is nothing."))
        return
    output.table(
        (
            *(Phrase("incident"), Phrase("to"), Phrase("says")),
            *(Phrase("state"), Phrase("opened"), Phrase("last said")),
        ),
        [
            (
                one.shown,
                one.list_name,
                one.summary or one.client_id,
                meanings.state(one.state),
                _local(one, one.created_at),
                _local(one, one.changed_at),
            )
            for one in items
        ],
    )
    output.more(following)


@app.command()
def show(context: typer.Context, incident: Named, json: output.JSON = False) -> None:
    """Show one: what was said last, and what was said when to how many."""
    with session.desk_of(context) as desk:
        thread = desk.ask_here(verbs.SHOW(IncidentName.typed(incident)))
    if json:
        output.document(views.thread(thread))
        return
    found = thread.incident
    output.details(
        [
            (Phrase("incident"), f"{found.shown} ({found.client_id})"),
            (Phrase("to"), found.list_name),
            (Phrase("state"), meanings.state(found.state)),
            (Phrase("revision"), found.revision),
            (Phrase("opened by"), found.owner),
            (Phrase("urgent"), Phrase("yes") if found.urgent else None),
            (Phrase("opened"), _local(found, found.created_at)),
            (Phrase("resolved"), _local(found, found.ended_at)),
        ]
    )
    output.plain()
    showing.written(thread.texts)
    output.table(
        (
            *(Phrase("notice"), Phrase("when"), Phrase("announcement")),
            *(Phrase("state"), Phrase("told")),
        ),
        [
            (
                meanings.notice(one.update.kind),
                _local(found, one.update.at),
                f"#{one.update.schedule_id}",
                meanings.state(one.schedule.state),
                _told(one.progress),
            )
            for one in thread.notices
        ],
    )


def _told(progress: Any) -> Phrase | None:
    return showing.told(progress) if progress is not None else None


def _local(found: "Incident", moment: Any) -> str:
    return moments.local(moment, found.timezone)
