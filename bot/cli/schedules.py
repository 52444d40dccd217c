"""`carillon schedules`: what is pending, and changing it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import moments, output, session, showing
from bot.domain.audit import Action
from bot.domain.broadcast import Broadcast, Occurrence, Progress
from bot.domain.errors import CarillonError, Invalid, NotFound
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.domain.preview import upcoming
from bot.domain.schedule import ON_THE_WIRE, Schedule, ScheduleState
from bot.domain.updates import WireState
from bot.service.delivery.broadcasts import Broadcasts
from bot.service.ports.paging import Page, Paging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests.request import JobName
from bot.service.requests.schedules import Schedules
from bot.service.rules.quotas import LIVE

if TYPE_CHECKING:
    from bot.service.use_cases import UseCases

app = typer.Typer(no_args_is_help=True, help="What is pending, and changing it.")

_HISTORY = 10
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
    with session.use_cases_of(context) as use_cases:
        page = use_cases.database.look(
            _page,
            use_cases.schedules,
            Paging(limit=limit, after=after),
            states,
            everything,
        )
    items = page.items
    rest = page.index + len(items) < page.count
    following = items[-1].id if items and rest else None
    if json:
        output.document(
            {
                "items": [showing.schedule_as_data(one) for one in items],
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
    with session.use_cases_of(context) as use_cases:
        found, occurrences, broadcasts = use_cases.database.look(
            _one, use_cases.schedules, use_cases.broadcasts, reference, owner
        )
        try:
            texts = use_cases.database.look(use_cases.schedules.texts, found)
        except CarillonError as error:  # the template changed since
            texts = ()
            output.note(Phrase("its texts cannot be shown: {why}", why=error.phrase))
    if json:
        output.document(
            {
                **showing.schedule_as_data(found),
                **moments.as_data(upcoming(found)),
                "texts": showing.texts_as_data(texts),
                "occurrences": [_occurrence(one) for one in occurrences],
                "broadcasts": [showing.broadcast_as_data(*one) for one in broadcasts],
            }
        )
        return
    _show(found, texts)
    if occurrences:
        output.plain()
        output.table(
            (Phrase("due"), Phrase("became"), Phrase("why")),
            [(one.due_at, one.state, one.reason) for one in occurrences],
        )
    if broadcasts:
        output.plain()
        showing.broadcasts(broadcasts)


@app.command()
def preview(
    context: typer.Context,
    reference: Reference,
    owner: Owner = None,
    limit: output.Limit = 10,
    json: output.JSON = False,
) -> None:
    """Show the next moments, local and UTC, and what to know about them."""
    with session.use_cases_of(context) as use_cases:
        found = use_cases.database.look(_find, use_cases.schedules, reference, owner)
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
    _change(context, Action.PAUSE, reference, owner, json)


@app.command()
def resume(
    context: typer.Context,
    reference: Reference,
    owner: Owner = None,
    json: output.JSON = False,
) -> None:
    """Go on after a pause, or let go what is held."""
    _change(context, Action.RESUME, reference, owner, json)


@app.command()
def skip(
    context: typer.Context,
    reference: Reference,
    owner: Owner = None,
    json: output.JSON = False,
) -> None:
    """Leave out the next occurrence, or the one that is held."""
    _change(context, Action.SKIP, reference, owner, json)


@app.command("send-now")
def send_now(
    context: typer.Context,
    reference: Reference,
    owner: Owner = None,
    json: output.JSON = False,
) -> None:
    """Send it now; a recurring one keeps its rule."""
    _change(context, Action.SEND_NOW, reference, owner, json)


@app.command()
def cancel(
    context: typer.Context,
    reference: Reference,
    owner: Owner = None,
    json: output.JSON = False,
) -> None:
    """Cancel it; those already told stay told."""
    _change(context, Action.CANCEL, reference, owner, json)


_USE_CASES: Mapping[Action, Callable[["UseCases"], Callable[..., Schedule]]] = {
    Action.PAUSE: lambda use_cases: use_cases.steering.pause,
    Action.RESUME: lambda use_cases: use_cases.steering.resume,
    Action.SKIP: lambda use_cases: use_cases.steering.skip,
    Action.SEND_NOW: lambda use_cases: use_cases.steering.send_now,
    Action.CANCEL: lambda use_cases: use_cases.schedules.cancel,
}
#: what may send at once, to the audience as it stands
_LAUNCHES = frozenset({Action.RESUME, Action.SEND_NOW})


def _change(
    context: typer.Context,
    action: Action,
    reference: str,
    owner: str | None,
    json: bool,
) -> None:
    with (
        session.use_cases_of(context) as use_cases,
        session.recorded(use_cases, action, reference) as asked,
    ):
        database, change = use_cases.database, _USE_CASES[action](use_cases)
        found = database.look(_find, use_cases.schedules, reference, owner)
        name = JobName(number=found.id)
        if action in _LAUNCHES:
            freeze = use_cases.steering.freeze
            frozen = database.look(freeze, session.OPERATOR, name)
            change = partial(change, frozen=frozen)
        changed = database.call(
            use_cases.audit.carry_out, asked, change, session.OPERATOR, name
        )
    if json:
        output.document(showing.schedule_as_data(changed))
        return
    output.say(_changed(changed))


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


def _find(
    uow: UnitOfWork, schedules: Schedules, reference: str, owner: str | None
) -> Schedule:
    """By `#N` or `N`, or by the id that its owner gave it."""
    digits = reference.removeprefix("#")
    if owner is None and digits.isascii() and digits.isdigit():
        number = int(digits[:20])
        if number > _LARGEST:
            raise NotFound(
                Phrase("There is no announcement #{reference}.", reference=digits[:20])
            )
        return schedules.named(uow, session.OPERATOR, JobName(number=number))
    try:
        return schedules.named(
            uow, session.OPERATOR, JobName(id=reference, owner=owner)
        )
    except NotFound:
        if owner is not None:
            raise
        raise NotFound(
            Phrase(
                "There is no announcement {id!r} of {operator};"
                " say whose id it is with --owner JID, or use #N.",
                id=reference,
                operator=session.OPERATOR.owner,
            )
        ) from None


def _page(
    uow: UnitOfWork,
    schedules: Schedules,
    paging: Paging,
    states: frozenset[ScheduleState] | None,
    everything: bool,
) -> Page[Schedule]:
    return schedules.page(
        uow, session.OPERATOR, paging, states=states, everything=everything
    )


def _named(status: str) -> frozenset[ScheduleState]:
    """By the word that tables show, or by the protocol's."""
    found = frozenset(
        state for state, wire in ON_THE_WIRE.items() if status in {state, wire}
    )
    if not found:
        known = ", ".join(dict.fromkeys((*ScheduleState, *WireState)))
        raise Invalid(Phrase("status: one of {known}.", known=known), field="status")
    return found


def _one(
    uow: UnitOfWork,
    schedules: Schedules,
    broadcasts: Broadcasts,
    reference: str,
    owner: str | None,
) -> tuple[Schedule, list[Occurrence], list[tuple[Broadcast, Progress]]]:
    found = _find(uow, schedules, reference, owner)
    operator = session.OPERATOR
    occurrences = schedules.occurrences(uow, operator, found.id, _HISTORY)
    latest = Paging(limit=_HISTORY, before=0)
    page = broadcasts.page(uow, operator, latest, found.id)
    return found, occurrences, list(page.items)


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


def _occurrence(one: Occurrence) -> dict[str, Any]:
    return {"due_at": one.due_at, "state": one.state, "reason": one.reason}
