"""`carillon db`: the database's schema, and whose rows it holds."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import output, session
from bot.cli.parts import handover, rekeying
from bot.cli.parts import upgrade as schema
from bot.domain.phrase import Counted, Phrase

app = typer.Typer(no_args_is_help=True, help="The database's schema.")

_NOTHING = Phrase("nothing")


@app.command()
def upgrade(context: typer.Context, json: output.JSON = False) -> None:
    """Bring the schema up to date; an empty database gets its tables."""
    settings = session.settings_of(context)
    url = settings.database.url
    if not json and _changes_without_backup(url):
        command = "pg_dump --format=custom --file=carillon.dump"
        output.say(
            Phrase(
                "No backup is made of PostgreSQL; to have one, stop here and run"
                " {command} first.",
                command=command,
            )
        )
    # an older program that runs on the file would fail from now on
    changes = schema.current(url) not in {None, schema.head()}
    with handover.nobody_runs(url) if changes else nullcontext():
        done = schema.upgrade(url, settings.xmpp.addresses.own)
    if json:
        output.document(
            {
                "before": done.before,
                "after": done.after,
                "backup": done.backup and str(done.backup),
            }
        )
    elif done.before == done.after:
        output.say(Phrase("The schema is at {revision} already.", revision=done.after))
    else:
        if done.backup is not None:
            output.say(Phrase("The database as it was is in {file}.", file=done.backup))
        output.say(
            Phrase(
                "The schema went from {before} to {after}.",
                before=done.before or _NOTHING,
                after=done.after,
            )
        )


def _changes_without_backup(url: str) -> bool:
    if schema.makes_backup(url):
        return False
    return schema.current(url) not in {None, schema.head()}


@app.command()
def current(context: typer.Context, json: output.JSON = False) -> None:
    """Show the schema's revision, and the one this program needs."""
    url = session.settings_of(context).database.url
    found, needed = schema.current(url), schema.head()
    if json:
        output.document({"current": found, "needed": needed})
        return
    output.say(
        Phrase("at {found}, needed {needed}", found=found or _NOTHING, needed=needed)
    )


@app.command()
def check(context: typer.Context, json: output.JSON = False) -> None:
    """Compare the schema with what this program needs; exit code 1 if it differs."""
    faults = schema.check(session.settings_of(context).database.url)
    if json:
        output.document({"faults": faults})
    if faults:
        output.fail(_differs(faults[0], len(faults) - 1))
    if not json:
        output.say(Phrase("The schema is as this program needs it."))


@app.command()
def adopt(
    context: typer.Context,
    former: Annotated[
        str, typer.Argument(metavar="JID", help="The service's JID of before.")
    ],
    json: output.JSON = False,
) -> None:
    """Take over lists, readers and announcements that were stored under another JID.

    For a service whose [xmpp] jid has changed. Nobody may be running as either.
    """
    settings = session.settings_of(context)
    own = settings.xmpp.addresses.own
    known_as = former.partition("/")[0]
    handed = handover.adopt(settings.database.url, own, known_as)
    if json:
        output.document(
            {
                "service": own,
                "subscribers": handed.subscribers,
                "schedules": handed.schedules,
            }
        )
        return
    output.say(
        Phrase(
            "{service} has taken over {subscribers} readers and {schedules}"
            " announcements.",
            service=own,
            subscribers=handed.subscribers,
            schedules=handed.schedules,
        )
    )


@app.command()
def rekey(
    context: typer.Context,
    former: Annotated[
        Path | None,
        typer.Option(
            "--with",
            metavar="FILE",
            help="Keys that decrypt, beside those of the configuration.",
        ),
    ] = None,
    lost: Annotated[
        bool,
        typer.Option("--lost", help="Give up what no key decrypts."),
    ] = False,
    json: output.JSON = False,
) -> None:
    """Encrypt what people wrote anew, by the first key in [storage] key_file.

    Whatever was stored by another key, or without any; where no key is configured all
    of it is decrypted. A service may be running that has read the same keys.
    """
    done = rekeying.rekey(session.settings_of(context), former, lost=lost)
    if json:
        output.document({"rows": done.changed, "unreadable": done.unreadable})
    elif done.changed:
        output.say(
            Counted(
                "{count} row is stored otherwise now.",
                "{count} rows are stored otherwise now.",
                done.changed,
            )
        )
    elif not done.unreadable:
        output.say(Phrase("All is stored so already."))
    if done.unreadable:
        output.fail(
            Counted(
                "{count} text could not be decrypted, and stays as it is: name a file"
                " with its key by --with FILE, or give it up by --lost",
                "{count} texts could not be decrypted, and stay as they are: name a"
                " file with their keys by --with FILE, or give them up by --lost",
                done.unreadable,
            )
        )


def _differs(first: object, others: int) -> Phrase:
    if not others:
        return Phrase("{fault}; run `carillon db upgrade`", fault=first)
    return Counted(
        "{fault} (and {count} more); run `carillon db upgrade`",
        "{fault} (and {count} more); run `carillon db upgrade`",
        others,
        fault=first,
    )
