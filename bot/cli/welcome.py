"""`carillon lists welcome`: what a list says to whoever joins it."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import output, session, texts
from bot.cli.parts import welcomes as verbs
from bot.domain.errors import about
from bot.domain.phrase import Phrase, Quoted

if TYPE_CHECKING:
    from bot.service.readers.welcomes import Greeting

Name = Annotated[
    str | None,
    typer.Argument(metavar="LIST", help="The list's name; otherwise the default one."),
]


def welcome(
    context: typer.Context,
    list_name: Name = None,
    *,
    body: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Its words from now on; @FILE, or - for standard input.",
        ),
    ] = None,
    remove: Annotated[
        bool,
        typer.Option("--remove", help="Take its own words back: its template says it."),
    ] = False,
    json: output.JSON = False,
) -> None:
    """Show, or change, what a list says to whoever joins it."""
    if body is not None and remove:
        output.fail(Phrase("--body and --remove exclude each other"), 2)
    text = None if body is None else texts.one(body, "--body")
    with session.desk_of(context) as desk:
        if text is not None:
            wish = verbs.WelcomeText(list_name=list_name, text=text)
            with about("--body"):
                found = desk.ask_here(verbs.SET(wish))
        elif remove:
            wanted = verbs.WelcomeOf(list_name=list_name)
            found = desk.ask_here(verbs.REMOVE(wanted))
        else:
            found = desk.ask_here(verbs.LOOK(verbs.WelcomeOf(list_name=list_name)))
    if json:
        entry = found.entry
        data = {"list": entry.name, "text": found.text, "template": entry.welcome}
        output.document(data)
        return
    _show(found)


def _show(found: "Greeting") -> None:
    entry = found.entry
    if found.text is not None:
        output.say(Phrase("Whoever joins {list} is told:", list=entry.name))
        output.plain(found.text, indent=2)
    elif entry.welcome is not None:
        by_command = "carillon lists change --welcome"
        key = f"[lists.{entry.name}] welcome" if entry.is_declared else by_command
        output.say(
            Phrase(
                "Whoever joins {list} is told what the template {template} says"
                " ({key}).",
                list=entry.name,
                template=entry.welcome,
                key=Quoted(key),
            )
        )
    else:
        output.say(Phrase("Whoever joins {list} is told nothing.", list=entry.name))
