"""`carillon schedules`: what is pending, and changing it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.cli import moments, output, session, showing
from bot.desk import views
from bot.desk.verbs import schedules as verbs
from bot.desk.verbs import steering
from bot.domain.access import OPERATOR, owner_named
from bot.domain.errors import Invalid, NotFound
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.domain.preview import upcoming
from bot.domain.schedule import ON_THE_WIRE, Schedule, ScheduleState
from bot.domain.updates import WireState
from bot.service.ports.paging import Paging
from bot.service.requests.request import JobName
from bot.service.requests.schedules import Report
from bot.service.rules.quotas import LIVE

if TYPE_CHECKING:
    from bot.desk.desk import Desk
    from bot.desk.verb import Verb

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, help="What is pending, and changing it.")

_LARGEST = 2**63 - 1

Reference = Annotated[
    str, typer.Argument(metavar="REF", help="#N or N, or the id it was given.")
]
Owner = Annotated[
    str | None,
    typer.Option(metavar="JID", help="Whose id REF is; otherwise the operator's."),
]


@app.command("list")
def show_all(
    context: typer.Context,
    status: Annotated[
        str | None,
        typer.Option(
            metavar="STATE",
            help="pending, paused, held, running, sent, failed or cancelled only;"
            " scheduled and queued are the protocol's words.",
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
    states = None if everything else LIVE
    if status is not None:
        states = _named(status)
    wish = verbs.Wish(
        paging=Paging(limit=limit, after=after), states=states, welcomes=everything
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
                one.recurrence,
                one.client_id,
                one.owner,
            )
            for one in items
        ],
    )
    output.more(following)


@app.command("show")
def show_one(
    context: typer.Context,
    reference: Reference,
    owner: Owner = None,
    json: output.JSON = False,
) -> None:
    """Show one: its texts, what is ahead, and what became of it so far."""
    with session.desk_of(context) as desk:
        shown = _asked(desk, verbs.SHOW, reference, owner)
    found, texts = shown.schedule, shown.texts
    if isinstance(texts, Phrase):  # the template changed since
        output.note(Phrase("its texts cannot be shown: {why}", why=texts))
        texts = ()
    if json:
        output.document(
            {
                **views.schedule(found),
                **moments.as_data(upcoming(found)),
                "texts": views.texts(texts),
                "occurrences": [views.occurrence(one) for one in shown.occurrences],
                "broadcasts": [views.broadcast(*one) for one in shown.broadcasts],
            }
        )
        return
    _show(found, texts)
    if shown.occurrences:
        output.plain()
        output.table(
            (Phrase("due"), Phrase("became"), Phrase("why")),
            [(one.due_at, one.state, one.reason) for one in shown.occurrences],
        )
    if shown.broadcasts:
        output.plain()
        showing.broadcasts(shown.broadcasts)


@app.command()
def preview(
    context: typer.Context,
    reference: Reference,
    owner: Owner = None,
    limit: output.Limit = 10,
    json: output.JSON = False,
) -> None:
    """Show the next moments, local and UTC, and what to know about them."""
    with session.desk_of(context) as desk:
        found = _asked(desk, verbs.QUERY, reference, owner).schedule
    ahead = upcoming(found, limit=limit)
    if json:
        output.document({"reference": found.id, **moments.as_data(ahead)})
        return
    if not ahead.entries:
        output.say(
            Phrase(
                "#{number} is {state}; nothing is ahead.",
                number=found.id,
                state=found.state,
            )
        )
        return
    showing.ahead(ahead)


@app.command()
def pause(
    context: typer.Context,
    reference: Reference,
    owner: Owner = None,
    json: output.JSON = False,
) -> None:
    """Let nothing more become due until `resume`."""
    _change(context, steering.PAUSE, reference, owner, json)


@app.command()
def resume(
    context: typer.Context,
    reference: Reference,
    owner: Owner = None,
    json: output.JSON = False,
) -> None:
    """Go on after a pause, or let go what is held."""
    _change(context, steering.RESUME, reference, owner, json)


@app.command()
def skip(
    context: typer.Context,
    reference: Reference,
    owner: Owner = None,
    json: output.JSON = False,
) -> None:
    """Leave out the next occurrence, or the one that is held."""
    _change(context, steering.SKIP, reference, owner, json)


@app.command("send-now")
def send_now(
    context: typer.Context,
    reference: Reference,
    owner: Owner = None,
    json: output.JSON = False,
) -> None:
    """Send it now; a recurring one keeps its rule."""
    _change(context, steering.SEND_NOW, reference, owner, json)


@app.command()
def cancel(
    context: typer.Context,
    reference: Reference,
    owner: Owner = None,
    json: output.JSON = False,
) -> None:
    """Cancel it; those already told stay told."""
    _change(context, steering.CANCEL, reference, owner, json)


def _change(
    context: typer.Context,
    verb: "Verb[JobName, Report]",
    reference: str,
    owner: str | None,
    json: bool,
) -> None:
    with session.desk_of(context) as desk:
        changed = _asked(desk, verb, reference, owner).schedule
    _tell(changed, json)


def _tell(changed: Schedule, json: bool) -> None:
    if json:
        output.document(views.schedule(changed))
        return
    output.say(_changed(changed))


def _asked(
    desk: "Desk", verb: "Verb[JobName, T]", reference: str, owner: str | None
) -> T:
    with _whose(reference, owner):
        return desk.ask_here(verb(_name(reference, owner)))


def _changed(found: Schedule) -> Phrase:
    if found.next_at is None:
        return Phrase(
            "#{number} ({id}) is {state}.",
            number=found.id,
            id=found.client_id,
            state=found.state,
        )
    return Phrase(
        "#{number} ({id}) is {state}; next: {time}.",
        number=found.id,
        id=found.client_id,
        state=found.state,
        time=moments.local(found.next_at, found.zone),
    )


def _name(reference: str, owner: str | None) -> JobName:
    """By `#N` or `N`, or by the id that its owner gave it."""
    digits = reference.removeprefix("#")
    if owner is None and digits.isascii() and digits.isdigit():
        number = int(digits[:20])
        if number > _LARGEST:
            raise NotFound(
                Phrase("There is no announcement #{reference}.", reference=digits[:20])
            )
        return JobName(number=number)
    return JobName(id=reference, owner=owner_named(owner))


@contextmanager
def _whose(reference: str, owner: str | None) -> Iterator[None]:
    """An id that is not the operator's may be another's: say how to name whose."""
    try:
        yield
    except NotFound as error:
        if owner is not None or reference.removeprefix("#").isdigit():
            raise
        raise NotFound(
            Phrase(
                "There is no announcement {id!r} of {operator};"
                " say whose id it is with --owner JID, or use #N.",
                id=reference,
                operator=OPERATOR,
            )
        ) from error


def _named(status: str) -> frozenset[ScheduleState]:
    """By the word that tables show, or by the protocol's."""
    found = frozenset(
        state for state, wire in ON_THE_WIRE.items() if status in {state, wire}
    )
    if not found:
        known = ", ".join(dict.fromkeys((*ScheduleState, *WireState)))
        raise Invalid(Phrase("status: one of {known}.", known=known), field="status")
    return found


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
            (Phrase("rule"), found.recurrence),
            (Phrase("zone"), found.zone),
            (Phrase("expires"), found.expires_at),
            (Phrase("late"), found.late.policy),
            (Phrase("created"), found.created_at),
            (Phrase("ended"), found.ended_at),
        ]
    )
    output.plain()
    showing.written(texts)
    ahead = upcoming(found, limit=3)
    if ahead.entries:
        showing.ahead(ahead)
