"""`carillon broadcasts`: what is or was sent."""

from typing import Annotated, Any

import typer

from bot.cli import following, output, session, showing
from bot.domain.audit import Action
from bot.domain.broadcast import Broadcast, DeliveryException, Progress
from bot.domain.phrase import Counted, Phrase
from bot.service.delivery.broadcasts import Broadcasts
from bot.service.ports.paging import Page, Paging
from bot.service.ports.unit_of_work import UnitOfWork

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
    with session.use_cases_of(context) as use_cases:
        page = use_cases.database.look(_page, use_cases.broadcasts, paging, sending)
    items = page.items
    rest = page.index + len(items) < page.count
    following_id = items[-1][0].id if items and rest else None
    if json:
        output.document(
            {
                "items": [showing.broadcast_as_data(*one) for one in items],
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
    with session.use_cases_of(context) as use_cases:
        found, progress = use_cases.database.look(
            use_cases.broadcasts.get, session.OPERATOR, number
        )
    if json:
        output.document(showing.broadcast_as_data(found, progress))
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
    with session.use_cases_of(context) as use_cases:
        found = use_cases.database.look(
            use_cases.broadcasts.failures, session.OPERATOR, number, after, limit + 1
        )
    shown = found[:limit]
    following_jid = shown[-1].jid if len(found) > limit else None
    if json:
        output.document(
            {"items": [_failure(one) for one in shown], "after": following_jid}
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
    with session.use_cases_of(context) as use_cases:
        shown, failed = following.broadcast(use_cases, number, quiet=json)
    if json:
        output.document(shown)
    if failed:
        output.fail(failed)


@app.command()
def stop(
    context: typer.Context,
    number: Annotated[
        int | None, typer.Argument(metavar="[N]", min=1, max=2**63 - 1)
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Whatever is being sent.")
    ] = False,
    json: output.JSON = False,
) -> None:
    """Stop one, or all; nothing more leaves, those already told stay told."""
    if (number is None) != everything:
        output.fail(Phrase("say which: its number, or --all"), 2)
    with session.use_cases_of(context) as use_cases:
        if number is None:
            stopped = 0
            stop_some = use_cases.broadcasts.stop_some
            while now := session.carry_out(
                use_cases, Action.STOP, "all", stop_some, session.OPERATOR
            ):
                stopped += now
        else:
            session.carry_out(
                use_cases,
                Action.STOP,
                str(number),
                use_cases.broadcasts.stop,
                session.OPERATOR,
                number,
            )
            stopped = 1
    if json:
        output.document({"stopped": stopped})
        return
    output.say(Counted("{count} stopped.", "{count} stopped.", stopped))


def _page(
    uow: UnitOfWork, broadcasts: Broadcasts, paging: Paging, sending: bool
) -> Page[tuple[Broadcast, Progress]]:
    return broadcasts.page(uow, session.OPERATOR, paging, sending=sending)


def _failure(one: DeliveryException) -> dict[str, Any]:
    return {
        "jid": one.jid,
        "state": one.kind,
        "condition": one.condition,
        "text": one.text,
        "repeats": one.attempts,
        "first_at": one.first_at,
        "next_at": one.next_at,
    }
