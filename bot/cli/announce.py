"""`carillon announce`: now or scheduled; it shows what will happen, then asks."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import following, given, moments, output, serving, session, showing
from bot.cli.given import Options
from bot.cli.later import later
from bot.desk import views
from bot.domain.phrase import Phrase
from bot.domain.preview import rule_in_words, upcoming
from bot.domain.schedule import Schedule

if TYPE_CHECKING:
    from bot.desk.verbs import announcing, lists
else:
    lists = later("bot.desk.verbs.lists")
    announcing = later("bot.desk.verbs.announcing")

_SHOWN = 5


def announce(
    context: typer.Context,
    list_name: Annotated[str, typer.Argument(metavar="LIST", help="Who is told.")],
    *,
    template: Annotated[
        str | None, typer.Option(metavar="NAME", help="Say it with a template.")
    ] = None,
    settings: Annotated[
        given.Many,
        typer.Option(
            "--set",
            metavar="K=V",
            help="A field of the template; K:lang=V in one language. Moments may be"
            " wall time, or +28h after the announcement. Repeatable.",
        ),
    ] = None,
    subject: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    body: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Say it in your own words.")
    ] = None,
    subjects: given.SubjectsIn = None,
    bodies: Annotated[
        given.Many,
        typer.Option(
            "--body-in", metavar="LANG=TEXT", help="In one language. Repeatable."
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="'2026-12-01 09:00' on the wall in --tz, or 2026-12-01T09:00:00Z.",
        ),
    ] = None,
    within: given.Within = None,
    every: Annotated[
        str | None,
        typer.Option(metavar="RRULE", help="Again and again, say FREQ=WEEKLY;COUNT=4."),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option("--tz", metavar="ZONE", help="Otherwise the list's zone."),
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="TIME", help="No message leaves after it.")
    ] = None,
    late: given.Late = None,
    client_id: Annotated[
        str | None,
        typer.Option(
            "--id", metavar="ID", help="Your name for it; a repeat changes nothing."
        ),
    ] = None,
    dry_run: given.DryRun = False,
    yes: given.Yes = False,
    wait: Annotated[
        bool,
        typer.Option(
            "--wait",
            help="Until it is sent, and say how it went; exit code 1 if it failed"
            " (nobody was reached) or was stopped.",
        ),
    ] = False,
    json: output.JSON = False,
) -> None:
    """Announce something to a list, now or scheduled.

    Shows the texts, the moments and the number of readers, and asks.
    """
    options = Options(
        list_name=list_name,
        template=template,
        settings=settings or (),
        subject=subject,
        body=body,
        subjects=subjects or (),
        bodies=bodies or (),
        at=at,
        within=within,
        every=every,
        timezone=timezone,
        expires=expires,
        late=late,
        client_id=client_id,
    )
    given.check_usage(options)
    asks = not (yes or dry_run)
    with session.desk_of(context) as desk:
        target = desk.ask_here(lists.SHOW(lists.ListName(list_name)))
        zone = timezone or target.timezone
        request = given.request_of(options, zone, desk.templates)
        draft = desk.ask_here(announcing.DRAFT(request))
        drafted = draft.schedule
        if asks and (json or not output.on_terminal()):
            output.fail(
                Phrase("nobody is there to be asked: add --yes, or --dry-run to look"),
                2,
            )
        preview = upcoming(drafted, limit=_SHOWN)
        warnings = moments.together(
            preview.warnings,
            given.oddities(options, drafted, desk.templates),
            draft.cautions,
        )
        found = serving.seen(desk)
        differing = serving.differing(context, found)
        absent = serving.absent(found)
        shown: dict[str, Any] = {
            "list": list_name,
            "readers": draft.readers,
            "timezone": drafted.zone,
            "rule": rule_in_words(drafted),
            "texts": views.texts(draft.texts),
            "notes": [str(note) for note in (*differing, *absent)],
            **moments.as_data(preview, warnings),
        }
        if not json:
            showing.draft(drafted, draft.readers, draft.texts, preview, warnings)
            # whoever waits is told by what waits
            serving.tell((*differing, *(() if wait else absent)))
        if dry_run:
            if json:
                output.document({**shown, "dry_run": True})
            return
        if asks and not output.confirmed(Phrase("Announce this?")):
            output.fail(Phrase("nothing was announced"))
        report, _ = desk.ask_here(announcing.SCHEDULE(request))
        stored = report.schedule
        shown |= views.schedule(stored)
        if not json:
            output.say(_outcome(stored, repeated=stored.id == drafted.id))
        failed = None
        if wait:
            shown["broadcast"], failed = following.schedule(desk, stored.id, quiet=json)
        if json:
            output.document(shown)
        if failed:
            output.fail(failed)


def _outcome(stored: Schedule, *, repeated: bool) -> Phrase:
    if repeated:
        return Phrase(
            "#{number} ({id}) was there already, and is {state}; nothing was changed.",
            number=stored.id,
            id=stored.client_id,
            state=stored.wire_state,
        )
    if stored.next_at is None:
        return Phrase(
            "#{number} ({id}) is {state}.",
            number=stored.id,
            id=stored.client_id,
            state=stored.state,
        )
    return Phrase(
        "#{number} ({id}) is {state} for {time}.",
        number=stored.id,
        id=stored.client_id,
        state=stored.wire_state,
        time=moments.local(stored.next_at, stored.zone),
    )
