"""`carillon db`: the database's schema."""

import typer

from bot.cli import output, session
from bot.domain.phrase import Counted, Phrase
from bot.store import upgrade as schema

app = typer.Typer(no_args_is_help=True, help="The database's schema.")

_NOTHING = Phrase("nothing")


@app.command()
def upgrade(context: typer.Context, json: output.JSON = False) -> None:
    """Bring the schema up to date; an empty database gets its tables."""
    url = session.settings_of(context).database.url
    before = schema.current(url)
    schema.upgrade(url)
    after = schema.current(url)
    if json:
        output.document({"before": before, "after": after})
    elif before == after:
        output.say(Phrase("The schema is at {revision} already.", revision=after))
    else:
        output.say(
            Phrase(
                "The schema went from {before} to {after}.",
                before=before or _NOTHING,
                after=after,
            )
        )


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


def _differs(first: object, others: int) -> Phrase:
    if not others:
        return Phrase("{fault}; run `carillon db upgrade`", fault=first)
    return Counted(
        "{fault} (and {count} more); run `carillon db upgrade`",
        "{fault} (and {count} more); run `carillon db upgrade`",
        others,
        fault=first,
    )
