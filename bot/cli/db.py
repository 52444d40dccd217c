"""`carillon db`: the database's schema."""

import typer

from bot.cli import output, session
from bot.store import upgrade as schema

app = typer.Typer(no_args_is_help=True, help="The database's schema.")


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
        output.say(f"The schema is at {after} already.")
    else:
        output.say(f"The schema went from {before or 'nothing'} to {after}.")


@app.command()
def current(context: typer.Context, json: output.JSON = False) -> None:
    """Show the schema's revision, and the one this program needs."""
    url = session.settings_of(context).database.url
    found, needed = schema.current(url), schema.head()
    if json:
        output.document({"current": found, "needed": needed})
        return
    output.say(f"at {found or 'nothing'}, needed {needed}")


@app.command()
def check(context: typer.Context, json: output.JSON = False) -> None:
    """Compare the schema with what this program needs; exit code 1 if it differs."""
    faults = schema.check(session.settings_of(context).database.url)
    if json:
        output.document({"faults": faults})
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        output.fail(f"{faults[0]}{more}; run `carillon db upgrade`")
    if not json:
        output.say("The schema is as this program needs it.")
