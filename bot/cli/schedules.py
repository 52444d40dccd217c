"""`carillon schedules`: what is pending, and changing it."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import editing, naming, output, previews, session, showing, steering
from bot.cli.parts import quotas
from bot.cli.parts import schedules as verbs
from bot.cli.reader import words
from bot.desk import views
from bot.domain import meanings, moments, timestamps
from bot.domain.broadcast import OccurrenceState
from bot.domain.errors import CarillonError, Invalid
from bot.domain.fields import FieldType
from bot.domain.lateness import LatePolicy
from bot.domain.message import Text
from bot.domain.phrase import Counted, Phrase
from bot.domain.preview import Caution, Preview, rule_in_words, upcoming
from bot.domain.schedule import (
    ON_THE_WIRE,
    Schedule,
    ScheduleState,
    TemplateContent,
)
from bot.domain.updates import WireState
from bot.service.ports.outside import Templates
from bot.service.ports.paging import Order, Paging

if TYPE_CHECKING:
    from bot.service.requests.schedules import Report

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
    """Show what is pending, what goes out next first.

    What is over stands with the latest first, also among the rest with --all.
    """
    states = None if everything else quotas.LIVE
    held = status in _words_of(OccurrenceState.HELD)
    if status is not None and not held:
        states = _named(status)
    ahead = states is None or quotas.LIVE.issuperset(states)
    order = Order.NEXT if ahead and not everything else Order.LATEST
    wish = verbs.ScheduleWish(
        paging=Paging(limit=limit, after=after, order=order),
        states=states,
        held=held,
        welcomes=everything,
    )
    with session.desk_of(context) as desk:
        page = desk.ask_here(verbs.LIST(wish))
    items = page.items
    rest = page.index + len(items) < page.count
    following = items[-1].id if items and rest else None
    if after and order is Order.NEXT and not page.index:
        output.note(
            Phrase("#{number} is no longer on this list; it begins anew", number=after)
        )
    if json:
        output.document(
            {
                "items": [views.report(one) for one in items],
                "count": page.count,
                "after": following,
            }
        )
        return
    if not items:
        output.say(Phrase("There is nothing."))
        return
    showing.coming(items)
    output.more(following)


@app.command("show")
def show_one(
    context: typer.Context,
    reference: naming.Reference,
    owner: naming.Owner = None,
    json: output.JSON = False,
) -> None:
    """Show one: what was asked for, what is ahead, and what became of it so far."""
    with session.desk_of(context) as desk:
        shown = naming.asked(desk, verbs.SHOW, reference, owner)
        values = tuple(_values(shown.report, desk.templates))
    report, texts = shown.report, shown.texts
    if isinstance(texts, Phrase):  # the template changed since
        output.note(Phrase("its texts cannot be shown: {why}", why=texts))
        texts = ()
    if json:
        output.document(
            {
                **views.report(report),
                **_as_data(
                    upcoming(report.clocked, skipped=report.skipped), report.cautions
                ),
                "texts": views.texts(texts),
                "occurrences": [views.occurrence(one) for one in shown.occurrences],
                "broadcasts": [views.broadcast(one) for one in shown.broadcasts],
            }
        )
        return
    _show(report, values, texts)
    ahead = upcoming(report.clocked, limit=_AHEAD, skipped=report.skipped)
    if ahead.entries or ahead.skipped:
        showing.ahead(ahead, (*ahead.warnings, *report.cautions))
    if shown.occurrences:
        output.plain()
        output.table(
            (Phrase("due"), Phrase("became"), Phrase("why")),
            [
                (
                    moments.local(one.due_at, report.zone),
                    meanings.state(one.state),
                    one.reason and meanings.reason(one.reason),
                )
                for one in shown.occurrences
            ],
        )
    if shown.broadcasts:
        output.plain()
        showing.broadcasts(shown.broadcasts)


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
    ahead = upcoming(report.clocked, limit=limit, skipped=report.skipped)
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
                state=meanings.state(found.state),
            )
        )
        showing.unreadable([found])
        return
    if found.recurrence is not None:
        output.details([(Phrase("rule"), showing.rule(found))])
        output.plain()
    showing.ahead(ahead, (*ahead.warnings, *report.cautions))


def _named(status: str) -> frozenset[ScheduleState]:
    """By the word that tables show, by its term, or by the protocol's."""
    found = frozenset(
        state
        for state, wire in ON_THE_WIRE.items()
        if status in {wire, *_words_of(state)}
    )
    if not found:
        terms = (*ScheduleState, OccurrenceState.HELD, *WireState)
        known = ", ".join(dict.fromkeys(terms))
        raise Invalid(Phrase("one of {known}.", known=known), field="status")
    return found


def _words_of(state: ScheduleState | OccurrenceState) -> set[str]:
    """The term, and what the reader's tables say."""
    return {state, words(meanings.state(state))}


def _as_data(ahead: Preview, cautions: tuple[Caution, ...]) -> dict[str, object]:
    return previews.as_data(ahead, (*ahead.warnings, *cautions))


def _values(report: "Report", templates: Templates) -> Iterator[tuple[Phrase, str]]:
    """The fields of a template as they were given, moments as its clocks show them."""
    content = report.schedule.content
    if not isinstance(content, TemplateContent):
        return
    types: dict[str, FieldType] = {}
    with suppress(CarillonError):  # gone, or another by now: then as they stand there
        fields = templates.get(content.template).fields
        types = {field.name: field.type for field in fields}
    for name, by_language in content.values.items():
        for language, given in by_language.items():
            typed = f"{name}:{language}" if language else name
            text = given
            if types.get(name) is FieldType.MOMENT:
                with suppress(Invalid):
                    text = moments.local(timestamps.parse(given), report.zone)
            yield Phrase("value of {field}", field=typed), text


def _show(
    report: "Report", values: Iterable[tuple[Phrase, str]], texts: tuple[Text, ...]
) -> None:
    found, zone = report.schedule, report.zone
    template = isinstance(found.content, TemplateContent) and found.content.template
    output.details(
        [
            (Phrase("number"), f"#{found.id}"),
            (Phrase("id"), found.client_id),
            (Phrase("to"), showing.target(found)),
            (Phrase("state"), showing.state(report)),
            (Phrase("paused since"), moments.local(found.paused_at, zone)),
            (Phrase("why"), found.reason and meanings.reason(found.reason)),
            (Phrase("next"), moments.local(found.next_at, zone)),
            (Phrase("rule"), showing.rule(found)),
            (Phrase("zone"), zone),
            (Phrase("expires"), moments.local(found.expires_at, zone)),
            (Phrase("when late"), _late(found)),
            (Phrase("urgent"), found.urgent or None),
            (Phrase("holidays"), _holidays(found)),
            (Phrase("template"), template or None),
            *values,
            (Phrase("revision"), found.revision),
            (Phrase("asked for by"), found.owner),
            (Phrase("door"), meanings.DOORS[found.origin]),
            (Phrase("asked for at"), moments.local(found.created_at, zone)),
            (Phrase("ended"), moments.local(found.ended_at, zone)),
            (Phrase("content purged"), moments.local(found.purged_at, zone)),
        ]
    )
    showing.unreadable([found])
    if found.purged_at is None:
        output.plain()
        showing.written(texts)


def _holidays(found: Schedule) -> Phrase | None:
    if found.holidays is None:
        return None
    return Phrase(
        "{name}: {what}",
        name=found.holidays,
        what=meanings.ON_HOLIDAY[found.on_holiday],
    )


def _late(found: Schedule) -> Phrase:
    policy = found.late.policy
    if policy is LatePolicy.RUN:
        minutes, seconds = divmod(found.late.within, 60)
        return Phrase(
            "{policy}: it is sent if it is at most {within} late",
            policy=policy,
            within=Counted("{count} second", "{count} seconds", found.late.within)
            if seconds
            else Counted("{count} minute", "{count} minutes", minutes),
        )
    return Phrase("{policy}: {meaning}", policy=policy, meaning=meanings.LATE[policy])


app.command()(editing.edit)
app.command()(steering.pause)
app.command()(steering.resume)
app.command()(steering.skip)
app.command()(steering.unskip)
app.command("send-now")(steering.send_now)
app.command()(steering.cancel)
