"""`carillon resume-all`: all goes on after `stop-all`."""

import typer

from bot.cli import output, serving, session
from bot.cli.parts import stopping as verbs
from bot.cli.parts import verb
from bot.domain.phrase import Counted


def resume_all(context: typer.Context, json: output.JSON = False) -> None:
    """Let all go on that `stop-all` stopped before it began.

    What was due meanwhile goes out, or is missed, as each announcement says of what is
    late.
    """
    with session.desk_of(context) as desk:
        found = desk.ask_here(verbs.RESUME(verb.Plain("everything")))
        absent = serving.absent(serving.seen(desk))
    if json:
        output.document({"waiting": found.pending})
        return
    output.say(
        Counted(
            "All goes on: {count} announcement is to come.",
            "All goes on: {count} announcements are to come.",
            found.pending,
        )
    )
    serving.tell(absent)
