"""`carillon subscribers`: who stands on a list."""

from typing import Annotated

import typer

from bot.cli import exporting, importing, output, session
from bot.domain.audit import Action
from bot.domain.phrase import Counted, Phrase
from bot.service.ports.staging import Enrolment
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.enrolling import Enrolling

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
    json: output.JSON = False,
) -> None:
    """Show who stands on a list, in the order of joining."""
    with session.use_cases_of(context) as use_cases:
        found = use_cases.database.look(
            use_cases.subscribers.page,
            session.OPERATOR,
            list_name,
            after or 0,
            limit + 1,
        )
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
                subscription.started_at,
                subscription.origin,
                subscriber.language or subscriber.language_seen,
                subscriber.timezone,
            )
            for subscription, subscriber in found
        ],
    )
    output.more(following)


@app.command()
def add(
    context: typer.Context,
    list_name: ListName,
    jids: People,
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
    json: output.JSON = False,
) -> None:
    """Put people on a list; who stands there already stays."""
    with session.use_cases_of(context) as use_cases:
        done = session.carry_out(
            use_cases,
            Action.SUBSCRIBE,
            _about(list_name, jids),
            _add_all,
            use_cases.enrolling,
            list_name,
            jids,
            language,
            timezone,
            welcome,
        )
    if json:
        output.document({"list": list_name, **done._asdict(), "given": len(jids)})
        return
    output.say_all(importing.additions(done, len(jids) - done.added, list_name))


@app.command()
def remove(
    context: typer.Context,
    list_name: ListName,
    jids: People,
    json: output.JSON = False,
) -> None:
    """Take people off a list."""
    with session.use_cases_of(context) as use_cases:
        session.carry_out(
            use_cases,
            Action.UNSUBSCRIBE,
            _about(list_name, jids),
            _remove_all,
            use_cases.enrolling,
            list_name,
            jids,
        )
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


def _about(list_name: str, jids: list[str]) -> str:
    return f"{list_name}: {', '.join(jids)}"


def _add_all(
    uow: UnitOfWork,
    enrolling: Enrolling,
    list_name: str,
    jids: list[str],
    language: str | None,
    timezone: str | None,
    welcome: bool,
) -> Enrolment:
    done = Enrolment()
    for jid in jids:
        one = enrolling.add(
            uow, session.OPERATOR, list_name, jid, language, timezone, welcome=welcome
        )
        done = done.plus(one)
    return done


def _remove_all(
    uow: UnitOfWork, enrolling: Enrolling, list_name: str, jids: list[str]
) -> None:
    for jid in jids:
        enrolling.remove(uow, session.OPERATOR, list_name, jid)
