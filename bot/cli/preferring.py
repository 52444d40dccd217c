"""`carillon people preferences`: language, time zone, quiet hours and a pause."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import output, session
from bot.cli.parts import choices, preferring
from bot.cli.parts import preferences as verbs
from bot.domain import moments
from bot.domain.phrase import Listed, Phrase
from bot.domain.quiet import EVERY_DAY, WEEKDAYS
from bot.domain.recurrence.words import DAYS

if TYPE_CHECKING:
    from bot.domain.lists import Preferences
    from bot.domain.quiet import QuietHours


def preferences(
    context: typer.Context,
    jid: Annotated[str, typer.Argument(metavar="JID", help="Whose, a bare JID.")],
    *,
    language: Annotated[
        str | None, typer.Option(metavar="TAG", help="Say de; '' for none.")
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option("--tz", metavar="ZONE", help="Say Europe/Warsaw; '' for none."),
    ] = None,
    quiet_from: Annotated[
        str | None,
        typer.Option(
            metavar="CLOCK", help="When quiet hours begin, say 22:00; '' for none."
        ),
    ] = None,
    quiet_to: Annotated[
        str | None,
        typer.Option(metavar="CLOCK", help="When they end, say 07:00; '' for none."),
    ] = None,
    quiet_days: Annotated[
        str | None,
        typer.Option(
            metavar="DAYS", help="On which they begin, say MO,TU; '' for every day."
        ),
    ] = None,
    paused_until: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Nothing before, but what is urgent: '2026-12-20 09:00' on the wall"
            " there; '' for no pause.",
        ),
    ] = None,
    json: output.JSON = False,
) -> None:
    """Show what somebody chose for himself, or change what is given."""
    given = (language, timezone, quiet_from, quiet_to, quiet_days, paused_until)
    with session.desk_of(context) as desk:
        jid = choices.person(jid, "jid")
        if all(value is None for value in given):
            found = desk.ask_here(verbs.LOOK(verbs.PreferencesOf(jid=jid)))
        else:
            request = preferring.PreferencesRequest(
                jid=jid,
                language=language,
                timezone=timezone,
                quiet_from=quiet_from,
                quiet_to=quiet_to,
                quiet_days=None if quiet_days is None else _days(quiet_days),
                paused_until=paused_until,
            )
            found = desk.ask_here(verbs.SET(request))
    _show(jid, found, json=json)


def _days(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _show(jid: str, found: "Preferences", *, json: bool) -> None:
    if json:
        output.document({"jid": jid, **as_json(found)})
        return
    output.details(details(found))


def as_json(found: "Preferences") -> dict[str, Any]:
    quiet = found.quiet
    return {
        "language": found.language,
        "timezone": found.timezone,
        "quiet_from": f"{quiet.begin:%H:%M}" if quiet else None,
        "quiet_to": f"{quiet.end:%H:%M}" if quiet else None,
        "quiet_days": [WEEKDAYS[day] for day in sorted(quiet.days)] if quiet else [],
        "paused_until": found.paused_until,
    }


def details(found: "Preferences") -> list[tuple[Phrase, object]]:
    """A name and a value for each."""
    quiet = found.quiet
    return [
        (Phrase("language"), found.language),
        (Phrase("zone"), found.timezone),
        (Phrase("quiet hours"), quiet and _hours(quiet)),
        (
            Phrase("paused until"),
            moments.local(found.paused_until, found.timezone or "UTC"),
        ),
    ]


def _hours(quiet: "QuietHours") -> Phrase:
    hours = {"begin": f"{quiet.begin:%H:%M}", "end": f"{quiet.end:%H:%M}"}
    if quiet.days == EVERY_DAY:
        return Phrase("{begin} to {end}, every day", **hours)
    days = Listed(*(DAYS[day] for day in sorted(quiet.days)))
    return Phrase("{begin} to {end}, beginning on {days}", days=days, **hours)
