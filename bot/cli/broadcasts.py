"""`carillon broadcasts`: what is or was sent."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import (
    confirmation,
    correcting,
    following,
    naming,
    output,
    serving,
    session,
    showing,
)
from bot.cli.parts import broadcasts as verbs
from bot.cli.parts import verb
from bot.desk import views
from bot.domain import meanings, moments
from bot.domain.amendment import Amendment
from bot.domain.audit import Action
from bot.domain.broadcast import BroadcastState, DeliveryException
from bot.domain.errors import Finished
from bot.domain.phrase import Counted, Listed, Phrase

if TYPE_CHECKING:
    from bot.desk.desk import Desk
    from bot.desk.verbs.broadcasts import Retried
    from bot.service.delivery.broadcasts import Account, AmendedBy

#: of what `stop --all` stops, shown before
_ASKED_ABOUT = 1000
_AMENDED = {
    Amendment.CORRECT: Phrase("corrected by"),
    Amendment.RETRACT: Phrase("withdrawn by"),
}

app = typer.Typer(no_args_is_help=True, help="What is or was sent.")


@app.command("list")
def show_all(
    context: typer.Context,
    sending: Annotated[
        bool, typer.Option("--sending", help="Only what is under way.")
    ] = False,
    limit: output.Limit = 50,
    after: Annotated[
        str | None,
        typer.Option(metavar="BROADCAST", help="Go on after this one; 0: the start."),
    ] = None,
    json: output.JSON = False,
) -> None:
    """Show what is or was sent, the latest first."""
    name = None
    if after not in {None, "0"}:
        name = naming.broadcast_name(str(after), "after")
    wish = verbs.BroadcastWish(limit=limit, after=name, sending=sending)
    with session.desk_of(context) as desk:
        page = desk.ask_here(verbs.LIST(wish))
    items = page.items
    rest = page.index + len(items) < page.count
    following_name = str(items[-1].name) if items and rest else None
    if json:
        output.document(
            {
                "items": [views.broadcast(one) for one in items],
                "count": page.count,
                "after": following_name,
            }
        )
        return
    if not items:
        output.say(Phrase("There is nothing."))
        return
    showing.broadcasts(items)
    output.more(following_name)


@app.command()
def show(
    context: typer.Context, broadcast: naming.Broadcast, json: output.JSON = False
) -> None:
    """Show one, with its progress."""
    with session.desk_of(context) as desk:
        one = desk.ask_here(verbs.SHOW(_named(broadcast)))
    if json:
        output.document(views.broadcast(one))
        return
    found, why = one.broadcast, one.broadcast.reason
    output.details(
        [
            (Phrase("broadcast"), one.name.shown),
            (Phrase("to"), showing.target(one.schedule)),
            (Phrase("says"), one.schedule.content.title),
            (Phrase("state"), meanings.state(found.state)),
            (Phrase("why"), why and meanings.reason(why)),
            *meanings.counts(one.progress),
            (Phrase("began"), moments.local(found.created_at, one.zone)),
            (Phrase("ended"), moments.local(found.finished_at, one.zone)),
            (Phrase("expires"), moments.local(found.expires_at, one.zone)),
            *((_AMENDED[each.kind], _amended(each)) for each in one.amendments),
        ]
    )


def _amended(one: "AmendedBy") -> Phrase:
    """By what, and how far that is."""
    state = meanings.state(one.schedule.state)
    if one.name is None or one.progress is None:
        return Phrase("#{number}, {state}", number=one.schedule.id, state=state)
    return Phrase(
        "{name}, {state}: {count} of {total}",
        name=one.name.shown,
        state=state,
        count=one.progress.sent,
        total=one.progress.total,
    )


def _named(broadcast: str) -> "verbs.OneBroadcast":
    return verbs.OneBroadcast(naming.broadcast_name(broadcast))


@app.command()
def failures(
    context: typer.Context,
    broadcast: naming.Broadcast,
    limit: output.Limit = 100,
    after: Annotated[
        str, typer.Option(metavar="JID", help="Go on after this one.")
    ] = "",
    condition: Annotated[
        str | None,
        typer.Option(metavar="TERM", help="Only over this one, say item-not-found."),
    ] = None,
    conditions: Annotated[
        bool, typer.Option("--conditions", help="How many for each reason, and no JID.")
    ] = False,
    json: output.JSON = False,
) -> None:
    """Show who was not told, or not yet, and why; by JID."""
    if conditions:
        _conditions(context, broadcast, json=json)
        return
    with session.desk_of(context) as desk:
        one = desk.ask_here(verbs.SHOW(_named(broadcast)))
        # the very one, also where another begins meanwhile
        wish = verbs.FailuresWish(
            name=one.name, after=after, limit=limit + 1, condition=condition
        )
        found = desk.ask_here(verbs.FAILURES(wish))
    shown = found[:limit]
    following_jid = shown[-1].jid if len(found) > limit else None
    if json:
        output.document(
            {"items": [views.failure(each) for each in shown], "after": following_jid}
        )
        return
    if not shown:
        output.say(Phrase("There are none."))
        return
    output.table(
        (Phrase("jid"), Phrase("state"), Phrase("why")),
        [(each.jid, _state(each, one.zone), _why(each)) for each in shown],
    )
    output.more(following_jid)


def _conditions(context: typer.Context, broadcast: str, *, json: bool) -> None:
    with session.desk_of(context) as desk:
        found = desk.ask_here(verbs.CONDITIONS(_named(broadcast)))
    if json:
        items = [{"condition": term, "count": count} for term, count in found]
        output.document({"conditions": items})
        return
    if not found:
        output.say(Phrase("There are none."))
        return
    output.table(
        (Phrase("readers"), Phrase("why")),
        [(count, meanings.condition(term)) for term, count in found],
    )


def _state(one: DeliveryException, zone: str) -> Phrase:
    """And how often and when it is tried again."""
    parts = [meanings.state(one.kind)]
    if one.attempts:
        parts.append(
            Counted("{count} repeat", "{count} repeats", one.attempts),
        )
    if one.next_at is not None:
        parts.append(Phrase("next try {time}", time=moments.local(one.next_at, zone)))
    return Listed(*parts)


def _why(one: DeliveryException) -> Phrase:
    why = meanings.condition(one.condition)
    if not one.text:
        return why
    return Phrase("{what}: {why}", what=why, why=one.text)


@app.command()
def watch(
    context: typer.Context, broadcast: naming.Broadcast, json: output.JSON = False
) -> None:
    """Stay with one until it is over; exit code 1 where it failed or was stopped."""
    with session.desk_of(context) as desk:
        shown, failed = following.broadcast(desk, _named(broadcast), quiet=json)
    if json:
        output.document(shown)
    if failed:
        output.fail(failed)


@app.command()
def stop(
    context: typer.Context,
    broadcast: Annotated[
        str | None,
        typer.Argument(metavar="BROADCAST", help="As for `show`; or --all."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Whatever is being sent.")
    ] = False,
    yes: confirmation.Yes = False,
    json: output.JSON = False,
) -> None:
    """Stop one, or all, after asking; nothing more leaves, who was told stays told.

    Says how many those are so far.
    """
    if (broadcast is None) != everything:
        output.fail(Phrase("say which: its number, or --all"), 2)
    asks = confirmation.asks(yes=yes)
    with session.desk_of(context) as desk:
        shown = _agreed(desk, broadcast, json=json) if asks else []
        left = 0
        if broadcast is not None:
            one = verbs.OneBroadcast(shown[0].name) if shown else _named(broadcast)
            stopped = [desk.ask_here(verbs.STOP(one))]
        elif shown:
            stopped = _stopped(desk, shown)
            left = _under_way(desk)
        else:
            stopped = desk.ask_here(verbs.STOP_ALL(verb.Plain("all")))
    if json:
        data = [views.broadcast(each) for each in stopped]
        output.document({"stopped": len(stopped), "broadcasts": data})
        return
    for each in stopped:
        output.say(showing.told_so_far(each))
    output.say(Counted("{count} stopped.", "{count} stopped.", len(stopped)))
    if left:
        output.note(
            Counted(
                "{count} more is being sent that was not shown",
                "{count} more are being sent that were not shown",
                left,
            )
        )


@app.command()
def retry(
    context: typer.Context,
    broadcast: naming.Broadcast,
    yes: confirmation.Yes = False,
    json: output.JSON = False,
) -> None:
    """Try those once more whom one that is over did not reach.

    Not those who left or are suspended since, nor who refused it themselves.
    """
    one = _named(broadcast)
    with session.desk_of(context) as desk:
        if confirmation.asks(yes=yes):
            found = desk.ask_here(verbs.SHOW(one), Action.RETRY)
            # the very one, also where another begins meanwhile
            one = verbs.OneBroadcast(found.name)
            confirmation.begin(json=json)
            showing.broadcasts([found])
            confirmation.of(
                Counted(
                    "Try {count} once more?",
                    "Try {count} once more?",
                    found.progress.failed,
                ),
                Phrase("nobody is tried again"),
            )
        done = desk.ask_here(verbs.RETRY(one))
        absent = serving.absent(serving.seen(desk)) if done.count else ()
    if json:
        output.document({"retried": done.count, **views.broadcast(done.account)})
        return
    output.say(_retried(done))
    serving.tell(absent)


def _retried(done: "Retried") -> Phrase:
    if not done.count:
        return Phrase(
            "There is nobody to try: see {command}.",
            command=f"`carillon broadcasts failures {done.account.name}`",
        )
    return Counted(
        "{count} is tried once more; see {command}.",
        "{count} are tried once more; see {command}.",
        done.count,
        command=f"`carillon broadcasts show {done.account.name}`",
    )


def _agreed(desk: "Desk", broadcast: str | None, *, json: bool) -> "list[Account]":
    """Those that people were asked about; none where nothing is being sent, of which
    the verb itself says so.
    """
    if broadcast is None:
        wish = verbs.BroadcastWish(limit=_ASKED_ABOUT, sending=True)
        found = list(desk.ask_here(verbs.LIST(wish), Action.STOP).items)
    else:
        one = desk.ask_here(verbs.SHOW(_named(broadcast)), Action.STOP)
        found = [one] if one.broadcast.state is BroadcastState.SENDING else []
    if not found:
        return []
    confirmation.begin(json=json)
    if broadcast is not None:
        reference = str(found[0].name.schedule_id)
        confirmation.about(
            confirmation.shown(desk, reference, None, Action.STOP), json=json
        )
        output.plain()
    showing.broadcasts(found)
    question = Counted("Stop {count}?", "Stop {count}?", len(found))
    confirmation.of(question, Phrase("nothing was stopped"))
    return found


def _stopped(desk: "Desk", shown: "Iterable[Account]") -> "list[Account]":
    """Exactly these: others may have begun since."""
    stopped = []
    for one in shown:
        try:
            stopped.append(desk.ask_here(verbs.STOP(verbs.OneBroadcast(one.name))))
        except Finished as error:
            output.note(error.phrase)
    return stopped


def _under_way(desk: "Desk") -> int:
    wish = verbs.BroadcastWish(limit=0, sending=True)
    return desk.ask_here(verbs.LIST(wish)).count


app.command()(correcting.correct)
app.command()(correcting.retract)
