"""`carillon announce`: now or scheduled; it shows what will happen, then asks."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import (
    confirmation,
    following,
    given,
    output,
    previews,
    requesting,
    serving,
    session,
    showing,
    texts,
    writing,
)
from bot.cli.given import Options
from bot.cli.parts import announcing, lists
from bot.desk import views
from bot.domain import meanings, moments
from bot.domain.audit import Action
from bot.domain.phrase import Phrase
from bot.domain.preview import rule_in_words, upcoming
from bot.domain.schedule import Schedule

if TYPE_CHECKING:
    from bot.service.rules.policy import Policy

_SHOWN = 10  #: moments, as in a client


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
            help="A field of the template; K:lang=V in one language; V may be @FILE or"
            " -. Moments may be wall time, or +28h after the announcement. Repeatable.",
        ),
    ] = None,
    subject: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    body: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Say it in your own words; @FILE: they stand in a file, -: on"
            " standard input.",
        ),
    ] = None,
    edit: given.Edit = False,
    subjects: given.SubjectsIn = None,
    bodies: Annotated[
        given.Many,
        typer.Option(
            "--body-in",
            metavar="LANG=TEXT",
            help="In one language, also @FILE or -. Repeatable.",
        ),
    ] = None,
    unstyled: given.Unstyled = False,
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
    urgent: given.Urgent = False,
    holidays: given.Holidays = None,
    on_holiday: given.OnHoliday = None,
    only_told: Annotated[
        str | None,
        typer.Option(
            metavar="BROADCAST",
            help="Of the list those alone whom this broadcast reached: 12, or 12/3.",
        ),
    ] = None,
    client_id: Annotated[
        str | None,
        typer.Option(
            "--id", metavar="ID", help="Your name for it; a repeat changes nothing."
        ),
    ] = None,
    to_me: Annotated[
        bool,
        typer.Option("--to-me", help="A test: at once, to the configured admin alone."),
    ] = False,
    to: Annotated[
        given.Many,
        typer.Option(
            metavar="JID", help="A test: at once, to this person alone. Repeatable."
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
        edit=edit,
        subjects=subjects or (),
        bodies=bodies or (),
        at=at,
        within=within,
        every=every,
        timezone=timezone,
        expires=expires,
        late=late,
        urgent=urgent,
        holidays=holidays,
        on_holiday=on_holiday,
        client_id=client_id,
        unstyled=unstyled,
        only_told=only_told,
    )
    asks = not (yes or dry_run)
    texts.check(options, asks=asks)
    given.check_usage(options)
    with session.desk_of(context) as desk, writing.Written() as written:
        options = replace(options, only=_only(desk.policy, to or (), to_me=to_me))
        with desk.reading(Action.SCHEDULE, requesting.about(options)):
            target = desk.ask_here(lists.SHOW(lists.ListName(list_name)))
            options = written.by(texts.read(options))
            zone = timezone or target.timezone
            request = requesting.request_of(options, zone, desk.templates)
        with requesting.named(options):
            draft = desk.ask_here(announcing.DRAFT(request))
        drafted = draft.schedule
        confirmation.reachable(asks=asks, json=json)
        preview = upcoming(drafted, limit=_SHOWN)
        warnings = moments.together(
            preview.warnings,
            requesting.oddities(options, drafted, desk.templates),
            draft.cautions,
        )
        found = serving.seen(desk)
        differing = serving.differing(context, found)
        absent = serving.absent(found)
        shown: dict[str, Any] = {
            "list": list_name,
            "only": list(drafted.audience.jids),
            "readers": draft.readers,
            "timezone": drafted.zone,
            "rule": rule_in_words(drafted),
            "texts": views.texts(draft.texts),
            "notes": [str(note) for note in (*differing, *absent)],
            **previews.as_data(preview, warnings),
        }
        if not json:
            showing.draft(draft, desk.policy.rate, preview, warnings)
            # whoever waits is told by what waits
            serving.tell((*differing, *(() if wait else absent)))
        if dry_run:
            if json:
                output.document({**shown, "dry_run": True})
            return
        if asks:
            confirmation.of(_question(drafted), Phrase("nothing was announced"))
        report, _ = desk.ask_here(announcing.SCHEDULE(request))
        written.taken()
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


def _only(policy: "Policy", named: Sequence[str], *, to_me: bool) -> tuple[str, ...]:
    """The people of a test; ends with 2 where it cannot be told who "me" is."""
    if not to_me:
        return tuple(named)
    admins = sorted(policy.access.admins)
    if not admins:
        output.fail(Phrase("--to-me: no admin is configured; write --to JID"), 2)
    if len(admins) > 1:
        output.fail(
            Phrase(
                "--to-me: there are several admins ({admins}); write --to JID",
                admins=", ".join(admins),
            ),
            2,
        )
    return (*admins, *named)


def _question(drafted: Schedule) -> Phrase:
    if drafted.audience.jids:
        return Phrase("Send this to {people} alone?", people=showing.target(drafted))
    return Phrase("Announce this?")


def _outcome(stored: Schedule, *, repeated: bool) -> Phrase:
    if repeated:
        return Phrase(
            "#{number} ({id}) was there already, and is {state}; nothing was changed.",
            number=stored.id,
            id=stored.client_id,
            state=meanings.state(stored.wire_state),
        )
    if stored.next_at is None:
        return Phrase(
            "#{number} ({id}) is {state}.",
            number=stored.id,
            id=stored.client_id,
            state=meanings.state(stored.state),
        )
    return Phrase(
        "#{number} ({id}) is {state} for {time}.",
        number=stored.id,
        id=stored.client_id,
        state=meanings.state(stored.wire_state),
        time=moments.local(stored.next_at, stored.zone),
    )
