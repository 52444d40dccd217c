"""`carillon people`: what people are told and have chosen, what is stored of them."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import finding, output, preferring, privacy, session
from bot.cli.parts import choices
from bot.cli.parts import consent as verbs
from bot.domain.consent import Consent, Who
from bot.domain.phrase import Phrase

if TYPE_CHECKING:
    from bot.service.people.choices import ConsentRequest

app = typer.Typer(
    no_args_is_help=True,
    help="What people are told and have chosen, and what is stored of them.",
)
app.command()(finding.show)
app.command()(finding.suspended)
app.command()(finding.restore)
app.command("export")(privacy.export_person)
app.command("erase")(privacy.erase_person)


@app.callback()
def people() -> None:
    """What people are told and have chosen, and what is stored of them."""


@app.command()
def consent(
    context: typer.Context,
    jid: Annotated[str, typer.Argument(metavar="JID", help="Whose, a bare JID.")],
    *,
    who: Annotated[
        Who | None,
        typer.Option(help="Who may, of those who are not named.", show_choices=True),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="JID", help="Who always may; a domain: all of its people."
        ),
    ] = None,
    block: Annotated[
        list[str] | None,
        typer.Option(metavar="JID", help="Who never may, likewise."),
    ] = None,
    forget: Annotated[
        list[str] | None,
        typer.Option(metavar="JID", help="Name somebody no longer."),
    ] = None,
    max_per_day: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Messages of one sender a day; 0: any."),
    ] = None,
    max_ahead: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="N", help="Seconds that one may lie ahead; 0: any."
        ),
    ] = None,
    preview: Annotated[
        bool | None,
        typer.Option(help="Show what waits with what it says; with ask."),
    ] = None,
    json: output.JSON = False,
) -> None:
    """Show who may schedule messages to somebody, or change what is given."""
    given = (who, allow, block, forget, max_per_day, max_ahead, preview)
    with session.desk_of(context) as desk:
        jid = choices.person(jid, "jid")
        found = desk.ask_here(verbs.LOOK(verbs.ConsentOf(jid=jid)))
        if any(value is not None for value in given):
            kept = _kept(jid, found, who)
            request = replace(
                _named(kept, allow or [], block or [], forget or []),
                max_per_day=_bound(max_per_day, found.max_per_day),
                max_ahead=_bound(max_ahead, found.max_ahead),
                preview=kept.preview if preview is None else preview,
            )
            found = desk.ask_here(verbs.SET(request))
    _show(jid, found, json=json)


def _kept(jid: str, found: Consent, who: Who | None) -> "ConsentRequest":
    """As it is; who is asked no more sees nothing beforehand."""
    chosen = who or found.who
    return choices.ConsentRequest(
        jid=jid,
        who=chosen,
        allow=tuple(found.allowed),
        block=tuple(found.blocked),
        preview=found.preview and chosen is Who.ASK,
    )


def _named(
    request: "ConsentRequest", allow: list[str], block: list[str], forget: list[str]
) -> "ConsentRequest":
    """With these people named, each on the list that he is given for alone."""
    allowed = {choices.person(one, "allow") for one in allow}
    blocked = {choices.person(one, "block") for one in block}
    gone = {choices.person(one, "forget") for one in forget}
    return replace(
        request,
        allow=tuple((set(request.allow) - blocked - gone) | allowed),
        block=tuple((set(request.block) - allowed - gone) | blocked),
    )


def _bound(given: int | None, before: int | None) -> str | None:
    """0 takes it away."""
    bound = before if given is None else given
    return str(bound) if bound else None


def _show(jid: str, found: Consent, *, json: bool) -> None:
    if json:
        output.document(
            {
                "jid": jid,
                "who": found.who,
                "allow": sorted(found.allowed),
                "block": sorted(found.blocked),
                "max_per_day": found.max_per_day,
                "max_ahead": found.max_ahead,
                "preview": found.preview,
            }
        )
        return
    output.details(
        [
            (Phrase("who may"), found.who),
            (Phrase("always"), ", ".join(sorted(found.allowed))),
            (Phrase("never"), ", ".join(sorted(found.blocked))),
            (Phrase("messages a day"), found.max_per_day),
            (Phrase("seconds ahead"), found.max_ahead),
            (Phrase("sees what waits"), found.preview or None),
        ]
    )


app.command()(preferring.preferences)
