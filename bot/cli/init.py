"""`carillon init`: from nothing to a first announcement."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import output
from bot.cli.later import later
from bot.cli.session import FOLDER
from bot.domain import durations
from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase

if TYPE_CHECKING:
    from bot.cli import questions, steps
else:
    questions = later("bot.cli.questions")
    steps = later("bot.cli.steps")


def init(
    context: typer.Context,
    *,
    mode: Annotated[
        str | None,
        typer.Option(
            metavar="MODE", help="component or account; otherwise what JID looks like."
        ),
    ] = None,
    jid: Annotated[
        str | None,
        typer.Option(
            metavar="JID", help="A component's domain, or an account user@domain."
        ),
    ] = None,
    admin: Annotated[
        str | None,
        typer.Option(metavar="JID", help="Who may do everything; gets the test."),
    ] = None,
    contact: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Whom people turn to who answer; otherwise the admin. '': nobody.",
        ),
    ] = None,
    list_name: Annotated[
        str | None,
        typer.Option(
            "--list", metavar="LIST", help="The first list; otherwise maintenance."
        ),
    ] = None,
    server: Annotated[
        str | None,
        typer.Option(
            metavar="SERVER", help="prosody or ejabberd; otherwise the one found here."
        ),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option("--tz", metavar="ZONE", help="Otherwise this machine's."),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            metavar="LANG",
            help="Of readers whose own is not known; otherwise the terminal's.",
        ),
    ] = None,
    host: Annotated[
        str | None, typer.Option(metavar="HOST", help="Where the server is.")
    ] = None,
    port: Annotated[int | None, typer.Option(metavar="N", min=1, max=65535)] = None,
    ca_file: Annotated[
        Path | None,
        typer.Option(
            "--ca-file",
            metavar="FILE",
            readable=False,
            help="The certificates to trust instead of the system's (PEM).",
        ),
    ] = None,
    secret_file: Annotated[
        Path | None,
        typer.Option(
            "--secret-file",
            metavar="FILE",
            readable=False,
            help="Holds the password or secret that is there already.",
        ),
    ] = None,
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="Otherwise SQLite.")
    ] = None,
    folder: Annotated[
        Path, typer.Option("--dir", metavar="FOLDER", help="For what is written.")
    ] = FOLDER,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Write the configuration anew, from what it says and this."
        ),
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask; try for a while to connect.")
    ] = False,
    wait: Annotated[
        str, typer.Option(metavar="DURATION", help="How long, with --yes.")
    ] = "2m",
    no_test: Annotated[
        bool, typer.Option("--no-test", help="Do not connect, send nothing.")
    ] = False,
    json: output.JSON = False,
) -> None:
    """Write a configuration by asking, and send a first announcement to the admin.

    Says what to paste into the XMPP server's configuration, which it never
    changes. Running it again goes on where it was left.
    """
    if context.find_root().obj is not None:
        output.fail(Phrase("init makes carillon.toml in --dir FOLDER, without -c"), 2)
    try:
        patience = durations.parse(wait).total_seconds()
    except Invalid as error:
        output.fail(output.about("--wait", error), 2)
    asks = output.on_terminal() and not (yes or json)
    given = questions.Flags(
        mode=mode,
        jid=jid,
        admin=admin,
        contact=contact,
        list_name=list_name,
        server=server,
        timezone=timezone,
        language=language,
        host=host,
        port=port,
        ca_file=ca_file,
        secret_file=secret_file,
        database=database,
        folder=folder.absolute(),
    )
    doing = steps.Steps(questions.judged(given), asks=asks, quiet=json, force=force)
    missing = [*doing.missing, *([] if yes or no_test else ["--yes|--no-test"])]
    if missing and not asks:
        options = ", ".join(missing)
        output.fail(
            Phrase("nobody is there to be asked: give {options}", options=options), 2
        )
    try:
        doing.write()
    except typer.Abort:
        output.gap()
        output.fail(Phrase("interrupted: nothing was written"))
    doing.show()
    doing.migrate()
    failed = None if no_test else doing.test(patience)
    if failed is None:
        doing.equip()
    if json:
        output.document(doing.done)
    if failed is not None:
        output.fail(failed)
    doing.end()
