"""`carillon roles`: who may do what, given and taken while the service runs."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import output, previews, session
from bot.cli.parts import roles as verbs
from bot.cli.parts import verb
from bot.domain import moments
from bot.domain.access import OPERATOR
from bot.domain.phrase import Phrase
from bot.domain.roles import HeldRole, RoleName, given_in_words, taken_in_words

if TYPE_CHECKING:
    from bot.desk.verbs.roles import OneRole

app = typer.Typer(no_args_is_help=True, help="Admins, publishers and auditors.")

NAMES = {
    RoleName.ADMIN: Phrase("admin"),
    RoleName.PUBLISHER: Phrase("publisher"),
    RoleName.AUDITOR: Phrase("auditor"),
}

Jid = Annotated[str, typer.Argument(metavar="JID", help="Whose role, a bare JID.")]
Role = Annotated[RoleName, typer.Argument(help="Which.", show_choices=True)]
OfList = Annotated[
    str | None,
    typer.Option("--list", metavar="LIST", help="To which a publisher announces."),
]


@app.command("list")
def show(context: typer.Context, json: output.JSON = False) -> None:
    """Show who holds which role, and since when."""
    with session.desk_of(context) as desk:
        found = desk.ask_here(verbs.LIST(verb.Plain("roles")))
    clocks = previews.here(session.settings_of(context))
    if json:
        output.document({"items": [_document(one) for one in found]})
        return
    if not found:
        output.say(
            Phrase(
                "Nobody holds one; make somebody an admin: {command}.",
                command="`carillon roles add JID admin`",
            )
        )
        return
    output.table(
        (
            *(Phrase("jid"), Phrase("role"), Phrase("list")),
            *(Phrase("by"), Phrase("since")),
        ),
        [
            (
                one.jid,
                NAMES[one.role],
                one.list_name,
                _by(one),
                moments.local(one.at, clocks),
            )
            for one in found
        ],
    )


def _by(one: HeldRole) -> Phrase | str:
    if one.by is None:
        return Phrase("the configuration")
    return Phrase("the operator") if one.by == OPERATOR else one.by


@app.command()
def add(
    context: typer.Context,
    jid: Jid,
    role: Role,
    list_name: OfList = None,
    json: output.JSON = False,
) -> None:
    """Give somebody a role; it counts at once, in a service that runs, too."""
    with session.desk_of(context) as desk:
        done = desk.ask_here(verbs.ADD(_one(jid, role, list_name)))
    _tell(done, given_in_words(done), json=json)


@app.command()
def remove(
    context: typer.Context,
    jid: Jid,
    role: Role,
    list_name: OfList = None,
    json: output.JSON = False,
) -> None:
    """Take a role from somebody; what he had scheduled by it does not go out."""
    with session.desk_of(context) as desk:
        done = desk.ask_here(verbs.REMOVE(_one(jid, role, list_name)))
    _tell(done, taken_in_words(done), json=json)


def _tell(done: HeldRole, words: Phrase, *, json: bool) -> None:
    if json:
        output.document(_document(done))
    else:
        output.say(words)


def _one(jid: str, role: RoleName, list_name: str | None) -> "OneRole":
    return verbs.OneRole(jid=jid, role=role, list_name=list_name)


def _document(one: HeldRole) -> dict[str, Any]:
    return {
        "jid": one.jid,
        "role": one.role,
        "list": one.list_name,
        "configured": one.is_configured,
        "by": one.by,
        "at": one.at,
    }
