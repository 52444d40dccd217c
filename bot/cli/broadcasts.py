"""`carillon broadcasts`: what is or was sent."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import following, output, session, showing
from bot.cli.later import later
from bot.desk import views
from bot.domain.phrase import Counted, Phrase
from bot.service.ports.paging import Paging

if TYPE_CHECKING:
    from bot.desk import verb
    from bot.desk.verbs import broadcasts as verbs
else:
    verb = later("bot.desk.verb")
    verbs = later("bot.desk.verbs.broadcasts")

app = typer.Typer(no_args_is_help=True, help="What is or was sent.")

Number = Annotated[
    int, typer.Argument(metavar="N", min=1, max=2**63 - 1, help="The broadcast.")
]


@app.command("list")
def show_all(
    context: typer.Context,
    sending: Annotated[
        bool, typer.Option("--sending", help="Only what is under way.")
    ] = False,
    limit: output.Limit = 50,
    after: output.After = None,
    json: output.JSON = False,
) -> None:
    """Show the latest, or those after N; the latest come last."""
    paging = Paging(limit=limit, after=after, before=0 if after is None else None)
    with session.desk_of(context) as desk:
        page = desk.ask_here(
            verbs.LIST(verbs.BroadcastWish(paging=paging, sending=sending))
        )
    items = page.items
    rest = page.index + len(items) < page.count
    following_id = items[-1][0].id if items and rest else None
    if json:
        output.document(
            {
                "items": [views.broadcast(*one) for one in items],
                "count": page.count,
                "after": following_id,
            }
        )
        return
    showing.broadcasts(items)
    output.earlier(page.index, after)
    output.more(following_id)


@app.command()
def show(context: typer.Context, number: Number, json: output.JSON = False) -> None:
    """Show one, with its progress."""
    with session.desk_of(context) as desk:
        found, progress = desk.ask_here(verbs.SHOW(verbs.Number(number)))
    if json:
        output.document(views.broadcast(found, progress))
        return
    output.details(
        [
            (Phrase("broadcast"), found.id),
            (Phrase("schedule"), f"#{found.schedule_id}"),
            (Phrase("state"), found.state),
            (Phrase("why"), found.reason),
            *zip(showing.COUNTS, showing.counts(progress), strict=True),
            (Phrase("started"), found.created_at),
            (Phrase("finished"), found.finished_at),
            (Phrase("expires"), found.expires_at),
        ]
    )


@app.command()
def failures(
    context: typer.Context,
    number: Number,
    limit: output.Limit = 100,
    after: Annotated[
        str, typer.Option(metavar="JID", help="Go on after this one.")
    ] = "",
    json: output.JSON = False,
) -> None:
    """Show who was not told, or not yet, and why; by JID."""
    wish = verbs.FailuresWish(number=number, after=after, limit=limit + 1)
    with session.desk_of(context) as desk:
        found = desk.ask_here(verbs.FAILURES(wish))
    shown = found[:limit]
    following_jid = shown[-1].jid if len(found) > limit else None
    if json:
        output.document(
            {"items": [views.failure(one) for one in shown], "after": following_jid}
        )
        return
    if not shown:
        output.say(Phrase("There are none."))
        return
    output.table(
        (
            *(Phrase("jid"), Phrase("state"), Phrase("condition"), Phrase("text")),
            *(Phrase("repeats"), Phrase("next try")),
        ),
        [
            (one.jid, one.kind, one.condition, one.text, one.attempts, one.next_at)
            for one in shown
        ],
        numbers={Phrase("repeats")},
    )
    output.more(following_jid)


@app.command()
def watch(context: typer.Context, number: Number, json: output.JSON = False) -> None:
    """Stay with one until it is over; exit code 1 where it failed or was stopped."""
    with session.desk_of(context) as desk:
        shown, failed = following.broadcast(desk, number, quiet=json)
    if json:
        output.document(shown)
    if failed:
        output.fail(failed)


@app.command()
def stop(
    context: typer.Context,
    number: Annotated[
        int | None, typer.Argument(metavar="N", min=1, max=2**63 - 1)
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Whatever is being sent.")
    ] = False,
    json: output.JSON = False,
) -> None:
    """Stop one, or all; nothing more leaves, those already told stay told.

    Says how many those are so far.
    """
    if (number is None) != everything:
        output.fail(Phrase("say which: its number, or --all"), 2)
    with session.desk_of(context) as desk:
        if number is None:
            stopped = desk.ask_here(verbs.STOP_ALL(verb.Plain("all")))
        else:
            stopped = [desk.ask_here(verbs.STOP(verbs.Number(number))).id]
        found = [desk.ask_here(verbs.SHOW(verbs.Number(one))) for one in stopped]
    if json:
        shown = [views.broadcast(*one) for one in found]
        output.document({"stopped": len(stopped), "broadcasts": shown})
        return
    for one in found:
        output.say(showing.told_so_far(*one))
    output.say(Counted("{count} stopped.", "{count} stopped.", len(stopped)))
