"""`carillon audit`: who asked what, when, through which door, with which result."""

import csv
import json as json_module
from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot.cli import files, moments, output, session
from bot.cli.later import later
from bot.domain import durations, timestamps
from bot.domain.access import owner_named
from bot.domain.audit import Action, AuditEntry
from bot.domain.characters import line
from bot.domain.errors import Invalid
from bot.domain.phrase import Counted, Phrase
from bot.service.ports.paging import Paging
from bot.service.ports.trail import AuditFilter

if TYPE_CHECKING:
    from bot.desk.desk import Desk
    from bot.desk.verbs import audit as verbs
else:
    verbs = later("bot.desk.verbs.audit")

_COLUMNS = tuple(field.name for field in fields(AuditEntry))
#: over the columns
_HEADINGS = (
    *(Phrase("id"), Phrase("at"), Phrase("caller"), Phrase("role"), Phrase("door")),
    *(Phrase("action"), Phrase("about"), Phrase("reference"), Phrase("result")),
    Phrase("detail"),
)
_NUMBERS = (Phrase("id"), Phrase("reference"))
_TIME = "a moment, or how long ago, say 7d."


def audit(
    context: typer.Context,
    *,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help=f"From then on: {_TIME}")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help=f"Before then: {_TIME}")
    ] = None,
    caller: Annotated[
        str | None, typer.Option(metavar="JID", help="Who asked; or role:admin.")
    ] = None,
    action: Annotated[
        Action | None, typer.Option(help="What was asked.", show_choices=True)
    ] = None,
    result: Annotated[
        str | None, typer.Option(help="done, or an error such as not-allowed.")
    ] = None,
    limit: output.Limit = 50,
    after: output.After = None,
    export: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write all that match: CSV where FILE ends so, else JSON lines;"
            " - is stdout.",
        ),
    ] = None,
    purge: Annotated[
        str | None,
        typer.Option(metavar="AGE", help="Drop what is older, say 90d."),
    ] = None,
    json: output.JSON = False,
) -> None:
    """Show who asked what, with which result; the latest come last."""
    others = (since, until, caller, action, result, after, export)
    if purge is not None and any(one is not None for one in others):
        output.fail(Phrase("--purge goes by age alone"), 2)
    with session.desk_of(context) as desk:
        if purge is not None:
            _purge(desk, purge, json)
            return
        wanted = AuditFilter(
            since=_moment(desk, since, "--since"),
            until=_moment(desk, until, "--until"),
            caller=owner_named(caller),
            action=action,
            result=result,
        )
        if export is not None:
            _export(desk, wanted, export, after)
            return
        _show(desk, wanted, limit, after, json)


def _show(
    desk: "Desk",
    wanted: AuditFilter,
    limit: int,
    after: int | None,
    json: bool,
) -> None:
    paging = Paging(limit=limit, after=after, before=0 if after is None else None)
    page = desk.ask_here(verbs.LIST(verbs.AuditWish(wanted=wanted, paging=paging)))
    items = page.items
    rest = page.index + len(items) < page.count
    following = items[-1].id if items and rest else None
    if json:
        data = [asdict(entry) for entry in items]
        output.document({"items": data, "count": page.count, "after": following})
        return
    if not items:
        output.say(Phrase("There is nothing."))
        return
    output.table(
        _HEADINGS,
        [[getattr(entry, name) for name in _COLUMNS] for entry in items],
        numbers=_NUMBERS,
    )
    output.earlier(page.index, after)
    output.more(following)


def _export(desk: "Desk", wanted: AuditFilter, target: Path, after: int | None) -> None:
    """To a file that only its owner may read, whole or not at all; or to a pipe."""
    with files.writing(target) as stream:
        count = 0
        rows = csv.writer(stream) if target.suffix == ".csv" else None
        if rows is not None:
            rows.writerow(_COLUMNS)
        for entry in _all(desk, wanted, after or 0):
            # not asdict(), which copies each value: ten times as slow
            data = {name: getattr(entry, name) for name in _COLUMNS}
            data["at"] = timestamps.format(entry.at)
            if rows is not None:
                rows.writerow(_plain(data[name]) for name in _COLUMNS)
            else:
                stream.write(json_module.dumps(data) + "\n")
            count += 1
    output.note(Counted("{count} entry written", "{count} entries written", count))


def _all(desk: "Desk", wanted: AuditFilter, after: int) -> Iterator[AuditEntry]:
    """In slices: no transaction is long, however much there is."""
    while found := desk.ask_here(
        verbs.EXPORT(verbs.AuditWalk(wanted=wanted, after=after))
    ):
        yield from found
        after = found[-1].id


def _plain(value: Any) -> str:
    """For a spreadsheet: on one line, and never read as a formula."""
    text = line("" if value is None else str(value))
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _purge(desk: "Desk", age: str, json: bool) -> None:
    try:
        length = durations.parse(age)
    except Invalid as error:
        output.fail(output.about("--purge", error), 2)
    before = desk.clock.now() - length
    purged = desk.ask_here(verbs.PURGE(verbs.Purge(before=before, age=age)))
    if json:
        output.document({"purged": purged})
        return
    output.say(Counted("{count} dropped.", "{count} dropped.", purged))


def _moment(desk: "Desk", text: str | None, option: str) -> datetime | None:
    """A moment in UTC, or how long ago."""
    if text is None:
        return None
    try:
        return desk.clock.now() - durations.parse(text)
    except Invalid:
        return moments.read(text, ZoneInfo("UTC"), option)
