"""`carillon audit`: who asked what, when, through which door, with which result."""

import csv
import json as json_module
from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import confirmation, files, output, previews, session
from bot.cli.parts import audit as verbs
from bot.domain import durations, moments, timestamps, wallclock
from bot.domain.access import OPERATOR
from bot.domain.audit import DONE, Action, AuditEntry
from bot.domain.characters import line
from bot.domain.errors import CODES, Invalid, about
from bot.domain.jid import bare
from bot.domain.phrase import Counted, Phrase
from bot.service.ports.paging import Order, Paging
from bot.service.ports.trail import AuditFilter

if TYPE_CHECKING:
    from bot.desk.desk import Desk

_COLUMNS = tuple(field.name for field in fields(AuditEntry))
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
    yes: confirmation.Yes = False,
    json: output.JSON = False,
) -> None:
    """Show who asked what, with which result; the latest first."""
    others = (since, until, caller, action, result, after, export)
    if purge is not None and any(one is not None for one in others):
        output.fail(Phrase("--purge goes by age alone"), 2)
    clocks = previews.here(session.settings_of(context))
    with session.desk_of(context) as desk:
        if purge is not None:
            _purge(desk, purge, json, asks=confirmation.asks(yes=yes))
            return
        wanted = AuditFilter(
            since=_moment(desk, since, clocks, "--since"),
            until=_moment(desk, until, clocks, "--until"),
            caller=_caller(caller),
            action=action,
            result=_result(result),
        )
        if export is not None:
            _export(desk, wanted, export, after)
            return
        paging = Paging(limit=limit, after=after, order=Order.LATEST)
        _show(desk, wanted, paging, clocks, json)


def _caller(given: str | None) -> str | None:
    """As the trail has it; raises Invalid."""
    if given is not None and given != OPERATOR:
        with about("--caller"):
            return bare(given)
    return given


def _result(given: str | None) -> str | None:
    """One that there is; raises Invalid."""
    names = (DONE, *CODES)
    if given is None or given in names:
        return given
    raise Invalid(
        Phrase("{text!r} is none of {names}", text=given[:40], names=", ".join(names)),
        field="--result",
    )


def _show(
    desk: "Desk", wanted: AuditFilter, paging: Paging, clocks: str, json: bool
) -> None:
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
        (
            *(Phrase("at"), Phrase("caller"), Phrase("door")),
            *(Phrase("action"), Phrase("about"), Phrase("result")),
        ),
        [
            (
                moments.local(entry.at, clocks),
                entry.caller,
                entry.door,
                entry.action,
                _about(entry),
                f"{entry.result}: {entry.detail}" if entry.detail else entry.result,
            )
            for entry in items
        ],
    )
    output.more(following)


def _about(entry: AuditEntry) -> str:
    """What was named, and the announcement's number."""
    number = "" if entry.reference is None else f"#{entry.reference}"
    if not number or entry.about.startswith(number):
        return entry.about
    return f"{entry.about} ({number})"


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


def _purge(desk: "Desk", age: str, json: bool, *, asks: bool) -> None:
    try:
        length = durations.parse(age)
    except Invalid as error:
        output.fail(output.about("--purge", error), 2)
    before = desk.clock.now() - length
    if asks:
        wanted = AuditFilter(until=before)
        wish = verbs.AuditWish(wanted=wanted, paging=Paging(limit=1))
        if count := desk.ask_here(verbs.LIST(wish)).count:
            confirmation.begin(json=json)
            question = Counted("Drop {count} entry?", "Drop {count} entries?", count)
            confirmation.of(question, Phrase("nothing was dropped"))
    purged = desk.ask_here(verbs.PURGE(verbs.Purge(before=before, age=age)))
    if json:
        output.document({"purged": purged})
        return
    output.say(Counted("{count} dropped.", "{count} dropped.", purged))


def _moment(
    desk: "Desk", text: str | None, clocks: str, option: str
) -> datetime | None:
    """A moment as the table shows it, or how long ago."""
    if text is None:
        return None
    try:
        return desk.clock.now() - durations.parse(text)
    except Invalid:
        return moments.read(text, wallclock.zone(clocks), option)
