"""`carillon schedules`: what is pending, and changing it."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import editing, moments, naming, output, session, showing, steering
from bot.cli.later import later
from bot.desk import views
from bot.domain.broadcast import OccurrenceState
from bot.domain.errors import Invalid
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.domain.preview import Caution, Preview, rule_in_words, upcoming
from bot.domain.schedule import ON_THE_WIRE, Schedule, ScheduleState
from bot.domain.updates import WireState
from bot.service.ports.paging import Paging

if TYPE_CHECKING:
    from bot.desk.verbs import schedules as verbs
    from bot.service.rules import quotas
else:
    verbs = later("bot.desk.verbs.schedules")
    quotas = later("bot.service.rules.quotas")

app = typer.Typer(no_args_is_help=True, help="What is pending, and changing it.")
#: moments that `show` shows to people; JSON and `preview` have more
_AHEAD = 3


@app.command("list")
def show_all(
    context: typer.Context,
    status: Annotated[
        str | None,
        typer.Option(
            metavar="STATE",
            help="pending, paused, running, sent, failed or cancelled only;"
            " scheduled and queued are the protocol's words;"
            " held: with an occurrence that waits for an admin.",
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="What is over, too, and every welcome.")
    ] = False,
    limit: output.Limit = 50,
    after: output.After = None,
    json: output.JSON = False,
) -> None:
    """Show what is pending, in the order it was asked for."""
    states = None if everything else quotas.LIVE
    held = status == OccurrenceState.HELD
    if status is not None and not held:
        states = _named(status)
    wish = verbs.ScheduleWish(
        paging=Paging(limit=limit, after=after),
        states=states,
        held=held,
        welcomes=everything,
    )
    with session.desk_of(context) as desk:
        page = desk.ask_here(verbs.LIST(wish))
    items = [report.schedule for report in page.items]
    rest = page.index + len(items) < page.count
    following = items[-1].id if items and rest else None
    if json:
        output.document(
            {
                "items": [views.schedule(one) for one in items],
                "count": page.count,
                "after": following,
            }
        )
        return
    output.table(
        (
            *(Phrase("ref"), Phrase("next"), Phrase("to"), Phrase("state")),
            *(Phrase("rule"), Phrase("id"), Phrase("owner")),
        ),
        [
            (
                f"#{one.id}",
                moments.local(one.next_at, one.zone),
                showing.target(one),
                one.state,
                rule_in_words(one),
                one.client_id,
                one.owner,
            )
            for one in items
        ],
    )
    showing.unreadable(items)
    output.more(following)


@app.command("show")
def show_one(
    context: typer.Context,
    reference: naming.Reference,
    owner: naming.Owner = None,
    json: output.JSON = False,
) -> None:
    """Show one: its texts, what is ahead, and what became of it so far."""
    with session.desk_of(context) as desk:
        shown = naming.asked(desk, verbs.SHOW, reference, owner)
    found, texts = shown.schedule, shown.texts
    if isinstance(texts, Phrase):  # the template changed since
        output.note(Phrase("its texts cannot be shown: {why}", why=texts))
        texts = ()
    if json:
        output.document(
            {
                **views.schedule(found),
                **_as_data(upcoming(found, skipped=shown.skipped), shown.cautions),
                "texts": views.texts(texts),
                "occurrences": [views.occurrence(one) for one in shown.occurrences],
                "broadcasts": [views.broadcast(*one) for one in shown.broadcasts],
            }
        )
        return
    _show(found, texts)
    ahead = upcoming(found, limit=_AHEAD, skipped=shown.skipped)
    if ahead.entries or ahead.skipped:
        showing.ahead(ahead, (*ahead.warnings, *shown.cautions))
    if shown.occurrences:
        output.plain()
        output.table(
            (Phrase("due"), Phrase("became"), Phrase("why")),
            [
                (moments.local(one.due_at, found.zone), one.state, one.reason)
                for one in shown.occurrences
            ],
        )
    if shown.broadcasts:
        output.plain()
        showing.broadcasts(shown.broadcasts, found.zone)


@app.command()
def preview(
    context: typer.Context,
    reference: naming.Reference,
    owner: naming.Owner = None,
    limit: output.Limit = 10,
    json: output.JSON = False,
) -> None:
    """Show the next moments, local and UTC, and what to know about them."""
    with session.desk_of(context) as desk:
        report = naming.asked(desk, verbs.QUERY, reference, owner)
    found = report.schedule
    ahead = upcoming(found, limit=limit, skipped=report.skipped)
    if json:
        data = _as_data(ahead, report.cautions)
        rule = rule_in_words(found)
        output.document({"reference": found.id, "rule": rule, **data})
        return
    if not ahead.entries and not ahead.skipped:
        output.say(
            Phrase(
                "#{number} is {state}; nothing is ahead.",
                number=found.id,
                state=found.state,
            )
        )
        showing.unreadable([found])
        return
    if found.recurrence is not None:
        output.details([(Phrase("rule"), showing.rule(found))])
        output.plain()
    showing.ahead(ahead, (*ahead.warnings, *report.cautions))


def _named(status: str) -> frozenset[ScheduleState]:
    """By the word that tables show, or by the protocol's."""
    found = frozenset(
        state for state, wire in ON_THE_WIRE.items() if status in {state, wire}
    )
    if not found:
        words = (*ScheduleState, OccurrenceState.HELD, *WireState)
        known = ", ".join(dict.fromkeys(words))
        raise Invalid(Phrase("one of {known}.", known=known), field="status")
    return found


def _as_data(ahead: Preview, cautions: tuple[Caution, ...]) -> dict[str, object]:
    return moments.as_data(ahead, (*ahead.warnings, *cautions))


def _show(found: Schedule, texts: tuple[Text, ...]) -> None:
    output.details(
        [
            (Phrase("reference"), f"#{found.id}"),
            (Phrase("id"), found.client_id),
            (Phrase("owner"), found.owner),
            (Phrase("origin"), found.origin),
            (Phrase("to"), showing.target(found)),
            (Phrase("state"), found.state),
            (Phrase("why"), found.reason),
            (Phrase("rule"), showing.rule(found)),
            (Phrase("zone"), found.zone),
            (Phrase("expires"), moments.local(found.expires_at, found.zone)),
            (Phrase("late"), found.late.policy),
            (Phrase("revision"), found.revision),
            (Phrase("created"), moments.local(found.created_at, found.zone)),
            (Phrase("ended"), moments.local(found.ended_at, found.zone)),
        ]
    )
    showing.unreadable([found])
    output.plain()
    showing.written(texts)


app.command()(editing.edit)
app.command()(steering.pause)
app.command()(steering.resume)
app.command()(steering.skip)
app.command()(steering.unskip)
app.command("send-now")(steering.send_now)
app.command()(steering.cancel)
