"""`carillon subscribers export`: who stands on a list, as a file to import again."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli import files, output, session
from bot.cli.parts import lists
from bot.cli.parts import subscribers as verbs
from bot.domain import timestamps
from bot.domain.lists import Suspended
from bot.domain.people import Person
from bot.domain.people_files import Format, format_of, header, written
from bot.domain.phrase import Counted, Phrase

if TYPE_CHECKING:
    from bot.desk.desk import Desk

#: read in one transaction, so that none keeps the database from tidying up
_PAGE_SIZE = 1_000


def export_people(
    context: typer.Context,
    list_name: Annotated[str, typer.Argument(metavar="LIST", help="The list's name.")],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where to; - is stdout.")
    ] = Path("-"),
    *,
    format_: Annotated[
        Literal["csv", "jsonl"] | None,
        typer.Option("--format", help="Otherwise as FILE is called, or CSV."),
    ] = None,
    json: output.JSON = False,
) -> None:
    """Write who stands on a list, or is suspended, with preferences, to a file."""
    if json and str(file) == "-":
        output.fail(Phrase("--json is about FILE, so name one"), 2)
    wanted = Format(format_ or format_of(file.name, "") or Format.CSV)
    count = 0
    with session.desk_of(context) as desk:
        desk.ask_here(lists.SHOW(lists.ListName(list_name)))
        with files.writing(file) as stream:
            stream.write(header(wanted))
            for person in _all(desk, list_name):
                stream.write(written(person, wanted))
                count += 1
    if json:
        output.document({"list": list_name, "file": str(file), "written": count})
        return
    output.note(Counted("{count} written", "{count} written", count))


def _all(desk: "Desk", list_name: str) -> Iterator[Person]:
    """Who stands there, then who is suspended."""
    wish = verbs.SubscriberWish(list_name=list_name, limit=_PAGE_SIZE)
    while found := desk.ask_here(verbs.EXPORT(wish)):
        yield from (person for _, person in found)
        wish = replace(wish, after=found[-1][0])
    wish = replace(wish, after=0)
    while suspended := desk.ask_here(verbs.SUSPENDED(wish)):
        yield from map(_person, suspended)
        wish = replace(wish, after=suspended[-1].subscription.id)


def _person(one: Suspended) -> Person:
    place, subscriber, _ = one
    assert place.ended_at is not None  # noqa: S101 - it is over
    until = subscriber.paused_until
    return Person(
        subscriber.jid,
        subscriber.language,
        subscriber.timezone,
        subscriber.language_seen,
        timestamps.format(place.ended_at),
        str(subscriber.quiet) if subscriber.quiet else None,
        timestamps.format(until) if until else None,
    )
