"""`carillon subscribers`: who stands on a list."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import exporting, importing, output, session, showing
from bot.cli.parts import lists
from bot.cli.parts import subscribers as verbs
from bot.domain import meanings, moments, zones
from bot.domain.phrase import Counted, Phrase

if TYPE_CHECKING:
    from bot.desk.desk import Desk

app = typer.Typer(no_args_is_help=True, help="Who stands on a list.")
app.command("import")(importing.import_people)
app.command("export")(exporting.export_people)

ListName = Annotated[str, typer.Argument(metavar="LIST", help="The list's name.")]
People = Annotated[
    list[str], typer.Argument(metavar="JID...", help="Bare JIDs, all or none.")
]


@app.command("list")
def show(
    context: typer.Context,
    list_name: ListName,
    limit: output.Limit = 50,
    after: output.After = None,
    suspended: Annotated[
        bool,
        typer.Option(
            "--suspended", help="Those who are told nothing: messages came back."
        ),
    ] = False,
    json: output.JSON = False,
) -> None:
    """Show who stands on a list, in the order of joining."""
    wish = verbs.SubscriberWish(list_name=list_name, after=after or 0, limit=limit + 1)
    if suspended:
        _show_suspended(context, wish, limit, json=json)
        return
    with session.desk_of(context) as desk:
        found = desk.ask_here(verbs.LIST(wish))
        clocks = _clocks(desk, list_name)
    more = len(found) > limit
    found = found[:limit]
    following = found[-1][0].id if more else None
    if json:
        items = [
            {
                "subscription": subscription.id,
                "jid": subscriber.jid,
                "since": subscription.started_at,
                "origin": subscription.origin,
                "language": subscriber.language,
                "language_seen": subscriber.language_seen,
                "timezone": subscriber.timezone,
                "bounce_score": subscriber.score.value,
            }
            for subscription, subscriber in found
        ]
        output.document({"items": items, "after": following})
        return
    output.table(
        (
            *(Phrase("jid"), Phrase("since"), Phrase("by")),
            *(Phrase("language"), Phrase("zone")),
        ),
        [
            (
                subscriber.jid,
                moments.local(subscription.started_at, clocks),
                showing.BY[subscription.origin],
                subscriber.language or subscriber.language_seen,
                subscriber.timezone,
            )
            for subscription, subscriber in found
        ],
    )
    output.more(following)


def _clocks(desk: "Desk", list_name: str) -> str:
    """The zone of the list."""
    return desk.ask_here(lists.SHOW(lists.ListName(list_name))).timezone


def _show_suspended(
    context: typer.Context, wish: "verbs.SubscriberWish", limit: int, *, json: bool
) -> None:
    with session.desk_of(context) as desk:
        found = desk.ask_here(verbs.SUSPENDED(wish))
        clocks = _clocks(desk, wish.list_name)
    following = found[limit - 1].subscription.id if len(found) > limit else None
    found = found[:limit]
    if json:
        items = [
            {
                "subscription": subscription.id,
                "jid": subscriber.jid,
                "since": subscription.ended_at,
                "reason": condition,
                "bounce_score": subscriber.score.value,
                "origin": subscription.origin,
            }
            for subscription, subscriber, condition in found
        ]
        output.document({"items": items, "after": following})
        return
    output.table(
        (Phrase("jid"), Phrase("suspended since"), Phrase("reason")),
        [
            (
                subscriber.jid,
                moments.local(subscription.ended_at, clocks),
                meanings.condition(condition),
            )
            for subscription, subscriber, condition in found
        ],
    )
    output.more(following)


@app.command()
def add(
    context: typer.Context,
    list_name: ListName,
    jids: People,
    *,
    language: Annotated[
        str | None, typer.Option(metavar="TAG", help="Their language, say de.")
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option("--tz", metavar="ZONE", help="Their zone, say Europe/Warsaw."),
    ] = None,
    welcome: Annotated[
        bool, typer.Option(help="Greet them with the list's welcome.")
    ] = True,
    rejoin: Annotated[
        bool,
        typer.Option("--rejoin", help="Add those, too, who asked to be forgotten."),
    ] = False,
    json: output.JSON = False,
) -> None:
    """Put people on a list; who stands there already stays."""
    people = verbs.People(
        list_name=list_name,
        jids=jids,
        language=language,
        timezone=timezone and zones.spelt(timezone),
        welcome=welcome,
        rejoin=rejoin,
    )
    with session.desk_of(context) as desk:
        done = desk.ask_here(verbs.ADD(people))
    if json:
        output.document({"list": list_name, **done._asdict(), "given": len(jids)})
        return
    away = 0 if rejoin else done.forgotten
    told = importing.additions(done, len(jids) - done.added - away, list_name)
    others = importing.recalled(done) if rejoin else importing.withdrawn(done)
    output.say_all((*told, *importing.returns(done), *others))
    why = zones.fixed(people.timezone or "")
    if why is not None:
        output.say(Phrase("Note: {text}.", text=why))


@app.command()
def remove(
    context: typer.Context,
    list_name: ListName,
    jids: People,
    json: output.JSON = False,
) -> None:
    """Take people off a list."""
    people = verbs.People(list_name=list_name, jids=jids)
    with session.desk_of(context) as desk:
        desk.ask_here(verbs.REMOVE(people))
    if json:
        output.document({"list": list_name, "removed": len(jids)})
        return
    output.say(
        Counted(
            "{count} removed from {list}.",
            "{count} removed from {list}.",
            len(jids),
            list=list_name,
        )
    )
