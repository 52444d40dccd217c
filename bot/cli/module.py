"""`carillon module`: the module that an XMPP server needs, written where it looks."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import output
from bot.cli.parts import modules, snippets
from bot.domain.errors import Invalid, about
from bot.domain.phrase import Phrase


def module(
    server: Annotated[
        str, typer.Argument(metavar="SERVER", help="prosody or ejabberd.")
    ],
    to: Annotated[
        Path,
        typer.Option(
            "--to", metavar="FOLDER", help="Where the server looks for modules."
        ),
    ],
    json: output.JSON = False,
) -> None:
    """Write the module with which an XMPP server lets people schedule messages.

    It is the one that fits this release, in place of an older one in that folder, and
    needs no configuration. What belongs into the server's is shown by init.
    """
    names = [str(kind) for kind in snippets.ServerKind]
    with about("SERVER"):
        if server not in names:
            raise Invalid(
                Phrase(
                    "{text!r} is none of {names}",
                    text=server[:40],
                    names=", ".join(names),
                )
            )
    kind = snippets.ServerKind(server)
    known = modules.put(kind, to)
    folder = to / modules.NAME
    commands = modules.TAKEN_UP[kind] if known else modules.LOADED[kind]
    if json:
        output.document(
            {"folder": str(folder), "replaced": known, "commands": list(commands)}
        )
        return
    if known:
        output.say(Phrase("Wrote {folder} anew.", folder=folder))
        output.say(Phrase("The server takes it up, with nothing stopped, by:"))
    else:
        output.say(Phrase("Wrote {folder}.", folder=folder))
        output.say(
            Phrase("What belongs into the server's configuration says README.md there.")
        )
        output.say(Phrase("The server loads it by:"))
    output.plain()
    for command in commands:
        output.plain(command, indent=2)
